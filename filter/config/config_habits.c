/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/config_habits.h"

#include <string.h>

#include "base/nearest.h"

#define WORDS_MAX 3

/* The word's index is the value. The first word is the default. */
static const struct habit {
	const char *member;
	size_t at; /* a uint8_t in struct config_zone */
	const char *words[WORDS_MAX + 1];
} habits[] = {
	{ "nxdomain", offsetof(struct config_zone, nxdomain), { "checked", "name", "type" } },
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

static bool say_words(struct config_reader *r, const config_setting_t *s, const struct habit *habit)
{
	const char *given = config_setting_get_string(s);
	struct nearest meant = nearest_to(given ? given : "");
	char hint[NEAREST_HINT_SIZE], list[80] = "";

	for (const char *const *word = habit->words; *word; word++) {
		size_t len = strlen(list);
		snprintf(list + len, sizeof(list) - len, "%s\"%s\"", len ? " or " : "", *word);
		nearest_try(&meant, *word);
	}
	return reader_wrong(
	        r, s, "%s must be %s%s", habit->member, list, nearest_hint(&meant, "", hint));
}

static bool habit_read(struct config_reader *r, const config_setting_t *s,
        const struct habit *habit, struct config_zone *zone)
{
	const char *given = config_setting_get_string(s);

	for (uint8_t i = 0; given && habit->words[i]; i++) {
		if (strcmp(habit->words[i], given) == 0) {
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
		if (value > 0)
			fprintf(out, " %s = \"%s\";", habits[i].member, habits[i].words[value]);
	}
}
