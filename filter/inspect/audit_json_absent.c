/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replaces audit_json.c in a build without jansson. */
#include "inspect/audit_json.h"

bool audit_json_is_built(void)
{
	return false;
}

bool audit_json_write(FILE *out, const char *file, const struct audited_response *response,
        const char *reason, const char *verdict)
{
	(void)out;
	(void)file;
	(void)response;
	(void)reason;
	(void)verdict;
	return false;
}
