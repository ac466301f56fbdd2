/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of subcommands, from which dispatch and help come. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cmd/command.h"
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

static void print_command_help(const struct command *c)
{
	printf("usage: sealgate %s%s%s\n\n%s", c->name, c->arguments[0] ? " " : "", c->arguments,
	        c->help);
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
	log_error("unknown command \"%s\"; see `sealgate help`", name);
	return NULL;
}

static enum exit_code run_help(int argc, char **argv)
{
	const struct command *about = argc > 1 ? find_command(argv[1]) : NULL;

	if (argc > 2)
		options_wrong(argv[0], "unexpected argument \"%s\"", argv[2]);
	if (argc > 2 || (argc > 1 && !about))
		return EXIT_USAGE;
	if (about)
		print_command_help(about);
	else
		print_help(stdout);
	return EXIT_FINE;
}

const struct command command_help = { "help", "[COMMAND]", "print this text",
	"Prints the list of commands, or explains one of them.\n"
	"\n"
	"Exit codes: 0 success; 2 the command line is wrong.\n",
	run_help };

static bool wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	const struct command *command;

	if (argc < 2) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	command = find_command(argv[1]);
	if (!command)
		return EXIT_USAGE;
	if (wants_help(argc - 1, argv + 1)) {
		print_command_help(command);
		return EXIT_FINE;
	}
	return (int)command->run(argc - 1, argv + 1);
}
