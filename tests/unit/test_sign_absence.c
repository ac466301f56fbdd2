/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Servers that say NXDOMAIN for a name that exists: what the signer denies then. */
#include "legacy.h"

#include "sign/sign_memory_names.h"

#define NX       (FLAG_AA | RCODE_NXDOMAIN)
#define THERE    FLAG_AA
#define MINUTE   60
#define HOUR     3600
#define STEPS    6
#define SOA      "> example.test SOA"
#define A        "x.example.test A 192.0.2.1"
#define ALIAS    "x.example.test CNAME www.example.test\nwww.example.test A 192.0.2.1"
#define DENIED   SIGN_OUTCOME_NXDOMAIN
#define NO_TYPE  SIGN_OUTCOME_NODATA
#define ANSWERED SIGN_OUTCOME_ANSWER

/* A question `later_s` after the one before, and the server's response. */
struct step {
	const char *question;
	uint16_t flags;
	const char *records;
	enum sign_outcome outcome;
	int64_t later_s;
	bool contradicts; /* this response shows that the server contradicts itself */
};

struct story {
	const char *why;
	enum sign_nxdomain nxdomain;
	struct step steps[STEPS];
};

static void tell(struct legacy *l, const struct story *story)
{
	legacy_zone(l, "example.test")->nxdomain = story->nxdomain;
	for (const struct step *step = story->steps; step < story->steps + STEPS && step->question;
	        step++) {
		l->now_s += step->later_s;
		l->judge->now = l->now_s;
		legacy_ask(l, step->question, ASK_DO | ASK_CO);
		legacy_respond(l, step->flags, step->records);
		if (l->result.outcome != step->outcome)
			fail_msg("%s: %s is %s", story->why, step->question,
			        sign_outcome_word(l->result.outcome));
		assert_row(story->why, l->result.contradicts == step->contradicts);
		assert_row(story->why, legacy_judged(l).status == STATUS_SECURE);
		/* what the client's RCODE says is what the NSEC says */
		assert_row(story->why, ((legacy_delivered(l)->flags & RCODE_MASK) ==
		                               RCODE_NXDOMAIN) == (step->outcome == DENIED));
	}
}

static void tell_all(const struct story *stories, size_t count, const struct signer_limits *limits)
{
	for (size_t i = 0; i < count; i++) {
		struct legacy *l = legacy_new();
		signer_free(l->signer);
		l->signer = signer_new(l->judge->crypto, &l->policy, limits);
		assert_non_null(l->signer);
		tell(l, &stories[i]);
		legacy_free(l);
	}
}

static void a_name_is_denied_only_if_nothing_speaks_for_it(void **state)
{
	(void)state;
	static const struct story stories[] = {
		{ "checked: AAAA comes first, and the name has an A (RFC 4074, 4.2)",
		        SIGN_NXDOMAIN_CHECKED,
		        { { "x.example.test AAAA", NX, SOA, NO_TYPE, 0, false },
		                { "x.example.test HTTPS", NX, SOA, NO_TYPE, 0, false },
		                { "x.example.test A", THERE, A, ANSWERED, 0, false },
		                { "x.example.test TLSA", NX, SOA, NO_TYPE, 0, false } } },
		{ "checked: denied for both types", SIGN_NXDOMAIN_CHECKED,
		        { { "x.example.test A", NX, SOA, NO_TYPE, 0, false },
		                { "x.example.test A", NX, SOA, NO_TYPE, 0, false },
		                { "x.example.test AAAA", NX, SOA, DENIED, 0, false },
		                { "x.example.test MX", NX, SOA, DENIED, 0, false } } },
		{ "checked: a day later both are asked again", SIGN_NXDOMAIN_CHECKED,
		        { { "x.example.test AAAA", NX, SOA, NO_TYPE, 0, false },
		                { "x.example.test A", NX, SOA, DENIED, 0, false },
		                { "x.example.test A", NX, SOA, NO_TYPE, DAY, false },
		                { "x.example.test AAAA", NX, SOA, DENIED, 0, false } } },
		{ "checked: one denial that is too old", SIGN_NXDOMAIN_CHECKED,
		        { { "x.example.test AAAA", NX, SOA, NO_TYPE, 0, false },
		                { "x.example.test A", NX, SOA, NO_TYPE, DAY, false } } },
		{ "checked: another name", SIGN_NXDOMAIN_CHECKED,
		        { { "x.example.test AAAA", NX, SOA, NO_TYPE, 0, false },
		                { "y.example.test A", NX, SOA, NO_TYPE, 0, false } } },
		{ "name: at once", SIGN_NXDOMAIN_NAME,
		        { { "x.example.test AAAA", NX, SOA, DENIED, 0, false } } },
		{ "name: the name was signed", SIGN_NXDOMAIN_NAME,
		        { { "x.example.test A", THERE, A, ANSWERED, 0, false },
		                { "x.example.test AAAA", NX, SOA, NO_TYPE, HOUR, false },
		                { "x.example.test NSEC", NX, SOA, ANSWERED, 0, false },
		                { "x.example.test AAAA", NX, SOA, DENIED, DAY, false } } },
		{ "name: only one of its types was denied", SIGN_NXDOMAIN_NAME,
		        { { "x.example.test MX", THERE, SOA, NO_TYPE, 0, false },
		                { "x.example.test AAAA", NX, SOA, NO_TYPE, 0, false } } },
		{ "name: it is an alias", SIGN_NXDOMAIN_NAME,
		        { { "x.example.test A", THERE, ALIAS, ANSWERED, 0, false },
		                { "x.example.test AAAA", NX, SOA, NO_TYPE, 0, false } } },
		{ "type: always", SIGN_NXDOMAIN_TYPE,
		        { { "x.example.test A", NX, SOA, NO_TYPE, 0, false },
		                { "x.example.test AAAA", NX, SOA, NO_TYPE, 0, false } } },
	};

	tell_all(stories, COUNT(stories), NULL);
}

