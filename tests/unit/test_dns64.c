/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AAAA records that a DNS64 made up pass only as forms of proved addresses. */
#include "judge.h"

#include "config/network_text.h"
#include "gate/synthesis.h"

static const char *const prefix_texts[] = { "64:ff9b::/96", "2001:db8:64::/48" };
static struct network prefixes[COUNT(prefix_texts)];

/* What servers answer to the wants of DNS64. NULL: nothing. */
struct answers {
	const char *a, *aaaa, *nsec;
};

static struct judge *judge_with_prefixes(unsigned count)
{
	struct judge *j = judge_new();

	for (size_t i = 0; i < COUNT(prefixes); i++)
		assert_true(network_read(prefix_texts[i], &prefixes[i]));
	j->policy.dns64 = prefixes;
	j->policy.dns64_count = count;
	gate_fini(&j->gate);
	j->gate = (struct gate){ .crypto = j->crypto, .store = &j->store, .policy = &j->policy };
	assert_int_equal(gate_init(&j->gate, 64), 0);
	return j;
}

static const char *answer_to(const struct answers *answers, uint16_t type)
{
	switch (type) {
	case TYPE_A:
		return answers->a;
	case TYPE_AAAA:
		return answers->aaaa;
	default:
		return answers->nsec;
	}
}

/* Has the gate learn an answer, as the fetcher does: if it is useless to the end of all tries. */
static void feed(struct judge *j, const struct want *want, const struct answers *answers)
{
	static struct msgbuild kept;
	const char *records = answer_to(answers, want->type);
	char question[NAME_TEXT_SIZE + TYPE_TEXT_SIZE], name[NAME_TEXT_SIZE], type[TYPE_TEXT_SIZE];

	if (want->type == TYPE_DS || want->type == TYPE_DNSKEY) {
		judge_feed(j, want);
		return;
	}
	if (!records) {
		gate_learn_failure(&j->gate, want, REASON_FETCH_FAILED, j->now);
		return;
	}
	kept = j->response;
	snprintf(question, sizeof(question), "%s %s", name_text(&want->name, name),
	        type_text(want->type, type));
	judge_begin(j, question, 0);
	judge_write(j, records);
	struct span answer = msg_span(&j->response);
	if (gate_learn(&j->gate, want, answer, j->now, false) != LEARNED)
		assert_int_equal(gate_learn(&j->gate, want, answer, j->now, true), LEARNED);
	j->response = kept;
}

/* Judges a response; counts the wants of DNS64 in j->fetches. */
static void judge_fed(struct judge *j, const char *question, const char *records, unsigned how,
        const struct answers *answers)
{
	struct client_query asked = judge_asked(question, how);

	judge_begin(j, question, 0);
	judge_write(j, records);
	j->fetches = 0;
	for (unsigned fetches = 0;; fetches++) {
		struct writer out = writer_over(j->out, sizeof(j->out));
		gate_judge(&j->gate, &asked, msg_span(&j->response), j->now, &out, &j->result);
		if (j->result.verdict != GATE_WANT)
			return;
		assert_in_range(fetches, 0, LIMIT_FETCHES);
		struct want want = j->result.want;
		j->fetches += want.type != TYPE_DS && want.type != TYPE_DNSKEY;
		feed(j, &want, answers);
	}
}

#define WWW       "www.example.test"
#define MADE_UP   WWW " AAAA 64:ff9b::192.0.2.1"
#define HAS_A     WWW " A 192.0.2.1 192.0.2.2 | example.test"
#define HAS_OTHER WWW " A 192.0.2.9 | example.test"
#define NO_AAAA   SOA_EXAMPLE "> " WWW " NSEC z.example.test A RRSIG NSEC | example.test"
#define HAS_AAAA  SOA_EXAMPLE "> " WWW " NSEC z.example.test A AAAA RRSIG NSEC | example.test"
#define NSEC_ONLY WWW " NSEC z.example.test A RRSIG NSEC | example.test"
#define NSEC_AAAA WWW " NSEC z.example.test A AAAA RRSIG NSEC | example.test"

#define PROVED                                                                                     \
	{                                                                                          \
		HAS_A, NO_AAAA, NULL                                                               \
	}
#define PASSES        STATUS_INSECURE, REASON_DNS64
#define FAILS(reason) STATUS_BOGUS, REASON_##reason
#define PASSES_LISTED WWW "/AAAA"

