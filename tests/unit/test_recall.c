/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The message cache. The other tests also assert, after each judgement, that a recalled response
 * has the same outcome (judge_octets()). */
#include "judge.h"

#include "gate/plan.h"
#include "gate/recall.h"

struct row {
	const char *why, *question;
	unsigned rcode;
	const char *records;
};

static const struct row rows[] = {
	{ "an address", "www.example.test A", 0, "www.example.test A 192.0.2.1 | example.test" },
	{ "several", "www.example.test A", 0,
	        "www.example.test A 192.0.2.1 192.0.2.2 192.0.2.3 | example.test" },
	{ "names that point to one another", "example.test MX", 0,
	        "example.test MX mail.example.test | example.test\n"
	        "> example.test NS ns.example.test | example.test\n"
	        "+ mail.example.test A 192.0.2.2 | example.test\n"
	        "+ ns.example.test A 192.0.2.3 | example.test" },
	{ "an alias into another zone", "a.example.test A", 0,
	        "a.example.test CNAME www.other.test | example.test\n"
	        "www.other.test A 192.0.2.1 | other.test" },
	{ "a DNAME", "y.d.example.test TXT", 0,
	        "d.example.test DNAME e.other.test | example.test\n"
	        "y.d.example.test CNAME y.e.other.test\n"
	        "y.e.other.test TXT hello | other.test" },
	{ "a wildcard", "q.w.example.test A", 0,
	        "q.w.example.test A 192.0.2.1 | example.test labels=3\n"
	        "> *.w.example.test NSEC www.example.test A | example.test" },
	{ "a denial by NSEC", "x.example.test A", 3,
	        SOA_EXAMPLE "> example.test NSEC example.test NS SOA | example.test" },
	{ "a denial by NSEC3", "z.example.test A", 3,
	        SOA_EXAMPLE "> =example.test NSEC3 salt=2 NS SOA | example.test\n"
	                    "> ~z.example.test NSEC3 salt=2 A | example.test\n"
	                    "> ~*.example.test NSEC3 salt=2 A | example.test" },
	{ "an unsigned zone", "www.unsigned.test A", 0, "www.unsigned.test A 192.0.2.1 192.0.2.2" },
};

static const unsigned ways[] = { ASK_PLAIN, ASK_EDNS, ASK_DO, ASK_AD, ASK_DO | ASK_AD, ASK_LARGE };

/* The second of two responses, judged by two gates with the same knowledge; one of them saw the
 * first response. */
struct again {
	struct judge *knows, *fresh;
	struct client_query asked;
	struct msgbuild *second;
};

static void judge_first(struct again *a, const struct row *row, unsigned how)
{
	a->asked = judge_asked(row->question, how);
	judge_text(a->knows, row->question, row->rcode, row->records, how);
	assert_row(row->why, a->knows->result.outcome.status <= STATUS_INSECURE);
	a->second = &a->knows->response;
}

/* Asserts that the message is recalled, with the result of a judgement. */
static void assert_known(struct again *a, const char *why)
{
	struct gate_result *known = &a->knows->result, *judged = &a->fresh->result;
	struct span octets = msg_span(a->second);

	assert_row(why, judge_recall(a->knows, &a->asked, octets));
	judge_octets(a->fresh, &a->asked, octets);
	assert_row(why, known->verdict == judged->verdict);
	assert_row(why, known->outcome.status == judged->outcome.status);
	if (known->verdict == GATE_REWRITE)
		assert_row(why, span_equal(known->octets, judged->octets));
}

static bool is_known(struct again *a)
{
	bool known = judge_recall(a->knows, &a->asked, msg_span(a->second));

	if (!known) /* then it is as it was */
		assert_memory_equal(a->knows->recalled, a->second->octets, a->second->len);
	return known;
}

