/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sealgate keeper: looks after the keys of zones. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "cmd/command.h"
#include "cmd/options.h"
#include "daemon/control.h"
#include "daemon/keeper_commands.h"
#include "daemon/systemd.h"
#include "daemon/timekeeper.h"
#include "fetch/exchange.h"
#include "keeper/keeper_work.h"

/* What the keeper at work calls. */
struct keeping {
	struct timekeeper time;
	struct control *control; /* NULL: nobody gives orders */
	struct keeper *keeper;   /* while control_serve() runs */
};

static bool keeper_clock_is_trusted(void *context)
{
	struct keeping *keeping = context;

	timekeeper_look(&keeping->time, clock_monotonic_ms(), 0);
	return keeping->time.state != CLOCK_NOT_SET;
}

static void keeper_serve(void *context, struct keeper *keeper)
{
	struct keeping *keeping = context;

	keeping->keeper = keeper;
	control_serve(keeping->control);
}

static void keeper_is_alive(void *context)
{
	(void)context;
	systemd_alive();
}

/* Returns a descriptor that is readable when the keeper is to end or to read its configuration again; -1 on failure. */
static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static bool wants_reload(int signals)
{
	struct signalfd_siginfo info;

	return read(signals, &info, sizeof(info)) == sizeof(info) && info.ssi_signo == SIGHUP;
}

/* A keeper without a control socket does its work, too. */
static void open_keeper_control(struct keeping *keeping, const struct config *c)
{
	struct complaint why;

	keeping->control =
	        control_open(c->keeper_control_socket, keeper_commands, &keeping->keeper, &why);
	if (!keeping->control)
		log_warning("`sealgate keys` cannot reach the keeper: %s", why.text);
	else if (control_admit(keeping->control, c->keeper_group, &why) < 0)
		log_warning("%s", why.text);
}

static void begin_keeping(struct keeping *keeping, const struct config *c)
{
	char path[CONFIG_PATH_MAX + 10];

	*keeping = (struct keeping){ .control = NULL };
	snprintf(path, sizeof(path), "%s/clock", c->keeper_directory);
	timekeeper_init(&keeping->time, &clock_system, clock_built_s, path,
	        c->unsynchronised_clock == UNSYNCHRONISED_DOUBT);
	keeping->time.signs = true;
	open_keeper_control(keeping, c);
}

/* Works with this configuration. Returns true if it is to be read again. */
static bool keep_zones(const struct config *c, int signals, enum exit_code *code)
{
	struct keeping keeping;
	struct complaint error;

	begin_keeping(&keeping, c);
	const struct keeper_job job = { .config = c,
		.stop_fd = signals,
		.control_fd = keeping.control ? control_fd(keeping.control) : -1,
		.clock_is_trusted = keeper_clock_is_trusted,
		.serve = keeper_serve,
		.is_alive = keeper_is_alive,
		.context = &keeping };
	exchange_use_mark(0); /* what others see is looked at, on the machine of a signer, too */
	systemd_ready();
	bool good = keeper_work(&job, &error);
	if (!good)
		log_error("%s", error.text);
	control_close(keeping.control);
	*code = good ? EXIT_FINE : EXIT_NO;
	return good && wants_reload(signals);
}

static enum exit_code run_keeper(int argc, char **argv)
{
	enum exit_code code = EXIT_NO;
	struct options o;
	struct config c;
	bool goes_on = true;

	if (!options_read(&o, &command_keeper, argc, argv) ||
	        !options_check_arguments(argc, argv, (struct arguments){ 0 }))
		return EXIT_USAGE;
	int signals = open_signals();
	if (signals < 0) {
		log_error("signals cannot be received: %s", strerror(errno));
		return EXIT_NO;
	}
	while (goes_on) {
		if (!options_load_config(&o, &c)) {
			close(signals);
			return EXIT_USAGE;
		}
		goes_on = keep_zones(&c, signals, &code);
		config_fini(&c);
	}
	close(signals);
	return code;
}

static const struct command_option keeper_options[] = { OPTION_CONFIG, OPTION_INSTANCE, { 0 } };

const struct command command_keeper = { .name = "keeper",
	.summary = "look after the keys of zones, in the foreground",
	.about =
	        "Makes the keys of zones that have keeper = true, rolls them, signs ahead with the "
	        "vault, and writes timelines, until SIGTERM or SIGINT. SIGHUP has it read its "
	        "configuration again.",
	.options = keeper_options,
	.exits = "Exit codes: 0 ended by a signal; 1 failure; 2 the command line or the "
	         "configuration is wrong.",
	.run = run_keeper };
