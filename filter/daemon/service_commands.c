/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/service_commands.h"

#include <unistd.h>

#include "base/advice.h"
#include "base/clock.h"
#include "base/complaint.h"
#include "base/encoding.h"
#include "base/log.h"
#include "config/config_table.h"
#include "config/network_text.h"
#include "daemon/counters.h"
#include "daemon/known_commands.h"
#include "daemon/nta_commands.h"
#include "daemon/prefix_text.h"
#include "daemon/reload.h"
#include "daemon/replace.h"
#include "daemon/sandbox.h"
#include "daemon/service.h"
#include "daemon/systemd.h"
#include "keys/life_needs.h"
#include "worker/worker_orders.h"

static void add_log_level(const struct service *s, struct control_reply *reply)
{
	control_add_text(reply, "log_level", log_level_word(log_get_level()));
	control_add_text(reply, "log_level_from",
	        s->log_level_is_told ? "ctl, until the next reload or restart" : "configuration");
}

static void reply_add_pause(struct service *s, struct control_reply *reply)
{
	unsigned left_s = pause_left_s(&s->pause, clock_monotonic_ms());

	control_add_flag(reply, "paused", left_s > 0);
	control_add_number(reply, "pause_left_s", left_s);
}

static void pause_judging(void *context, char *const words[], struct control_reply *reply)
{
	struct service *s = context;
	unsigned long seconds;

	if (!decimal_read(words[0], PAUSE_MAX_S, &seconds) || seconds == 0) {
		reply->code = CONTROL_USAGE;
		complaint_set(&reply->error, "pause SECONDS: a number from 1 to %d", PAUSE_MAX_S);
		return;
	}
	pause_begin(&s->pause, (unsigned)seconds, clock_monotonic_ms());
	service_tell_systemd(s);
	reply_add_pause(s, reply);
}

static void resume_judging(void *context, char *const words[], struct control_reply *reply)
{
	struct service *s = context;

	(void)words;
	pause_end(&s->pause);
	service_tell_systemd(s);
	reply_add_pause(s, reply);
}

/* Takes one of the words that the key log_level takes. */
static void set_log_level(void *context, char *const words[], struct control_reply *reply)
{
	struct service *s = context;
	struct complaint *why = &reply->error;
	enum log_level level;

	if (!log_level_find(words[0], &level)) {
		reply->code = CONTROL_USAGE;
		complaint_set(why, "log-level LEVEL: error, warning, info or debug");
		return;
	}
	log_warning("the log level becomes \"%s\", until the next reload or restart (sealgate ctl)",
	        log_level_word(level));
	log_set_level(level);
	s->log_level_is_told = true;
	add_log_level(s, reply);
}

static void add_zone_counts(const struct service *s, struct control_reply *reply)
{
	struct zone_counts n = zone_keeper_counts(s->zones);

	control_add_number(reply, "zones", zone_keeper_policy(s->zones)->zone_count);
	control_add_number(reply, "zones_broken", n.broken);
	control_add_number(reply, "zones_unsigned", n.without_signing);
	control_add_number(reply, "zones_unchecked", n.unchecked);
	control_add_number(reply, "zones_uncopied", n.uncopied);
}

/* What changed is in force for all other zones, but a script that changed this one must see that it
 * failed. A zone that was broken before fails no reload. */
static void add_reloaded_zones(const struct service *s, struct control_reply *reply)
{
	struct zone_counts n = zone_keeper_counts(s->zones);
	const char *first;
	unsigned news = zone_keeper_news(s->zones, &first);

	if (news > 0) {
		reply->code = CONTROL_NO;
		complaint_set(&reply->error,
		        "reloaded, but %u of the zones %s broken now, and %s what was there "
		        "before: %s",
		        news, news == 1 ? "is" : "are", news == 1 ? "keeps" : "keep", first);
		return;
	}
	add_zone_counts(s, reply);
	control_add_number(reply, "zones_read", n.changed + n.added);
	control_add_number(reply, "zones_gone", n.gone);
}

/* With the name of a zone, this one alone. */
static void reload_one(struct service *s, const char *zone, struct control_reply *reply)
{
	struct name apex;

	reply->code = CONTROL_USAGE;
	if (!s->zones)
		complaint_set(&reply->error, "only a signer can reload a ZONE");
	else if (!name_from_text(zone, &apex))
		complaint_set(&reply->error, "\"%.300s\" is not a domain name", zone);
	else
		reply->code = reload_zone(s, &apex, &reply->error) < 0 ? CONTROL_NO : CONTROL_FINE;
	if (reply->code == CONTROL_FINE)
		add_reloaded_zones(s, reply);
}

