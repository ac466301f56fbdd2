/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cases that test_nsec.c and test_nsec3.c leave out: NSEC and NSEC3 records together, and the
 * DS. */
#include "judge.h"

#include "dnssec/denial.h"
#include "parsed.h"

static struct judge *j;
static struct parsed parsed;
static struct denial denial;
static struct name zone;
static struct budget budget;

static int begin(void **state)
{
	(void)state;
	j = judge_new();
	zone = name_of("example.test");
	return 0;
}

static int end(void **state)
{
	(void)state;
	judge_free(j);
	return 0;
}

/* Adds the NSEC and NSEC3 records of the text as if they were verified. */
static void add_signed_at(const char *records, uint32_t inception)
{
	const struct proved proved = { .labels = 3, .inception = inception };

	judge_begin(j, "www.example.test A", 0);
	judge_write(j, records);
	assert_true(parsed_open(&parsed, msg_span(&j->response)));
	budget = budget_full();
	denial_begin(&denial, &zone, j->crypto, &budget);
	for (unsigned i = 0; i < parsed.g.count; i++)
		denial_add(&denial, &parsed.g, &parsed.g.sets[i], &proved);
}

static void add(const char *records)
{
	add_signed_at(records, 0);
}

/* An attacker keeps a denial from before the zone below was signed, and replays it while its
 * signature lives. Records that say nothing of the name may be of any age. */
static void a_denial_from_before_a_ds_was_signed_is_told(void **state)
{
	(void)state;
	enum { SIGNED_AT = 1000 };
	static const struct {
		const char *why, *records, *name;
		uint32_t inception; /* of the DS that is known */
		bool is_older;
	} rows[] = {
		{ "no records", "", "x.example.test", SIGNED_AT + 1, false },
		{ "an NSEC at the name", "x.example.test NSEC y.example.test NS", "x.example.test",
		        SIGNED_AT + 1, true },
		{ "as old as the DS", "x.example.test NSEC y.example.test NS", "x.example.test",
		        SIGNED_AT, false },
		{ "newer than the DS", "x.example.test NSEC y.example.test NS", "x.example.test",
		        SIGNED_AT - 1, false },
		{ "an NSEC over the name", "w.example.test NSEC y.example.test A", "x.example.test",
		        SIGNED_AT + 1, true },
		{ "an NSEC elsewhere", "a.example.test NSEC b.example.test A", "x.example.test",
		        SIGNED_AT + 1, false },
		{ "an NSEC elsewhere before one over the name",
		        "a.example.test NSEC b.example.test A\nw.example.test NSEC y.example.test "
		        "A",
		        "x.example.test", SIGNED_AT + 1, true },
		{ "an NSEC3 at the name", "=x.example.test NSEC3 NS | example.test",
		        "x.example.test", SIGNED_AT + 1, true },
		{ "an NSEC3 at the name, as old as the DS",
		        "=x.example.test NSEC3 NS | example.test", "x.example.test", SIGNED_AT,
		        false },
		{ "an NSEC3 over the name", "~x.example.test NSEC3 NS | example.test",
		        "x.example.test", SIGNED_AT + 1, true },
		{ "an NSEC3 over a name above", "~x.example.test NSEC3 NS | example.test",
		        "a.x.example.test", SIGNED_AT + 1, true },
		{ "an NSEC3 at a name above", "=x.example.test NSEC3 NS | example.test",
		        "a.x.example.test", SIGNED_AT + 1, false },
		{ "an NSEC3 of the apex", "=example.test NSEC3 NS SOA | example.test",
		        "x.example.test", SIGNED_AT + 1, false },
		{ "an NSEC3 that is not hashed may speak of any name",
		        "=a.example.test NSEC3 iterations=51 A | example.test", "x.example.test",
		        SIGNED_AT + 1, true },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct name name = name_of(rows[i].name);
		add_signed_at(rows[i].records, SIGNED_AT);
		assert_row(rows[i].why,
		        denial_is_older(&denial, &name, rows[i].inception) == rows[i].is_older);
		parsed_close(&parsed);
	}
}

