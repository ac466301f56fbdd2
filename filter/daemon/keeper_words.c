/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/keeper_words.h"

#include <stdio.h>

#include "wire/name.h"

#define WORD_KEY_SIZE 64

static void add_word_count(const char *word, unsigned count, struct control_reply *reply)
{
	char key[WORD_KEY_SIZE];

	snprintf(key, sizeof(key), "kept_%s", word);
	for (char *c = key; *c; c++) {
		if (*c == ' ')
			*c = '_';
	}
	control_add_number(reply, key, count);
}

static bool needs_somebody(const struct keeper_zone *zone)
{
	return zone->turned_s &&
	       (zone->last.word == LIFE_ACTION_NEEDED || zone->last.word == LIFE_INTERNAL_FAILURE);
}

static void add_word_counts(const struct keeper *k, struct control_reply *reply)
{
	unsigned counts[LIFE_WORDS] = { 0 }, unknown = 0;

	for (unsigned i = 0; i < k->zones.count; i++) {
		const struct keeper_zone *zone = k->zones.items[i];
		if (zone->turned_s)
			counts[zone->last.word]++;
		else
			unknown++;
	}
	for (unsigned word = 0; word < LIFE_WORDS; word++)
		add_word_count(life_word_text(word), counts[word], reply);
	if (unknown > 0)
		add_word_count(LIFE_NO_WORD_YET, unknown, reply);
}

void keeper_words_add(const struct keeper *k, struct control_reply *reply)
{
	char name[NAME_TEXT_SIZE];

	add_word_counts(k, reply);
	control_begin_rows(reply, "kept");
	for (unsigned i = 0; i < k->zones.count; i++) {
		const struct keeper_zone *zone = k->zones.items[i];
		if (!needs_somebody(zone))
			continue;
		if (!control_begin_row(reply))
			break;
		control_add_text(reply, "zone", name_text(&zone->kept.name, name));
		control_add_text(reply, "word", life_word_text(zone->last.word));
	}
	control_end_rows(reply);
}
