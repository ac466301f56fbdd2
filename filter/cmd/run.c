/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/command.h"
#include "ops/daemon.h"

static enum exit_code run(int argc, char **argv)
{
	struct options o;
	struct config c;

	if (!options_read(&o, "c", argc, argv, 0) || !options_load_config(&o, &c))
		return EXIT_USAGE;
	return daemon_run(&c) == 0 ? EXIT_FINE : EXIT_NO;
}

const struct command command_run = { "run", "[--config FILE]",
	"serve the queues, in the foreground", run };
