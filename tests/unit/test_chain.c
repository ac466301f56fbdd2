/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge.h"

#include "trust/chain.h"

static struct name name_from(const char *text)
{
	struct name name;
	assert_true(name_from_text(text, &name));
	return name;
}

/* Walks to `text`, answering what is wanted, and writes each want as "name/TYPE ". */
static const char *walk(struct judge *j, const char *text, struct chain *chain)
{
	static char wants[1024];
	struct name name = name_from(text);
	size_t len = 0;

	wants[0] = '\0';
	for (;;) {
		char want[NAME_TEXT_SIZE], type[TYPE_TEXT_SIZE];
		chain_find(&j->store, &name, j->now, chain);
		if (chain->end != CHAIN_WANT)
			return wants;
		struct want link = chain->link;
		len += (size_t)snprintf(wants + len, sizeof(wants) - len, "%s/%s ",
		        name_text(&link.name, want), type_text(link.type, type));
		assert_in_range(len, 0, sizeof(wants) - 1);
		judge_feed(j, &link);
	}
}

static void a_chain_is_walked_label_by_label(void **state)
{
	(void)state;
	static const struct {
		const char *name, *wants;
		enum chain_end end;
		const char *zone;
		enum reason reason;
	} rows[] = {
		{ ".", "./DNSKEY ", CHAIN_SECURE, ".", REASON_NONE },
		{ "test", "./DNSKEY test./DS test./DNSKEY ", CHAIN_SECURE, "test", REASON_NONE },
		{ "www.example.test",
		        "./DNSKEY test./DS test./DNSKEY example.test./DS example.test./DNSKEY "
		        "www.example.test./DS ",
		        CHAIN_SECURE, "example.test", REASON_NONE },
		{ "a.b.other.test",
		        "./DNSKEY test./DS test./DNSKEY other.test./DS other.test./DNSKEY "
		        "b.other.test./DS a.b.other.test./DS ",
		        CHAIN_SECURE, "other.test", REASON_NONE },
		{ "www.unsigned.test", "./DNSKEY test./DS test./DNSKEY unsigned.test./DS ",
		        CHAIN_BROKEN, "unsigned.test", REASON_UNSIGNED_ZONE },
		{ "island.unsigned.test", "./DNSKEY test./DS test./DNSKEY unsigned.test./DS ",
		        CHAIN_BROKEN, "unsigned.test", REASON_UNSIGNED_ZONE },
		{ "www.ds-other.test",
		        "./DNSKEY test./DS test./DNSKEY ds-other.test./DS ds-other.test./DNSKEY "
		        "ds-other.test./DS ds-other.test./DNSKEY ", /* the DS might have been old */
		        CHAIN_BROKEN, "ds-other.test", REASON_DS_NO_MATCH },
		{ "www.silent.test",
		        "./DNSKEY test./DS test./DNSKEY silent.test./DS silent.test./DNSKEY ",
		        CHAIN_BROKEN, "silent.test", REASON_FETCH_FAILED },
		{ "ds-stripped.test", "./DNSKEY test./DS test./DNSKEY ds-stripped.test./DS ",
		        CHAIN_BROKEN, "test", REASON_DS_UNPROVED },
	};
	struct judge *j = judge_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct chain chain;
		struct name zone = name_from(rows[i].zone);
		store_flush(&j->store);
		const char *wants = walk(j, rows[i].name, &chain);
		if (strcmp(wants, rows[i].wants) != 0)
			fail_msg("%s: wanted %s", rows[i].name, wants);
		assert_row(rows[i].name, chain.end == rows[i].end);
		assert_row(rows[i].name, name_equal(&chain.zone, &zone));
		assert_row(rows[i].name, (chain.keys != NULL) == (chain.end == CHAIN_SECURE));
		assert_row(rows[i].name, !chain.keys || name_equal(&chain.keys->apex, &zone));
		assert_row(rows[i].name, chain.outcome.reason == rows[i].reason);
		assert_string_equal(walk(j, rows[i].name, &chain), "");
	}
	judge_free(j);
}