struct row {
	const char *why, *records;
	struct answers answers;
	enum status status;
	enum reason reason;
};

static void a_made_up_address_passes_only_if_the_zone_proves_it(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "proved", MADE_UP, PROVED, PASSES },
		{ "two addresses", MADE_UP " 64:ff9b::192.0.2.2", PROVED, PASSES },
		{ "the other prefix", WWW " AAAA 2001:db8:64:c000:2:100::", PROVED, PASSES },
		{ "both prefixes", MADE_UP " 2001:db8:64:c000:2:100::", PROVED, PASSES },
		{ "the proof is in the message (PowerDNS, Knot Resolver)", MADE_UP "\n" NO_AAAA,
		        { HAS_A, NULL, NULL }, PASSES },
		{ "AAAA records even with CD (BIND with break-dnssec)", MADE_UP,
		        { HAS_A, MADE_UP, NSEC_ONLY }, PASSES },
		{ "the same, NSEC3", MADE_UP,
		        { HAS_A, MADE_UP, SOA_EXAMPLE "> =" WWW " NSEC3 A RRSIG | example.test" },
		        PASSES },
		{ "NSEC3", MADE_UP,
		        { HAS_A, SOA_EXAMPLE "> =" WWW " NSEC3 A RRSIG | example.test", NULL },
		        PASSES },
		{ "from a wildcard", MADE_UP,
		        { WWW " A 192.0.2.1 | example.test labels=2\n"
		              "> *.example.test NSEC z.example.test A RRSIG NSEC | example.test",
		                SOA_EXAMPLE
		                "> *.example.test NSEC z.example.test A RRSIG NSEC | example.test",
		                NULL },
		        PASSES },

		{ "an address that the name does not have", WWW " AAAA 64:ff9b::198.51.100.66",
		        PROVED, FAILS(DNS64_FORGED) },
		{ "one of two", MADE_UP " 64:ff9b::198.51.100.66", PROVED, FAILS(DNS64_FORGED) },
		{ "a suffix", WWW " AAAA 2001:db8:64:c000:2:100::1", PROVED, FAILS(DNS64_FORGED) },
		{ "outside of the prefixes", WWW " AAAA 2001:db8:65::192.0.2.1", PROVED,
		        FAILS(RRSIG_MISSING) },
		{ "one in, one out", MADE_UP " 2001:db8:65::192.0.2.1", PROVED,
		        FAILS(RRSIG_MISSING) },
		{ "the name has an AAAA record", MADE_UP, { HAS_A, HAS_AAAA, NSEC_AAAA },
		        FAILS(DNS64_UNPROVED) },
		{ "the name has an AAAA record, and it comes", MADE_UP,
		        { HAS_A, WWW " AAAA 2001:db8::1 | example.test", NSEC_AAAA },
		        FAILS(DNS64_UNPROVED) },
		{ "the proof is of another name", MADE_UP,
		        { HAS_A,
		                SOA_EXAMPLE
		                "> a.example.test NSEC z.example.test A RRSIG NSEC | example.test",
		                NULL },
		        STATUS_INDETERMINATE, REASON_FETCH_FAILED },
		{ "the proof is forged", MADE_UP,
		        { HAS_A,
		                SOA_EXAMPLE "> " WWW " NSEC z.example.test A | example.test spoilt",
		                WWW " NSEC z.example.test A | example.test spoilt" },
		        FAILS(DNS64_UNPROVED) },
		{ "the proof is unsigned", MADE_UP,
		        { HAS_A, "> " WWW " NSEC z.example.test A", WWW " NSEC z.example.test A" },
		        FAILS(DNS64_UNPROVED) },
		{ "the proof is of the zone above", MADE_UP,
		        { HAS_A, "> " WWW " NSEC z.test A RRSIG NSEC | test",
		                WWW " NSEC z.test A RRSIG NSEC | test" },
		        FAILS(DNS64_UNPROVED) },
		{ "nothing proves the absence", MADE_UP, { HAS_A, "", "" }, FAILS(DNS64_UNPROVED) },
		{ "the A record is unsigned", MADE_UP, { WWW " A 192.0.2.1", NO_AAAA, NULL },
		        FAILS(DNS64_UNPROVED) },
		{ "the A record is forged", MADE_UP,
		        { WWW " A 192.0.2.1 | example.test spoilt", NO_AAAA, NULL },
		        FAILS(DNS64_UNPROVED) },
		{ "the A record has expired", MADE_UP,
		        { WWW " A 192.0.2.1 | example.test expired", NO_AAAA, NULL },
		        FAILS(DNS64_UNPROVED) },
		{ "the A record is of another name", MADE_UP,
		        { "a.example.test A 192.0.2.1 | example.test", NO_AAAA, NULL },
		        FAILS(DNS64_UNPROVED) },
		{ "the A record is signed by the zone above", MADE_UP,
		        { WWW " A 192.0.2.1 | test", NO_AAAA, NULL }, FAILS(DNS64_UNPROVED) },
		{ "the wildcard of the A record is unproved", MADE_UP,
		        { WWW " A 192.0.2.1 | example.test labels=2", NO_AAAA, NULL },
		        FAILS(DNS64_UNPROVED) },
		{ "there is no A record", MADE_UP, { NO_AAAA, NO_AAAA, NULL },
		        FAILS(DNS64_UNPROVED) },
		{ "the A record cannot be had", MADE_UP, { NULL, NO_AAAA, NULL },
		        STATUS_INDETERMINATE, REASON_FETCH_FAILED },
		{ "the proof cannot be had", MADE_UP, { HAS_A, NULL, NULL }, STATUS_INDETERMINATE,
		        REASON_FETCH_FAILED },
		{ "a forged signature", MADE_UP " | example.test spoilt", PROVED,
		        FAILS(RRSIG_FAILED) },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judge *j = judge_with_prefixes(COUNT(prefixes));
		judge_fed(j, WWW " AAAA", rows[i].records, ASK_DO, &rows[i].answers);
		assert_judged(j, rows[i].why, rows[i].status, rows[i].reason);
		bool passes = rows[i].status <= STATUS_INSECURE;
		assert_row(rows[i].why, (j->result.verdict == GATE_SERVFAIL) != passes);
		assert_row(rows[i].why, (j->result.exemption == EXEMPT_DNS64) == passes);
		if (passes)
			assert_row(rows[i].why,
			        !(judge_delivered(j, msg_span(&j->response))->flags & FLAG_AD));
		judge_free(j);
	}
}

