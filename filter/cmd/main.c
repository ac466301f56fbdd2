/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of subcommands, from which dispatch and help come. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/nearest.h"
#include "cmd/command.h"
#include "cmd/command_help.h"
#include "cmd/options.h"

static const struct command *const commands[] = {
	&command_run,
	&command_ctl,
	&command_rules,
	&command_config,
	&command_check,
	&command_watch,
	&command_explain,
	&command_keys,
	&command_keeper,
	&command_ds,
	&command_version,
	&command_help,
};
enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void print_help(FILE *out)
{
	fputs("sealgate validates or signs DNS in the path of the packets.\n\n"
	      "usage: sealgate COMMAND [ARGUMENT]... [OPTION]...\n\n",
	        out);
	for (int i = 0; i < COMMANDS; i++)
		fprintf(out, "  %-8s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\n`sealgate COMMAND --help` explains a command.\n"
	      "Without --config the configuration file is " CONFIG_DEFAULT_PATH ".\n\n"
	      "Exit codes: 0 success; 1 failure, or the answer is no; 2 the command line or the\n"
	      "configuration is wrong; 3 no daemon is running; 4 the rules are not in force.\n",
	        out);
}

static void report_unknown(const char *name)
{
	struct nearest meant = nearest_to(name);
	char hint[NEAREST_HINT_SIZE];

	for (int i = 0; i < COMMANDS; i++)
		nearest_try(&meant, commands[i]->name);
	if (name[0] == '-')
		log_error("the command comes first, before the option \"%s\"; see `sealgate help`",
		        name);
	else
		log_error("unknown command \"%s\"%s; see `sealgate help`", name,
		        nearest_hint(&meant, "", hint));
}

static const struct command *find_command(const char *name)
{
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		return &command_help;
	if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
		return &command_version;
	for (int i = 0; i < COMMANDS; i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	}
	report_unknown(name);
	return NULL;
}

static enum exit_code run_help(int argc, char **argv)
{
	static const char *const names[] = { "COMMAND" };
	const struct command *about;

	if (options_next(&command_help, argc, argv) != -1 ||
	        !options_check_arguments(argc, argv, (struct arguments){ names, 0, 1 }))
		return EXIT_USAGE;
	if (optind == argc) {
		print_help(stdout);
		return EXIT_FINE;
	}
	about = find_command(argv[optind]);
	if (!about)
		return EXIT_USAGE;
	command_help_print(about);
	return EXIT_FINE;
}

const struct command command_help = { .name = "help",
	.summary = "print this text",
	.arguments = "[COMMAND]",
	.about = "Prints the list of commands, or explains one of them.",
	.exits = "Exit codes: 0 success; 2 the command line is wrong.",
	.run = run_help };

static bool wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	}
	return false;
}

/* Returns how many words the option at argv[at] has if it is --config, else 0. */
static int words_of_config(int argc, char **argv, int at)
{
	const char *word = argv[at];

	if (strcmp(word, "--config") == 0 || strcmp(word, "-c") == 0)
		return at + 1 < argc ? 2 : 0;
	return strncmp(word, "--config=", strlen("--config=")) == 0 || strncmp(word, "-c", 2) == 0;
}

/* Puts --config after the command if it stands before it, where many programs have it. */
static void put_command_first(int argc, char **argv)
{
	int at = 1, words;

	while (at < argc && (words = words_of_config(argc, argv, at)) > 0)
		at += words;
	if (at == 1 || at == argc)
		return;
	char *command = argv[at];
	memmove(argv + 2, argv + 1, (size_t)(at - 1) * sizeof(*argv));
	argv[1] = command;
}

/* What a script keeps of a command is whole, or the command has failed: the disk may be full. */
static enum exit_code end_output(enum exit_code code)
{
	if (!ferror(stdout) && fflush(stdout) == 0)
		return code;
	log_error("the output could not be written to its end: is there room on the disk?");
	return code == EXIT_FINE ? EXIT_NO : code;
}

int main(int argc, char **argv)
{
	const struct command *command;

	if (argc < 2) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	put_command_first(argc, argv);
	command = find_command(argv[1]);
	if (!command)
		return EXIT_USAGE;
	if (wants_help(argc - 1, argv + 1)) {
		command_help_print(command);
		return (int)end_output(EXIT_FINE);
	}
	return (int)end_output(command->run(argc - 1, argv + 1));
}