static void known_facts_are_not_wanted_again(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	struct chain chain;

	walk(j, "www.example.test", &chain);
	assert_string_equal(walk(j, "mail.example.test", &chain), "mail.example.test./DS ");
	assert_string_equal(walk(j, "example.test", &chain), "");
	j->now += TTL;
	assert_string_equal(walk(j, "example.test", &chain),
	        "./DNSKEY test./DS test./DNSKEY example.test./DS example.test./DNSKEY ");
	judge_free(j);
}

static void nothing_is_wanted_below_a_name_that_does_not_exist(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	struct name none = name_from("none.example.test");
	struct chain chain;

	walk(j, "example.test", &chain);
	store_put_cut(&j->store, &none, &(struct cut_state){ .cut = CUT_NO_NAME }, j->now, TTL);
	assert_string_equal(walk(j, "a.b.c.none.example.test", &chain), "");
	assert_int_equal(chain.end, CHAIN_SECURE);
	judge_free(j);
}

static void the_walk_begins_at_the_deepest_anchor(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	struct anchors *anchors = judge_anchors(j, "test island.unsigned.test");
	struct name island = name_from("island.unsigned.test");
	struct chain chain;

	j->store.anchors = anchors;
	assert_string_equal(
	        walk(j, "island.unsigned.test", &chain), "island.unsigned.test./DNSKEY ");
	assert_int_equal(chain.end, CHAIN_SECURE);
	assert_string_equal(walk(j, "unsigned.test", &chain), "test./DNSKEY unsigned.test./DS ");
	assert_int_equal(chain.end, CHAIN_BROKEN);
	assert_string_equal(walk(j, "example", &chain), "");
	assert_int_equal(chain.end, CHAIN_BROKEN);
	assert_int_equal(chain.outcome.reason, REASON_NO_ANCHOR);

	/* The DS of the island would be its parent's, which is unsigned. */
	chain_find_parent(&j->store, &island, j->now, &chain);
	assert_int_equal(chain.end, CHAIN_BROKEN);
	assert_int_equal(chain.outcome.status, STATUS_INSECURE);
	assert_non_null(chain_ds(&j->store, &island, j->now));
	j->store.anchors = j->anchors;
	assert_null(chain_ds(&j->store, &island, j->now));
	anchors_free(anchors);
	judge_free(j);
}

static void a_zones_keys_are_proved_by_its_anchor_or_by_its_ds(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	struct anchors *anchors = judge_anchors(j, "test");
	struct name test = name_from("test"), example = name_from("example.test");
	struct name unsigned_one = name_from("unsigned.test"), other = name_from("example");
	struct chain chain;

	j->store.anchors = anchors;
	walk(j, "example.test", &chain);
	walk(j, "unsigned.test", &chain);
	assert_ptr_equal(chain_ds(&j->store, &test, j->now), &anchors_at(anchors, 0)->ds);
	assert_int_equal(chain_ds(&j->store, &example, j->now)->count, 1);
	assert_null(chain_ds(&j->store, &unsigned_one, j->now)); /* it has none */
	assert_null(chain_ds(&j->store, &other, j->now));        /* no anchor is above it */
	assert_null(chain_ds(&j->store, &example, j->now + TTL));
	j->store.anchors = j->anchors;
	anchors_free(anchors);
	judge_free(j);
}

static void a_negative_anchor_ends_the_walk_until_it_expires(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	static struct nta_list ntas;
	struct name zone = name_from("example.test");
	struct chain chain;

	assert_true(nta_add(&ntas, &zone, NOW + 60));
	j->store.ntas = &ntas;
	assert_string_equal(walk(j, "www.example.test", &chain), "");
	assert_int_equal(chain.end, CHAIN_BROKEN);
	assert_int_equal(chain.outcome.status, STATUS_INSECURE);
	assert_int_equal(chain.outcome.reason, REASON_NTA);
	walk(j, "other.test", &chain);
	assert_int_equal(chain.end, CHAIN_SECURE);
	j->now += 60;
	walk(j, "www.example.test", &chain);
	assert_int_equal(chain.end, CHAIN_SECURE);
	judge_free(j);
}

