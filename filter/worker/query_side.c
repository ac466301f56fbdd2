/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/query_side.h"

#include "base/sockaddr.h"
#include "worker/datagram.h"
#include "worker/report.h"
#include "worker/response_side.h"
#include "worker/worker_private.h"

_Static_assert(SHORTCUT_UDP_SIZE == QUERY_UDP_SIZE, "the kernel writes what the worker would");

static uint64_t *counter_of(struct worker *w, enum query_kind kind)
{
	struct stats *stats = &w->stats;

	switch (kind) {
	case QUERY_JUDGED:
		return &stats->queries_judged;
	case QUERY_CD:
		return &stats->queries_cd;
	case QUERY_SIGNED:
		return &stats->queries_signed;
	case QUERY_TRANSFER:
		return w->config.tcp.refuses_transfers ? &stats->transfers_refused
		                                       : &stats->transfers;
	case QUERY_OPCODE:
		return &stats->queries_opcode;
	case QUERY_MALFORMED:
		break;
	}
	return &stats->queries_malformed;
}

/* As it came, for a server that does not take EDNS; it is looked into whether others do. */
static bool goes_plainly(
        struct worker *w, const struct sockaddr_storage *server, const struct asked *asked)
{
	server_fallback_watch(&w->fallback, server, asked);
	if (!server_fallback_is_plain(&w->fallback, server))
		return false;
	stats_count(&w->stats.queries_plain);
	return true;
}

/* Notes how the client asks, and in `asked` what that tells of who iterates. */
static void note_habits(
        struct worker *w, const struct query_way *way, enum query_kind kind, struct asked *asked)
{
	struct sent sent = { .client = way->client,
		.server = sockaddr_octets(way->server),
		.has_rd = asked->flags & FLAG_RD,
		.passes_cd = kind == QUERY_CD,
		.over_tcp = way->over_tcp };
	struct sender_habits habits = senders_note(&w->senders, &sent, w->now_ms);

	if (habits.always_cd)
		report_always_cd(way->client);
	asked->iterator = habits.iterator;
}

/* Reads the query into `query` and what it asks into `asked`. */
static enum query_kind read_query(struct worker *w, struct span client, struct span octets,
        struct message *query, struct asked *asked)
{
	if (!message_parse(query, octets, w->rrs, MESSAGE_RRS_MAX))
		return QUERY_MALFORMED;
	return query_read(query, w->config.policy, client, asked);
}

enum query_kind query_take(struct worker *w, const struct query_way *way, struct span octets,
        struct asked *asked, struct span *sent)
{
	struct message query;
	struct writer out = writer_over(w->octets, EXCHANGE_ANSWER_MAX);
	enum query_kind kind = read_query(w, way->client, octets, &query, asked);

	*sent = octets;
	if (kind == QUERY_JUDGED || kind == QUERY_CD)
		note_habits(w, way, kind, asked);
	asked->is_undecorated =
	        w->is_paused || kind != QUERY_JUDGED || goes_plainly(w, way->server, asked);
	if (!asked->is_undecorated) {
		if (!query_decorate(&query, &out))
			kind = QUERY_MALFORMED;
		else if (!span_equal(writer_span(&out), octets))
			*sent = writer_span(&out);
	}
	stats_count(&w->stats.queries);
	stats_count(w->is_paused ? &w->stats.queries_paused : counter_of(w, kind));
	return kind;
}

static bool may_go_on(const struct worker *w, enum query_kind kind)
{
	return kind != QUERY_MALFORMED &&
	       (kind != QUERY_TRANSFER || !w->config.tcp.refuses_transfers);
}

/* Returns false when the question is not remembered, so that its answer could not come. */
static bool remember(struct worker *w, const struct flow_key *key, enum query_kind kind,
        const struct asked *asked, uint64_t at_ms)
{
	struct flow_remembered what = flow_remember(&w->flows, key, kind, asked, at_ms);

	stats_add(&w->stats.flows_evicted, what.evicted);
	if (what.is_rival)
		report_rival(w, key, asked);
	if (what.is_refused)
		stats_count(&w->stats.flows_share);
	return !what.is_refused;
}

void query_side(struct worker *w, const struct datagram *d)
{
	const struct packet *packet = d->packet;
	uint64_t packet_id = d->queued->id;
	struct asked asked;
	struct span sent;
	struct sockaddr_storage server =
	        address_of_packet(packet, packet->destination, packet->destination_port, 0);
	struct query_way way = { .client = packet->source, .server = &server };
	enum query_kind kind = query_take(w, &way, packet->payload, &asked, &sent);

	if (kind == QUERY_MALFORMED && w->is_paused) {
		nfqueue_accept(&w->queue, packet_id);
		return;
	}
	if (!may_go_on(w, kind) || !remember(w, &d->key, kind, &asked, w->now_ms)) {
		nfqueue_drop(&w->queue, packet_id);
		return;
	}
	if (sent.base == packet->payload.base)
		nfqueue_accept(&w->queue, packet_id);
	else
		datagram_accept_with(w, packet_id, packet, sent);
}

/* The kernel has checked that the worker would set DO in it, by the state of that moment; what has
 * changed since does not undo it. */
static void take_passed(void *context, struct span octets, uint64_t at_ms, uint32_t in_interface)
{
	struct worker *w = context;
	struct packet packet;
	struct message query;
	struct asked asked;

	stats_count(&w->stats.queries);
	if (packet_parse(&packet, octets) != PACKET_UDP ||
	        read_query(w, packet.source, packet.payload, &query, &asked) != QUERY_JUDGED) {
		stats_count(&w->stats.queries_malformed);
		return;
	}
	stats_count(&w->stats.queries_judged);
	stats_count(&w->stats.queries_shortcut);
	struct sockaddr_storage server =
	        address_of_packet(&packet, packet.destination, packet.destination_port, 0);
	struct query_way way = { .client = packet.source, .server = &server };
	note_habits(w, &way, QUERY_JUDGED, &asked);
	server_fallback_sent_on(&w->fallback, &server, at_ms);
	struct flow_key key = flow_key_of_query(
	        &w->flows.hash_key, &packet, asked.id, (struct flow_way){ .in = in_interface });
	remember(w, &key, QUERY_JUDGED, &asked, at_ms);
}

void query_side_drain(struct worker *w)
{
	struct shortcut *s = &w->shortcut;

	if (!s->is_open)
		return;
	if (shortcut_drain(s, take_passed, w) > SHORTCUT_MUCH) {
		shortcut_rest(s, w->now_ms);
		stats_count(&w->stats.shortcut_rests);
	}
	stats_set(&w->stats.shortcut_left,
	        __atomic_load_n(&s->state->left, __ATOMIC_RELAXED) - s->left_before);
	stats_set(&w->stats.shortcut_full,
	        __atomic_load_n(&s->state->full, __ATOMIC_RELAXED) - s->full_before);
}
