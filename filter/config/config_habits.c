/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/config_habits.h"

#include <string.h>

#include "base/nearest.h"

#define WORDS_MAX 3

/* The word's index is the value. The first word is the default. The words "true" and "false" are
 * written without quotation marks. */
static const struct habit {
	const char *member;
	size_t at; /* a uint8_t in struct config_zone */
	const char *words[WORDS_MAX + 1];
} habits[] = {
	{ "nxdomain", offsetof(struct config_zone, nxdomain), { "checked", "name", "type" } },
	{ "empty", offsetof(struct config_zone, empty), { "servfail", "nodata" } },
	{ "learn_cuts", offsetof(struct config_zone, ignores_cuts), { "true", "false" } },
	{ "keeper", offsetof(struct config_zone, is_kept), { "false", "true" } },
};

#define HABITS (sizeof(habits) / sizeof(habits[0]))

bool habit_is_member(const char *name)
{
	for (size_t i = 0; i < HABITS; i++) {
		if (strcmp(habits[i].member, name) == 0)
			return true;
	}
	return false;
}

static bool is_switch(const struct habit *habit)
{
	return strcmp(habit->words[0], "true") == 0 || strcmp(habit->words[1], "true") == 0;
}

/* Returns the value as a word, or "" if it is none. */
static const char *word_of(const config_setting_t *s, const struct habit *habit)
{
	const char *given = config_setting_get_string(s);

	if (is_switch(habit) && config_setting_type(s) == CONFIG_TYPE_BOOL)
		return config_setting_get_bool(s) ? "true" : "false";
	return is_switch(habit) || !given ? "" : given;
}

static bool say_words(struct config_reader *r, const config_setting_t *s, const struct habit *habit)
{
	struct nearest meant = nearest_to(word_of(s, habit));
	const char *mark = is_switch(habit) ? "" : "\"";
	char hint[NEAREST_HINT_SIZE], list[80] = "";

	for (const char *const *word = habit->words; *word; word++) {
		size_t len = strlen(list);
		snprintf(list + len, sizeof(list) - len, "%s%s%s%s", len ? " or " : "", mark, *word,
		        mark);
		nearest_try(&meant, *word);
	}
	return reader_wrong(
	        r, s, "%s must be %s%s", habit->member, list, nearest_hint(&meant, "", hint));
}

static bool habit_read(struct config_reader *r, const config_setting_t *s,
        const struct habit *habit, struct config_zone *zone)
{
	for (uint8_t i = 0; habit->words[i]; i++) {
		if (strcmp(habit->words[i], word_of(s, habit)) == 0) {
			*((uint8_t *)zone + habit->at) = i;
			return true;
		}
	}
	return say_words(r, s, habit);
}

bool habits_read(struct config_reader *r, const config_setting_t *s, struct config_zone *zone)
{
	for (size_t i = 0; i < HABITS; i++) {
		const config_setting_t *member = config_setting_get_member(s, habits[i].member);
		if (member && !habit_read(r, member, &habits[i], zone))
			return false;
	}
	return true;
}

void habits_show(const struct config_zone *zone, FILE *out)
{
	for (size_t i = 0; i < HABITS; i++) {
		uint8_t value = *((const uint8_t *)zone + habits[i].at);
		const char *mark = is_switch(&habits[i]) ? "" : "\"";
		if (value > 0)
			fprintf(out, " %s = %s%s%s;", habits[i].member, mark,
			        habits[i].words[value], mark);
	}
}
