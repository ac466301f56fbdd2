/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The responses of RFC 5155, appendix B, for the zone of its appendix A: the RFC's names, hashes
 * and types, judged from the root down. They are signed here with other keys, because the RFC's
 * keys have 512 bits and use SHA-1, which makes a zone Insecure (RFC 8624, 3.1; RFC 9905). */
#include "judge.h"

#define SOA "> example SOA | example\n"
#define NS  "> example NS ns1.example ns2.example | example\n"

/* The NSEC3 records of appendix A that are needed, without the opt-out flag. */
#define APEX   "> =example NSEC3 rfc5155 next=ns1.example MX DNSKEY NS SOA NSEC3PARAM RRSIG"
#define NS1    "> =ns1.example NSEC3 rfc5155 next=x.y.w.example A RRSIG"
#define A      "> =a.example NSEC3 rfc5155 next=x.w.example NS DS RRSIG"
#define X_W    "> =x.w.example NSEC3 rfc5155 next=ai.example MX RRSIG"
#define Y_W    "> =y.w.example NSEC3 rfc5155 next=w.example"
#define W      "> =w.example NSEC3 rfc5155 next=2t7b4g4vsa5smi47k61mv5bv1a22bojr.example"
#define NS2    "> =ns2.example NSEC3 rfc5155 next=*.w.example A RRSIG"
#define WILD_W "> =*.w.example NSEC3 rfc5155 next=xx.example MX RRSIG"

#define SIGNED " | example\n"
#define OPTOUT " optout | example\n"

/* `flags` is the text after each NSEC3. */
#define B1(flags)  SOA APEX flags X_W flags A flags
#define B2(flags)  SOA NS1 flags
#define B21(flags) SOA Y_W flags
#define B3(flags)                                                                                  \
	"> c.example NS ns1.c.example ns2.c.example\n" A flags APEX flags                          \
	"+ ns1.c.example A 192.0.2.7\n+ ns2.c.example A 192.0.2.8"
#define B4(flags)                                                                                  \
	"a.z.w.example MX ai.example | example labels=2\n" NS NS2 flags                            \
	"+ ai.example A 192.0.2.9 | example\n+ ai.example AAAA 2001:db8::f00:baa9 | example\n"     \
	"+ ns1.example A 192.0.2.1 | example\n+ ns2.example A 192.0.2.2 | example"
#define B5(flags) SOA W flags NS2 flags WILD_W flags
#define B6(flags) SOA APEX flags

/* The hashes that the RFC gives these names. */
static const struct {
	const char *name, *hash;
} hashes[] = {
	{ "example", "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom" },
	{ "ns1.example", "2t7b4g4vsa5smi47k61mv5bv1a22bojr" },
	{ "x.y.w.example", "2vptu5timamqttgl4luu9kg21e0aor3s" },
	{ "a.example", "35mthgpgcu1qg68fab165klnsnk3dpvl" },
	{ "x.w.example", "b4um86eghhds6nea196smvmlo4ors995" },
	{ "ai.example", "gjeqe526plbf1g8mklp59enfd789njgi" },
	{ "y.w.example", "ji6neoaepv8b5o6k4ev33abha8ht9fgc" },
	{ "w.example", "k8udemvp1j2f7eg6jebps17vp3n8i58h" },
	{ "2t7b4g4vsa5smi47k61mv5bv1a22bojr.example", "kohar7mbb8dc2ce8a9qvl8hon4k53uhi" },
	{ "ns2.example", "q04jkcevqvmu85r014c7dkba38o0ji5r" },
	{ "*.w.example", "r53bq7cc2uvmubfu5ocmm6pers9tk9en" },
	{ "xx.example", "t644ebqk9bibcna874givr6joj62mlhv" },
};

static void the_owners_are_as_in_the_rfc(void **state)
{
	(void)state;
	static const struct nsec3_params p = { 1, 12, { (const uint8_t *)"\xaa\xbb\xcc\xdd", 4 } };

	for (size_t i = 0; i < COUNT(hashes); i++) {
		char owner[TESTHASH_OWNER_SIZE], want[100];
		snprintf(want, sizeof(want), "%s.example", hashes[i].hash);
		testhash_owner(testhash_of(hashes[i].name, &p), "example", owner);
		assert_string_equal(owner, want);
	}
}

struct example {
	const char *why, *question;
	unsigned rcode;
	const char *records;
	unsigned how;
	enum status status;
	enum reason reason;
};

static void judge_examples(const struct example *examples, size_t count)
{
	struct judge *j = judge_new();

	for (size_t i = 0; i < count; i++) {
		const struct example *e = &examples[i];
		judge_text(j, e->question, e->rcode, e->records, ASK_DO | e->how);
		assert_judged(j, e->why, e->status, e->reason);
		const struct message *m = judge_delivered(j, msg_span(&j->response));
		assert_row(e->why, !(m->flags & FLAG_AD) == (e->status != STATUS_SECURE));
	}
	judge_free(j);
}

