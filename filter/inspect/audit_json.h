/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One judged response as a JSON object, in a line of its own (docs/check.md names the members). */
#ifndef INSPECT_AUDIT_JSON_H
#define INSPECT_AUDIT_JSON_H

#include <stdio.h>

#include "inspect/audit.h"

/* False if this build has no jansson: then nothing can be written. */
bool audit_json_is_built(void);

/* Writes the object; `reason` and `verdict` are its words for what was found and done. Returns false if
 * `out` cannot be written. */
bool audit_json_write(FILE *out, const char *file, const struct audited_response *response,
        const char *reason, const char *verdict);

#endif