static void an_alias_to_a_made_up_address_passes_if_all_of_it_is_proved(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "a signed alias", "a.example.test CNAME " WWW " | example.test\n" MADE_UP, PROVED,
		        PASSES },
		{ "from another zone",
		        "a.example.test CNAME b.other.test | example.test\n"
		        "b.other.test CNAME " WWW " | other.test\n" MADE_UP,
		        PROVED, PASSES },
		{ "an unsigned alias", "a.example.test CNAME " WWW "\n" MADE_UP, PROVED,
		        FAILS(RRSIG_MISSING) },
		{ "an alias to elsewhere",
		        "a.example.test CNAME b.example.test | example.test\n"
		        "b.example.test AAAA 64:ff9b::192.0.2.1",
		        PROVED, FAILS(DNS64_UNPROVED) },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judge *j = judge_with_prefixes(1);
		judge_fed(j, "a.example.test AAAA", rows[i].records, ASK_DO, &rows[i].answers);
		assert_judged(j, rows[i].why, rows[i].status, rows[i].reason);
		judge_free(j);
	}
}

static void without_a_prefix_no_made_up_address_passes(void **state)
{
	(void)state;
	static const struct answers answers = PROVED;
	struct judge *j = judge_with_prefixes(0);

	judge_fed(j, WWW " AAAA", MADE_UP, ASK_DO, &answers);
	assert_judged(j, "no prefix", FAILS(RRSIG_MISSING));
	assert_int_equal(j->fetches, 0);
	judge_free(j);
}

static void nothing_is_asked_about_an_unsigned_zone(void **state)
{
	(void)state;
	static const struct answers answers = { NULL, NULL, NULL };
	struct judge *j = judge_with_prefixes(1);

	judge_fed(j, "www.unsigned.test AAAA", "www.unsigned.test AAAA 64:ff9b::192.0.2.1", ASK_DO,
	        &answers);
	assert_judged(j, "unsigned", STATUS_INSECURE, REASON_UNSIGNED_ZONE);
	assert_int_equal(j->fetches, 0);
	assert_int_equal(j->result.exemption, EXEMPT_NOT);
	judge_free(j);
}

