/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The signer's memory: which changes put a kept answer out of date. */
#include "legacy.h"

#include "sign/sign_kept.h"
#include "sign/sign_memory.h"
#include "sign/sign_memory_names.h"
#include "sign/sign_memory_zones.h"

#define DAY  86400
#define LOW  100
#define HIGH 200
#define TTL  300

typedef void memory_act(struct legacy *l);

static struct name name_of(const char *text)
{
	struct name name;

	assert_true(name_from_text(text, &name));
	return name;
}

static void nothing(struct legacy *l)
{
	(void)l;
}

/* ---- Names and cuts ---- */

static void note_name(struct legacy *l)
{
	const struct name name = name_of("a.ent.example.test"), apex = name_of("example.test");

	memory_note_name(l->signer, &name, &apex, TTL, l->now_s);
}

static void note_name_tomorrow(struct legacy *l)
{
	l->now_s += DAY;
	note_name(l);
}

static void ask_for_names_below(struct legacy *l)
{
	const struct name name = name_of("ent.example.test");

	memory_has_name(l->signer, &name, l->now_s);
}

static void deny(struct legacy *l, uint16_t type)
{
	const struct name name = name_of("no.example.test");

	memory_note_denied(l->signer, &name, type, l->now_s);
}

static void deny_a(struct legacy *l)
{
	deny(l, TYPE_A);
}

static void deny_aaaa(struct legacy *l)
{
	deny(l, TYPE_AAAA);
}

static void deny_both(struct legacy *l)
{
	deny_a(l);
	deny_aaaa(l);
}

static void ask_for_contradictions(struct legacy *l)
{
	memory_contradicts(l->signer, legacy_zone(l, "example.test"));
}

static void note_contradiction(struct legacy *l)
{
	memory_note_contradiction(l->signer, legacy_zone(l, "example.test"));
}

static void note_cut(struct legacy *l)
{
	const struct name cut = name_of("cut.example.test");

	memory_note_cut(l->signer, &cut, l->now_s);
}

static void note_cut_tomorrow(struct legacy *l)
{
	l->now_s += DAY;
	note_cut(l);
}

static void forget_cut(struct legacy *l)
{
	const struct name name = name_of("a.cut.example.test"), apex = name_of("example.test");

	memory_forget_cuts(l->signer, &name, &apex);
}

/* ---- TTLs ---- */

static void see_set(struct legacy *l, const char *owner, uint32_t ttl_s)
{
	struct span rdata = span_of("\300\0\2\1", 4);
	const struct rrset set = { .owner = name_of(owner), .type = TYPE_A };
	const struct canonical_set canonical = { &set, &rdata, 1 };

	memory_ttl(l->signer, &canonical, ttl_s, SIGN_MAX_TTL_S);
}

static void see_low_ttl(struct legacy *l)
{
	see_set(l, "www.example.test", LOW);
}

static void see_high_ttl(struct legacy *l)
{
	see_set(l, "www.example.test", HIGH);
}

static void see_other_sets(struct legacy *l)
{
	see_set(l, "a.example.test", LOW);
	see_set(l, "b.example.test", LOW);
}

/* ---- Zones ---- */

static void note_soa(struct legacy *l, const char *serial)
{
	const struct set_ttls ttls = { HIGH, HIGH };
	char rdata[] = "\0\0\0\0\0.\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1";

	rdata[5] = serial[0];
	memory_note_soa(l->signer, legacy_zone(l, "example.test"), &ttls,
	        span_of(rdata, sizeof(rdata) - 1));
}

static void note_one_soa(struct legacy *l)
{
	note_soa(l, "1");
}

static void note_another_soa(struct legacy *l)
{
	note_soa(l, "2");
}

static void read_zone(struct legacy *l)
{
	memory_zone(l->signer, legacy_zone(l, "example.test"));
}

static void set_policy(struct legacy *l)
{
	assert_int_equal(signer_set_policy(l->signer, &l->policy), 0);
}

/* ---- Signatures ---- */

static void sign(struct legacy *l, enum memory_kind kind, const char *text)
{
	const struct signkey *key = legacy_periods(l, "example.test")->keys[0].key;
	struct span data = span_of(text, strlen(text));
	struct signature_id id = signature_identify(l->signer, key, data);

	if (signature_find(l->signer, kind, &id).len == 0)
		assert_int_equal(signature_make(l->signer, key, data, kind, &id).len, 64);
}

static void sign_one(struct legacy *l)
{
	sign(l, MEMORY_SIGNATURES, "one");
}

static void sign_another(struct legacy *l)
{
	sign(l, MEMORY_SIGNATURES, "another");
}

static void sign_denial(struct legacy *l)
{
	sign(l, MEMORY_DENIALS, "denial");
}

static void look_for_signature(struct legacy *l)
{
	const struct signkey *key = legacy_periods(l, "example.test")->keys[0].key;
	struct signature_id id = signature_identify(l->signer, key, span_of("one", 3));

	signature_find(l->signer, MEMORY_SIGNATURES, &id);
}

