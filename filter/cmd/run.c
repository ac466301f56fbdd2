/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>

#include "cmd/command.h"
#include "cmd/options.h"
#include "daemon/daemon.h"

static enum exit_code run_daemon(int argc, char **argv)
{
	struct options o;
	struct config c;
	int error;

	if (!options_read(&o, "cr", argc, argv, (struct arguments){ 0 }) ||
	        !options_load_config(&o, &c))
		return EXIT_USAGE;
	error = daemon_run(&c, o.config, o.replace);
	config_fini(&c);
	if (error == -EINVAL)
		return EXIT_USAGE;
	return error ? EXIT_NO : EXIT_FINE;
}

const struct command command_run = { "run", "[OPTION]...", "run the daemon, in the foreground",
	"Takes packets from the kernel's queues, as the configuration says, until\n"
	"SIGTERM or SIGINT. `sealgate rules apply` directs DNS to the queues.\n"
	"\n" HELP_CONFIG "  -r, --replace           take over from the sealgate that runs\n"
	"\n"
	"Exit codes: 0 ended by a signal; 1 failure; 2 the command line or the\n"
	"configuration is wrong.\n",
	run_daemon };
