/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A subcommand: a row of the table in main.c and a source of its own. It describes its words and
 * options in tables. Parsing (cmd/options.h), `--help` (cmd/command_help.h) and "did you mean" read
 * these tables; nothing else lists an option. */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include <stdbool.h>

/* The exit codes of the program. */
enum exit_code {
	EXIT_FINE = 0,
	EXIT_NO = 1,          /* a failure, or the answer is no */
	EXIT_USAGE = 2,       /* the command line or the configuration is wrong */
	EXIT_UNREACHABLE = 3, /* no daemon is running */
	EXIT_UNPROTECTED = 4, /* ctl status: the rules are not in force */
};

/* All texts of help are sentences in one line: they are wrapped when they are printed. */
struct command_option {
	const char *name;  /* the long form, without the dashes; NULL ends the table */
	char id;           /* what options_next() returns for it; unique in the table */
	bool has_letter;   /* `id` is the short form too: -c */
	const char *value; /* the name of its value; NULL: it takes none */
	const char *help;
};

/* A word, or two with a space between them, that a subcommand takes as its first arguments. */
struct command_verb {
	const char *name;      /* NULL ends the table */
	const char *arguments; /* those that follow this word only: "NAME [UNTIL]"; NULL: none */
	const char *help;
	/* Acts; the subcommand says what `context` is. NULL if the subcommand acts itself. */
	enum exit_code (*run)(void *context);
};

struct command {
	const char *name;
	const char *summary;   /* for the list of commands: one line */
	const char *arguments; /* for the usage line, without verbs and [OPTION]...; or NULL */
	const char *about;     /* what it does; NULL if the verbs say it */
	const struct command_verb *verbs;     /* or NULL */
	const struct command_option *options; /* without --help, which all have; or NULL */
	const char *note;                     /* more to know; or NULL */
	const char *exits;                    /* the exit codes */

	/* argv[0] is the name of the subcommand. */
	enum exit_code (*run)(int argc, char **argv);
};

extern const struct command command_run, command_ctl, command_rules, command_config,
        command_version, command_help, command_check, command_watch, command_explain, command_keys,
        command_ds, command_keeper;

/* Where the keys of zones lie, unless an option says otherwise. */
#define KEYS_DIRECTORY "/etc/sealgate/keys"

/* The rows that several tables of options share. */
/* clang-format off */
#define OPTION_CONFIG { "config", 'c', true, "FILE", "read this configuration file" }
#define OPTION_INSTANCE { "instance", 'I', false, "NAME", \
	"read the configuration file of this instance, /etc/sealgate/NAME.conf; \"\" is the one without a name" }
/* clang-format on */

#endif
