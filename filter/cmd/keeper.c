/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sealgate keeper: looks after the keys of zones. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
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

/* The keeper at work calls functions with this context. */
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

static bool keeper_clock_is_synchronised(void *context)
{
	struct keeping *keeping = context;

	return keeping->time.state == CLOCK_SET;
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

/* Returns a descriptor that is readable when the keeper is to end or to read its configuration
 * again; -1 on failure. */
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
	else if (control_admit(keeping->control, c->keeper_group, "keeper.group", &why) < 0)
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
		.clock_is_synchronised = keeper_clock_is_synchronised,
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

/* The keys of ZSKs are in this memory. */
static void guard_keeper_memory(void)
{
	const struct rlimit none = { 0, 0 };

	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	setrlimit(RLIMIT_CORE, &none);
}

/* The configuration in force, and the one before, to go back to. */
struct keeper_configs {
	struct config all[2];
	unsigned at; /* the one in force */
	bool has_former;
};

static void drop_former(struct keeper_configs *c)
{
	if (c->has_former)
		config_fini(&c->all[!c->at]);
	c->has_former = false;
}

/* Reads the configuration again. One that is wrong changes nothing: zones would run out of
 * signatures. */
static void read_configuration_again(struct keeper_configs *c, const struct options *o)
{
	drop_former(c);
	c->has_former = options_load_config(o, &c->all[!c->at]);
	if (c->has_former)
		c->at = !c->at;
	else
		log_error(
		        "the configuration cannot be used: the keeper goes on with the one before");
}

/* The keeper could not begin. Returns false if there is no other configuration. */
static bool go_back(struct keeper_configs *c)
{
	if (!c->has_former)
		return false;
	log_error("the keeper goes on with the configuration before");
	c->at = !c->at;
	drop_former(c);
	return true;
}

static enum exit_code keep_on(const struct options *o, struct keeper_configs *c, int signals)
{
	enum exit_code code = EXIT_NO;
	bool goes_on = true;

	while (goes_on) {
		goes_on = keep_zones(&c->all[c->at], signals, &code);
		if (goes_on)
			read_configuration_again(c, o);
		else
			goes_on = code != EXIT_FINE && go_back(c);
	}
	drop_former(c);
	config_fini(&c->all[c->at]);
	return code;
}

static enum exit_code run_keeper(int argc, char **argv)
{
	enum exit_code code = EXIT_USAGE;
	struct keeper_configs configs = { .at = 0 };
	struct options o;

	if (!options_read(&o, &command_keeper, argc, argv) ||
	        !options_check_arguments(argc, argv, (struct arguments){ 0 }))
		return EXIT_USAGE;
	guard_keeper_memory();
	int signals = open_signals();
	if (signals < 0) {
		log_error("signals cannot be received: %s", strerror(errno));
		return EXIT_NO;
	}
	if (options_load_config(&o, &configs.all[0]))
		code = keep_on(&o, &configs, signals);
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