/* A name that is made, or deleted, is no contradiction. */
static void a_server_that_contradicts_itself_is_believed_for_types_only(void **state)
{
	(void)state;
	static const struct story stories[] = {
		{ "there, denied, there", SIGN_NXDOMAIN_NAME,
		        { { "x.example.test A", THERE, A, ANSWERED, 0, false },
		                { "x.example.test AAAA", NX, SOA, NO_TYPE, HOUR, false },
		                { "x.example.test A", THERE, A, ANSWERED, MINUTE, true },
		                { "y.example.test A", NX, SOA, NO_TYPE, 0, false },
		                { "x.example.test AAAA", NX, SOA, NO_TYPE, DAY, false },
		                { "x.example.test A", THERE, A, ANSWERED, 0, false } } },
		{ "checked, too", SIGN_NXDOMAIN_CHECKED,
		        { { "x.example.test A", THERE, A, ANSWERED, 0, false },
		                { "x.example.test AAAA", NX, SOA, NO_TYPE, 0, false },
		                { "x.example.test A", THERE, A, ANSWERED, 0, true },
		                { "y.example.test A", NX, SOA, NO_TYPE, 0, false },
		                { "y.example.test AAAA", NX, SOA, NO_TYPE, 0, false } } },
		{ "made", SIGN_NXDOMAIN_NAME,
		        { { "x.example.test A", NX, SOA, DENIED, 0, false },
		                { "x.example.test A", THERE, A, ANSWERED, MINUTE, false },
		                { "x.example.test A", THERE, A, ANSWERED, MINUTE, false },
		                { "y.example.test A", NX, SOA, DENIED, 0, false } } },
		{ "deleted, and made again later", SIGN_NXDOMAIN_NAME,
		        { { "x.example.test A", THERE, A, ANSWERED, 0, false },
		                { "x.example.test A", NX, SOA, NO_TYPE, HOUR, false },
		                { "x.example.test A", THERE, A, ANSWERED, HOUR, false },
		                { "y.example.test A", NX, SOA, DENIED, 0, false } } },
	};

	tell_all(stories, COUNT(stories), NULL);
}

/* Otherwise whoever makes the table of names overflow has a name denied that caches know. */
static void a_name_that_had_no_room_is_not_denied_before_its_ttl_is_over(void **state)
{
	(void)state;
	static const struct signer_limits limits = { .names = 2 };
	static const struct story stories[] = {
		{ "the table is too small", SIGN_NXDOMAIN_NAME,
		        { { "x.example.test A", THERE, A, ANSWERED, 0, false },
		                { "a.example.test A", THERE, "a.example.test A 192.0.2.1", ANSWERED,
		                        0, false },
		                { "b.example.test A", THERE, "b.example.test A 192.0.2.1", ANSWERED,
		                        0, false },
		                { "x.example.test AAAA", NX, SOA, NO_TYPE, 0, false },
		                { "x.example.test AAAA", NX, SOA, NO_TYPE, TTL - 1, false },
		                { "x.example.test AAAA", NX, SOA, DENIED, 1, false } } },
		{ "it is full, and forgets nothing", SIGN_NXDOMAIN_NAME,
		        { { "x.example.test A", THERE, A, ANSWERED, 0, false },
		                { "a.example.test A", THERE, "a.example.test A 192.0.2.1", ANSWERED,
		                        0, false },
		                { "x.example.test A", THERE, A, ANSWERED, 0, false },
		                { "y.example.test AAAA", NX, SOA, DENIED, 0, false } } },
	};

	tell_all(stories, COUNT(stories), &limits);
}

/* max_ttl may be longer than a day. */
static void a_name_is_remembered_for_its_ttl(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();
	struct name name, apex;

	assert_true(name_from_text("x.example.test", &name));
	assert_true(name_from_text("example.test", &apex));
	memory_note_name(l->signer, &name, &apex, 3 * DAY, l->now_s);
	assert_true(memory_has_name(l->signer, &name, l->now_s + 3 * DAY - 1));
	memory_note_name(l->signer, &name, &apex, TTL, l->now_s + 1);
	assert_true(memory_has_name(l->signer, &name, l->now_s + 3 * DAY - 1));
	assert_false(memory_has_name(l->signer, &name, l->now_s + 3 * DAY));
	legacy_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_denied_only_if_nothing_speaks_for_it),
		cmocka_unit_test(a_server_that_contradicts_itself_is_believed_for_types_only),
		cmocka_unit_test(a_name_that_had_no_room_is_not_denied_before_its_ttl_is_over),
		cmocka_unit_test(a_name_is_remembered_for_its_ttl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