/* An answer for another type, or another section, has no address that a client uses. */
static void only_an_answer_for_aaaa_may_be_made_up(void **state)
{
	(void)state;
	static const struct answers answers = PROVED;
	struct judge *j = judge_with_prefixes(1);

	judge_fed(j, WWW " ANY", MADE_UP, ASK_DO, &answers);
	assert_judged(j, "ANY", FAILS(RRSIG_MISSING));
	judge_fed(j, "example.test MX", "example.test MX " WWW " | example.test\n+ " MADE_UP,
	        ASK_DO, &answers);
	assert_judged(j, "additional", STATUS_SECURE, REASON_NONE);
	assert_string_equal(judge_list(judge_delivered(j, msg_span(&j->response))),
	        "example.test/MX example.test/RRSIG");
	assert_int_equal(j->fetches, 0);
	judge_free(j);
}

static void what_is_proved_is_asked_for_once(void **state)
{
	(void)state;
	static const struct answers once = PROVED, none = { NULL, NULL, NULL };
	struct judge *j = judge_with_prefixes(1);

	judge_fed(j, WWW " AAAA", MADE_UP, ASK_DO, &once);
	assert_int_equal(j->fetches, 2);
	gate_fini(&j->gate); /* not what is remembered of messages: the next message differs */
	j->gate = (struct gate){ .crypto = j->crypto, .store = &j->store, .policy = &j->policy };
	assert_int_equal(gate_init(&j->gate, 64), 0);
	judge_fed(j, WWW " AAAA", MADE_UP, ASK_DO, &once);
	judge_fed(j, WWW " AAAA", WWW " AAAA 64:ff9b::192.0.2.2", ASK_DO, &none);
	assert_judged(j, "another address of the name", PASSES);
	assert_int_equal(j->fetches, 0);
	j->now += TTL;
	judge_fed(j, WWW " AAAA", MADE_UP, ASK_DO, &none);
	assert_judged(j, "after the TTL", STATUS_INDETERMINATE, REASON_FETCH_FAILED);
	judge_free(j);
}

static void a_made_up_address_is_recalled_until_its_proof_ends(void **state)
{
	(void)state;
	static const struct answers answers = PROVED;
	struct judge *j = judge_with_prefixes(1);
	struct client_query asked = judge_asked(WWW " AAAA", ASK_DO);

	judge_fed(j, WWW " AAAA", MADE_UP, ASK_DO, &answers);
	assert_true(judge_recall(j, &asked, msg_span(&j->response)));
	assert_judged(j, "recalled", PASSES);
	assert_int_equal(j->result.exemption, EXEMPT_DNS64);
	j->now += TTL - 1;
	assert_true(judge_recall(j, &asked, msg_span(&j->response)));
	j->now++;
	assert_false(judge_recall(j, &asked, msg_span(&j->response)));
	gate_forget(&j->gate);
	judge_fed(j, WWW " AAAA", MADE_UP, ASK_DO, &answers);
	assert_int_equal(j->fetches, 2);
	judge_free(j);
}

/* The TTL of a forged response may be anything. */
static void a_ttl_is_at_most_that_of_the_proofs(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		struct answers answers;
		uint32_t ttl_s;
	} rows[] = {
		{ "all alike", PROVED, TTL },
		{ "the address", { WWW " A 192.0.2.1 | example.test ttl=77", NO_AAAA, NULL }, 77 },
		{ "the proof",
		        { HAS_A,
		                SOA_EXAMPLE "> " WWW " NSEC z.example.test A | example.test ttl=55",
		                NULL },
		        55 },
		{ "a second", { WWW " A 192.0.2.1 | example.test ttl=1", NO_AAAA, NULL }, 1 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judge *j = judge_with_prefixes(1);
		judge_fed(j, WWW " AAAA", MADE_UP, ASK_DO, &rows[i].answers);
		assert_judged(j, rows[i].why, PASSES);
		const struct message *m = judge_delivered(j, msg_span(&j->response));
		assert_int_equal(m->rr_count, 1);
		assert_row(rows[i].why, m->rrs[0].ttl_s == rows[i].ttl_s);
		judge_free(j);
	}
}

/* The network told the last prefix, and it may be false. What was made up in it leaves the caches
 * of clients soon. */