static void the_denial_of_a_ds_shows_what_is_at_the_name(void **state)
{
	(void)state;
	static const struct {
		const char *why, *records;
		enum no_ds no_ds;
		enum reason reason;
	} rows[] = {
		{ "no records", "", NO_DS_UNPROVED, REASON_DENIAL_MISSING },
		{ "a malformed record",
		        "x.example.test NSEC #0179076578616d706c65047465737400000220",
		        NO_DS_UNPROVED, REASON_DENIAL_MISSING },
		{ "a delegation", "x.example.test NSEC y.example.test NS", NO_DS_INSECURE,
		        REASON_NONE },
		{ "a delegation with a DS", "x.example.test NSEC y.example.test NS DS",
		        NO_DS_UNPROVED, REASON_DENIAL_FAILED },
		{ "an apex", "x.example.test NSEC y.example.test NS SOA", NO_DS_UNPROVED,
		        REASON_DENIAL_FAILED },
		{ "an alias", "x.example.test NSEC y.example.test CNAME", NO_DS_UNPROVED,
		        REASON_DENIAL_FAILED },
		{ "a DNAME", "x.example.test NSEC y.example.test DNAME", NO_DS_NO_CUT,
		        REASON_NONE },
		{ "data", "x.example.test NSEC y.example.test A", NO_DS_NO_CUT, REASON_NONE },
		{ "nothing, RFC 9824", "x.example.test NSEC a.x.example.test NXNAME", NO_DS_NO_CUT,
		        REASON_NONE },
		{ "an empty non-terminal", "w.example.test NSEC a.x.example.test A", NO_DS_NO_CUT,
		        REASON_NONE },
		{ "nothing", "example.test NSEC example.test NS SOA", NO_DS_NO_NAME, REASON_NONE },
		{ "a name below a delegation", "a.example.test NSEC y.example.test NS",
		        NO_DS_UNPROVED, REASON_DENIAL_FAILED },
		{ "matched by a wildcard, which has no DS",
		        "example.test NSEC *.example.test NS SOA\n"
		        "*.example.test NSEC y.example.test A",
		        NO_DS_NO_CUT, REASON_NONE },
		{ "matched by a wildcard that is an empty non-terminal",
		        "example.test NSEC a.*.example.test NS SOA\n"
		        "a.*.example.test NSEC y.example.test A",
		        NO_DS_NO_CUT, REASON_NONE },
		{ "an attacker withholds the NSEC that shows such a wildcard",
		        "a.*.example.test NSEC y.example.test A", NO_DS_UNPROVED,
		        REASON_DENIAL_FAILED },
		{ "an attacker shows such a wildcard at another encloser",
		        "a.w.example.test NSEC a.*.w.example.test A\n"
		        "w.example.test NSEC y.example.test A",
		        NO_DS_UNPROVED, REASON_DENIAL_FAILED },
		{ "NSEC3: a delegation", "=x.example.test NSEC3 NS | example.test", NO_DS_INSECURE,
		        REASON_NONE },
		{ "NSEC3: an empty non-terminal", "=x.example.test NSEC3 | example.test",
		        NO_DS_NO_CUT, REASON_NONE },
		{ "NSEC3: an opt-out span",
		        "=example.test NSEC3 NS SOA | example.test\n"
		        "~x.example.test NSEC3 optout NS | example.test",
		        NO_DS_INSECURE, REASON_OPT_OUT },
		{ "NSEC3: an opt-out span, and no wildcard either",
		        "=example.test NSEC3 NS SOA | example.test\n"
		        "~x.example.test NSEC3 optout NS | example.test\n"
		        "~*.example.test NSEC3 NS | example.test",
		        NO_DS_INSECURE, REASON_OPT_OUT },
		{ "NSEC3: a span that does not opt out",
		        "=example.test NSEC3 NS SOA | example.test\n"
		        "~x.example.test NSEC3 NS | example.test",
		        NO_DS_UNPROVED, REASON_DENIAL_FAILED },
		{ "NSEC3: an opt-out span without its encloser",
		        "~x.example.test NSEC3 optout NS | example.test", NO_DS_UNPROVED,
		        REASON_DENIAL_FAILED },
		{ "NSEC3: of another zone", "=x.example.test NSEC3 NS | test", NO_DS_UNPROVED,
		        REASON_DENIAL_MISSING },
		{ "NSEC3: iterations", "=x.example.test NSEC3 iterations=51 A | example.test",
		        NO_DS_INSECURE, REASON_NSEC3_ITERATIONS },
	};
	struct name name = name_of("x.example.test");

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct outcome outcome;
		add(rows[i].records);
		enum no_ds no_ds = denial_of_ds(&denial, &name, &outcome);
		parsed_close(&parsed);
		if (no_ds != rows[i].no_ds || outcome.reason != rows[i].reason)
			fail_msg(
			        "%s: %d, %s", rows[i].why, (int)no_ds, reason_word(outcome.reason));
	}
}

