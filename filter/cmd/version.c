/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>

#include "cmd/command.h"

static enum exit_code run(int argc, char **argv)
{
	struct options o;

	if (!options_read(&o, "", argc, argv, 0))
		return EXIT_USAGE;
	puts("sealgate " SEALGATE_VERSION);
	return EXIT_FINE;
}

const struct command command_version = { "version", "", "which sealgate this is", run };