static void a_ttl_is_short_in_a_prefix_that_was_found(void **state)
{
	(void)state;
	static const struct answers answers = PROVED;
	static const struct answers brief = { WWW " A 192.0.2.1 | example.test ttl=77", NO_AAAA,
		NULL };
	static const struct {
		const char *why, *records;
		const struct answers *answers;
		unsigned found;
		uint32_t ttl_s;
	} rows[] = {
		{ "in a configured one", MADE_UP, &answers, 1, TTL },
		{ "in the one that was found", WWW " AAAA 2001:db8:64:c000:2:100::", &answers, 1,
		        LIMIT_FOUND_TTL_S },
		{ "in both", MADE_UP " 2001:db8:64:c000:2:100::", &answers, 1, LIMIT_FOUND_TTL_S },
		{ "both are configured", WWW " AAAA 2001:db8:64:c000:2:100::", &answers, 0, TTL },
		{ "both were found", MADE_UP, &answers, 2, LIMIT_FOUND_TTL_S },
		{ "the address has a shorter one", WWW " AAAA 2001:db8:64:c000:2:100::", &brief, 1,
		        77 },
	};
	_Static_assert(TTL > LIMIT_FOUND_TTL_S, "otherwise this shows nothing");
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judge *j = judge_with_prefixes(COUNT(prefixes));
		struct client_query asked = judge_asked(WWW " AAAA", ASK_DO);
		j->policy.dns64_found = rows[i].found;
		judge_fed(j, WWW " AAAA", rows[i].records, ASK_DO, rows[i].answers);
		assert_judged(j, rows[i].why, PASSES);
		for (unsigned recalled = 0; recalled <= 1; recalled++) {
			const struct message *m = judge_delivered(j, msg_span(&j->response));
			assert_row(rows[i].why, m->rrs[0].ttl_s == rows[i].ttl_s);
			if (!recalled)
				assert_true(judge_recall(j, &asked, msg_span(&j->response)));
		}
		judge_free(j);
	}
}

/* The memory is there before the first prefix is found. */
static void a_prefix_may_come_later(void **state)
{
	(void)state;
	static const struct answers answers = PROVED;
	struct judge *j = judge_with_prefixes(0);

	assert_false(synthesis_is_on(&j->gate.synthesis));
	gate_fini(&j->gate);
	j->policy.finds_dns64 = true;
	j->gate = (struct gate){ .crypto = j->crypto, .store = &j->store, .policy = &j->policy };
	assert_int_equal(gate_init(&j->gate, 64), 0);
	judge_fed(j, WWW " AAAA", MADE_UP, ASK_DO, &answers);
	assert_judged(j, "before", FAILS(RRSIG_MISSING));
	assert_int_equal(j->fetches, 0);
	j->policy.dns64_count = j->policy.dns64_found = 1;
	judge_fed(j, WWW " AAAA", MADE_UP, ASK_DO, &answers);
	assert_judged(j, "afterwards", PASSES);
	judge_free(j);
}

/* An attacker who makes addresses up must not have the name asked for each time. */
static void addresses_that_changed_are_asked_for_again_after_a_while(void **state)
{
	(void)state;
	static const struct answers before = PROVED, after = { HAS_OTHER, NULL, NULL };
	struct judge *j = judge_with_prefixes(1);

	judge_fed(j, WWW " AAAA", MADE_UP, ASK_DO, &before);
	judge_fed(j, WWW " AAAA", WWW " AAAA 64:ff9b::192.0.2.9", ASK_DO, &after);
	assert_judged(j, "at once", FAILS(DNS64_FORGED));
	assert_int_equal(j->fetches, 0);
	j->now += LIMIT_DOUBT_S;
	judge_fed(j, WWW " AAAA", WWW " AAAA 64:ff9b::192.0.2.9", ASK_DO, &after);
	assert_judged(j, "after a while", PASSES);
	assert_int_equal(j->fetches, 1);
	judge_fed(j, WWW " AAAA", MADE_UP " 64:ff9b::192.0.2.9", ASK_DO, &after);
	assert_judged(j, "the old ones hold until their TTL", PASSES);
	judge_free(j);
}