static void reload(void *context, char *const words[], struct control_reply *reply)
{
	struct service *s = context;
	struct config_changes changes;

	if (words[0]) {
		reload_one(s, words[0], reply);
		return;
	}
	if (reload_configuration(s, &changes, &reply->error) < 0) {
		reply->code = CONTROL_NO;
		return;
	}
	control_add_text(reply, "changed", changes.now);
	control_add_text(reply, "after_restart", changes.at_restart);
	if (s->zones)
		add_reloaded_zones(s, reply);
}

/* `sealgate rules` tells the daemon what it is about to do, so that the guard does not undo it. */
static void stand_back(void *context, char *const words[], struct control_reply *reply)
{
	struct service *s = context;

	(void)words;
	rules_guard_order(s->guard, RULES_ORDER_STAND_BACK);
	control_add_flag(reply, "rules_watched", false);
}

static void watch_rules(void *context, char *const words[], struct control_reply *reply)
{
	struct service *s = context;

	(void)words;
	rules_guard_order(s->guard, RULES_ORDER_WATCH);
	control_add_flag(reply, "rules_watched", true);
}

static void hand_over(void *context, int fd)
{
	replace_hand_over(context, fd);
}

/* For `sealgate run --replace`. */
static void let_replace(void *context, char *const words[], struct control_reply *reply)
{
	struct service *s = context;

	(void)words;
	if (systemd_started_us()) {
		/* systemd would start another one, beside the one that takes over */
		reply->code = CONTROL_NO;
		complaint_set(&reply->error,
		        "systemd runs this sealgate: use `systemctl restart "
		        "sealgate%s`, which loses no query either",
		        advice_unit());
		return;
	}
	s->is_replaced = true;
	reply->then = hand_over;
	control_add_number(reply, "pid", getpid());
}

static void add_rules(const struct service *s, struct control_reply *reply)
{
	enum rules_news news = rules_guard_news(s->guard);

	control_add_text(reply, "rules", rules_news_word(news));
	if (rules_news_is_bad(news)) {
		control_add_text(reply, "rules_why", rules_guard_why(s->guard));
		reply->code = CONTROL_UNPROTECTED;
	}
	control_add_number(reply, "rules_restored", rules_guard_restored(s->guard));
	if (rules_guard_added(s->guard)[0])
		control_add_text(reply, "rules_added", rules_guard_added(s->guard));
}

/* Over which transport answers can be had without the server. */
static const char *at_once_word(const struct service *s)
{
	if (!s->config->sign_at_once)
		return "off";
	if (s->started->tcp != TCP_RELAY)
		return service_sends_answers(s) ? "udp" : "off";
	return service_sends_answers(s) ? "udp,tcp" : "tcp";
}

/* Adds for how many zones each alarm rings. */
static void add_zone_alarms(const struct service *s, int64_t now_s, struct control_reply *reply)
{
	unsigned counts[] = {
		[ZONE_ALARM_NONE] = 0, [ZONE_ALARM_NEEDS] = 0, [ZONE_ALARM_FAILED] = 0
	};

	for (unsigned i = 0; i < zone_keeper_policy(s->zones)->zone_count; i++)
		counts[zone_keeper_alarm(s->zones, i, now_s)]++;
	control_add_number(reply, LIFE_ALARM_FAILED, counts[ZONE_ALARM_FAILED]);
	control_add_number(reply, LIFE_ALARM_NEEDS, counts[ZONE_ALARM_NEEDS]);
}

/* Adds the zone whose pre-made signatures expire first. */
static void add_zones(const struct service *s, struct control_reply *reply)
{
	int64_t now_s = service_now_s(s);
	const struct sign_zone *first = zone_keeper_first_to_end(s->zones, now_s);
	char name[NAME_TEXT_SIZE];

	add_zone_counts(s, reply);
	add_zone_alarms(s, now_s, reply);
	control_add_text(reply, "at_once", at_once_word(s));
	if (!first)
		return;
	int64_t lasts_s = sign_periods_last_s(&first->periods, now_s);
	control_add_text(reply, "presigned_first", name_text(&first->apex, name));
	control_add_number(reply, "presigned_left_days", lasts_s < 0 ? -1 : lasts_s / 86400);
}

/* The counters that show whether all is well. SIGUSR1 has all counters logged. */
static const char *const counters_told[] = { "queries", "queries_shortcut", "responses",
	"status_secure", "status_insecure", "status_indeterminate", "status_bogus",
	"responses_servfail", "responses_filtered", "queries_cd", "queries_rival",
	"responses_strayed", "passed_cd", "passed_tsig", "passed_soa", "passed_server",
	"passed_blocked", "passed_clock", "passed_dates", "passed_pause", "responses_letters",
	"odd_short", "odd_questions", "odd_records", "odd_place", "odd_trailing", "sockets_short" };
