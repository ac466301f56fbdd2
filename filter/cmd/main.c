/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of subcommands, from which dispatch and help come. */
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cmd/command.h"

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
	fputs("sealgate validates DNSSEC in the packet path.\n", out);
	for (int i = 0; i < COMMANDS; i++) {
		const struct command *c = commands[i];
		fprintf(out, "\n  sealgate %s%s%s\n      %s\n", c->name, c->arguments[0] ? " " : "",
		        c->arguments, c->summary);
	}
	fputs("\nThe configuration is " CONFIG_DEFAULT_PATH " unless --config names another file.\n"
	      "Exit codes: 0 fine; 1 the answer is no, or it did not work; 2 the command line or "
	      "the\n"
	      "configuration is wrong; 3 there is no daemon to ask.\n",
	        out);
}

static enum exit_code run_help(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	print_help(stdout);
	return EXIT_FINE;
}

const struct command command_help = { "help", "", "this text", run_help };

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
	return NULL;
}

int main(int argc, char **argv)
{
	const struct command *command;

	if (argc < 2) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	command = find_command(argv[1]);
	if (!command) {
		log_error("there is no command \"%s\"; see `sealgate help`", argv[1]);
		return EXIT_USAGE;
	}
	return (int)command->run(argc - 1, argv + 1);
}
