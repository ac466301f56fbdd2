/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A subcommand: a row of the table in main.c and a source of its own. */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

/* The exit codes of the program. */
enum exit_code {
	EXIT_FINE = 0,
	EXIT_NO = 1,          /* a failure, or the answer is no */
	EXIT_USAGE = 2,       /* the command line or the configuration is wrong */
	EXIT_UNREACHABLE = 3, /* no daemon is running */
	EXIT_UNPROTECTED = 4, /* ctl status: the rules are not in force */
};

struct command {
	const char *name;
	const char *arguments; /* for the usage line: all but the options */
	const char *summary;   /* for the list of commands: one line */
	const char *help;      /* what it does, its options and exit codes; 80 columns */

	/* argv[0] is the name of the subcommand. */
	enum exit_code (*run)(int argc, char **argv);
};

extern const struct command command_run, command_ctl, command_rules, command_config,
        command_version, command_help, command_check, command_watch, command_explain, command_keys;

/* Lines that several helps share. */
#define HELP_CONFIG "  -c, --config FILE       read this configuration file\n"

#endif
