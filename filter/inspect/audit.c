/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/audit.h"

#include <stdlib.h>

#include "fetch/exchange.h"
#include "flow/flow.h"
#include "flow/senders.h"
#include "inspect/chain_material.h"
#include "inspect/offline_judge.h"
#include "inspect/own_queries.h"
#include "inspect/signed_answers.h"

#define AUDIT_FLOWS     65536
#define AUDIT_ZONES     65536
#define FLOW_TIMEOUT_MS 30000

struct audit {
	struct audit_options options;
	struct crypto *crypto;
	struct store store;
	struct gate gate;
	struct chain_material *material;
	struct flow_table flows;
	struct senders senders;
	struct own_queries own;
	struct signed_answers *signed_answers;
	bool saw_queries;
	int64_t now_s;
	struct rr *rrs;
	uint8_t *octets, *answer; /* EXCHANGE_ANSWER_MAX of each */
};

struct audit *audit_new(const struct audit_options *options)
{
	struct audit *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->options = *options;
	a->now_s = INT64_MIN;
	a->crypto = crypto_new();
	a->material = chain_material_new(options->material_max);
	a->signed_answers = signed_answers_new();
	a->rrs = calloc(MESSAGE_RRS_MAX, sizeof(*a->rrs));
	a->octets = malloc(EXCHANGE_ANSWER_MAX);
	a->answer = malloc(EXCHANGE_ANSWER_MAX);
	a->gate =
	        (struct gate){ .crypto = a->crypto, .store = &a->store, .policy = options->policy };
	if (!a->crypto || !a->material || !a->signed_answers || !a->rrs || !a->octets ||
	        !a->answer || store_init(&a->store, options->anchors, AUDIT_ZONES) < 0 ||
	        flow_table_init(&a->flows, AUDIT_FLOWS, FLOW_TIMEOUT_MS) < 0 ||
	        senders_init(&a->senders) < 0 || gate_init(&a->gate, 0) < 0) {
		audit_free(a);
		return NULL;
	}
	a->store.ntas = options->ntas;
	a->store.local_names = options->local_names;
	a->store.local_zones = options->local_zones;
	a->flows.has_shares = false; /* a capture has no client that a share must protect */
	return a;
}

void audit_free(struct audit *a)
{
	if (!a)
		return;
	gate_fini(&a->gate);
	flow_table_fini(&a->flows);
	senders_fini(&a->senders);
	store_fini(&a->store);
	chain_material_free(a->material);
	signed_answers_free(a->signed_answers);
	crypto_free(a->crypto);
	free(a->rrs);
	free(a->octets);
	free(a->answer);
	free(a);
}

int audit_collect(struct audit *a, const struct captured_message *seen)
{
	struct message m;

	if (!message_parse(&m, seen->message, a->rrs, MESSAGE_RRS_MAX))
		return 0;
	if (m.flags & FLAG_QR)
		return chain_material_add(a->material, &m);
	a->saw_queries = true;
	return 0;
}

/* A proof of one time may not hold at an earlier one. */
static void set_audit_time(struct audit *a, const struct captured_message *seen)
{
	int64_t now_s =
	        a->options.time_s == AUDIT_TIME_OF_PACKET ? seen->at.time_s : a->options.time_s;

	if (now_s < a->now_s)
		store_flush(&a->store);
	a->now_s = now_s;
}

/* A capture does not tell the interfaces of a packet. */
static const struct flow_way nowhere = { 0, 0 };

/* A flow needs only the addresses and ports of a packet. */
static struct packet packet_of_message(const struct captured_message *seen)
{
	return (struct packet){ .version = seen->version,
		.source = seen->source,
		.destination = seen->destination,
		.source_port = seen->source_port,
		.destination_port = seen->destination_port };
}

static uint64_t time_ms(const struct captured_message *seen)
{
	return (uint64_t)seen->at.time_s * 1000 + seen->at.time_us / 1000;
}

static void note_query(
        struct audit *a, const struct captured_message *seen, const struct message *query)
{
	struct packet packet = packet_of_message(seen);
	struct flow_key key = flow_key_of_query(&a->flows.hash_key, &packet, query->id, nowhere);
	const struct sent sent = {
		.client = seen->source, .server = seen->destination, .over_tcp = seen->over_tcp
	};
	const struct query_ends ends = { seen->source, seen->destination };
	struct client_query asked;
	enum query_kind kind = query_read(query, a->options.policy, &ends, &asked);

