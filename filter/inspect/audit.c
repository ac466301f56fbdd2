/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/audit.h"

#include <stdlib.h>

#include "fetch/exchange.h"
#include "flow/flow.h"
#include "flow/senders.h"
#include "inspect/chain_material.h"
#include "inspect/offline_judge.h"

#define AUDIT_FLOWS     65536
#define AUDIT_ZONES     65536
#define FLOW_TIMEOUT_MS 30000

struct audit {
	struct audit_options options;
	struct crypto *crypto;
	struct store store;
	struct gate gate;
	struct evidence *evidence;
	struct flow_table flows;
	struct senders senders;
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
	a->evidence = evidence_new(options->evidence_max);
	a->rrs = calloc(MESSAGE_RRS_MAX, sizeof(*a->rrs));
	a->octets = malloc(EXCHANGE_ANSWER_MAX);
	a->answer = malloc(EXCHANGE_ANSWER_MAX);
	a->gate =
	        (struct gate){ .crypto = a->crypto, .store = &a->store, .policy = options->policy };
	if (!a->crypto || !a->evidence || !a->rrs || !a->octets || !a->answer ||
	        store_init(&a->store, options->anchors, AUDIT_ZONES) < 0 ||
	        flow_table_init(&a->flows, AUDIT_FLOWS, FLOW_TIMEOUT_MS) < 0 ||
	        senders_init(&a->senders) < 0 || gate_init(&a->gate, 0) < 0) {
		audit_free(a);
		return NULL;
	}
	a->store.ntas = options->ntas;
	a->flows.has_shares = false; /* nobody waits for what is left out of a capture */
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
	evidence_free(a->evidence);
	crypto_free(a->crypto);
	free(a->rrs);
	free(a->octets);
	free(a->answer);
	free(a);
}

int audit_collect(struct audit *a, const struct sighting *s)
{
	struct message m;

	if (!message_parse(&m, s->message, a->rrs, MESSAGE_RRS_MAX))
		return 0;
	if (m.flags & FLAG_QR)
		return evidence_add(a->evidence, &m);
	a->saw_queries = true;
	return 0;
}

/* What was proved at one time need not hold at an earlier one. */
static void set_time(struct audit *a, const struct sighting *s)
{
	int64_t now_s =
	        a->options.time_s == AUDIT_TIME_OF_PACKET ? s->at.time_s : a->options.time_s;

	if (now_s < a->now_s)
		store_flush(&a->store);
	a->now_s = now_s;
}

/* A capture does not tell by which interfaces its packets passed a filter. */
static const struct flow_way nowhere = { 0, 0 };

/* A message's addresses and ports are all that a flow needs of its packet. */
static struct packet packet_of(const struct sighting *s)
{
	return (struct packet){ .version = s->version,
		.source = s->source,
		.destination = s->destination,
		.source_port = s->source_port,
		.destination_port = s->destination_port };
}

static uint64_t milliseconds(const struct sighting *s)
{
	return (uint64_t)s->at.time_s * 1000 + s->at.time_us / 1000;
}

static void note_habits(
        struct audit *a, const struct sighting *s, enum query_kind kind, struct asked *asked)
{
	struct sent sent = { .client = s->source,
		.server = s->destination,
		.has_rd = asked->flags & FLAG_RD,
		.passes_cd = kind == QUERY_CD,
		.over_tcp = s->over_tcp };

	asked->iterator = senders_note(&a->senders, &sent, milliseconds(s)).iterator;
}

static void remember(struct audit *a, const struct sighting *s, const struct message *query)
{
	struct packet packet = packet_of(s);
	struct flow_key key = flow_key_of_query(&a->flows.hash_key, &packet, query->id, nowhere);
	struct asked asked;
	enum query_kind kind = query_read(query, a->options.policy, s->source, &asked);

	if (kind == QUERY_MALFORMED)
		return;
	if (kind == QUERY_JUDGED || kind == QUERY_CD)
		note_habits(a, s, kind, &asked);
	if (s->over_tcp)
		asked.udp_size = UINT16_MAX;
	flow_remember(&a->flows, &key, kind, &asked, milliseconds(s));
}

static void judge_response(struct audit *a, const struct sighting *s, struct audit_report *report)
{
	struct packet packet = packet_of(s);
	struct flow_key key =
	        flow_key_of_response(&a->flows.hash_key, &packet, report->message.id, nowhere);
	union flow_asked what;
	const struct flow *flow =
	        flow_find(&a->flows, &key, &report->message, milliseconds(s), &what);
	struct asked asked = flow ? what.asked : sources_guess_asked(&report->message, true);
	struct sources sources = {
		.evidence = a->evidence, .server = a->options.resolver, .answer = a->answer
	};

	sources_judge(&sources, &a->gate, &asked, !flow || asked.dnssec_ok, s->message, a->now_s,
	        a->octets, &report->result);
	if (!flow && a->saw_queries) /* nobody asked for it */
		report->result.verdict = GATE_DROP;
	else if (asked.unjudged)
		report->result.verdict = GATE_ACCEPT;
}

bool audit_message(struct audit *a, const struct sighting *s, struct audit_report *report)
{
	*report = (struct audit_report){ .sighting = s };
	report->is_parsed = message_parse(&report->message, s->message, a->rrs, MESSAGE_RRS_MAX);
	if (!(report->message.flags & FLAG_QR)) {
		if (report->is_parsed)
			remember(a, s, &report->message);
		return false;
	}
	set_time(a, s);
	judge_response(a, s, report);
	return true;
}
