/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/ctl_metrics.h"

#include <string.h>

#include "daemon/rules_guard.h"
#include "daemon/timekeeper.h"
#include "flow/stats.h"
#include "keys/life_needs.h"
#include "keys/life_word.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- The daemon ---- */

/* A number of `status`, or a flag. */
struct status_metric {
	const char *key;
	struct metrics_family family;
};

static const struct status_metric status_metrics[] = {
	{ "uptime_s", { "sealgate_uptime_seconds", METRICS_GAUGE, "seconds",
	                      "Time since sealgate was started" } },
	{ "paused", { "sealgate_paused", METRICS_GAUGE, NULL,
	                    "1 while packets pass unjudged on order" } },
	{ "rules_restored", { "sealgate_rules_restored", METRICS_COUNTER, NULL,
	                            "Times sealgate put its firewall rules back" } },
	{ "zones", { "sealgate_zones", METRICS_GAUGE, NULL, "Zones of a signer" } },
	{ "zones_broken",
	        { "sealgate_zones_broken", METRICS_GAUGE, NULL,
	                "Zones whose files are wrong: they keep what was there before" } },
	{ "zones_unsigned",
	        { "sealgate_zones_unsigned", METRICS_GAUGE, NULL, "Zones that are not signed" } },
	{ "zones_uncopied", { "sealgate_zones_uncopied", METRICS_GAUGE, NULL,
	                            "Zones whose timeline in force could not be copied: a restart "
	                            "may forget it" } },
	{ LIFE_ALARM_FAILED, { "sealgate_zones_failed", METRICS_GAUGE, NULL,
	                             "Zones for which this gateway rings " LIFE_ALARM_FAILED } },
	{ LIFE_ALARM_NEEDS, { "sealgate_zones_needing_action", METRICS_GAUGE, NULL,
	                            "Zones for which this gateway rings " LIFE_ALARM_NEEDS } },
};

/* A word of `status`, of which each that is possible has a sample. */
struct status_words {
	const char *key;
	const char *(*word)(unsigned number);
	unsigned count;
	struct metrics_family family;
};

static const char *rules_word(unsigned number)
{
	return rules_news_word((enum rules_news)number);
}

static const char *clock_word(unsigned number)
{
	return clock_state_word((enum clock_state)number);
}

static const struct status_words status_words[] = {
	{ "rules", rules_word, RULES_NEWS_UNWATCHED + 1,
	        { "sealgate_rules", METRICS_GAUGE, NULL,
	                "1 for the state of the firewall rules" } },
	{ "clock", clock_word, CLOCK_NOT_SET + 1,
	        { "sealgate_clock", METRICS_GAUGE, NULL, "1 for the state of the clock" } },
};

static void write_words(struct metrics_page *page, const struct status_words *words, const char *is)
{
	metrics_begin(page, &words->family);
	for (unsigned i = 0; i < words->count; i++) {
		const struct metrics_label label = { "state", words->word(i) };
		metrics_add(page, &label, 1, strcmp(label.value, is) == 0);
	}
}

static void write_build(struct metrics_page *page, const struct control_row *status)
{
	static const struct metrics_family build = { "sealgate_build_info", METRICS_GAUGE, NULL,
		"1 for the version, role and mode of the daemon" };
	const struct metrics_label labels[] = { { "version", control_row_text(status, "version") },
		{ "role", control_row_text(status, "role") },
		{ "mode", control_row_text(status, "mode") } };

	metrics_begin(page, &build);
	metrics_add(page, labels, COUNT(labels), 1);
}

static void write_status(struct metrics_page *page, const struct control_row *status)
{
	write_build(page, status);
	for (size_t i = 0; i < COUNT(status_metrics); i++) {
		const struct status_metric *m = &status_metrics[i];
		if (!control_row_has(status, m->key))
			continue;
		metrics_begin(page, &m->family);
		metrics_add_one(page,
		        control_row_flag(status, m->key) ? 1 : control_row_number(status, m->key));
	}
	for (size_t i = 0; i < COUNT(status_words); i++)
		if (control_row_has(status, status_words[i].key))
			write_words(page, &status_words[i],
			        control_row_text(status, status_words[i].key));
}