static void a_negative_anchor_does_not_reach_below_a_deeper_anchor(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	struct anchors *anchors = judge_anchors(j, ". island.unsigned.test");
	static struct nta_list ntas;
	struct name zone = name_from("unsigned.test");
	struct chain chain;

	assert_true(nta_add(&ntas, &zone, NTA_FOREVER));
	j->store.ntas = &ntas;
	j->store.anchors = anchors;
	walk(j, "www.unsigned.test", &chain);
	assert_int_equal(chain.outcome.reason, REASON_NTA);
	walk(j, "www.island.unsigned.test", &chain);
	assert_int_equal(chain.end, CHAIN_SECURE);
	j->store.anchors = j->anchors;
	anchors_free(anchors);
	judge_free(j);
}

/* Only a proof about an open name itself closes it. What is known below is neither entered nor
 * believed: an attacker who withholds the DS of the open name gains no unsigned zone, and no zone
 * of another key. */
static void below_an_open_name_only_what_is_unknown_is_wanted(void **state)
{
	(void)state;
	static const struct {
		const char *why, *below; /* a name below "open.test"; NULL: none is known */
		enum cut cut;
		bool is_open, is_doubted;
		const char *name, *wants; /* NULL: the chain is broken at the open name */
	} rows[] = {
		{ "nothing is known", NULL, CUT_UNKNOWN, false, false, "b.a.open.test",
		        "a.open.test" },
		{ "no zone begins there", "a.open.test", CUT_NONE, false, false, "a.open.test",
		        NULL },
		{ "no zone begins there, but perhaps below", "a.open.test", CUT_NONE, false, false,
		        "b.a.open.test", "b.a.open.test" },
		{ "the name below is open, too", "a.open.test", CUT_BROKEN, true, false,
		        "b.a.open.test", "b.a.open.test" },
		{ "a failure", "a.open.test", CUT_BROKEN, false, false, "b.a.open.test", NULL },
		{ "no zone begins there, which is in doubt", "a.open.test", CUT_NONE, false, true,
		        "b.a.open.test", "a.open.test" },
		{ "an unsigned zone", "a.open.test", CUT_INSECURE, false, false, "b.a.open.test",
		        NULL },
		{ "a signed zone", "a.open.test", CUT_SECURE, false, false, "b.a.open.test", NULL },
		{ "no such name", "a.open.test", CUT_NO_NAME, false, false, "b.a.open.test", NULL },
	};
	const struct outcome open = outcome_of(STATUS_BOGUS, REASON_DS_NOT_COVERED);
	const struct cut_state open_cut = { .cut = CUT_BROKEN, .outcome = open };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judge *j = judge_new();
		struct name top = name_from("open.test"), name = name_from(rows[i].name);
		struct name end = name_from(rows[i].wants ? rows[i].wants : "open.test");
		struct ds_set ds = { 0 };
		struct chain chain;

		walk(j, "test", &chain);
		store_put_cut(&j->store, &top, &open_cut, j->now, TTL);
		if (rows[i].below) {
			struct name below = name_from(rows[i].below);
			struct cut_state cut = { rows[i].cut,
				rows[i].cut == CUT_INSECURE
				        ? outcome_of(STATUS_INSECURE, REASON_UNSIGNED_ZONE)
				        : outcome_of(STATUS_BOGUS, REASON_FETCH_FAILED),
				rows[i].cut == CUT_SECURE ? &ds : NULL };
			store_put_cut(
			        &j->store, &below, rows[i].is_open ? &open_cut : &cut, j->now, TTL);
			if (rows[i].is_doubted)
				assert_true(store_doubt(&j->store, &below, j->now));
		}
		chain_find(&j->store, &name, j->now, &chain);
		assert_row(rows[i].why, chain.end == (rows[i].wants ? CHAIN_WANT : CHAIN_BROKEN));
		assert_row(rows[i].why, name_equal(&chain.link.name, &end));
		assert_row(rows[i].why,
		        chain.link.type == TYPE_DS && chain_is_open(&chain) == !rows[i].wants);
		judge_free(j);
	}
}

