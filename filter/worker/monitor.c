/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/monitor.h"

#include <errno.h>
#include <stdlib.h>

#include "base/least.h"
#include "base/sockaddr.h"
#include "flow/flow.h"
#include "worker/merge.h"
#include "worker/report.h"
#include "worker/scratch.h"
#include "worker/server_fallback.h"

/* What is judged of a copy. */
enum copy_stage {
	STAGE_CAME,     /* the response as it came */
	STAGE_ASKED,    /* nothing: its server is being asked the same with DO */
	STAGE_MERGED,   /* the response, with the signatures of that answer */
	STAGE_SIGNED,   /* that answer alone, or with the signatures of a resolver (`assist`) */
	STAGE_ASSISTED, /* the response, with the signatures of the resolver */
	STAGE_PLAIN,    /* the response as it came: its server rejects EDNS */
};

struct copy {
	struct arrival arrival; /* comes first: the carrier is given this */
	struct monitor *monitor;
	struct client_query asked;
	const struct flow_key *key; /* of its flow, or NULL */
	enum copy_stage stage;
};

int monitor_init(struct monitor *m)
{
	m->rrs = scratch_rrs_new();
	return m->rrs ? monitor_memory_init(&m->memory) : -ENOMEM;
}

void monitor_fini(struct monitor *m)
{
	monitor_memory_fini(&m->memory);
	free(m->rrs);
	m->rrs = NULL;
}

void monitor_would_drop(struct stats *stats, uint64_t *counter)
{
	stats_count(counter);
	stats_count(&stats->monitor_would_drop);
}

static struct copy *copy_of(struct arrival *a)
{
	return (struct copy *)a;
}

/* ---- The end of a copy ---- */

static uint64_t *fate_counter(struct stats *stats, enum copy_fate fate)
{
	switch (fate) {
	case COPY_PASSES:
		return &stats->monitor_would_pass;
	case COPY_REFUSED:
		return &stats->monitor_would_refuse;
	case COPY_DIFFERS:
		return &stats->monitor_differs;
	case COPY_UNKNOWN:
		break;
	}
	return &stats->monitor_unknown;
}

/* The client has its answer, unless enforce would have refused this one and waited for a better. */
static void end_flow(const struct copy *c, enum copy_fate fate)
{
	struct flow_table *flows = c->monitor->flows;
	struct flow *flow =
	        c->key && fate != COPY_REFUSED ? flow_find_asked(flows, c->key, &c->asked) : NULL;

	if (flow)
		flow_remove(flows, flow);
}

static void copy_end(struct copy *c, enum copy_fate fate, const struct gate_result *result)
{
	struct monitor *m = c->monitor;
	struct arrival *a = &c->arrival;
	const struct reported response = { &c->asked, &a->server, a->client };

	stats_count(fate_counter(m->stats, fate));
	report_monitored(m->report, response, fate, result);
	end_flow(c, fate);
	if (a->parked)
		parked_remove(a->parked);
	a->parked = NULL;
}

/* ---- What was found out before ---- */

/* The response as it came is identified: after it waited, from the parked octets. */
static bool parse_came(struct copy *c, struct message *came)
{
	const struct parked *parked = c->arrival.parked;
	struct span octets = parked ? span_of(parked->octets, parked->len) : c->arrival.message;

	return message_parse(came, octets, c->monitor->rrs, MESSAGE_RRS_MAX);
}

static uint32_t shortest_ttl(const struct message *m)
{
	uint64_t ttl_s = MONITOR_PASSES_MAX_S;

	for (unsigned i = 0; i < m->rr_count; i++)
		ttl_s = least(ttl_s, m->rrs[i].ttl_s);
	return (uint32_t)ttl_s;
}

/* Ends a copy whose server was asked again, and remembers what that showed. */
static void copy_end_asked(struct copy *c, enum copy_fate fate, const struct gate_result *result)
{
	struct monitor *m = c->monitor;
	struct message came;

	if (parse_came(c, &came)) {
		struct wide_hash id =
		        monitor_memory_identify(&m->memory, &came, &c->arrival.server);
		monitor_memory_put(&m->memory, &id, m->turn->now_ms, shortest_ttl(&came), fate,
		        result->outcome);
	}
	copy_end(c, fate, result);
}

/* Returns false if nothing is known of this response. */
static bool copy_is_known(struct copy *c, const struct gate_result *result)
{
	struct monitor *m = c->monitor;
	struct gate_result known = *result;
	struct message came;
	enum copy_fate fate;

	if (!parse_came(c, &came))
		return false;
	struct wide_hash id = monitor_memory_identify(&m->memory, &came, &c->arrival.server);
	if (!monitor_memory_find(&m->memory, &id, m->turn->now_ms, &fate, &known.outcome))
		return false;
	stats_count(&m->stats->monitor_known);
	copy_end(c, fate, &known);
	return true;
}

