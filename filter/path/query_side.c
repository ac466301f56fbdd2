/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "path/inside.h"

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
	remedy_watch(w, server, asked);
	if (!remedy_is_plain(w, server))
		return false;
	stats_count(&w->stats.queries_plain);
	return true;
}

enum query_kind query_take(struct worker *w, const struct sockaddr_storage *server,
        struct span octets, struct asked *asked, struct span *sent)
{
	struct message query;
	struct writer out = writer_over(w->octets, EXCHANGE_ANSWER_MAX);
	enum query_kind kind = QUERY_MALFORMED;

	*sent = octets;
	if (message_parse(&query, octets, w->rrs, MESSAGE_RRS_MAX))
		kind = query_read(&query, w->config.policy, asked);
	asked->is_undecorated =
	        w->is_paused || kind != QUERY_JUDGED || goes_plainly(w, server, asked);
	if (!asked->is_undecorated) {
		if (query_decorate(&query, &out))
			*sent = writer_span(&out);
		else
			kind = QUERY_MALFORMED;
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

static void remember(struct worker *w, const struct packet *packet, enum query_kind kind,
        const struct asked *asked)
{
	struct flow_key key = flow_key_of_query(packet, asked->id);

	stats_add(&w->stats.flows_evicted, flow_remember(&w->flows, &key, kind, asked, w->now_ms));
}

void query_side(struct worker *w, uint64_t packet_id, const struct packet *packet)
{
	struct asked asked;
	struct span sent;
	struct sockaddr_storage server =
	        address_of_packet(packet, packet->destination, packet->destination_port, 0);
	enum query_kind kind = query_take(w, &server, packet->payload, &asked, &sent);

	if (kind == QUERY_MALFORMED && w->is_paused) {
		nfqueue_accept(&w->queue, packet_id);
		return;
	}
	if (!may_go_on(w, kind)) {
		nfqueue_drop(&w->queue, packet_id);
		return;
	}
	remember(w, packet, kind, &asked);
	if (asked.is_undecorated)
		nfqueue_accept(&w->queue, packet_id);
	else
		accept_with(w, packet_id, packet, sent);
}
