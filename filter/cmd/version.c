/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdbool.h>
#include <stdio.h>

#include "capture/capture.h"
#include "cmd/command.h"
#include "cmd/options.h"
#include "daemon/control.h"
#include "daemon/landlock.h"
#include "daemon/seccomp.h"
#include "daemon/systemd.h"
#include "keeper/vault_process.h"
#include "netfilter/shortcut_load.h"

/* The optional packages, and what a build without them lacks. */
static const struct {
	bool (*is_built)(void);
	const char *package, *lacks;
} pieces[] = {
	{ capture_is_built, "libpcap", "check, watch and explain read no packets" },
	{ systemd_is_built, "libsystemd", "systemd is not told about readiness and state" },
	{ control_is_built, "jansson", "no ctl, and no --json" },
	{ seccomp_is_built, "libseccomp", "the system calls of the daemon are not filtered" },
	{ landlock_is_built, "Landlock", "the files of the daemon are not restricted" },
	{ vault_process_is_built, "p11-kit", "KSKs lie in files, and on no PKCS#11 token" },
	{ shortcut_load_is_built, "clang and libbpf", "the key shortcut must be off" },
};

static enum exit_code run_version(int argc, char **argv)
{
	if (options_next(&command_version, argc, argv) != -1 ||
	        !options_check_arguments(argc, argv, (struct arguments){ 0 }))
		return EXIT_USAGE;
	puts("sealgate " SEALGATE_VERSION);
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
		if (!pieces[i].is_built())
			printf("built without %s: %s\n", pieces[i].package, pieces[i].lacks);
	return EXIT_FINE;
}

const struct command command_version = { .name = "version",
	.summary = "print the version, and what this build lacks",
	.about = "Prints the version, and a line for each optional package that this build lacks.",
	.exits = "Exit codes: 0 success; 2 the command line is wrong.",
	.run = run_version };
