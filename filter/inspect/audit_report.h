/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes what an audit concluded: a line for people or a JSON object a response, and a table of the
 * sums at the end. */
#ifndef INSPECT_AUDIT_REPORT_H
#define INSPECT_AUDIT_REPORT_H

#include <stdio.h>

#include "inspect/audit.h"

#define VERDICTS_STATUSES 4

struct verdicts {
	FILE *out;
	bool as_json;
	uint64_t responses;
	uint64_t by_status[VERDICTS_STATUSES];
	uint64_t by_reason[REASON_COUNT];
	uint64_t by_verdict[GATE_WANT];
};

/* Writes one response, found in `file`. Returns false when `out` cannot be written. */
bool verdicts_write(struct verdicts *v, const char *file, const struct audit_report *report);

/* Writes the table; nothing in JSON. */
void verdicts_summary(const struct verdicts *v);

#endif
