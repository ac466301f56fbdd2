/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/life_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encoding.h"

#define FIRST_LINE    "sealgate-life 1"
#define YES_NO(claim) ((claim) ? "yes" : "no")

/* A time that the text has no form for would be lost: there is none before 1970. */
static const char *moment_write(int64_t time_s, char text[static DIGITS_TIME_SIZE])
{
	return time_s ? digits_time_write(time_s, text) : "-";
}

static void life_write_key(FILE *out, const struct life_key *k)
{
	char made[DIGITS_TIME_SIZE], due[DIGITS_TIME_SIZE], announced[DIGITS_TIME_SIZE];

	fprintf(out, "key %" PRIu32 " %s %u %u %s %s %s %s %s %s\n", k->id,
	        k->role == LIFE_KSK ? "ksk" : "zsk", k->algorithm, k->tag,
	        moment_write(k->made_s, made), moment_write(k->publish_s, due),
	        moment_write(k->announced_s, announced), k->is_leaving ? "leaves" : "stays",
	        k->is_standby ? "standby" : "main", k->is_compromised ? "stolen" : "safe");
	for (unsigned r = 0; r < LIFE_RECORDS; r++) {
		const struct life_mark *m = &k->marks[r];
		fprintf(out, "mark %s %s %s %s %s %" PRIu32 " %s\n", life_record_word(r),
		        life_stage_word(m->stage), moment_write(m->changed_s, made),
		        moment_write(m->seen_s, due), moment_write(m->announced_s, announced),
		        m->generation, m->is_doubted ? "doubted" : "sure");
	}
}

static void life_write_ttl(FILE *out, const char *name, struct life_ttl ttl)
{
	char seen[DIGITS_TIME_SIZE];

	fprintf(out, "ttl %s %" PRIu32 " %s\n", name, ttl.ttl_s, moment_write(ttl.seen_s, seen));
}

