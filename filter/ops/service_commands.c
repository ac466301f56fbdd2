/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can be asked of the daemon: one function a command, and the table of them. */
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "ops/counters.h"
#include "ops/key.h"
#include "ops/notify.h"
#include "ops/service.h"

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

/* The counters that tell whether all is well; the others are in the log at SIGUSR1. */
static const char *const counters_told[] = { "queries", "responses", "status_secure",
	"status_insecure", "status_indeterminate", "status_bogus", "responses_servfail",
	"responses_paused" };

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
	for (size_t i = 0; i < sizeof(counters_told) / sizeof(counters_told[0]); i++) {
		uint64_t sum = counters_sum(s->workers, s->worker_count, counters_told[i]);
		say(reply, counters_told[i], json_integer((json_int_t)sum));
	}
}

const struct control_command service_commands[] = {
	{ "pause", "SECONDS", 1, pause_judging },
	{ "resume", "", 0, resume_judging },
	{ "status", "", 0, tell_status },
	{ NULL, NULL, 0, NULL },
};
