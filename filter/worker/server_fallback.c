/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/server_fallback.h"

#include <stdlib.h>

#include "gate/assist.h"
#include "worker/arrival.h"
#include "worker/report.h"
#include "worker/worker_private.h"

static struct upstream *upstream_of(struct worker *w, const struct sockaddr_storage *server)
{
	bool evicted;
	struct upstream *up = upstreams_get(&w->fallback.upstreams, server, &evicted);

	if (evicted)
		stats_count(&w->stats.upstreams_evicted);
	return up;
}

/* ---- EDNS ---- */

/* Such servers are asked without EDNS, which the kernel does not do. */
static void leave_shortcut(struct worker *w, struct upstream *up)
{
	up->is_admitted = false;
	up->asked_since_ms = 0;
	shortcut_dismiss(&w->shortcut, &up->server);
}

static void note_plain(struct worker *w, struct upstream *up, enum edns_habit habit)
{
	char server[INET6_ADDRSTRLEN];

	upstream_note_edns(up, habit, w->now_ms);
	if (!upstream_is_plain(up, w->now_ms))
		return;
	leave_shortcut(w, up);
	if (up->said_edns)
		return;
	up->said_edns = true;
	report_server(&up->server, server);
	log_warning("%s %s, so it is asked without and cannot send signatures: answers from signed "
	            "zones are %s; better use another server",
	        server,
	        habit == EDNS_REFUSED ? "answers queries with EDNS by an error"
	                              : "does not answer queries with EDNS",
	        server_fallback_can_assist(w)
	                ? "proved with those of `resolver`"
	                : "refused, unless `resolver` names one that has them");
}

static bool is_refusal(const struct message *m)
{
	return !m->edns.present &&
	       (message_rcode(m) == RCODE_FORMERR || message_rcode(m) == RCODE_NOTIMP);
}

static void learn_habit(struct worker *w, struct upstream *up, const struct message *m)
{
	if (is_refusal(m)) {
		note_plain(w, up, EDNS_REFUSED);
		return;
	}
	upstream_note_edns(up, EDNS_TAKEN, w->now_ms);
	if (!up->is_admitted && w->shortcut.is_open)
		up->is_admitted = shortcut_admit(&w->shortcut, &up->server);
}

/* Where the operator's nat sends queries on to another server, those of the shortcut go astray:
 * they are known by the server that they were first bound for, from which nothing comes then. By
 * the queue they get there. */
void server_fallback_sent_on(
        struct worker *w, const struct sockaddr_storage *server, uint64_t at_ms)
{
	struct upstream *up = upstream_of(w, server);

	if (up->asked_since_ms == 0)
		up->asked_since_ms = at_ms;
	else if (at_ms > up->asked_since_ms + w->config.flow_timeout_ms)
		leave_shortcut(w, up);
}

static bool is_unknown(void *context, const struct sockaddr_storage *server)
{
	struct worker *w = context;
	const struct upstream *up = upstream_of(w, server);

	return up->edns == EDNS_UNKNOWN || upstream_is_stale(up, w->now_ms);
}

static void answered(void *context, const struct probe *probe, struct span answer)
{
	struct worker *w = context;
	struct message m;

	if (message_parse(&m, answer, w->rrs, MESSAGE_RRS_MAX))
		learn_habit(w, upstream_of(w, &probe->server), &m);
}

static void dropped(void *context, const struct probe *probe)
{
	struct worker *w = context;
	note_plain(w, upstream_of(w, &probe->server), EDNS_DROPPED);
}

int server_fallback_init(struct worker *w)
{
	w->fallback.probes = (struct probes){ .epoll_fd = w->epoll_fd,
		.stats = &w->stats,
		.buffer = w->fetcher.buffer,
		.context = w,
		.is_unknown = is_unknown,
		.answered = answered,
		.dropped = dropped };
	probes_init(&w->fallback.probes);
	return upstreams_init(&w->fallback.upstreams);
}

void server_fallback_fini(struct worker *w)
{
	probes_fini(&w->fallback.probes);
	upstreams_fini(&w->fallback.upstreams);
}

bool server_fallback_is_plain(struct worker *w, const struct sockaddr_storage *server)
{
	return upstream_is_plain(upstream_of(w, server), w->now_ms);
}

void server_fallback_watch(
        struct worker *w, const struct sockaddr_storage *server, const struct asked *asked)
{
	const struct upstream *up = upstream_of(w, server);

	if (upstream_is_stale(up, w->now_ms))
		probes_suspect(&w->fallback.probes, &up->server, asked, w->now_ms, 0);
	else if (up->edns == EDNS_UNKNOWN)
		probes_suspect(&w->fallback.probes, &up->server, asked, w->now_ms, PROBE_AFTER_MS);
}

