/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be asked of the daemon: one function a command, and the table of them. */
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "config/config_table.h"
#include "daemon/counters.h"
#include "daemon/notify.h"
#include "daemon/service.h"
#include "worker/worker_orders.h"

static void say(struct control_reply *reply, const char *key, json_t *value)
{
	json_object_set_new(reply->values, key, value);
}

static void say_pause(struct service *s, struct control_reply *reply)
{
	unsigned left_s = pausing_left_s(&s->pausing, clock_monotonic_ms());

	say(reply, "paused", json_boolean(left_s > 0));
	say(reply, "pause_left_s", json_integer(left_s));
}

static void pause_judging(void *context, char *const words[], struct control_reply *reply)
{
	struct service *s = context;
	char *end;
	unsigned long seconds = strtoul(words[0], &end, 10);

	if (words[0][0] < '0' || words[0][0] > '9' || *end || seconds < 1 ||
	        seconds > PAUSE_MAX_S) {
		reply->code = CONTROL_USAGE;
		snprintf(reply->error, sizeof(reply->error), "pause SECONDS: a number from 1 to %d",
		        PAUSE_MAX_S);
		return;
	}
	pausing_begin(&s->pausing, (unsigned)seconds, clock_monotonic_ms());
	service_tell_manager(s);
	say_pause(s, reply);
}

static void resume_judging(void *context, char *const words[], struct control_reply *reply)
{
	struct service *s = context;

	(void)words;
	pausing_end(&s->pausing);
	service_tell_manager(s);
	say_pause(s, reply);
}

/* What was learned of zones, and made of messages; it is learned again when it is wanted. */
static void flush(void *context, char *const words[], struct control_reply *reply)
{
	const struct service *s = context;

	(void)words;
	if (s->zones) {
		reply->code = CONTROL_NO;
		snprintf(reply->error, sizeof(reply->error),
		        "a signer learns nothing that could be flushed; `sealgate ctl reload` "
		        "reads its keys again");
		return;
	}
	for (unsigned i = 0; i < s->worker_count; i++)
		worker_forget(s->workers[i]);
	say(reply, "flushed", json_true());
}

static void reload(void *context, char *const words[], struct control_reply *reply)
{
	struct service *s = context;

	(void)words;
	if (service_reload(s, reply->error, sizeof(reply->error)) < 0) {
		reply->code = CONTROL_NO;
		return;
	}
	say(reply, "zones", json_integer(zone_keeper_policy(s->zones)->zone_count));
}

/* What is to be done soon: what the KSK signed ahead ends first of this zone. */
static void tell_zones(const struct service *s, struct control_reply *reply)
{
	int64_t now_s = service_now_s(s);
	const struct sign_zone *first = zone_keeper_first_to_end(s->zones, now_s);
	int64_t lasts_s = zone_keeper_zone_lasts_s(first, now_s);
	char name[NAME_TEXT_SIZE];

	say(reply, "zones", json_integer(zone_keeper_policy(s->zones)->zone_count));
	say(reply, "presigned_first", json_string(name_text(&first->apex, name)));
	say(reply, "presigned_left_days", json_integer(lasts_s < 0 ? -1 : lasts_s / 86400));
}

/* The counters that tell whether all is well; the others are in the log at SIGUSR1. */
static const char *const counters_told[] = { "queries", "queries_shortcut", "responses",
	"status_secure", "status_insecure", "status_indeterminate", "status_bogus",
	"responses_servfail", "queries_cd", "queries_rival", "responses_strayed", "passed_cd",
	"passed_tsig", "passed_clock", "passed_dates", "passed_pause" };
static const char *const signers_told[] = { "queries", "responses", "sign_queries_asked",
	"sign_made", "sign_found", "sign_signed", "sign_exhausted", "sign_keys", "sign_clock",
	"sign_failed" };

static void tell_counters(const struct service *s, const char *const names[], size_t count,
        struct control_reply *reply)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t sum = counters_sum(s->workers, s->worker_count, names[i]);
		say(reply, names[i], json_integer((json_int_t)sum));
	}
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void tell_status(void *context, char *const words[], struct control_reply *reply)
{
	struct service *s = context;

	(void)words;
	say(reply, "role", json_string(key_word("role", s->config)));
	say(reply, "mode", json_string(key_word("mode", s->config)));
	say(reply, "version", json_string(SEALGATE_VERSION));
	say(reply, "pid", json_integer(getpid()));
	say(reply, "uptime_s",
	        json_integer((json_int_t)((clock_monotonic_ms() - s->started_ms) / 1000)));
	say_pause(s, reply);
	say(reply, "clock", json_string(clock_state_word(s->time.state)));
	if (s->zones) {
		tell_zones(s, reply);
		tell_counters(s, signers_told, COUNT(signers_told), reply);
	} else {
		tell_counters(s, counters_told, COUNT(counters_told), reply);
	}
}

const struct control_command service_commands[] = {
	{ "pause", "SECONDS", 1, pause_judging },
	{ "resume", "", 0, resume_judging },
	{ "flush", "", 0, flush },
	{ "reload", "", 0, reload },
	{ "status", "", 0, tell_status },
	{ NULL, NULL, 0, NULL },
};