/* A client that asks a hostile server must not spoil a name for others. */
static void a_failure_counts_for_its_own_server(void **state)
{
	(void)state;
	static const struct answers hostile = { WWW " A 192.0.2.66", "", "" }, good = PROVED;
	struct judge *j = judge_with_prefixes(1);

	j->store.source = 1;
	judge_fed(j, WWW " AAAA", MADE_UP, ASK_DO, &hostile);
	assert_judged(j, "hostile", FAILS(DNS64_UNPROVED));
	judge_fed(j, WWW " AAAA", MADE_UP, ASK_DO, &good);
	assert_judged(j, "remembered", FAILS(DNS64_UNPROVED));
	assert_int_equal(j->fetches, 0);
	j->store.source = 2;
	judge_fed(j, WWW " AAAA", MADE_UP, ASK_DO, &good);
	assert_judged(j, "another server", PASSES);
	j->store.source = 1;
	judge_fed(j, WWW " AAAA", MADE_UP " 64:ff9b::192.0.2.2", ASK_DO, &hostile);
	assert_judged(j, "what is proved holds for all", PASSES);
	judge_free(j);
}

/* An RRset's records have any order, so a part of it would prove now this address, now that one. */
static void too_many_addresses_prove_none(void **state)
{
	(void)state;
	static char records[4096];
	const struct answers answers = { records, NO_AAAA, NULL };

	for (unsigned more = 0; more <= 1; more++) {
		size_t len = (size_t)snprintf(records, sizeof(records), WWW " A 192.0.2.1");
		for (unsigned i = 1; i < SYNTHESIS_ADDRESSES + more; i++)
			len += (size_t)snprintf(
			        records + len, sizeof(records) - len, " 198.51.100.%u", i);
		snprintf(records + len, sizeof(records) - len, " | example.test");
		struct judge *j = judge_with_prefixes(1);
		judge_fed(j, WWW " AAAA", MADE_UP, ASK_DO, &answers);
		if (more == 0)
			assert_judged(j, "as many as are remembered", PASSES);
		else
			assert_judged(j, "one more", FAILS(DNS64_UNPROVED));
		judge_free(j);
	}
}

static void a_full_memory_replaces_the_oldest_name(void **state)
{
	(void)state;
	struct synthesis memory = { 0 };
	struct name name;
	char text[32];

	assert_int_equal(synthesis_init(&memory), 0);
	for (unsigned i = 0; i <= SYNTHESIS_NAMES; i++) {
		snprintf(text, sizeof(text), "n%u.test", i);
		assert_true(name_from_text(text, &name));
		synthesis_get(&memory, &name)->absent_until_s = 1;
	}
	assert_int_equal(memory.names.used, SYNTHESIS_NAMES);
	assert_int_equal(synthesis_get(&memory, &name)->absent_until_s, 1);
	assert_true(name_from_text("n0.test", &name));
	assert_int_equal(synthesis_get(&memory, &name)->absent_until_s, 0);
	synthesis_fini(&memory);
}

static void addresses_are_added_to_those_that_hold(void **state)
{
	(void)state;
	static struct synthesised entry;
	struct synthesis_address first = { { 192, 0, 2, 1 }, 10, 110 };
	struct synthesis_address second = { { 192, 0, 2, 2 }, 50, 150 };
	struct synthesis_address many[SYNTHESIS_ADDRESSES];

	entry = (struct synthesised){ 0 };
	assert_false(synthesised_has_address(&entry, 100));
	synthesised_add(&entry, &first, 1, 100);
	synthesised_add(&entry, &first, 1, 100);
	assert_int_equal(entry.address_count, 1);
	synthesised_add(&entry, &second, 1, 105);
	assert_non_null(synthesised_find(&entry, first.octets, 109));
	assert_null(synthesised_find(&entry, first.octets, 110));
	assert_non_null(synthesised_find(&entry, second.octets, 110));
	synthesised_add(&entry, &second, 1, 110);
	assert_int_equal(entry.address_count, 1);
	for (unsigned i = 0; i < SYNTHESIS_ADDRESSES; i++)
		many[i] = (struct synthesis_address){ { 198, 51, 100, (uint8_t)i }, 9, 200 };
	synthesised_add(&entry, many, SYNTHESIS_ADDRESSES, 111);
	assert_int_equal(entry.address_count, SYNTHESIS_ADDRESSES);
	assert_null(synthesised_find(&entry, second.octets, 111));
	for (unsigned i = 0; i < SYNTHESIS_ADDRESSES; i++)
		assert_non_null(synthesised_find(&entry, many[i].octets, 111));
	assert_false(synthesised_has_address(&entry, 200));
}

