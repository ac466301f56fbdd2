/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What people are told of the keys of a zone. Python reads the pictures and the JSON. */
#include "test.h"

#include "base/process.h"
#include "keys/key_story.h"
#include "keys/story_json.h"
#include "keys/story_svg.h"
#include "keys/story_text.h"
#include "planned.h"

#define NOW_S (INT64_C(20000) * PLANNED_DAY + 43200)
#define DAY   PLANNED_DAY

enum { KSK, OLD, NEW, KEYS };

/* A zone whose ZSK rolls in two days, as a timeline and as a state. */
struct tale {
	struct crypto *crypto;
	struct name zone;
	struct keypair keys[KEYS];
	struct timeline t;
	struct life life;
	struct life_policy policy;
	struct key_story story;
};

static void add_life_key(struct tale *tale, enum life_role role, unsigned key, int64_t publish_s)
{
	struct life_key *k = life_add(&tale->life, role, tale->keys[key].algorithm,
	        tale->keys[key].tag, NOW_S - 100 * DAY, publish_s);

	assert_non_null(k);
	if (key == NEW) {
		k->announced_s = publish_s;
		return;
	}
	life_mark_set(&tale->life, k, LIFE_DNSKEY, LIFE_OMNIPRESENT, NOW_S - 27 * DAY);
	life_mark_set(&tale->life, k, role == LIFE_KSK ? LIFE_KRRSIG : LIFE_ZRRSIG,
	        LIFE_OMNIPRESENT, NOW_S - 27 * DAY);
	if (role == LIFE_KSK)
		life_mark_set(&tale->life, k, LIFE_DS, LIFE_OMNIPRESENT, NOW_S - 20 * DAY);
}

static struct tale *new_tale(const char *zone)
{
	const struct planned_period periods[] = {
		{ NOW_S - DAY, NOW_S + 2 * DAY, 1 << KSK | 1 << OLD, 1 << KSK, 1 << OLD, 1 << KSK,
		        0, 0 },
		{ NOW_S + 2 * DAY, NOW_S + 3 * DAY, 1 << KSK | 1 << OLD | 1 << NEW, 1 << KSK,
		        1 << OLD, 1 << KSK, 0, 0 },
		{ NOW_S + 3 * DAY, NOW_S + 5 * DAY, 1 << KSK | 1 << NEW, 1 << KSK, 1 << NEW,
		        1 << KSK, 0, 0 },
	};
	struct tale *tale = calloc(1, sizeof(*tale));

	tale->crypto = crypto_new();
	assert_true(name_from_text(zone, &tale->zone));
	for (unsigned i = 0; i < KEYS; i++)
		planned_key(&tale->keys[i], &tale->zone, i == KSK ? KEYPAIR_KSK : KEYPAIR_ZSK, 13);
	planned_make(&tale->t, tale->crypto, tale->keys, periods, COUNT(periods));
	life_init(&tale->life);
	life_policy_init(&tale->policy);
	tale->life.is_signed = true;
	tale->life.last_s = NOW_S - DAY;
	add_life_key(tale, LIFE_KSK, KSK, 0);
	add_life_key(tale, LIFE_ZSK, OLD, NOW_S - 28 * DAY);
	add_life_key(tale, LIFE_ZSK, NEW, NOW_S + 2 * DAY);
	return tale;
}

static void free_tale(struct tale *tale)
{
	for (unsigned i = 0; i < KEYS; i++)
		keypair_fini(&tale->keys[i]);
	timeline_fini(&tale->t);
	crypto_free(tale->crypto);
	free(tale);
}

static void tell(struct tale *tale, bool has_state)
{
	key_story_tell(&tale->story, &tale->t, has_state ? &tale->life : NULL,
	        has_state ? &tale->policy : NULL, NOW_S);
}

static const struct story_key *key_told(const struct tale *tale, unsigned key)
{
	for (unsigned i = 0; i < tale->story.key_count; i++) {
		if (tale->story.keys[i].tag == tale->keys[key].tag)
			return &tale->story.keys[i];
	}
	fail_msg("the story lacks the key %u", tale->keys[key].tag);
	return NULL;
}