	if (kind == QUERY_MALFORMED)
		return;
	if (kind == QUERY_JUDGED || kind == QUERY_CD)
		senders_note_query(&a->senders, sent, kind, &asked, time_ms(seen));
	if (seen->over_tcp)
		asked.udp_size = UINT16_MAX;
	flow_remember(&a->flows, &key, kind, &asked, time_ms(seen));
}

/* A part of what is refused may pass, as in the packet path. The outcome stays what was judged. */
static void pass_unproved(struct audit *a, const struct client_query *asked, struct span octets,
        struct gate_result *result)
{
	enum exemption exemption = result->verdict == GATE_SERVFAIL
	                                   ? gate_unproved(&a->gate, asked, octets)
	                                   : EXEMPT_NOT;
	struct writer out = writer_over(a->octets, EXCHANGE_ANSWER_MAX);
	const struct outcome outcome = result->outcome;

	if (exemption == EXEMPT_NOT)
		return;
	gate_pass(&a->gate, asked, octets, exemption, &out, result);
	result->outcome = outcome;
}

static enum audit_verdict verdict_of(const struct gate_result *result)
{
	switch (result->verdict) {
	case GATE_ACCEPT:
		return AUDIT_ACCEPT;
	case GATE_REWRITE:
		return AUDIT_REWRITE;
	case GATE_SERVFAIL:
		return result->outcome.reason == REASON_LINK_MISSING ? AUDIT_UNKNOWN
		                                                     : AUDIT_SERVFAIL;
	case GATE_DROP:
	case GATE_WANT:
		break;
	}
	return AUDIT_DROP;
}

/* True if the response cannot be judged because its query did not ask for signatures, and passes in
 * no other way. */
static bool is_bare_response(const struct audited_response *response)
{
	return response->result.outcome.reason == REASON_NOT_SIGNED_FOR &&
	       response->result.verdict == GATE_SERVFAIL;
}

/* Judges what sealgate would have got. */
static void judge_bare(struct audit *a, const struct offline_judge *judge,
        const struct client_query *asked, struct audited_response *response)
{
	struct gate_result result;
	enum bare_finding finding = BARE_UNKNOWN;

	response->verdict = AUDIT_UNKNOWN;
	if (judge->server)
		finding = signed_answers_judge(
		        a->signed_answers, judge, asked, &response->message, a->now_s, &result);
	if (finding == BARE_DIFFERS)
		response->result.outcome = outcome_of(STATUS_INDETERMINATE, REASON_DIFFERS);
	if (finding != BARE_JUDGED)
		return;
	pass_unproved(a, asked, response->message.octets, &result);
	response->result = result;
	response->verdict = verdict_of(&result);
}

static void judge_audited(
        struct audit *a, const struct captured_message *seen, struct audited_response *response)
{
	struct packet packet = packet_of_message(seen);
	struct flow_key key =
	        flow_key_of_response(&a->flows.hash_key, &packet, response->message.id, nowhere);
	union flow_asked what;
	const struct flow *flow =
	        flow_find(&a->flows, &key, &response->message, time_ms(seen), &what);
	bool asked_do = flow ? what.client.dnssec_ok : response->message.edns.dnssec_ok;
	struct client_query asked =
	        flow ? what.client : offline_judge_guess_asked(&response->message, asked_do);
	const struct offline_judge judge = { .gate = &a->gate,
		.material = a->material,
		.server = a->options.resolver,
		.answer = a->answer,
		.written = a->octets };

	store_set_server(&a->store, seen->source);
	offline_judge_response(
	        &judge, &asked, asked_do, seen->message, a->now_s, &response->result);
	pass_unproved(a, &asked, seen->message, &response->result);
	response->verdict = verdict_of(&response->result);
	if (!flow && a->saw_queries) /* no query asked for it */
		response->verdict = AUDIT_DROP;
	else if (asked.passes_unjudged)
		response->verdict = AUDIT_ACCEPT;
	else if (is_bare_response(response))
		judge_bare(a, &judge, &asked, response);
}

void audit_note_own(struct audit *a, const struct captured_message *seen)
{
	own_queries_note(&a->own, seen);
}

bool audit_message(
        struct audit *a, const struct captured_message *seen, struct audited_response *response)
{
	*response = (struct audited_response){ .seen = seen };
	if (own_queries_have(&a->own, seen))
		return false;
	response->is_parsed =
	        message_parse(&response->message, seen->message, a->rrs, MESSAGE_RRS_MAX);
	if (!(response->message.flags & FLAG_QR)) {
		if (response->is_parsed)
			note_query(a, seen, &response->message);
		return false;
	}
	set_audit_time(a, seen);
	judge_audited(a, seen, response);
	return true;
}
