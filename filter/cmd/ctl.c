/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <grp.h>
#include <string.h>
#include <sys/stat.h>

#include "base/advice.h"
#include "base/log.h"
#include "cmd/command.h"
#include "cmd/ctl_kept.h"
#include "cmd/ctl_metrics.h"
#include "cmd/options.h"
#include "daemon/control_client.h"

/* Joins the words with spaces. Returns false if they are too long. */
static bool write_request(char *const words[], char *request, size_t size)
{
	size_t len = 0;

	for (; *words && len < size; words++)
		len += (size_t)snprintf(request + len, size - len, "%s%s", len ? " " : "", *words);
	return len < size;
}

static enum exit_code print_answer(const struct control_answer *answer, bool as_json)
{
	const char *error = control_answer_error(answer);
	enum control_code code = control_answer_code(answer);

	if (error)
		log_error("%s", error);
	else
		control_answer_write(answer, as_json, stdout);
	if (code == CONTROL_FINE)
		return EXIT_FINE;
	if (code == CONTROL_UNPROTECTED)
		return EXIT_UNPROTECTED;
	return code == CONTROL_USAGE ? EXIT_USAGE : EXIT_NO;
}

/* The socket itself says which group may connect now. */
static void say_denied(const char *path)
{
	struct stat st;
	bool has_group = stat(path, &st) == 0 && (st.st_mode & S_IWGRP);
	const struct group *group = has_group ? getgrgid(st.st_gid) : NULL;
	char who[64] = CONTROL_OWNER;

	if (group)
		snprintf(who, sizeof(who), "members of the group %s", group->gr_name);
	log_error(CONTROL_DENIED "ask the daemon at %s", who, path);
}

static enum exit_code say_no_answer(const char *path, int error)
{
	if (error == -EACCES || error == -EPERM) {
		say_denied(path);
		return EXIT_NO;
	}
	if (error == -ENOENT || error == -ECONNREFUSED)
		log_error("there is no daemon at %s: does it run (`systemctl status sealgate%s`), "
		          "with this control_socket?",
		        path, advice_unit());
	else
		log_error("the daemon at %s does not answer: %s", path, strerror(-error));
	return EXIT_UNREACHABLE;
}

/* Asks the daemon of this configuration, prints what it says, and, for its status, what the keeper
 * says. */
static enum exit_code ask_daemon(
        const struct options *o, const struct config *c, const char *request)
{
	int error = 0;
	struct control_answer *answer = control_ask(c->control_socket, request, &error);

	if (!answer)
		return say_no_answer(c->control_socket, error);
	if (strcmp(request, "status") == 0 && !control_answer_error(answer))
		ctl_kept_append(c, answer);
	enum exit_code code = print_answer(answer, o->json);
	control_answer_free(answer);
	return code;
}

/* A daemon or a keeper that does not answer is a metric, too; a reader without the right is an
 * error. */
static enum exit_code print_metrics(const struct options *o, const struct config *c)
{
	struct metrics_page page = { .out = stdout, .is_openmetrics = o->openmetrics };
	struct metrics_answers answers = { .status = NULL };
	int error = 0;
	struct control_answer *status = control_ask(c->control_socket, "status", &error);

	if (!status && (error == -EACCES || error == -EPERM))
		return say_no_answer(c->control_socket, error);
	struct control_answer *counters =
	        status ? control_ask(c->control_socket, "metrics", &error) : NULL;
	struct control_answer *kept = ctl_kept_zones(c, &answers.wants_keeper);
	answers.status = status;
	answers.counters = counters;
	answers.kept = kept;
	ctl_metrics_write(&page, &answers);
	control_answer_free(status);
	control_answer_free(counters);
	control_answer_free(kept);
	return EXIT_FINE;
}

static enum exit_code run_ctl(int argc, char **argv)
{
	const struct command_verb *verb;
	char request[CONTROL_REQUEST_MAX];
	struct options o;
	struct config c;

	if (!options_read(&o, &command_ctl, argc, argv))
		return EXIT_USAGE;
	char *const *words = argv + optind;
	verb = options_verb(&command_ctl, argc, argv);
	if (!verb || !options_check_verb(argc, argv, verb))
		return EXIT_USAGE;
	if (o.openmetrics && strcmp(verb->name, "metrics") != 0) {
		options_wrong(argv[0], "--openmetrics is an option of the word metrics");
		return EXIT_USAGE;
	}
	if (!write_request(words, request, sizeof(request))) {
		options_wrong(
		        argv[0], "the command has more than %d octets", CONTROL_REQUEST_MAX - 1);
		return EXIT_USAGE;
	}
	if (!control_is_built()) {
		log_error("ctl: this build lacks jansson");
		return EXIT_UNREACHABLE;
	}
	/* A file that is wrong must not keep the operator from the daemon that runs. */
	if (!options_load_config_or_salvage(&o, &c, SALVAGE_SOCKET))
		return EXIT_USAGE;
	bool is_page = strcmp(request, "metrics") == 0 && !o.json;
	enum exit_code code = is_page ? print_metrics(&o, &c) : ask_daemon(&o, &c, request);
	config_fini(&c);
	return code;
}

static const struct command_verb ctl_verbs[] = {
	{ "pause", "SECONDS", "let every packet pass unjudged for this time, a day at most", NULL },
	{ "resume", NULL, "end the pause", NULL },
	{ "flush", "[NAME]",
	        "forget the learned keys and the judged messages: all, or those of NAME and of "
	        "all names below it; a signer forgets the zone cuts and names that it learned",
	        NULL },
	{ "zones", "[NAME]", "print what is known of zones, all or at and below NAME", NULL },
	{ "servers", NULL, "print what is known of servers", NULL },
	{ "recent", "[NAME]", "print the last refusals, all or at and below NAME", NULL },
	{ "log-level", "LEVEL",
	        "log this (error, warning, info or debug) until the next reload or restart", NULL },
	{ "nta add", "NAME [UNTIL]",
	        "treat a zone with broken DNSSEC as unsigned (RFC 7646), for a day or UNTIL: 30m, "
	        "12h, 7d at most, or YYYYMMDDHHMMSS in UTC",
	        NULL },
	{ "nta remove", "NAME", "end that, and judge the zone again", NULL },
	{ "nta list", NULL, "print the negative trust anchors, their origin and their end", NULL },
	{ "reload", "[ZONE]",
	        "read the configuration again, and the zones and keys of a signer that changed; or "
	        "one ZONE of a signer, and nothing else",
	        NULL },
	{ "status", NULL, "print the state and the main counters", NULL },
	{ "metrics", NULL,
	        "print all counters, and the state of each zone of the keeper, as Prometheus reads "
	        "them",
	        NULL },
	{ 0 },
};

static const struct command_option ctl_options[] = {
	OPTION_CONFIG,
	OPTION_INSTANCE,
	{ "json", 'j', true, NULL, "print JSON" },
	{ "openmetrics", 'm', false, NULL, "metrics: print them in the format of OpenMetrics" },
	{ 0 },
};

const struct command command_ctl = { .name = "ctl",
	.summary = "send a command to the running daemon",
	.verbs = ctl_verbs,
	.options = ctl_options,
	.note = "Root may use all commands. Members of the group control_group may use those that "
	        "change nothing, such as status.",
	.exits = "Exit codes: 0 success; 1 failure; 2 the command line or the configuration is "
	         "wrong; 3 no daemon is running; 4 status: the rules are not in force, so DNS may "
	         "pass unjudged.",
	.run = run_ctl };