static void a_lesson_puts_the_answers_that_depend_on_it_out_of_date(void **state)
{
	(void)state;
	static const struct signer_limits limits = { .ttls = 2, .names = 4, .cuts = 4 };
	static const struct {
		const char *why;
		memory_act *before, *answer,
		        *after;     /* what is done before, for and after an answer */
		enum lesson lesson; /* or LESSON_NONE: it stays */
	} rows[] = {
		{ "nothing happens", nothing, nothing, nothing, LESSON_NONE },
		{ "another policy", nothing, nothing, set_policy, LESSON_ALL },
		{ "a new cut", nothing, nothing, note_cut, LESSON_ALL },
		{ "a known cut", note_cut, nothing, note_cut, LESSON_NONE },
		{ "a cut that was forgotten", note_cut, nothing, note_cut_tomorrow, LESSON_ALL },
		{ "a cut that is not there any more", note_cut, nothing, forget_cut, LESSON_ALL },
		{ "no cut that could be forgotten", nothing, nothing, forget_cut, LESSON_NONE },
		{ "a higher TTL", see_low_ttl, nothing, see_high_ttl, LESSON_ALL },
		{ "the same TTL", see_low_ttl, see_low_ttl, see_low_ttl, LESSON_NONE },
		{ "a lower TTL", see_high_ttl, see_high_ttl, see_low_ttl, LESSON_NONE },
		{ "new sets", nothing, see_low_ttl, see_other_sets, LESSON_NONE },
		{ "a highest TTL that was forgotten", see_high_ttl, see_low_ttl, see_other_sets,
		        LESSON_TTLS },
		{ "the same with no TTL below it", see_high_ttl, see_high_ttl, see_other_sets,
		        LESSON_NONE },
		{ "a name below one", nothing, ask_for_names_below, note_name, LESSON_NAMES },
		{ "a name below one that was not asked for", nothing, nothing, note_name,
		        LESSON_NONE },
		{ "a known name below one", note_name, ask_for_names_below, note_name,
		        LESSON_NONE },
		{ "a name below one that was forgotten", note_name, ask_for_names_below,
		        note_name_tomorrow, LESSON_NAMES },
		{ "a name that is denied for the other type, too", nothing, deny_a, deny_aaaa,
		        LESSON_DENIED },
		{ "a name that is denied for the same type again", nothing, deny_a, deny_a,
		        LESSON_NONE },
		{ "a name that was denied for both types", deny_aaaa, deny_a, deny_both,
		        LESSON_NONE },
		{ "a server that contradicts itself", nothing, ask_for_contradictions,
		        note_contradiction, LESSON_NAMES },
		{ "another SOA", note_one_soa, read_zone, note_another_soa, LESSON_SOA },
		{ "a first SOA", nothing, read_zone, note_one_soa, LESSON_SOA },
		{ "the same SOA", note_one_soa, read_zone, note_one_soa, LESSON_NONE },
		{ "another SOA than the answer's own", nothing, note_one_soa, note_another_soa,
		        LESSON_SOA },
		{ "an SOA that the answer does not have", nothing, nothing, note_one_soa,
		        LESSON_NONE },
		{ "a signature that was missing", nothing, look_for_signature, sign_one,
		        LESSON_SIGNATURES },
		{ "a signature beside one that was found", sign_one, look_for_signature,
		        sign_another, LESSON_NONE },
		{ "a signature of a denial", nothing, look_for_signature, sign_denial,
		        LESSON_NONE },
	};
	unsigned learned = 0;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct legacy *l = legacy_new();
		signer_free(l->signer);
		l->signer = signer_new(l->judge->crypto, &l->policy, &limits);
		assert_non_null(l->signer);
		rows[i].before(l);
		memory_begin(l->signer, INT64_MAX);
		rows[i].answer(l);
		const struct memory_basis basis = *memory_basis(l->signer);
		rows[i].after(l);
		assert_row(rows[i].why, memory_is_unchanged(l->signer, basis.learned,
		                                basis.depends) == (rows[i].lesson == LESSON_NONE));
		if (rows[i].lesson < LESSON_COUNT)
			learned |= 1u << rows[i].lesson;
		legacy_free(l);
	}
	assert_int_equal(learned, (1u << LESSON_COUNT) - 1); /* each has a row */
}

/* An answer that learns something itself is not final: made again, it may be another one. */
static void what_an_answer_learns_puts_itself_out_of_date(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();

	memory_begin(l->signer, INT64_MAX);
	ask_for_names_below(l);
	note_name(l);
	const struct memory_basis *basis = memory_basis(l->signer);
	assert_false(memory_is_unchanged(l->signer, basis->learned, basis->depends));
	legacy_free(l);
}

/* A name that was seen is there for a day, and so long an answer may say so. */
static void what_was_seen_limits_the_time_of_an_answer(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();

	note_name(l);
	memory_begin(l->signer, INT64_MAX);
	ask_for_names_below(l);
	assert_int_equal(memory_basis(l->signer)->until_s, l->now_s + DAY);
	legacy_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lesson_puts_the_answers_that_depend_on_it_out_of_date),
		cmocka_unit_test(what_an_answer_learns_puts_itself_out_of_date),
		cmocka_unit_test(what_was_seen_limits_the_time_of_an_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