/* A signer's name is evidence for a zone of that name, and against facts that would hide the zone.
 * Of the names on the way it contradicts only hints. */
static void only_what_may_hide_a_signer_is_doubted(void **state)
{
	(void)state;
	static const struct {
		const char *why, *held;
		enum cut cut;
		bool is_hint;
		const char *name;
		bool by_signer, is_doubted;
	} rows[] = {
		{ "the signer is not a zone cut", "a.test", CUT_NONE, false, "a.test", true, true },
		{ "the signer does not exist", "a.test", CUT_NO_NAME, false, "a.test", true, true },
		{ "a name above it does not exist", "a.test", CUT_NO_NAME, false, "b.a.test", true,
		        true },
		{ "a name above it is not a zone cut", "a.test", CUT_NONE, false, "b.a.test", true,
		        false },
		{ "a name above it is not a zone cut, by a hint", "a.test", CUT_NONE, true,
		        "b.a.test", true, true },
		{ "the signer is a signed zone", "a.test", CUT_SECURE, false, "a.test", true,
		        false },
		{ "no signature", "a.test", CUT_NO_NAME, false, "a.test", false, false },
		{ "no signature, and it is a hint", "a.test", CUT_NO_NAME, true, "a.test", false,
		        true },
		{ "nothing is known", "a.test", CUT_NONE, false, "b.test", true, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judge *j = judge_new();
		struct name zone = name_from("test"), held = name_from(rows[i].held),
		            name = name_from(rows[i].name);
		struct ds_set ds = { 0 };

		if (rows[i].is_hint)
			store_put_hint(&j->store, &held, rows[i].cut, j->now, TTL);
		else
			store_put_cut(&j->store, &held,
			        &(struct cut_state){ rows[i].cut,
			                outcome_of(STATUS_SECURE, REASON_NONE),
			                rows[i].cut == CUT_SECURE ? &ds : NULL },
			        j->now, TTL);
		assert_row(rows[i].why, chain_doubt(&j->store, &zone, &name, rows[i].by_signer,
		                                j->now) == rows[i].is_doubted);
		judge_free(j);
	}
}

static void a_want_without_dates_is_a_different_want(void **state)
{
	(void)state;
	struct want a = { .name = name_from("a.test"), .type = TYPE_DS }, b = a;

	assert_true(want_equal(&a, &b));
	b.is_dateless = true;
	assert_false(want_equal(&a, &b));
	b = (struct want){ .name = name_from("a.test"), .type = TYPE_DNSKEY };
	assert_false(want_equal(&a, &b));
	b = (struct want){ .name = name_from("b.test"), .type = TYPE_DS };
	assert_false(want_equal(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_chain_is_walked_label_by_label),
		cmocka_unit_test(known_facts_are_not_wanted_again),
		cmocka_unit_test(nothing_is_wanted_below_a_name_that_does_not_exist),
		cmocka_unit_test(the_walk_begins_at_the_deepest_anchor),
		cmocka_unit_test(a_zones_keys_are_proved_by_its_anchor_or_by_its_ds),
		cmocka_unit_test(a_negative_anchor_ends_the_walk_until_it_expires),
		cmocka_unit_test(a_negative_anchor_does_not_reach_below_a_deeper_anchor),
		cmocka_unit_test(below_an_open_name_only_what_is_unknown_is_wanted),
		cmocka_unit_test(only_what_may_hide_a_signer_is_doubted),
		cmocka_unit_test(a_want_without_dates_is_a_different_want),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
