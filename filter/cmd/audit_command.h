/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The common part of `check` and `watch`: options, audit and output. */
#ifndef CMD_AUDIT_COMMAND_H
#define CMD_AUDIT_COMMAND_H

#include "cmd/command.h"
#include "cmd/judge_options.h"
#include "inspect/audit_report.h"

/* The rows that their tables of options share. */
/* clang-format off */
#define AUDIT_OPTIONS                                                                              \
	{ "resolver", 'r', false, "ADDR[:PORT]",                                                   \
	  "ask this server for missing DS and DNSKEY records, and for the signatures that a query " \
	  "without DO did not ask for; without it such responses are \"unknown\". An IPv6 address " \
	  "with a port is written in brackets" },                                                  \
	{ "json", 'j', false, NULL, "print a JSON object for each response, and no summary" },     \
	JUDGE_OPTIONS
/* clang-format on */

/* Where the packets come from. */
enum audit_source { AUDIT_FILES, AUDIT_INTERFACE };

struct audit_command {
	enum audit_source source;
	const struct command *command; /* whose options these are */
	const char *interface;
	struct judge_options judge;
	struct sockaddr_storage resolver;
	struct audit_options options;
	struct audit *audit;
	struct audit_report report;
};

/* Reads the command line and makes the audit; the caller has set `source` and `command`. Returns
 * false after logging an error; then do not call audit_command_end(). */
bool audit_command_begin(struct audit_command *a, int argc, char **argv);
void audit_command_end(struct audit_command *a);

/* Judges a message if it is a response, and writes the result. Returns false if the output cannot
 * be written. */
bool audit_command_judge(
        struct audit_command *a, const char *file, const struct captured_message *seen);

#endif