/* The zone has opt-out: a span that the proof needs may hold unsigned delegations, so the response
 * has no AD (RFC 5155, 9.2). */
static void the_responses_of_appendix_b_are_judged_as_in_the_rfc(void **state)
{
	(void)state;
	static const struct example examples[] = {
		{ "B.1, name error", "a.c.x.w.example A", 3, B1(OPTOUT), 0, STATUS_INSECURE,
		        REASON_OPT_OUT },
		{ "B.2, no data", "ns1.example MX", 0, B2(OPTOUT), 0, STATUS_SECURE, 0 },
		{ "B.2.1, no data, empty non-terminal", "y.w.example A", 0, B21(OPTOUT), 0,
		        STATUS_SECURE, 0 },
		{ "B.3, referral to an opt-out unsigned zone", "mc.c.example MX", 0, B3(OPTOUT),
		        ASK_NO_RD, STATUS_INSECURE, REASON_NOT_ANSWER },
		{ "B.4, wildcard expansion", "a.z.w.example MX", 0, B4(OPTOUT), 0, STATUS_INSECURE,
		        REASON_OPT_OUT },
		{ "B.5, wildcard no data", "a.z.w.example AAAA", 0, B5(OPTOUT), 0, STATUS_INSECURE,
		        REASON_OPT_OUT },
		{ "B.6, DS of the zone, from the zone itself: the parent's is wanted", "example DS",
		        0, B6(OPTOUT), 0, STATUS_BOGUS, REASON_DENIAL_MISSING },
	};
	judge_examples(examples, COUNT(examples));
}

static void without_opt_out_every_denial_is_secure(void **state)
{
	(void)state;
	static const struct example examples[] = {
		{ "B.1", "a.c.x.w.example A", 3, B1(SIGNED), 0, STATUS_SECURE, 0 },
		{ "B.2", "ns1.example MX", 0, B2(SIGNED), 0, STATUS_SECURE, 0 },
		{ "B.2.1", "y.w.example A", 0, B21(SIGNED), 0, STATUS_SECURE, 0 },
		{ "B.3: the delegation does not exist", "mc.c.example MX", 0, B3(SIGNED), ASK_NO_RD,
		        STATUS_BOGUS, REASON_DS_UNPROVED },
		{ "B.4", "a.z.w.example MX", 0, B4(SIGNED), 0, STATUS_SECURE, 0 },
		{ "B.5", "a.z.w.example AAAA", 0, B5(SIGNED), 0, STATUS_SECURE, 0 },
	};
	judge_examples(examples, COUNT(examples));
}

static void with_a_record_left_out_nothing_is_proved(void **state)
{
	(void)state;
	static const struct example examples[] = {
		{ "B.1, the record over the next closer name", "a.c.x.w.example A", 3,
		        SOA X_W OPTOUT A OPTOUT, 0, STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "B.1, the closest encloser", "a.c.x.w.example A", 3, SOA APEX OPTOUT A OPTOUT, 0,
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "B.1, the record over the wildcard", "a.c.x.w.example A", 3,
		        SOA APEX OPTOUT X_W OPTOUT, 0, STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "B.2", "ns1.example MX", 0, SOA, 0, STATUS_BOGUS, REASON_DENIAL_MISSING },
		{ "B.2.1, the record of another name", "y.w.example A", 0, SOA W OPTOUT, 0,
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "B.3, the closest encloser", "mc.c.example MX", 0,
		        "> c.example NS ns1.c.example ns2.c.example\n" A OPTOUT, ASK_NO_RD,
		        STATUS_BOGUS, REASON_DS_UNPROVED },
		{ "B.4, the record over the next closer name", "a.z.w.example MX", 0,
		        "a.z.w.example MX ai.example | example labels=2\n" NS, 0, STATUS_BOGUS,
		        REASON_WILDCARD_UNPROVED },
		{ "B.5, the wildcard", "a.z.w.example AAAA", 0, SOA W SIGNED NS2 SIGNED, 0,
		        STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "B.5, the closest encloser", "a.z.w.example AAAA", 0,
		        SOA NS2 OPTOUT WILD_W OPTOUT, 0, STATUS_BOGUS, REASON_DENIAL_FAILED },
		{ "B.2 for an existing type", "ns1.example A", 0, B2(OPTOUT), 0, STATUS_BOGUS,
		        REASON_DENIAL_FAILED },
		{ "B.2 as a name error", "ns1.example MX", 3, B2(OPTOUT), 0, STATUS_BOGUS,
		        REASON_DENIAL_FAILED },
		{ "B.1 for a name that exists", "x.w.example A", 3, B1(OPTOUT), 0, STATUS_BOGUS,
		        REASON_DENIAL_FAILED },
	};
	judge_examples(examples, COUNT(examples));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_owners_are_as_in_the_rfc),
		cmocka_unit_test(the_responses_of_appendix_b_are_judged_as_in_the_rfc),
		cmocka_unit_test(without_opt_out_every_denial_is_secure),
		cmocka_unit_test(with_a_record_left_out_nothing_is_proved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