static bool has_told_step(
        const struct tale *tale, unsigned key, enum story_deed deed, bool begins, int64_t at_s)
{
	for (unsigned i = 0; i < tale->story.step_count; i++) {
		const struct story_step *step = &tale->story.steps[i];
		if (tale->story.keys[step->key].tag == tale->keys[key].tag && step->deed == deed &&
		        step->begins == begins && step->at_s == at_s)
			return true;
	}
	return false;
}

/* ---- The story ---- */

static void each_key_does_what_the_timeline_says_at_that_time(void **state)
{
	static const struct {
		const char *why;
		unsigned key;
		int64_t at_s;
		unsigned deeds;
	} rows[] = {
		{ "the KSK does all in each period", KSK, NOW_S,
		        STORY_PUBLISHED | STORY_SIGNS | STORY_SYNCED },
		{ "and in the last one", KSK, NOW_S + 4 * DAY,
		        STORY_PUBLISHED | STORY_SIGNS | STORY_SYNCED },
		{ "the old ZSK signs now", OLD, NOW_S, STORY_PUBLISHED | STORY_SIGNS },
		{ "in the first second of a period the period counts", OLD, NOW_S + 3 * DAY, 0 },
		{ "in the last one before it does not", OLD, NOW_S + 3 * DAY - 1,
		        STORY_PUBLISHED | STORY_SIGNS },
		{ "the new ZSK is not there yet", NEW, NOW_S, 0 },
		{ "it is published before it signs", NEW, NOW_S + 2 * DAY, STORY_PUBLISHED },
		{ "then it signs", NEW, NOW_S + 3 * DAY, STORY_PUBLISHED | STORY_SIGNS },
		{ "nobody knows what is after the end", NEW, NOW_S + 5 * DAY, 0 },
	};
	struct tale *tale = new_tale("example.org");

	(void)state;
	tell(tale, false);
	assert_int_equal(tale->story.key_count, KEYS);
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_row(rows[i].why,
		        story_deeds_at(key_told(tale, rows[i].key), rows[i].at_s) == rows[i].deeds);
	free_tale(tale);
}

static void steps_are_where_something_changes_and_nowhere_else(void **state)
{
	struct tale *tale = new_tale("example.org");

	(void)state;
	tell(tale, false);
	assert_true(has_told_step(tale, NEW, STORY_PUBLISHED, true, NOW_S + 2 * DAY));
	assert_true(has_told_step(tale, NEW, STORY_SIGNS, true, NOW_S + 3 * DAY));
	assert_true(has_told_step(tale, OLD, STORY_PUBLISHED, false, NOW_S + 3 * DAY));
	assert_true(has_told_step(tale, OLD, STORY_SIGNS, false, NOW_S + 3 * DAY));
	/* the five of the keys that are there from the beginning, and these four */
	assert_int_equal(tale->story.step_count, 9);
	for (unsigned i = 1; i < tale->story.step_count; i++)
		assert_true(tale->story.steps[i - 1].at_s <= tale->story.steps[i].at_s);
	free_tale(tale);
}

static void the_state_tells_what_was_before_and_what_comes_after(void **state)
{
	struct tale *tale = new_tale("example.org");

	(void)state;
	tell(tale, true);
	assert_int_equal(tale->story.key_count, KEYS);
	assert_true(has_told_step(tale, OLD, STORY_PUBLISHED, true, NOW_S - 28 * DAY));
	assert_true(has_told_step(tale, KSK, STORY_PUBLISHED, true, NOW_S - 100 * DAY));
	assert_true(has_told_step(tale, KSK, STORY_SYNCED, true, NOW_S - 20 * DAY));
	assert_int_equal(story_deeds_at(key_told(tale, OLD), NOW_S - 2 * DAY),
	        STORY_PUBLISHED | STORY_SIGNS);
	/* the KSK stays, so it goes on behind the end of the timeline */
	assert_int_equal(story_deeds_at(key_told(tale, KSK), NOW_S + 20 * DAY),
	        STORY_PUBLISHED | STORY_SIGNS | STORY_SYNCED);
	assert_true(has_told_step(tale, KSK, STORY_ROLL, true, NOW_S + (365 - 100) * DAY));
	free_tale(tale);
}

