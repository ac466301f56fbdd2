/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a command line and says what is wrong with it. */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include <getopt.h>
#include <limits.h>

#include "config/config.h"

/* The options that several subcommands share. */
struct options {
	const char *config;  /* NULL: the default path */
	const char *backend; /* "auto" unless given */
	bool json;
	bool offline;
	bool replace;
};

#define ARGUMENTS_ANY INT_MAX

/* Names the arguments that a command expects, in their order; NULL after the last. */
struct arguments {
	const char *const *names;
	int least, most; /* or ARGUMENTS_ANY */
};

/* Logs an error about the command line and names the help of `command`. Returns false. */
__attribute__((format(printf, 2, 3))) bool options_wrong(
        const char *command, const char *format, ...);

/* Returns the letter of the next option, as getopt_long() does; -1 after the last one; '?' after an
 * error, which has been logged. `letters` begins with ':'. */
int options_next(int argc, char **argv, const char *letters, const struct option *known);

/* True if the arguments from argv[optind] on are as many as expected; logs an error if not. */
bool options_check_arguments(int argc, char **argv, struct arguments expected);

/* Reads the options named in `allowed` ("c" for --config, "b" for --backend, "j" for
 * --json, "o" for --offline, "r" for --replace) and checks the arguments. Options may
 * stand before or after the arguments, which are at argv[optind] then. Returns false after logging an
 * error. */
bool options_read(
        struct options *o, const char *allowed, int argc, char **argv, struct arguments expected);

/* Loads the configuration and adopts its log level. Returns false after logging an error. */
bool options_load_config(const struct options *o, struct config *c);

#endif