static const char *const monitors_told[] = { "monitor_would_pass", "monitor_would_refuse",
	"monitor_would_drop", "monitor_differs", "monitor_unknown", "monitor_asked" };
static const char *const signers_told[] = { "queries", "responses", "sign_queries_asked",
	"sign_queries_at_once", "sign_made", "sign_found", "sign_signed", "sign_exhausted",
	"sign_keys", "sign_broken", "sign_clock", "sign_failed", "odd_short", "odd_questions",
	"odd_records", "odd_place", "odd_trailing" };

static void add_counters(const struct service *s, const char *const names[], size_t count,
        struct control_reply *reply)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t sum = counters_sum(s->workers, s->worker_count, names[i]);
		control_add_number(reply, names[i], (int64_t)sum);
	}
}

/* Tells the servers whose answers are not judged. */
static void add_unjudged(const struct service *s, struct control_reply *reply)
{
	const struct config_networks *servers = &s->config->unjudged_servers;
	char text[CONFIG_NETWORKS_MAX * (NETWORK_TEXT_SIZE + 1)] = "";

	for (unsigned i = 0; i < servers->count; i++) {
		char one[NETWORK_TEXT_SIZE];
		size_t len = strlen(text);
		snprintf(text + len, sizeof(text) - len, "%s%s", i ? "," : "",
		        network_write(&servers->items[i], true, one));
	}
	control_add_text(reply, "unjudged_servers", text);
}

/* Tells the prefixes of NAT64s in force, and those that were found and are not used. */
static void add_prefixes(const struct service *s, struct control_reply *reply)
{
	struct found_prefixes found = { 0 };
	char text[PREFIX_LIST_SIZE];

	if (s->prefixes)
		prefix_keeper_found(s->prefixes, &found);
	control_add_text(reply, "dns64_prefixes", prefix_list_text(s->config, &found, true, text));
	control_add_text(reply, "dns64_refused", prefix_list_text(s->config, &found, false, text));
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void add_status(void *context, char *const words[], struct control_reply *reply)
{
	struct service *s = context;

	(void)words;
	control_add_text(reply, "role", key_word("role", s->started));
	control_add_text(reply, "mode", key_word("mode", s->started));
	add_rules(s, reply);
	control_add_text(reply, "version", SEALGATE_VERSION);
	control_add_text(reply, "sandbox", sandbox_words(rules_guard_sandbox(s->guard)));
	control_add_number(reply, "pid", getpid());
	control_add_number(
	        reply, "uptime_s", (int64_t)((clock_monotonic_ms() - s->started_ms) / 1000));
	reply_add_pause(s, reply);
	control_add_text(reply, "clock", clock_state_word(s->time.state));
	add_log_level(s, reply);
	if (s->zones) {
		add_zones(s, reply);
		add_counters(s, signers_told, COUNT(signers_told), reply);
	} else {
		control_add_text(reply, "blocked", key_word("blocked", s->config));
		add_unjudged(s, reply);
		add_prefixes(s, reply);
		nta_add_status(s, reply);
		add_counters(s, counters_told, COUNT(counters_told), reply);
		if (config_monitors(s->started))
			add_counters(s, monitors_told, COUNT(monitors_told), reply);
	}
}

/* All counters, and nothing else: for programs, which ask each few seconds. */
static void add_metrics(void *context, char *const words[], struct control_reply *reply)
{
	const struct service *s = context;

	(void)words;
	for (size_t i = 0; i < stats_field_count; i++)
		add_counters(s, &stats_fields[i].name, 1, reply);
}

const struct control_command service_commands[] = {
	{ "pause", "SECONDS", 1, 1, pause_judging, false },
	{ "resume", "", 0, 0, resume_judging, false },
	{ "flush", "[NAME]", 0, 1, known_command_flush, false },
	{ "zones", "[NAME]", 0, 1, known_command_zones, false },
	{ "servers", "", 0, 0, known_command_servers, false },
	{ "recent", "[NAME]", 0, 1, known_command_recent, false },
	{ "log-level", "LEVEL", 1, 1, set_log_level, false },
	{ "nta add", "NAME [UNTIL]", 1, 2, nta_command_add, false },
	{ "nta remove", "NAME", 1, 1, nta_command_remove, false },
	{ "nta list", "", 0, 0, nta_command_list, true },
	{ "reload", "[ZONE]", 0, 1, reload, false },
	{ "status", "", 0, 0, add_status, true },
	{ "metrics", "", 0, 0, add_metrics, true },
	{ "rules-removed", "", 0, 0, stand_back, false },
	{ "rules-applied", "", 0, 0, watch_rules, false },
	{ "replace", "", 0, 0, let_replace, false },
	{ NULL, NULL, 0, 0, NULL, false },
};
