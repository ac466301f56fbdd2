/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/life.h"

#include <string.h>

void life_init(struct life *life)
{
	memset(life, 0, sizeof(*life));
	life->next_id = 1;
}

struct life_key *life_add(struct life *life, enum life_role role, uint8_t algorithm, uint16_t tag,
        int64_t made_s, int64_t publish_s)
{
	if (life->count == LIFE_KEYS_MAX)
		return NULL;
	struct life_key *k = &life->keys[life->count++];
	memset(k, 0, sizeof(*k));
	k->id = life->next_id++;
	k->role = role;
	k->algorithm = algorithm;
	k->tag = tag;
	k->made_s = made_s;
	k->publish_s = publish_s;
	return k;
}

void life_remove(struct life *life, unsigned index)
{
	life->count--;
	memmove(&life->keys[index], &life->keys[index + 1],
	        (life->count - index) * sizeof(life->keys[0]));
}

void life_count_up(struct life *life)
{
	if (life->generation < UINT32_MAX)
		life->generation++;
}

void life_mark_set(struct life *life, struct life_key *k, enum life_record record,
        enum life_stage stage, int64_t at_s)
{
	k->marks[record] = (struct life_mark){
		.stage = stage,
		.changed_s = at_s,
		.generation = life->generation,
	};
}

bool life_is_gone(const struct life_key *k)
{
	for (unsigned r = 0; r < LIFE_RECORDS; r++)
		if (!life_is_hidden(k, r))
			return false;
	return true;
}

bool life_counts_for_ds(const struct life *life)
{
	for (unsigned i = 0; i < life->count; i++)
		if (life_is_uncertain(&life->keys[i], LIFE_DS) &&
		        life->keys[i].marks[LIFE_DS].seen_s)
			return true;
	return false;
}

bool life_has_algorithm(const struct life *life, uint8_t algorithm)
{
	for (unsigned i = 0; i < life->count; i++)
		if (life->keys[i].algorithm == algorithm &&
		        life_is_out(&life->keys[i], LIFE_DNSKEY))
			return true;
	return false;
}

const char *life_stage_word(enum life_stage stage)
{
	static const char *const words[] = { "hidden", "rumoured", "omnipresent", "unretentive" };
	return words[stage];
}

const char *life_record_word(enum life_record record)
{
	static const char *const words[] = { "dnskey", "krrsig", "ds", "zrrsig" };
	return words[record];
}
