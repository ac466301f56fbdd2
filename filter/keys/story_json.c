/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/story_json.h"

#include <inttypes.h>

#include "base/quoted.h"
#include "crypto/crypto.h"

static const char *truth(unsigned claim)
{
	return claim ? "true" : "false";
}

/* Writes a member, or null for a time that nobody knows. */
static void write_time(FILE *out, const char *name, int64_t time_s)
{
	if (time_s && time_s != TIMELINE_NO_END)
		fprintf(out, "\"%s\": %" PRId64, name, time_s);
	else
		fprintf(out, "\"%s\": null", name);
}

static void write_deeds(FILE *out, const struct story_stretch *stretch)
{
	fputc('{', out);
	write_time(out, "from", stretch->from_s);
	fputs(", ", out);
	write_time(out, "until", stretch->until_s);
	fprintf(out, ", \"published\": %s, \"signs\": %s, \"in_cds\": %s}",
	        truth(stretch->deeds & STORY_PUBLISHED), truth(stretch->deeds & STORY_SIGNS),
	        truth(stretch->deeds & STORY_SYNCED));
}

static void write_records(FILE *out, const struct life_key *k)
{
	const char *comma = "";

	fputs(", \"records\": {", out);
	for (unsigned r = 0; r < LIFE_RECORDS; r++) {
		if (k->role == LIFE_KSK ? r == LIFE_ZRRSIG : r == LIFE_KRRSIG || r == LIFE_DS)
			continue;
		fprintf(out, "%s\"%s\": {\"stage\": \"%s\", ", comma, life_record_word(r),
		        life_stage_word(k->marks[r].stage));
		write_time(out, "since", k->marks[r].changed_s);
		fputc('}', out);
		comma = ", ";
	}
	fprintf(out, "}, \"leaves\": %s, \"standby\": %s, \"compromised\": %s",
	        truth(k->is_leaving), truth(k->is_standby), truth(k->is_compromised));
}

static void write_story_key(FILE *out, const struct story_key *k)
{
	fprintf(out, "{\"role\": \"%s\", \"tag\": %u, \"algorithm\": %u, \"mnemonic\": \"%s\", ",
	        k->is_ksk ? "KSK" : "ZSK", k->tag, k->algorithm, algorithm_text(k->algorithm));
	write_time(out, "made", k->made_s);
	if (k->state)
		write_records(out, k->state);
	fputs(", \"stretches\": [", out);
	for (unsigned i = 0; i < k->count; i++) {
		fputs(i ? ", " : "", out);
		write_deeds(out, &k->stretches[i]);
	}
	fputs("]}", out);
}

static void write_story_step(FILE *out, const struct key_story *s, const struct story_step *step)
{
	char sentence[STORY_SENTENCE];

	fputc('{', out);
	write_time(out, "at", step->at_s);
	fprintf(out, ", \"tag\": %u, \"planned\": %s, \"what\": ", s->keys[step->key].tag,
	        truth(story_is_plan(s, step)));
	quoted_json(out, story_sentence(s, step, sentence));
	fputc('}', out);
}

void story_json_write(FILE *out, const struct key_story *s)
{
	char name[NAME_TEXT_SIZE];

	fputs("{\"zone\": ", out);
	quoted_json(out, name_text(&s->zone, name));
	fprintf(out, ", \"generation\": %" PRIu64 ", ", s->timeline->generation);
	write_time(out, "now", s->now_s);
	fputs(", ", out);
	write_time(out, "made", s->timeline->made_s);
	fputs(", ", out);
	write_time(out, "end", s->end_s);
	fputs(",\n \"keys\": [", out);
	for (unsigned i = 0; i < s->key_count; i++) {
		fputs(i ? ",\n  " : "\n  ", out);
		write_story_key(out, &s->keys[i]);
	}
	fputs("],\n \"steps\": [", out);
	for (unsigned i = 0; i < s->step_count; i++) {
		fputs(i ? ",\n  " : "\n  ", out);
		write_story_step(out, s, &s->steps[i]);
	}
	fputs("]}\n", out);
}
