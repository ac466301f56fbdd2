/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `check` and `watch` share: their options, the audit that these make, and the output. */
#ifndef CMD_AUDIT_COMMAND_H
#define CMD_AUDIT_COMMAND_H

#include "cmd/judge_options.h"
#include "inspect/audit_report.h"

/* What remains of the command line behind the options. */
enum auditing_of { AUDITING_FILES, AUDITING_INTERFACE };

struct auditing {
	const char *interface;
	struct terms terms;
	struct sockaddr_storage resolver;
	struct audit_options options;
	struct audit *audit;
	struct verdicts verdicts;
};

/* Reads the command line and makes the audit. Returns false, after saying what is wrong, with
 * nothing to be ended. */
bool auditing_begin(struct auditing *a, int argc, char **argv, enum auditing_of of);
void auditing_end(struct auditing *a);

/* Judges a message if it is a response, and writes the verdict. Returns false when the output
 * cannot be written. */
bool auditing_judge(struct auditing *a, const char *file, const struct sighting *s);

#endif
