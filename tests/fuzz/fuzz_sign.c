/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For any response of the server: no answer from a signed zone goes out unsigned, no answer is
 * Bogus to the gate, none is longer than the client takes, and a recalled answer is the one that
 * would be made again. For any query of a client: the server gets one question. The first octet of
 * the input chooses the question, the second the form of the query; the rest is the response. */
#include "../unit/legacy.h"
#include "../unit/parsed.h"

#include "exchanges.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUTS_MAX 4000 /* that both signers get */

/* Bits of the second octet. */
enum { FUZZ_STREAM = 1, FUZZ_CO = 2, FUZZ_SMALL = 4, FUZZ_RD = 8 };

static void any_query_is_one_question(struct legacy *l, struct span octets)
{
	static struct rr rrs[MESSAGE_RRS_MAX];
	const struct sign_peers peers = legacy_peers(l);
	const struct sign_context context = { &peers, false, l->now_s, l->now_ms };
	uint8_t room[SIGN_QUERY_MAX];
	struct writer out = writer_over(room, sizeof(room));
	struct signer_query asked;
	struct message m;

	if (!message_parse(&m, octets, rrs, MESSAGE_RRS_MAX) ||
	        sign_query(l->signer, &m, &context, &asked, &out) != SIGN_QUERY_ASKED)
		return;
	assert_false(out.full);
	assert_true(message_parse(&m, writer_span(&out), rrs, MESSAGE_RRS_MAX));
	assert_true(m.question_count == 1 && m.rr_count == 0 && !m.edns.dnssec_ok);
	put_u16(out.base + 2, FLAG_QR);
	assert_true(message_parse(&m, writer_span(&out), rrs, MESSAGE_RRS_MAX));
	assert_true(sign_matches(&m, &asked));
}

/* The CNAME of a DNAME is never signed, nor is NS below an apex, which is the child's. */
static bool may_be_unsigned(const struct legacy *l, const struct rrsets *g, const struct rrset *set)
{
	const struct sign_zone *zone = sign_policy_zone(&l->policy, &set->owner);

	for (unsigned i = 0; i < g->count; i++) {
		if (set->type == TYPE_CNAME && g->sets[i].type == TYPE_DNAME &&
		        name_within(&set->owner, &g->sets[i].owner))
			return true;
	}
	return set->type == TYPE_NS && zone && set->owner.labels > zone->apex.labels;
}

static void all_answers_are_signed(const struct legacy *l)
{
	static struct parsed p;

	assert_true(parsed_open(&p, l->result.octets));
	for (unsigned i = 0; i < p.g.count; i++) {
		const struct rrset *set = &p.g.sets[i];
		if (set->section == SECTION_ANSWER && set->sig_count == 0)
			assert_true(may_be_unsigned(l, &p.g, set));
		assert_true(set->count > 0);
	}
	parsed_close(&p);
}

static bool is_answer(enum sign_outcome o)
{
	return o == SIGN_OUTCOME_ANSWER || o == SIGN_OUTCOME_NODATA || o == SIGN_OUTCOME_NXDOMAIN ||
	       o == SIGN_OUTCOME_APEX || o == SIGN_OUTCOME_REFERRAL;
}

/* The gate has the keys of all zones of the world. It can fetch no others, because no name in the
 * world has odd octets. */
static struct legacy *legacy_to_a_gate_that_knows(bool remembers)
{
	struct legacy *l = legacy_new();

	if (remembers)
		legacy_remember(l);
	for (size_t i = 0; i < COUNT(exchanges); i++) {
		legacy_ask(l, exchanges[i].question, ASK_DO | ASK_STREAM);
		legacy_respond(l, exchanges[i].flags, exchanges[i].records);
		if (is_answer(l->result.outcome))
			legacy_judged(l);
	}
	return l;
}

/* Another signer keeps answers. It gets each input three times, so that it recalls some. */
static void it_may_be_remembered(struct legacy *l, const char *question, unsigned how,
        struct span response, struct legacy *other)
{
	other->policy.udp_size_max = l->policy.udp_size_max;
	for (unsigned times = 0; times < 3; times++) {
		legacy_ask(l, question, how);
		legacy_ask(other, question, how);
		legacy_respond_octets(l, response);
		legacy_respond_octets(other, response);
		assert_int_equal(l->result.verdict, other->result.verdict);
		assert_int_equal(l->result.outcome, other->result.outcome);
		assert_int_equal(l->result.made, other->result.made);
		assert_int_equal(l->result.found, other->result.found);
		assert_true(span_equal(l->result.octets, other->result.octets));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct legacy *l, *other;
	static unsigned inputs;

	/* Before either forgets anything, and not the same as the other one. */
	if (inputs++ % INPUTS_MAX == 0) {
		if (l)
			legacy_free(l);
		if (other)
			legacy_free(other);
		l = legacy_to_a_gate_that_knows(false);
		other = legacy_to_a_gate_that_knows(true);
	}
	any_query_is_one_question(l, span_of(data, size));
	if (size < 2)
		return 0;
	unsigned how = ASK_DO | (data[1] & FUZZ_STREAM ? ASK_STREAM : 0) |
	               (data[1] & FUZZ_CO ? ASK_CO : 0) | (data[1] & FUZZ_RD ? 0 : ASK_NO_RD);
	size_t most = data[1] & FUZZ_SMALL ? 200 : SIGN_UDP_SIZE;
	l->policy.udp_size_max = (uint16_t)most;
	it_may_be_remembered(l, exchanges[data[0] % COUNT(exchanges)].question, how,
	        span_of(data + 2, size - 2), other);
	if (l->result.verdict != SIGN_VERDICT_REWRITE)
		return 0;
	legacy_delivered(l);
	if (!l->is_stream)
		assert_in_range(l->result.octets.len, DNS_HEADER_SIZE, most);
	if (!is_answer(l->result.outcome))
		return 0;
	all_answers_are_signed(l);
	judge_alone(l->judge, &l->asked.client, l->result.octets);
	if (l->judge->result.outcome.status == STATUS_BOGUS)
		fail_msg("%s: %s: %s", exchanges[data[0] % COUNT(exchanges)].question,
		        reason_word(l->judge->result.outcome.reason),
		        judge_list(legacy_delivered(l)));
	return 0;
}