/* ---- Asking with DO ---- */

static bool copy_park(struct arrival *a)
{
	struct copy *c = copy_of(a);
	struct monitor *m = c->monitor;
	struct parked *parked =
	        park_copy(m->park, a->client, &c->asked, a->message, m->turn->now_ms);

	if (!parked)
		return false;
	parked->server = a->server;
	parked->stage = c->stage;
	parked->is_bare = a->is_bare;
	parked->has_flow = c->key != NULL;
	if (c->key)
		parked->flow_key = *c->key;
	a->parked = parked;
	return true;
}

static bool ask_with_do(struct copy *c)
{
	struct arrival *a = &c->arrival;
	const struct asker *asker = &c->monitor->arrivals->asker;

	if (!a->parked && !copy_park(a))
		return false;
	a->parked->stage = STAGE_ASKED;
	return asker->ask_again(asker->context, a->parked, REASK_DO);
}

/* Judges `octets` for the copy, which are the parked response itself or replace it. */
static void judge_stage(struct copy *c, enum copy_stage stage, struct span octets)
{
	struct parked *parked = c->arrival.parked;

	c->stage = stage;
	parked->stage = stage;
	parked->fetches = parked->work = 0;
	c->arrival.message = octets;
	/* no server sent these */
	c->arrival.is_bare = parked->is_bare = stage == STAGE_MERGED || stage == STAGE_ASSISTED;
	c->asked.sent_plain = stage == STAGE_PLAIN;
	parked->asked.sent_plain = c->asked.sent_plain;
	arrival_again(c->monitor->arrivals, &c->arrival, true);
}

static void judge_signed(struct copy *c, const struct gate_result *before)
{
	struct parked *parked = c->arrival.parked;

	if (parked_replace_by_copy(parked, span_of(parked->signed_one, parked->signed_len)))
		judge_stage(c, STAGE_SIGNED, span_of(parked->whole, parked->whole_len));
	else
		copy_end(c, COPY_UNKNOWN, before);
}

/* True if the signed answer was proved by the signatures of a resolver, and the response will be
 * judged with these. Alone the answer does not tell whether the response has its records. */
static bool judge_assisted(struct copy *c)
{
	struct parked *parked = c->arrival.parked;

	if (!(parked->reasked & REASK_SIGNED))
		return false;
	if (!merge_replace(c->monitor->arrivals, parked, span_of(parked->octets, parked->len),
	            c->arrival.message))
		return false;
	judge_stage(c, STAGE_ASSISTED, span_of(parked->whole, parked->whole_len));
	return true;
}

static bool copy_rejects_edns(struct copy *c)
{
	const struct parked *parked = c->arrival.parked;
	struct server_fallback *fallback = c->monitor->arrivals->fallback;
	struct message m;

	if (message_parse(&m, span_of(parked->signed_one, parked->signed_len), c->monitor->rrs,
	            MESSAGE_RRS_MAX))
		server_fallback_came(fallback, &c->arrival.server, &c->asked, &m);
	return server_fallback_is_plain(fallback, &c->arrival.server);
}

/* The answer to the query with DO has come. */
static void take_signed(struct copy *c)
{
	struct parked *parked = c->arrival.parked;
	const struct gate_result nothing = { .verdict = GATE_ACCEPT };

	parked->signed_one = parked->proof;
	parked->signed_len = parked->proof_len;
	parked->proof = NULL;
	c->asked.sent_plain = c->asked.has_extras = false; /* sealgate's own query had neither */
	if (copy_rejects_edns(c)) {
		judge_stage(c, STAGE_PLAIN, span_of(parked->octets, parked->len));
		return;
	}
	if (merge_replace(c->monitor->arrivals, parked, span_of(parked->octets, parked->len),
	            span_of(parked->signed_one, parked->signed_len)))
		judge_stage(c, STAGE_MERGED, span_of(parked->whole, parked->whole_len));
	else
		judge_signed(c, &nothing);
}

/* ---- Judging ---- */

static bool would_pass(const struct gate_result *result)
{
	return result->verdict == GATE_ACCEPT || result->verdict == GATE_REWRITE;
}

/* True if the response was refused for want of time or room, which no other response changes. */
static bool has_run_out(const struct gate_result *result)
{
	switch (result->outcome.reason) {
	case REASON_BUDGET:
	case REASON_FETCH_TIMEOUT:
	case REASON_PARK_FULL:
	case REASON_FETCHES_FULL:
	case REASON_CLOCK_NOT_SET:
		return true;
	default:
		return false;
	}
}