static void set_ttls(struct again *a, uint32_t ttl_s)
{
	static struct rr rrs[64];
	struct message m;

	assert_true(message_parse(&m, msg_span(a->second), rrs, COUNT(rrs)));
	for (unsigned i = 0; i < m.rr_count; i++)
		put_u32(a->second->octets + rr_ttl_at(&rrs[i]), ttl_s);
}

static void change_case(struct again *a)
{
	for (unsigned i = 1; i < a->asked.question_len - 5u; i++) {
		if ((a->asked.question[i] | 0x20) < 'a' || (a->asked.question[i] | 0x20) > 'z')
			continue;
		a->asked.question[i] ^= 0x20;
		a->second->octets[DNS_HEADER_SIZE + i] ^= 0x20;
	}
}

static void begin(struct again *a)
{
	*a = (struct again){ .knows = judge_new(), .fresh = judge_new() };
	gate_fini(&a->fresh->gate);
	a->fresh->gate = (struct gate){
		.crypto = a->fresh->crypto, .store = &a->fresh->store, .policy = &a->fresh->policy
	};
	assert_int_equal(gate_init(&a->fresh->gate, 0), 0);
}

static void end(struct again *a)
{
	judge_free(a->knows);
	judge_free(a->fresh);
}

static void id_ttls_and_letter_case_do_not_matter(void **state)
{
	(void)state;
	static const uint32_t ttls[] = { 0, 1, TTL - 1, TTL + 1, 86400, INT32_MAX };
	struct again a;

	begin(&a);
	for (size_t i = 0; i < COUNT(rows) * COUNT(ways); i++) {
		const struct row *row = &rows[i / COUNT(ways)];
		judge_first(&a, row, ways[i % COUNT(ways)]);
		assert_known(&a, row->why);
		a.asked.id ^= 0x1234;
		put_u16(a.second->octets, a.asked.id);
		assert_known(&a, row->why);
		change_case(&a);
		assert_known(&a, row->why);
		for (size_t t = 0; t < COUNT(ttls); t++) {
			set_ttls(&a, ttls[t]);
			assert_known(&a, row->why);
		}
	}
	end(&a);
}

/* True if the octet may differ. */
static bool may_differ(const struct message *m, size_t at)
{
	bool free =
	        at < 2 || (at >= DNS_HEADER_SIZE && at < DNS_HEADER_SIZE + (size_t)m->qname.len);

	for (unsigned i = 0; i < m->rr_count; i++)
		free |= at + 6u >= m->rrs[i].rdata_at && at + 2u < m->rrs[i].rdata_at;
	return free;
}