#define REVERSE "1.2.2.0.0.0.0.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.b.9.f.f.4.6.0.0.ip6.arpa"
#define IN_ADDR "33.2.0.192.in-addr.arpa"
#define POINTER IN_ADDR " PTR www.example.test | ."

static void the_alias_of_a_reverse_name_follows_from_the_name(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "derived", REVERSE " CNAME " IN_ADDR "\n" POINTER, { 0 }, PASSES },
		{ "to another address",
		        REVERSE " CNAME 34.2.0.192.in-addr.arpa\n"
		                "34.2.0.192.in-addr.arpa PTR www.example.test | .",
		        { 0 }, FAILS(RRSIG_MISSING) },
		{ "to another name",
		        REVERSE " CNAME evil.unsigned.test\n"
		                "evil.unsigned.test PTR evil.test",
		        { 0 }, FAILS(RRSIG_MISSING) },
		{ "the pointer is unsigned",
		        REVERSE " CNAME " IN_ADDR "\n" IN_ADDR " PTR www.example.test", { 0 },
		        FAILS(RRSIG_MISSING) },
		{ "no alias", REVERSE " PTR www.example.test", { 0 }, FAILS(RRSIG_MISSING) },
		{ "two targets", REVERSE " CNAME " IN_ADDR " evil.test\n" POINTER, { 0 },
		        FAILS(RRSIG_MISSING) },
	};
	for (size_t i = 0; i < 2 * COUNT(rows); i++) {
		const struct row *row = &rows[i / 2];
		bool is_found = i % 2;
		struct judge *j = judge_with_prefixes(1);
		j->policy.dns64_found = is_found;
		judge_fed(j, REVERSE " PTR", row->records, ASK_DO, &row->answers);
		assert_judged(j, row->why, row->status, row->reason);
		if (row->status <= STATUS_INSECURE) {
			const struct message *m = judge_delivered(j, msg_span(&j->response));
			assert_row(row->why, (m->rrs[0].ttl_s == LIMIT_FOUND_TTL_S) == is_found);
		}
		judge_free(j);
	}
}

static void the_alias_of_another_reverse_name_is_no_matter_of_dns64(void **state)
{
	(void)state;
	static const struct answers none = { 0 };
	static const char *const names[] = {
		"1.2.2.0.0.0.0.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.c.9.f.f.4.6.0.0.ip6.arpa",
		"www.example.test",
	};
	char question[NAME_TEXT_SIZE + 10], records[NAME_TEXT_SIZE + 200];

	for (size_t i = 0; i < COUNT(names); i++) {
		struct judge *j = judge_with_prefixes(2);
		snprintf(question, sizeof(question), "%s PTR", names[i]);
		snprintf(records, sizeof(records), "%s CNAME " IN_ADDR "\n" POINTER, names[i]);
		judge_fed(j, question, records, ASK_DO, &none);
		assert_judged(j, names[i], FAILS(RRSIG_MISSING));
		judge_free(j);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_made_up_address_passes_only_if_the_zone_proves_it),
		cmocka_unit_test(an_alias_to_a_made_up_address_passes_if_all_of_it_is_proved),
		cmocka_unit_test(without_a_prefix_no_made_up_address_passes),
		cmocka_unit_test(nothing_is_asked_about_an_unsigned_zone),
		cmocka_unit_test(only_an_answer_for_aaaa_may_be_made_up),
		cmocka_unit_test(what_is_proved_is_asked_for_once),
		cmocka_unit_test(a_made_up_address_is_recalled_until_its_proof_ends),
		cmocka_unit_test(a_ttl_is_at_most_that_of_the_proofs),
		cmocka_unit_test(a_ttl_is_short_in_a_prefix_that_was_found),
		cmocka_unit_test(a_prefix_may_come_later),
		cmocka_unit_test(addresses_that_changed_are_asked_for_again_after_a_while),
		cmocka_unit_test(a_failure_counts_for_its_own_server),
		cmocka_unit_test(too_many_addresses_prove_none),
		cmocka_unit_test(a_full_memory_replaces_the_oldest_name),
		cmocka_unit_test(addresses_are_added_to_those_that_hold),
		cmocka_unit_test(the_alias_of_a_reverse_name_follows_from_the_name),
		cmocka_unit_test(the_alias_of_another_reverse_name_is_no_matter_of_dns64),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