static void without_a_timeline_the_state_says_what_goes_on(void **state)
{
	struct tale *tale = new_tale("example.org");
	const struct timeline none = { .zone = tale->zone };

	(void)state;
	key_story_tell(&tale->story, &none, &tale->life, &tale->policy, NOW_S);
	assert_true(has_told_step(tale, KSK, STORY_PUBLISHED, true, NOW_S - 100 * DAY));
	assert_int_equal(story_deeds_at(key_told(tale, KSK), NOW_S + 20 * DAY),
	        STORY_PUBLISHED | STORY_SIGNS | STORY_SYNCED);
	for (unsigned i = 0; i < tale->story.step_count; i++)
		assert_true(tale->story.steps[i].begins || tale->story.steps[i].at_s > NOW_S);
	free_tale(tale);
}

/* ---- Its forms ---- */

static char *written(const struct tale *tale, void (*write)(FILE *out, const struct key_story *s))
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	write(out, &tale->story);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* Runs a line of Python, which gets the text as its input. */
static void assert_python(const char *line, const char *text)
{
	const char *const argv[] = { "/usr/bin/python3", "-c", line, NULL };
	struct process p;

	if (process_run(&p, argv, text) != 0)
		skip();
	if (p.status != 0)
		fail_msg("%s\n%s", p.err, text);
	process_fini(&p);
}

static const char *const strange_zones[] = { "example.org", "a<b&c>\"d'.test",
	"\\007\\\\\\200.test", "]]><svg.onload.test" };

static void the_picture_is_one_document_whatever_the_zone_is_called(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(strange_zones); i++) {
		struct tale *tale = new_tale(strange_zones[i]);
		tell(tale, true);
		char *svg = written(tale, story_svg_write);
		assert_python("import sys, xml.dom.minidom as m\n"
		              "d = m.parse(sys.stdin.buffer).documentElement\n"
		              "names = {e.tagName for e in d.getElementsByTagName('*')}\n"
		              "assert names == {'style', 'rect', 'text', 'line', 'title'}, names\n"
		              "words = ' '.join(t.firstChild.data for t in "
		              "d.getElementsByTagName('text'))\n"
		              "assert words.count('KSK') >= 3 and 'the timeline ends' in words",
		        svg);
		const char *const outside[] = { "href", "url(", "@import", "<script", "onload=" };
		for (size_t n = 0; n < COUNT(outside); n++)
			assert_row(outside[n], !strstr(svg, outside[n]));
		free(svg);
		free_tale(tale);
	}
}

static void the_json_has_what_the_story_has(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(strange_zones); i++) {
		struct tale *tale = new_tale(strange_zones[i]);
		tell(tale, i % 2 == 0);
		char *json = written(tale, story_json_write);
		assert_python("import sys, json\n"
		              "d = json.load(sys.stdin)\n"
		              "assert len(d['keys']) == 3 and d['zone'].endswith('.')\n"
		              "assert [k['role'] for k in d['keys']] == ['KSK', 'ZSK', 'ZSK']\n"
		              "assert d['end'] - d['now'] == 5 * 86400\n"
		              "assert all(s['from'] < s['until'] for k in d['keys'] for s in "
		              "k['stretches'])",
		        json);
		free(json);
		free_tale(tale);
	}
}

static void the_table_has_a_row_a_period_and_marks_the_one_in_force(void **state)
{
	struct tale *tale = new_tale("example.org");
	char row[200];

	(void)state;
	tell(tale, false);
	char *text = written(tale, story_text_write);
	snprintf(
	        row, sizeof(row), "> 2024-10-03 12:00  2024-10-06 12:00  %u ", tale->keys[KSK].tag);
	assert_non_null(strstr(text, row));
	assert_non_null(strstr(text, "\n  2024-10-06 12:00  2024-10-07 12:00 "));
	snprintf(row, sizeof(row), "2024-10-07 12:00  in 3 d       ZSK %u begins to sign\n",
	        tale->keys[NEW].tag);
	assert_non_null(strstr(text, row));
	free(text);
	free_tale(tale);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_key_does_what_the_timeline_says_at_that_time),
		cmocka_unit_test(steps_are_where_something_changes_and_nowhere_else),
		cmocka_unit_test(the_state_tells_what_was_before_and_what_comes_after),
		cmocka_unit_test(without_a_timeline_the_state_says_what_goes_on),
		cmocka_unit_test(the_picture_is_one_document_whatever_the_zone_is_called),
		cmocka_unit_test(the_json_has_what_the_story_has),
		cmocka_unit_test(the_table_has_a_row_a_period_and_marks_the_one_in_force),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