char *life_text_write(const struct life *life, const char *zone)
{
	char *text = NULL, last[DIGITS_TIME_SIZE];
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	fprintf(out, FIRST_LINE "\nzone %s\ngeneration %" PRIu32 "\nlast %s\nnext-id %" PRIu32 "\n",
	        zone, life->generation, moment_write(life->last_s, last), life->next_id);
	fprintf(out, "signed %s\nwants-ksk-roll %s\nwants-zsk-roll %s\n", YES_NO(life->is_signed),
	        YES_NO(life->wants_ksk_roll), YES_NO(life->wants_zsk_roll));
	fprintf(out, "doubted-clock %" PRId64 " %" PRId64 "\n", life->doubted_s,
	        life->doubted_from_s);
	life_write_ttl(out, "key", life->key_ttl);
	life_write_ttl(out, "zone", life->zone_ttl);
	life_write_ttl(out, "ds", life->ds_ttl);
	for (unsigned i = 0; i < life->count; i++)
		life_write_key(out, &life->keys[i]);
	fputs("end\n", out);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

struct life_reading {
	char *rest, *words; /* the text after the line, and what is left of the line */
	unsigned line;
	const char *path;
	struct complaint *error;
	bool failed;
};

static void life_wrong(struct life_reading *r, const char *fault)
{
	if (!r->failed)
		complaint_set(r->error, "%s line %u: %s", r->path, r->line, fault);
	r->failed = true;
}

/* Takes the next line. A line that does not end is not whole. */
static void life_line(struct life_reading *r)
{
	char *end = strchr(r->rest, '\n');

	r->line++;
	r->words = NULL;
	if (!end) {
		life_wrong(r, "the file ends in the middle; restore the state from a backup");
		return;
	}
	*end = '\0';
	r->words = r->rest;
	r->rest = end + 1;
}

/* Takes the next word of the line; an empty one if there is none. */
static const char *life_word_of(struct life_reading *r)
{
	char *word = r->failed ? NULL : strsep(&r->words, " ");

	if (!word || !*word) {
		life_wrong(r, "a word is missing");
		return "";
	}
	return word;
}

static void life_expect(struct life_reading *r, const char *expected)
{
	if (strcmp(life_word_of(r), expected) != 0 && !r->failed) {
		complaint_set(r->error, "%s line %u: the word \"%s\" is expected here", r->path,
		        r->line, expected);
		r->failed = true;
	}
}

static void life_line_ends(struct life_reading *r)
{
	if (r->words)
		life_wrong(r, "there is too much in the line");
}

static void life_line_of(struct life_reading *r, const char *keyword)
{
	if (r->failed)
		return;
	life_line(r);
	life_expect(r, keyword);
}

/* Returns which of `count` words is next. */
static unsigned life_one_of(struct life_reading *r, const char *const *words, unsigned count)
{
	const char *word = life_word_of(r);

	for (unsigned i = 0; i < count; i++)
		if (strcmp(word, words[i]) == 0)
			return i;
	life_wrong(r, "a word is not one that can stand there");
	return 0;
}

static bool life_is(struct life_reading *r, const char *no, const char *yes)
{
	const char *const words[] = { no, yes };
	return life_one_of(r, words, 2);
}

static unsigned long life_number(struct life_reading *r, unsigned long max)
{
	unsigned long value = 0;

	if (!decimal_read(life_word_of(r), max, &value))
		life_wrong(r, "a number is malformed or too large");
	return value;
}

static int64_t life_seconds(struct life_reading *r)
{
	const char *word = life_word_of(r);
	bool is_negative = *word == '-';
	unsigned long value = 0;

	if (!decimal_read(word + is_negative, INT32_MAX, &value))
		life_wrong(r, "a number of seconds is malformed or too large");
	return is_negative ? -(int64_t)value : (int64_t)value;
}

static int64_t life_moment(struct life_reading *r)
{
	const char *word = life_word_of(r);
	int64_t time_s = 0;

	if (strcmp(word, "-") != 0 && !digits_time_read(word, &time_s))
		life_wrong(r, "a time is not of the form YYYYMMDDHHmmSS");
	return time_s;
}

static void life_read_mark(struct life_reading *r, struct life_mark *m, enum life_record record)
{
	const char *stages[LIFE_UNRETENTIVE + 1];

	for (unsigned s = 0; s <= LIFE_UNRETENTIVE; s++)
		stages[s] = life_stage_word(s);
	life_line_of(r, "mark");
	life_expect(r, life_record_word(record));
	m->stage = life_one_of(r, stages, LIFE_UNRETENTIVE + 1);
	m->changed_s = life_moment(r);
	m->seen_s = life_moment(r);
	m->announced_s = life_moment(r);
	m->generation = (uint32_t)life_number(r, UINT32_MAX);
	m->is_doubted = life_is(r, "sure", "doubted");
	life_line_ends(r);
}

static void life_read_key(struct life_reading *r, struct life *life)
{
	struct life_key k = { .id = (uint32_t)life_number(r, UINT32_MAX) };

	k.role = life_is(r, "ksk", "zsk") ? LIFE_ZSK : LIFE_KSK;
	k.algorithm = (uint8_t)life_number(r, UINT8_MAX);
	k.tag = (uint16_t)life_number(r, UINT16_MAX);
	k.made_s = life_moment(r);
	k.publish_s = life_moment(r);
	k.announced_s = life_moment(r);
	k.is_leaving = life_is(r, "stays", "leaves");
	k.is_standby = life_is(r, "main", "standby");
	k.is_compromised = life_is(r, "safe", "stolen");
	life_line_ends(r);
	if (k.id >= life->next_id)
		life_wrong(r, "the id of the key is not below next-id");
	for (unsigned i = 0; i < life->count; i++)
		if (life->keys[i].tag == k.tag || life->keys[i].id >= k.id)
			life_wrong(r, "keys have one tag, or their ids do not grow");
	if (life->count == LIFE_KEYS_MAX)
		life_wrong(r, "there are too many keys");
	for (unsigned n = 0; n < LIFE_RECORDS && !r->failed; n++)
		life_read_mark(r, &k.marks[n], n);
	if (!r->failed)
		life->keys[life->count++] = k;
}

static void life_read_ttl(struct life_reading *r, const char *name, struct life_ttl *ttl)
{
	life_line_of(r, "ttl");
	life_expect(r, name);
	ttl->ttl_s = (uint32_t)life_number(r, INT32_MAX);
	ttl->seen_s = life_moment(r);
	life_line_ends(r);
}

static bool life_read_claim(struct life_reading *r, const char *keyword)
{
	life_line_of(r, keyword);
	bool claim = life_is(r, "no", "yes");
	life_line_ends(r);
	return claim;
}

static void life_read_head(struct life_reading *r, struct life *life, const char *zone)
{
	life_line_of(r, "sealgate-life");
	life_expect(r, "1");
	life_line_ends(r);
	life_line_of(r, "zone");
	life_expect(r, zone);
	life_line_ends(r);
	life_line_of(r, "generation");
	life->generation = (uint32_t)life_number(r, UINT32_MAX);
	life_line_ends(r);
	life_line_of(r, "last");
	life->last_s = life_moment(r);
	life_line_ends(r);
	life_line_of(r, "next-id");
	life->next_id = (uint32_t)life_number(r, UINT32_MAX);
	life_line_ends(r);
	life->is_signed = life_read_claim(r, "signed");
	life->wants_ksk_roll = life_read_claim(r, "wants-ksk-roll");
	life->wants_zsk_roll = life_read_claim(r, "wants-zsk-roll");
	life_line_of(r, "doubted-clock");
	life->doubted_s = life_seconds(r);
	life->doubted_from_s = life_seconds(r);
	life_line_ends(r);
	life_read_ttl(r, "key", &life->key_ttl);
	life_read_ttl(r, "zone", &life->zone_ttl);
	life_read_ttl(r, "ds", &life->ds_ttl);
}

bool life_text_read(
        struct life *life, const char *zone, char *text, const char *path, struct complaint *error)
{
	struct life_reading r = { .rest = text, .path = path, .error = error };
	static const char *const keywords[] = { "key", "end" };
	bool ends = false;

	life_init(life);
	life_read_head(&r, life, zone);
	while (!r.failed && !ends) {
		life_line(&r);
		ends = life_one_of(&r, keywords, 2);
		if (!ends)
			life_read_key(&r, life);
	}
	life_line_ends(&r);
	if (!r.failed && *r.rest)
		life_wrong(&r, "there is text after the end");
	if (r.failed)
		life_init(life);
	return !r.failed;
}