/* A daemon of another version may have others: those that both know are written. */
static void write_counters(struct metrics_page *page, const struct control_row *counters)
{
	char name[96];

	for (size_t i = 0; i < stats_field_count; i++) {
		const struct stats_field *field = &stats_fields[i];
		const struct metrics_family family = {
			.name = name, .type = METRICS_COUNTER, .help = field->help
		};
		if (!control_row_has(counters, field->name))
			continue;
		snprintf(name, sizeof(name), "sealgate_%s", field->name);
		metrics_begin(page, &family);
		metrics_add_one(page, control_row_number(counters, field->name));
	}
}

/* ---- The keeper ---- */

static void add_of_zone(struct metrics_page *page, const struct control_row *zone,
        const char *label, const char *text, int64_t value)
{
	const struct metrics_label labels[] = { { "zone", control_row_text(zone, "zone") },
		{ label, text } };

	metrics_add(page, labels, label ? 2 : 1, value);
}

static void add_state(struct metrics_page *page, const struct control_row *zone)
{
	const char *is = control_row_text(zone, "word");

	for (unsigned word = 0; word <= LIFE_WORDS; word++) {
		const char *text =
		        word < LIFE_WORDS ? life_word_text((enum life_word)word) : LIFE_NO_WORD_YET;
		add_of_zone(page, zone, "state", text, strcmp(text, is) == 0);
	}
}

static void add_alarm_flags(struct metrics_page *page, const struct control_row *zone)
{
	static const char *const alarms[] = { LIFE_ALARM_FAILED, LIFE_ALARM_NEEDS };

	for (size_t i = 0; i < COUNT(alarms); i++)
		add_of_zone(page, zone, "alarm", alarms[i], control_row_flag(zone, alarms[i]));
}

static void add_vault(struct metrics_page *page, const struct control_row *zone)
{
	add_of_zone(page, zone, NULL, NULL, !control_row_has(zone, "vault_fault"));
}

static void add_timeline_end(struct metrics_page *page, const struct control_row *zone)
{
	if (control_row_has(zone, "timeline_end_s"))
		add_of_zone(page, zone, NULL, NULL, control_row_number(zone, "timeline_end_s"));
}

static void add_looked(struct metrics_page *page, const struct control_row *zone)
{
	if (control_row_has(zone, "looked_s"))
		add_of_zone(page, zone, NULL, NULL, control_row_number(zone, "looked_s"));
}

static const struct {
	struct metrics_family family;
	void (*add)(struct metrics_page *page, const struct control_row *zone);
} kept_metrics[] = {
	{ { "sealgate_kept_zone_state", METRICS_GAUGE, NULL,
	          "1 for the word of a zone of the keeper (sealgate keys status)" },
	        add_state },
	{ { "sealgate_kept_zone_alarm", METRICS_GAUGE, NULL,
	          "1 while the alarm rings for a zone of the keeper" },
	        add_alarm_flags },
	{ { "sealgate_kept_zone_vault_works", METRICS_GAUGE, NULL,
	          "0 if the vault failed when the zone needed it last" },
	        add_vault },
	{ { "sealgate_kept_zone_timeline_end_timestamp_seconds", METRICS_GAUGE, "seconds",
	          "When the last signature of the timeline in place ends its day" },
	        add_timeline_end },
	{ { "sealgate_kept_zone_looked_timestamp_seconds", METRICS_GAUGE, "seconds",
	          "When the keeper saw the servers of the zone last" },
	        add_looked },
};

static void write_kept(struct metrics_page *page, const struct control_row *values)
{
	unsigned count = control_row_count(values, "zones");

	for (size_t i = 0; i < COUNT(kept_metrics); i++) {
		metrics_begin(page, &kept_metrics[i].family);
		for (unsigned n = 0; n < count; n++)
			kept_metrics[i].add(page, control_row_at(values, "zones", n));
	}
}

/* ---- The page ---- */

static void write_up(struct metrics_page *page, const char *name, const char *help, bool is_up)
{
	const struct metrics_family up = { .name = name, .type = METRICS_GAUGE, .help = help };

	metrics_begin(page, &up);
	metrics_add_one(page, is_up);
}

void ctl_metrics_write(struct metrics_page *page, const struct metrics_answers *answers)
{
	write_up(page, "sealgate_up", "1 if the daemon answers", answers->status != NULL);
	if (answers->status)
		write_status(page, control_answer_values(answers->status));
	if (answers->counters)
		write_counters(page, control_answer_values(answers->counters));
	if (answers->kept || answers->wants_keeper)
		write_up(page, "sealgate_keeper_up", "1 if the keeper of this machine answers",
		        answers->kept != NULL);
	if (answers->kept)
		write_kept(page, control_answer_values(answers->kept));
	metrics_end(page);
}