static void only_a_bare_bit_map_denies_any(void **state)
{
	(void)state;
	static const struct {
		const char *why, *records;
		enum status status;
	} rows[] = {
		{ "one type", "x.example.test NSEC y.example.test A RRSIG NSEC", STATUS_BOGUS },
		{ "a type above 255", "x.example.test NSEC y.example.test CAA RRSIG NSEC",
		        STATUS_BOGUS },
		{ "an alias", "x.example.test NSEC y.example.test CNAME RRSIG NSEC", STATUS_BOGUS },
		{ "only the types of every denial", "x.example.test NSEC y.example.test RRSIG NSEC",
		        STATUS_SECURE },
		{ "nothing, RFC 9824", "x.example.test NSEC y.example.test RRSIG NSEC NXNAME",
		        STATUS_SECURE },
		{ "an empty non-terminal", "w.example.test NSEC a.x.example.test A RRSIG NSEC",
		        STATUS_SECURE },
		{ "NSEC3, an empty non-terminal", "=x.example.test NSEC3 | example.test",
		        STATUS_SECURE },
		{ "NSEC3, a delegation", "=x.example.test NSEC3 NS | example.test", STATUS_BOGUS },
	};
	struct name name = name_of("x.example.test");

	for (size_t i = 0; i < COUNT(rows); i++) {
		add(rows[i].records);
		struct outcome outcome = denial_of_type(&denial, &name, TYPE_ANY);
		parsed_close(&parsed);
		assert_row(rows[i].why, outcome.status == rows[i].status);
	}
}

/* Writes `count` records, with the one that is needed at `place`. */
static void add_many(unsigned count, unsigned place, bool by_hash)
{
	char text[4096];
	size_t len = 0;

	for (unsigned i = 0; i < count; i++) {
		char name[32];
		snprintf(name, sizeof(name), "%c%u.example.test", i == place ? 'x' : 'n',
		        i == place ? 0 : i);
		const char *type = i == place ? "TXT" : "A";
		if (by_hash)
			len += (size_t)sprintf(
			        text + len, "=%s NSEC3 %s | example.test\n", name, type);
		else
			len += (size_t)sprintf(
			        text + len, "%s NSEC y.example.test %s\n", name, type);
	}
	add(text);
}

static void a_proof_among_many_records_does_not_depend_on_their_order(void **state)
{
	(void)state;
	struct name name = name_of("x0.example.test");
	static const unsigned limits[] = { LIMIT_NSEC_RECORDS, LIMIT_NSEC3_RECORDS };

	for (unsigned by_hash = 0; by_hash < 2; by_hash++) {
		for (unsigned place = 0; place <= limits[by_hash]; place++) {
			add_many(limits[by_hash], place, by_hash);
			struct outcome most = denial_of_type(&denial, &name, TYPE_A);
			parsed_close(&parsed);
			add_many(limits[by_hash] + 1, place, by_hash);
			struct outcome more = denial_of_type(&denial, &name, TYPE_A);
			parsed_close(&parsed);
			assert_int_equal(most.status,
			        place < limits[by_hash] ? STATUS_SECURE : STATUS_BOGUS);
			assert_int_equal(more.status, STATUS_BOGUS);
			assert_int_equal(more.reason, REASON_BUDGET);
		}
	}
}

static void a_proof_over_the_budget_says_so(void **state)
{
	(void)state;
	struct name name = name_of("x.example.test");

	add("=example.test NSEC3 NS SOA | example.test\n~x.example.test NSEC3 A | example.test\n"
	    "~*.example.test NSEC3 A | example.test");
	budget.nsec3_hashes = 2;
	struct outcome outcome = denial_of_name(&denial, &name);
	assert_int_equal(outcome.status, STATUS_BOGUS);
	assert_int_equal(outcome.reason, REASON_BUDGET);
	denial.out_of_budget = false;
	budget.nsec3_hashes = 1; /* a name that was hashed is not paid for again */
	assert_int_equal(denial_of_name(&denial, &name).status, STATUS_SECURE);
	assert_int_equal(budget.nsec3_hashes, 0);
	parsed_close(&parsed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		        the_denial_of_a_ds_shows_what_is_at_the_name, begin, end),
		cmocka_unit_test_setup_teardown(
		        a_denial_from_before_a_ds_was_signed_is_told, begin, end),
		cmocka_unit_test_setup_teardown(only_a_bare_bit_map_denies_any, begin, end),
		cmocka_unit_test_setup_teardown(
		        a_proof_among_many_records_does_not_depend_on_their_order, begin, end),
		cmocka_unit_test_setup_teardown(a_proof_over_the_budget_says_so, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