static enum copy_fate fate_of(const struct gate_result *result)
{
	if (would_pass(result))
		return COPY_PASSES;
	return result->outcome.reason == REASON_PARK_FULL ? COPY_UNKNOWN : COPY_REFUSED;
}

/* The signed answer says what enforce would have got. */
static enum copy_fate fate_of_signed(const struct gate_result *result)
{
	if (!would_pass(result))
		return fate_of(result);
	return result->is_failure || result->exemption == EXEMPT_CUT ? COPY_UNKNOWN : COPY_DIFFERS;
}

static void copy_came(struct copy *c, const struct gate_result *result)
{
	if (would_pass(result) || !c->arrival.is_bare || has_run_out(result))
		copy_end(c, fate_of(result), result);
	else if (!copy_is_known(c, result) && !ask_with_do(c))
		copy_end(c, COPY_UNKNOWN, result);
}

static void copy_observe(struct arrival *a, const struct gate_result *result)
{
	struct copy *c = copy_of(a);

	switch (c->stage) {
	case STAGE_CAME:
		copy_came(c, result);
		break;
	case STAGE_MERGED:
		if (would_pass(result))
			copy_end_asked(c, COPY_PASSES, result);
		else if (has_run_out(result))
			copy_end(c, fate_of(result), result);
		else
			judge_signed(c, result);
		break;
	case STAGE_SIGNED:
		if (fate_of_signed(result) != COPY_DIFFERS || !judge_assisted(c))
			copy_end_asked(c, fate_of_signed(result), result);
		break;
	case STAGE_ASSISTED:
		if (would_pass(result))
			copy_end_asked(c, COPY_PASSES, result);
		else if (has_run_out(result))
			copy_end(c, fate_of(result), result);
		else
			copy_end_asked(c, COPY_DIFFERS, result);
		break;
	case STAGE_PLAIN:
	case STAGE_ASKED:
		copy_end_asked(c, fate_of(result), result);
		break;
	}
}

/* A copy has nothing to do with the others of its question: each is asked for once in each way. */
static bool copy_may_ask(struct arrival *a, enum reask_how how)
{
	return !a->parked || !(a->parked->reasked & how);
}

static const struct carrier as_copies = {
	.park = copy_park, .may_ask = copy_may_ask, .observe = copy_observe
};

void monitor_take(struct monitor *m, const struct monitored *what)
{
	static const struct gate_result nothing = { .verdict = GATE_DROP };
	const struct client_query *asked = what->asked;
	struct copy c = { .arrival = { .carrier = &as_copies,
		                  .message = what->response->octets,
		                  .server = *what->server,
		                  .client = what->client,
		                  .is_last = true,
		                  .is_bare = !asked->dnssec_ok &&
		                             !message_has_type(what->response, TYPE_RRSIG) },
		.monitor = m,
		.asked = *asked,
		.key = what->key };

	c.arrival.asked = &c.asked;
	if (asked->passes_unjudged)
		arrival_pass_unjudged(m->arrivals, &c.arrival, what->kind, what->response);
	else if (server_fallback_doubts_extras(asked, what->response))
		copy_end(&c, COPY_UNKNOWN, &nothing); /* enforce would have asked without them */
	else
		arrival_take(m->arrivals, &c.arrival, what->response, what->octets);
}

/* A server that does not answer the query with DO tells nothing. */
static void come_back(struct copy *c)
{
	const struct gate_result nothing = { .verdict = GATE_DROP,
		.outcome = outcome_of(STATUS_INDETERMINATE, REASON_FETCH_FAILED) };

	if (c->arrival.parked->proof)
		take_signed(c);
	else
		copy_end_asked(c, COPY_UNKNOWN, &nothing);
}

void monitor_resume(struct monitor *m, struct parked *parked, bool in_time)
{
	static const struct gate_result nothing = { .verdict = GATE_DROP };
	struct flow_key key = parked->flow_key; /* outlives what is parked */
	struct copy c = { .arrival = { .carrier = &as_copies,
		                  .message = parked_message(
		                          parked, span_of(parked->octets, parked->len)),
		                  .server = parked->server,
		                  .client = parked_client(parked),
		                  .parked = parked,
		                  .is_last = true,
		                  .is_bare = parked->is_bare },
		.monitor = m,
		.asked = parked->asked,
		.key = parked->has_flow ? &key : NULL,
		.stage = parked->stage };

	c.arrival.asked = &c.asked;
	if (m->turn->is_paused)
		copy_end(&c, COPY_UNKNOWN, &nothing);
	else if (c.stage == STAGE_ASKED)
		come_back(&c);
	else
		arrival_again(m->arrivals, &c.arrival, in_time);
}
