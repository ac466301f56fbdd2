/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a command line by the tables of its subcommand, and says what is wrong with it. */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include <getopt.h>
#include <limits.h>

#include "cmd/command.h"
#include "config/config.h"
#include "config/salvage.h"

/* The options that several subcommands share. */
struct options {
	const char *config;   /* NULL: the default path. With --instance, `path` */
	const char *instance; /* NULL: as the configuration says; "": the one without a name */
	const char *backend;  /* NULL: as the configuration says */
	char path[CONFIG_PATH_MAX];
	bool json;
	bool offline;
	bool quick;
	bool replace;
	bool dry_run;
	bool openmetrics;
};

#define ARGUMENTS_ANY INT_MAX

/* Names the arguments that a command expects, in their order. */
struct arguments {
	const char *const *names;
	int least, most; /* or ARGUMENTS_ANY */
};

/* Logs an error about the command line and names the help of `command`. Returns false. */
__attribute__((format(printf, 2, 3))) bool options_wrong(
        const char *command, const char *format, ...);

/* Returns the id of the next option, whose value is in `optarg`; -1 after the last one; '?' after
 * an error, which has been logged. Options may stand before or after the arguments, which are at
 * argv[optind] then. */
int options_next(const struct command *c, int argc, char **argv);

/* Finds the file of `o->instance`, which is not NULL, for the command `c`. Returns false after
 * logging an error. */
bool options_take_instance(struct options *o, const struct command *c);

/* True if the arguments from argv[optind] on are as many as expected; logs an error if not. */
bool options_check_arguments(int argc, char **argv, struct arguments expected);

/* The same for the arguments that a verb has by its table, such as "NAME [UNTIL]". */
bool options_check_verb(int argc, char **argv, const struct command_verb *verb);

/* Takes the verb at argv[optind], of one word or two, and moves `optind` past it. Returns NULL
 * after logging an error. */
const struct command_verb *options_verb(const struct command *c, int argc, char **argv);

/* Reads the options of a subcommand that has no others than those of struct options: with the ids c
 * (--config), I (--instance), b (--backend), j (--json), o (--offline), q (--quick), r (--replace),
 * n (--dry-run) and m (--openmetrics). Returns false after logging an error. */
bool options_read(struct options *o, const struct command *c, int argc, char **argv);

/* True if the file is that of the instance that the command line names, if it names one. Otherwise
 * a command would go to another instance than the operator means: logs an error. */
bool options_instance_fits(const struct options *o, const struct config *c);

/* Loads the configuration for a command that must work with one that is wrong, too: then takes what
 * can be known of it (config/salvage.h) after a warning. Returns false after logging an error: then
 * what the command needs is not sure, and the command must do nothing. */
bool options_load_config_or_salvage(
        const struct options *o, struct config *c, enum salvage_need need);

/* Has messages advise commands for the instance of the command line (base/advice.h). `instance` is
 * the name in its configuration. */
void options_use_advice(const struct options *o, const char *instance);

/* Loads the configuration and adopts its log level. Returns false after logging an error. */
bool options_load_config(const struct options *o, struct config *c);

#endif
