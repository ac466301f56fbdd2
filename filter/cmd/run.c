/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "cmd/command.h"
#include "daemon/daemon.h"

static enum exit_code run_daemon(int argc, char **argv)
{
	struct options o;
	struct config c;
	int error;

	if (!options_read(&o, "c", argc, argv, 0) || !options_load_config(&o, &c))
		return EXIT_USAGE;
	error = daemon_run(&c);
	if (error == -EINVAL)
		return EXIT_USAGE;
	return error ? EXIT_NO : EXIT_FINE;
}

const struct command command_run = { "run", "[--config FILE]",
	"serve the queues, in the foreground", run_daemon };
