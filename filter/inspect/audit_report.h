/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the results of an audit: for each response a line of text or a JSON object, and at the end
 * a table of counts. */
#ifndef INSPECT_AUDIT_REPORT_H
#define INSPECT_AUDIT_REPORT_H

#include <stdio.h>

#include "inspect/audit.h"

#define AUDIT_REPORT_STATUSES 4

struct audit_report {
	FILE *out;
	bool as_json;
	uint64_t responses;
	uint64_t by_status[AUDIT_REPORT_STATUSES];
	uint64_t by_reason[REASON_COUNT];
	uint64_t by_verdict[AUDIT_VERDICTS];
};

/* Writes the result for a response found in `file`. Returns false if `out` cannot be written. */
bool audit_report_write(
        struct audit_report *report, const char *file, const struct audited_response *response);

/* True if a response was Bogus, or would be refused. */
bool audit_report_would_refuse(const struct audit_report *report);

/* Writes the table; nothing if `as_json`. */
void audit_report_summary(const struct audit_report *report);

#endif
