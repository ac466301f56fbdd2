/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes a judged response as a JSON object on one line (docs/check.md lists the members). */
#ifndef INSPECT_AUDIT_JSON_H
#define INSPECT_AUDIT_JSON_H

#include <stdio.h>

#include "inspect/audit.h"

/* True if this build has jansson; without it nothing can be written. */
bool audit_json_is_built(void);

/* Writes the object. `reason` and `verdict` are its members of these names. Returns false if `out`
 * cannot be written. */
bool audit_json_write(FILE *out, const char *file, const struct audited_response *response,
        const char *reason, const char *verdict);

#endif
