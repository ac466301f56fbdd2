/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The common part of `check` and `watch`: options, audit and output. */
#ifndef CMD_AUDIT_COMMAND_H
#define CMD_AUDIT_COMMAND_H

#include "cmd/judge_options.h"
#include "inspect/audit_report.h"

/* Where the packets come from. */
enum audit_source { AUDIT_FILES, AUDIT_INTERFACE };

struct audit_command {
	const char *interface;
	struct judge_options judge;
	struct sockaddr_storage resolver;
	struct audit_options options;
	struct audit *audit;
	struct audit_report report;
};

/* Reads the command line and makes the audit. Returns false after logging an error; then do not
 * call audit_command_end(). */
bool audit_command_begin(struct audit_command *a, int argc, char **argv, enum audit_source of);
void audit_command_end(struct audit_command *a);

/* Judges a message if it is a response, and writes the result. Returns false if the output cannot
 * be written. */
bool audit_command_judge(
        struct audit_command *a, const char *file, const struct captured_message *seen);

#endif
