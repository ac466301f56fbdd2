/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "path/audit.h"

#include <stdlib.h>

#include "dnssec/limits.h"
#include "path/evidence.h"
#include "path/flow.h"
#include "path/lookup.h"

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
	        gate_init(&a->gate) < 0) {
		audit_free(a);
		return NULL;
	}
	a->store.ntas = options->ntas;
	return a;
}

void audit_free(struct audit *a)
{
	if (!a)
		return;
	gate_fini(&a->gate);
	flow_table_fini(&a->flows);
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

/* Something wanted, and for whom. */
struct quest {
	struct audit *audit;
	const struct want *want;
};

static bool learn(void *quest, struct span message, bool last_try)
{
	const struct quest *q = quest;
	struct audit *a = q->audit;
	return gate_learn(&a->gate, q->want, message, a->now_s, last_try) == LEARNED;
}

static bool learn_what_holds(void *quest, struct span message)
{
	return learn(quest, message, false);
}

static bool learn_that_it_is_broken(void *quest, struct span message)
{
	return learn(quest, message, true);
}

/* Learns what is wanted: from what was captured; from the resolver; or, where what was captured
 * does not hold and nobody else can be asked, that it is broken. */
static void satisfy(struct audit *a, const struct want *want)
{
	struct quest q = { a, want };

	if (evidence_search(a->evidence, want, learn_what_holds, &q))
		return;
	if (a->options.resolver && lookup(a->options.resolver, want, a->answer, learn, &q))
		return;
	if (!a->options.resolver &&
	        evidence_search_by_name(a->evidence, want, learn_that_it_is_broken, &q))
		return;
	gate_learn_failure(&a->gate, want,
	        a->options.resolver ? REASON_FETCH_FAILED : REASON_LINK_MISSING, a->now_s);
}

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

static void remember(struct audit *a, const struct sighting *s, const struct message *query)
{
	struct packet packet = packet_of(s);
	struct flow_key key = flow_key_of_query(&packet, query->id);
	struct asked asked;
	enum query_kind kind = query_read(query, a->options.policy, &asked);

	if (kind == QUERY_MALFORMED)
		return;
	if (s->over_tcp)
		asked.udp_size = UINT16_MAX;
	flow_add(&a->flows, &key, kind, &asked, milliseconds(s));
}

/* What a response tells of its query, where that was not captured. */
static struct asked guess(const struct message *m)
{
	struct asked asked = { .id = m->id,
		.flags = m->flags & (OPCODE_MASK | FLAG_RD | FLAG_CD),
		.udp_size = UINT16_MAX,
		.question_len = (uint16_t)m->question.len,
		.has_edns = m->edns.present,
		.dnssec_ok = m->edns.present };

	if (m->question.len)
		memcpy(asked.question, m->question.base, m->question.len);
	return asked;
}

static bool has_signatures(const struct message *m)
{
	for (unsigned i = 0; i < m->rr_count; i++) {
		if (m->rrs[i].type == TYPE_RRSIG)
			return true;
	}
	return false;
}

static void judge(struct audit *a, const struct asked *asked, struct audit_report *report)
{
	unsigned verifications = 0;

	for (unsigned fetches = 0;; fetches++) {
		struct writer out = writer_over(a->octets, EXCHANGE_ANSWER_MAX);
		gate_judge(&a->gate, asked, report->sighting->message, a->now_s, &out,
		        &report->result);
		if (report->result.verdict != GATE_WANT)
			return;
		verifications += report->result.verifications;
		if (fetches == LIMIT_FETCHES || verifications > LIMIT_VERIFICATIONS_ALL) {
			gate_refuse(&a->gate, asked, report->sighting->message, REASON_BUDGET, &out,
			        &report->result);
			return;
		}
		satisfy(a, &report->result.want);
	}
}

/* Where the live filter would have had more to go by, the status says less. */
static void temper(const struct asked *asked, bool query_seen, struct audit_report *report)
{
	struct outcome *outcome = &report->result.outcome;

	if (!gate_is_answer(&report->message))
		*outcome = outcome_of(STATUS_INDETERMINATE, REASON_NOT_ANSWER);
	else if (query_seen && !asked->dnssec_ok && outcome->status >= STATUS_INDETERMINATE &&
	         !has_signatures(&report->message))
		*outcome = outcome_of(STATUS_INDETERMINATE, REASON_NOT_SIGNED_FOR);
}

static void judge_response(struct audit *a, const struct sighting *s, struct audit_report *report)
{
	struct packet packet = packet_of(s);
	struct flow_key key = flow_key_of_response(&packet, report->message.id);
	const struct flow *flow = flow_find(&a->flows, &key, &report->message, milliseconds(s));
	struct asked asked = flow ? flow->asked : guess(&report->message);

	judge(a, &asked, report);
	if (report->is_parsed)
		temper(&asked, flow != NULL, report);
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