/* Asks again in the client's way. */
static bool ask_again(struct worker *w, struct arrival *a, enum reask_how how)
{
	return !a->may_not_wait && (a->parked || arrival_park(w, a)) &&
	       reasks_want(&w->reasks, a->parked, how, w->now_ms);
}

/* ---- Signatures ---- */

static bool has_signature(const struct message *m)
{
	for (unsigned i = 0; i < m->rr_count; i++) {
		if (m->rrs[i].type == TYPE_RRSIG)
			return true;
	}
	return false;
}

bool server_fallback_takes(struct worker *w, struct arrival *a, const struct message *m)
{
	struct upstream *up = upstream_of(w, &a->server);

	up->asked_since_ms = 0;
	if (upstream_lacks_signature(up) && has_signature(m))
		upstream_note_signature(up);
	if (a->asked->is_undecorated)
		return false;
	learn_habit(w, up, m);
	/* A client that speaks EDNS itself knows what to do. */
	return is_refusal(m) && upstream_is_plain(up, w->now_ms) && !a->asked->has_edns &&
	       ask_again(w, a, REASK_PLAINLY);
}

bool server_fallback_can_assist(const struct worker *w)
{
	return w->config.assists && w->config.sources.resolver_count > 0;
}

/* Whether it may be that the server left out what was needed. */
static bool lacks_proof(const struct gate_result *result)
{
	switch (result->outcome.reason) {
	case REASON_RRSIG_MISSING:
	case REASON_DENIAL_MISSING:
	case REASON_WILDCARD_UNPROVED:
	case REASON_DS_UNPROVED:
	case REASON_DNSKEY_MISSING:
	case REASON_FETCH_FAILED:
		return true;
	default:
		return false;
	}
}

static void note_lacking(struct worker *w, struct upstream *up)
{
	char server[INET6_ADDRSTRLEN];

	upstream_note_lacking(up, w->now_ms);
	if (!upstream_strips(up) || up->said_strips)
		return;
	up->said_strips = true;
	report_server(&up->server, server);
	log_warning("%s leaves out all signatures: answers from signed zones are %s; better use "
	            "another "
	            "server",
	        server,
	        server_fallback_can_assist(w)
	                ? "proved with those of `resolver`"
	                : "refused, unless `resolver` names one that has them");
}

bool server_fallback_judged(struct worker *w, struct arrival *a, const struct gate_result *result)
{
	struct upstream *up = upstream_of(w, &a->server);
	bool is_plain = upstream_is_plain(up, w->now_ms);

	if (result->outcome.status < STATUS_INDETERMINATE || !lacks_proof(result))
		return false;
	/* who was not asked for signatures has left none out */
	if (!is_plain && !a->is_proved && !a->asked->is_undecorated)
		note_lacking(w, up);
	/* One that sends signatures has mostly not lost them by itself. */
	if (up->signs && !is_plain)
		return false;
	if (server_fallback_can_assist(w) && ask_again(w, a, REASK_SIGNED))
		return true;
	if (!is_plain && !upstream_strips(up))
		return false;
	arrival_refuse(w, a, is_plain ? REASON_NO_EDNS : REASON_STRIPPED);
	return true;
}

/* Returns the merged message in the worker's buffer; of length 0 when the two do not fit together.
 */
static struct span merge(struct worker *w, struct span octets, struct span signed_octets)
{
	struct writer out = writer_over(w->octets, EXCHANGE_ANSWER_MAX);
	struct message came, signed_one;

	if (!message_parse(&came, octets, w->rrs, MESSAGE_RRS_MAX) ||
	        !message_parse(&signed_one, signed_octets, w->gate.rrs, MESSAGE_RRS_MAX) ||
	        !assist_merge(&came, &signed_one, &out))
		return span_of(w->octets, 0);
	return writer_span(&out);
}

void server_fallback_prove(struct worker *w, struct arrival *a)
{
	struct parked *parked = a->parked;
	struct span merged = merge(w, a->message, span_of(parked->proof, parked->proof_len));
	uint8_t *copy = merged.len > 0 ? malloc(merged.len) : NULL;

	a->is_proved = true;
	free(parked->proof);
	parked->proof = NULL;
	if (!copy)
		return;
	stats_count(&w->stats.assisted);
	memcpy(copy, merged.base, merged.len);
	free(parked->whole);
	parked->whole = copy;
	parked->whole_len = merged.len;
	a->message = span_of(copy, merged.len);
}
