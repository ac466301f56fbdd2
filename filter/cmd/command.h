/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A subcommand: a row of the table in main.c, a file of its own, and what all of them share. */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include "config/config.h"

/* What the program exits with. */
enum exit_code {
	EXIT_FINE = 0,
	EXIT_NO = 1,          /* the answer is no, or it did not work */
	EXIT_USAGE = 2,       /* the command line or the configuration is wrong */
	EXIT_UNREACHABLE = 3, /* there is no daemon to ask */
};

struct command {
	const char *name;
	const char *arguments; /* for help */
	const char *summary;   /* for help, one line */

	/* Gets its own name as argv[0]. */
	enum exit_code (*run)(int argc, char **argv);
};

extern const struct command command_run, command_ctl, command_rules, command_config,
        command_version, command_help, command_check, command_watch, command_explain, command_keys;

/* The options of the subcommands; each says which it takes. */
struct options {
	const char *config;  /* NULL: the default path */
	const char *backend; /* "auto" unless given */
	bool unless_restarting;
	bool json;
};

#define OPTIONS_SOME (-1) /* for `count`: one or more */

/* Reads the options named in `allowed` ("c" for --config, "b" for --backend, "j" for --json), which
 * may stand before or after the other arguments; those remain from argv[optind] on, `count` of
 * them. Returns false, after saying what is wrong. */
bool options_read(struct options *o, const char *allowed, int argc, char **argv, int count);

/* Loads the configuration and takes over its log level. Returns false, after saying what is wrong.
 */
bool options_load_config(const struct options *o, struct config *c);

#endif
