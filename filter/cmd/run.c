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

	if (!options_read(&o, &command_run, argc, argv) ||
	        !options_check_arguments(argc, argv, (struct arguments){ 0 }))
		return EXIT_USAGE;
	if (!options_load_config(&o, &c)) {
		daemon_give_up();
		return EXIT_USAGE;
	}
	error = daemon_run(&c, o.config, o.replace);
	config_fini(&c);
	if (error == -EINVAL)
		return EXIT_USAGE;
	return error ? EXIT_NO : EXIT_FINE;
}

static const struct command_option run_options[] = {
	OPTION_CONFIG,
	OPTION_INSTANCE,
	{ "replace", 'r', true, NULL, "take over from the sealgate that runs" },
	{ 0 },
};

const struct command command_run = { .name = "run",
	.summary = "run the daemon, in the foreground",
	.about = "Takes packets from the kernel's queues, as the configuration says, until SIGTERM "
	         "or SIGINT. `sealgate rules apply` directs DNS to the queues.",
	.options = run_options,
	.exits = "Exit codes: 0 ended by a signal; 1 failure; 2 the command line or the "
	         "configuration is wrong.",
	.run = run_daemon };