static void every_other_bit_matters(void **state)
{
	(void)state;
	static struct rr rrs[64];
	struct again a;
	struct message m;

	begin(&a);
	for (size_t i = 0; i < COUNT(rows); i++) {
		judge_first(&a, &rows[i], ASK_DO);
		assert_true(message_parse(&m, msg_span(a.second), rrs, COUNT(rrs)));
		for (size_t bit = 0; bit < 8 * a.second->len; bit++) {
			if (may_differ(&m, bit / 8))
				continue;
			a.second->octets[bit / 8] ^= (uint8_t)(1u << bit % 8);
			assert_row(rows[i].why, !is_known(&a));
			a.second->octets[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
	end(&a);
}

static void a_client_that_asked_differently_gets_its_own_answer(void **state)
{
	(void)state;
	struct again a;

	begin(&a);
	for (size_t i = 0; i < COUNT(rows); i++) {
		judge_first(&a, &rows[i], ASK_DO);
		assert_true(is_known(&a));
		static const unsigned others[] = { ASK_PLAIN, ASK_EDNS, ASK_AD,
			ASK_DO | ASK_NO_RD };
		for (size_t k = 0; k < COUNT(others); k++) {
			a.asked = judge_asked(rows[i].question, others[k]);
			assert_row(rows[i].why, !is_known(&a));
		}
	}
	end(&a);
}

static void an_answer_for_an_iterating_client_is_not_for_others(void **state)
{
	(void)state;
	static const unsigned who[] = { 0, ASK_STRANGER, ASK_RESOLVER };
	struct again a;

	begin(&a);
	for (size_t i = 0; i < COUNT(who); i++) {
		judge_first(&a, &rows[0], ASK_DO | ASK_NO_RD | who[i]);
		assert_true(is_known(&a));
		for (size_t k = i + 1; k < COUNT(who); k++) {
			a.asked = judge_asked(rows[0].question, ASK_DO | ASK_NO_RD | who[k]);
			assert_false(is_known(&a));
		}
	}
	end(&a);
}

/* A rewrite would give its second owner another pointer, and the TTLs decide whether it is
 * rewritten or sent unchanged. */
static void a_message_compressed_differently_is_judged_each_time(void **state)
{
	(void)state;
	static const struct row row = { "a pointer to a pointer", "www.unsigned.test A", 0,
		"www.unsigned.test A 192.0.2.1 192.0.2.2" };
	static struct rr rrs[8];
	struct message m;
	struct again a;

	begin(&a);
	judge_first(&a, &row, ASK_DO);
	assert_true(is_known(&a));
	gate_forget(&a.knows->gate);
	assert_true(message_parse(&m, msg_span(a.second), rrs, COUNT(rrs)));
	put_u16(a.second->octets + rrs[1].owner_at, (uint16_t)(0xc000 | rrs[0].owner_at));
	judge_octets(a.knows, &a.asked, msg_span(a.second));
	assert_int_equal(a.knows->result.outcome.status, STATUS_INSECURE);
	assert_false(is_known(&a));
	end(&a);
}

static void a_client_gets_no_more_than_its_udp_size(void **state)
{
	(void)state;
	struct again a;

	begin(&a);
	judge_first(&a, &rows[1], ASK_DO);
	a.asked.udp_size = (uint16_t)a.second->len;
	assert_true(is_known(&a));
	a.asked.udp_size--;
	assert_false(is_known(&a));
	end(&a);
}

static void ttls_that_differ_within_a_set_are_judged(void **state)
{
	(void)state;
	static struct rr rrs[64];
	struct message m;
	struct again a;

	begin(&a);
	judge_first(&a, &rows[1], ASK_DO);
	assert_true(message_parse(&m, msg_span(a.second), rrs, COUNT(rrs)));
	put_u32(a.second->octets + rr_ttl_at(&rrs[1]), TTL - 1);
	assert_false(is_known(&a));
	put_u32(a.second->octets + rr_ttl_at(&rrs[1]), 0x80000000 | TTL); /* RFC 2181, 8: none */
	assert_false(is_known(&a));
	end(&a);
}

/* A pointer can make a name out of a TTL or the id. In another response that looks alike it is
 * another name. */
static void a_name_in_masked_octets_is_judged_each_time(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint16_t owner; /* a pointer */
		uint32_t ttl_s;
		bool known;
	} names[] = {
		{ "of the question", 0xc00c, 300, true },
		{ "of the TTL before it", 0xc000 | (12 + 23 + 6), 0x0161c00c, false },
		{ "a length octet, and the TTL as the label after it", 0xc000 | (12 + 23 + 5),
		        0x61c00c00, false },
	};
	struct again a;

	for (size_t i = 0; i < COUNT(names); i++) {
		begin(&a);
		a.asked = judge_asked("www.unsigned.test A", ASK_DO);
		judge_begin(a.knows, "www.unsigned.test A", 0);
		judge_write(a.knows, "www.unsigned.test A 192.0.2.1\n+ . A 192.0.2.2");
		struct msgbuild *b = a.second = &a.knows->response;
		put_u32(b->octets + 12 + 23 + 6, names[i].ttl_s); /* also: a.www.unsigned.test */
		memmove(b->octets + b->len - 13, b->octets + b->len - 14, 14);
		b->len++;
		put_u16(b->octets + b->len - 16, names[i].owner);
		judge_octets(a.knows, &a.asked, msg_span(b));
		assert_row(names[i].why, a.knows->result.outcome.status == STATUS_INSECURE);
		assert_row(names[i].why, is_known(&a) == names[i].known);
		end(&a);
	}
}

/* An entry ends with the first of: the signature's expiration, less the TTL that it would limit;
 * and what is known of the zones above. It does not apply to earlier times. */
static void an_entry_ends_with_the_facts_that_it_relies_on(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		int64_t later_s;
		bool known;
	} times[] = {
		{ "at once", 0, true },
		{ "the clock was set back", -1, false },
		{ "before the keys expire", TTL - 1, true },
		{ "the keys have expired", TTL, false },
	};
	struct again a;

	for (size_t i = 0; i < COUNT(times); i++) {
		begin(&a);
		judge_first(&a, &rows[0], ASK_DO);
		a.knows->now += times[i].later_s;
		assert_row(times[i].why, is_known(&a) == times[i].known);
		end(&a);
	}
}

static void a_signature_that_expires_soon_is_judged_each_time(void **state)
{
	(void)state;
	struct again a;

	begin(&a);
	a.knows->now = NOW + 5 * DAY - TTL - 1; /* `valid` ends in five days */
	judge_first(&a, &rows[0], ASK_DO);
	assert_true(is_known(&a));
	a.knows->now++; /* from now on it cuts the TTL */
	assert_false(is_known(&a));
	a.knows->now = NOW + 5 * DAY - TTL;
	judge_first(&a, &rows[1], ASK_DO);
	assert_false(is_known(&a));
	end(&a);
}

static void a_change_of_trust_empties_the_cache(void **state)
{
	(void)state;
	struct again a;

	begin(&a);
	judge_first(&a, &rows[0], ASK_DO);
	gate_forget(&a.knows->gate);
	assert_false(is_known(&a));
	end(&a);
}

static void a_negative_trust_anchor_ends_on_time(void **state)
{
	(void)state;
	struct nta_list ntas = { 0 };
	struct name zone;
	struct again a;

	begin(&a);
	assert_true(name_from_text("example.test", &zone));
	assert_true(nta_add(&ntas, &zone, NOW + 10));
	a.knows->store.ntas = &ntas;
	judge_first(&a, &rows[0], ASK_DO);
	assert_int_equal(a.knows->result.outcome.reason, REASON_NTA);
	a.knows->now = NOW + 9;
	assert_true(is_known(&a));
	a.knows->now = NOW + 10;
	assert_false(is_known(&a));
	end(&a);
}

static void refused_responses_and_errors_are_judged_each_time(void **state)
{
	(void)state;
	static const struct row bad[] = {
		{ "spoilt", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | example.test spoilt" },
		{ "unsigned", "www.example.test A", 0, "www.example.test A 192.0.2.1" },
		{ "SERVFAIL", "www.example.test A", 2, "" },
		{ "REFUSED", "www.example.test A", 5, "" },
		{ "a forged record beside it", "www.example.test A", 0,
		        "www.example.test A 192.0.2.1 | example.test\n"
		        "+ mail.example.test A 192.0.2.2 | example.test spoilt" },
	};
	struct again a;

	begin(&a);
	for (size_t i = 0; i < COUNT(bad); i++) {
		a.asked = judge_asked(bad[i].question, ASK_DO);
		judge_text(a.knows, bad[i].question, bad[i].rcode, bad[i].records, ASK_DO);
		a.second = &a.knows->response;
		assert_row(bad[i].why, !is_known(&a));
	}
	/* with a good one in the cache */
	judge_first(&a, &rows[0], ASK_DO);
	assert_true(is_known(&a));
	a.second->len = DNS_HEADER_SIZE;
	memset(a.second->octets + 4, 0, 8);
	assert_false(is_known(&a)); /* nor has it a question */
	judge_begin(a.knows, "www.unsigned.test A", 0);
	for (unsigned i = 0; i <= RECALL_RECORDS; i++)
		msg_rr(a.second, "www.unsigned.test", TYPE_A, TTL, rd_a("192.0.2.1"));
	a.asked = judge_asked("www.unsigned.test A", ASK_LARGE);
	judge_octets(a.knows, &a.asked, msg_span(a.second));
	assert_judged(
	        a.knows, "more records than are remembered", STATUS_INSECURE, REASON_UNSIGNED_ZONE);
	assert_false(is_known(&a));
	end(&a);
}

/* Aliases, each with a signature that is cut out; the last one is as given. */
static void write_chain(struct judge *j, unsigned aliases)
{
	char line[128];

	for (unsigned i = 0; i < aliases; i++) {
		snprintf(line, sizeof(line),
		        "n%u.example.test CNAME n%u.example.test | example.test", i, i + 1);
		judge_write(j, line);
	}
	snprintf(line, sizeof(line), "n%u.example.test A 192.0.2.1 | example.test", aliases);
	judge_write(j, line);
}

/* A plan has a limited number of cuts. A response that needs more is judged each time, with the
 * same result. */
static void a_plan_with_too_many_cuts_is_not_kept(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		unsigned aliases;
		bool opt, behind;
		bool known;
	} cuts[] = {
		{ "as many as allowed", PLAN_CUTS - 1, false, false, true },
		{ "one more", PLAN_CUTS, false, false, false },
		{ "the OPT is the last of them", PLAN_CUTS - 2, true, false, true },
		{ "the OPT is one more", PLAN_CUTS - 1, true, false, false },
		{ "the OPT is one more, and not the last record", PLAN_CUTS - 1, true, true,
		        false },
	};
	struct again a;

	for (size_t i = 0; i < COUNT(cuts); i++) {
		begin(&a);
		a.asked = judge_asked("n0.example.test A", ASK_PLAIN);
		a.asked.udp_size = 4000;
		judge_begin(a.knows, "n0.example.test A", 0);
		write_chain(a.knows, cuts[i].aliases);
		a.second = &a.knows->response;
		if (cuts[i].opt) { /* behind a record that stays */
			judge_write(a.knows, "+ -m.example.test A 192.0.2.2 | example.test\n"
			                     "+ m.example.test A 192.0.2.2");
			a.second->compress = false;
			msg_opt(a.second, 1232, true);
		}
		if (cuts[i].behind)
			judge_write(a.knows, "+ l.example.test A 192.0.2.3 | example.test");
		judge_octets(a.knows, &a.asked, msg_span(a.second));
		assert_judged(a.knows, cuts[i].why, STATUS_SECURE, REASON_NONE);
		assert_row(cuts[i].why, is_known(&a) == cuts[i].known);
		if (cuts[i].known)
			assert_known(&a, cuts[i].why);
		end(&a);
	}
}

/* A plan corrects a limited number of pointers across a cut. */
static void a_plan_with_too_many_mends_is_not_kept(void **state)
{
	(void)state;
	struct again a;

	for (unsigned addresses = 2; addresses <= PLAN_MENDS + 2; addresses += PLAN_MENDS) {
		struct rd rds[PLAN_MENDS + 2];
		uint8_t pointer[2];
		begin(&a);
		a.asked = judge_asked("a.example.test A", ASK_PLAIN);
		a.asked.udp_size = 4000;
		judge_begin(a.knows, "a.example.test A", 0);
		judge_write(a.knows, "a.example.test CNAME b.example.test | example.test");
		a.second = &a.knows->response;
		put_u16(pointer, (uint16_t)(0xc000 | a.second->len));
		for (unsigned i = 0; i < addresses; i++) {
			char text[16];
			snprintf(text, sizeof(text), "192.0.2.%u", i + 1);
			rds[i] = rd_a(text);
			msg_rr(a.second, i ? "." : "b.example.test", TYPE_A, TTL, rds[i]);
			if (i == 0)
				continue;
			/* the root becomes a pointer to the first name */
			uint8_t *owner = a.second->octets + a.second->len - 15;
			memmove(owner + 2, owner + 1, 14);
			memcpy(owner, pointer, 2);
			a.second->len++;
		}
		msg_rr(a.second, "b.example.test", TYPE_RRSIG, TTL,
		        rd_rrsig(judge_key(a.knows, "example.test"), "b.example.test", TYPE_A, TTL,
		                rds, addresses, &valid));
		judge_octets(a.knows, &a.asked, msg_span(a.second));
		assert_judged(a.knows, "pointers", STATUS_SECURE, REASON_NONE);
		assert_int_equal(is_known(&a), addresses == 2);
		if (addresses == 2)
			assert_known(&a, "pointers");
		end(&a);
	}
}

static void a_full_cache_replaces_the_least_recently_used(void **state)
{
	(void)state;
	struct again a;
	char question[64], records[128];

	begin(&a); /* there is room for 64 */
	for (unsigned i = 0; i < 65; i++) {
		snprintf(question, sizeof(question), "h%u.unsigned.test A", i);
		snprintf(records, sizeof(records), "h%u.unsigned.test A 192.0.2.1", i);
		judge_first(&a, &(struct row){ question, question, 0, records }, ASK_DO);
		judge_first(&a, &rows[0], ASK_DO);
		assert_true(is_known(&a));
	}
	judge_begin(a.knows, "h0.unsigned.test A", 0);
	assert_int_equal(a.knows->gate.recall.messages.used, 64);
	end(&a);
}

/* An entry with a long plan takes the room of several. */
static void a_small_cache_keeps_its_entries_whole(void **state)
{
	(void)state;
	struct again a;

	for (uint32_t capacity = 1; capacity <= 6; capacity++) {
		begin(&a);
		struct recall *recall = &a.knows->gate.recall;
		bool all = true;
		gate_fini(&a.knows->gate);
		assert_int_equal(gate_init(&a.knows->gate, capacity), 0);
		for (size_t i = 0; i < COUNT(rows) * COUNT(ways); i++) {
			const struct row *row = &rows[i / COUNT(ways)];
			judge_first(&a, row, ways[i % COUNT(ways)]);
			if (is_known(&a))
				assert_known(&a, row->why);
			else
				all = false;
			assert_true(recall->messages.used <= capacity);
		}
		assert_int_equal(all, capacity >= 2);
		gate_forget(&a.knows->gate);
		assert_false(is_known(&a));
		end(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(id_ttls_and_letter_case_do_not_matter),
		cmocka_unit_test(every_other_bit_matters),
		cmocka_unit_test(a_client_that_asked_differently_gets_its_own_answer),
		cmocka_unit_test(an_answer_for_an_iterating_client_is_not_for_others),
		cmocka_unit_test(a_message_compressed_differently_is_judged_each_time),
		cmocka_unit_test(a_client_gets_no_more_than_its_udp_size),
		cmocka_unit_test(ttls_that_differ_within_a_set_are_judged),
		cmocka_unit_test(a_name_in_masked_octets_is_judged_each_time),
		cmocka_unit_test(an_entry_ends_with_the_facts_that_it_relies_on),
		cmocka_unit_test(a_signature_that_expires_soon_is_judged_each_time),
		cmocka_unit_test(a_change_of_trust_empties_the_cache),
		cmocka_unit_test(a_negative_trust_anchor_ends_on_time),
		cmocka_unit_test(refused_responses_and_errors_are_judged_each_time),
		cmocka_unit_test(a_plan_with_too_many_cuts_is_not_kept),
		cmocka_unit_test(a_plan_with_too_many_mends_is_not_kept),
		cmocka_unit_test(a_full_cache_replaces_the_least_recently_used),
		cmocka_unit_test(a_small_cache_keeps_its_entries_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
