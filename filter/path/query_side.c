/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "path/inside.h"

/* A query that is not asked for its signatures passes as it is. */
static void pass(struct worker *w, uint32_t packet_id, uint64_t *counter)
{
	stats_count(counter);
	nfqueue_accept(&w->queue, packet_id);
}

static void refuse(struct worker *w, uint32_t packet_id)
{
	stats_count(&w->stats.queries_malformed);
	nfqueue_drop(&w->queue, packet_id);
}

static void decorate(struct worker *w, uint32_t packet_id, const struct packet *packet,
        const struct message *query)
{
	struct writer out = writer_over(w->octets, EXCHANGE_ANSWER_MAX);

	if (!query_decorate(query, &out)) {
		refuse(w, packet_id);
		return;
	}
	stats_count(&w->stats.queries_judged);
	accept_with(w, packet_id, packet, writer_span(&out));
}

static void remember(struct worker *w, const struct packet *packet, enum query_kind kind,
        const struct asked *asked)
{
	struct flow_key key = flow_key_of_query(packet, asked->id);

	if (!flow_add(&w->flows, &key, kind, asked, w->now_ms))
		stats_count(&w->stats.flows_evicted);
}

void query_side(struct worker *w, uint32_t packet_id, const struct packet *packet)
{
	struct message query;
	struct asked asked;
	enum query_kind kind = QUERY_MALFORMED;

	stats_count(&w->stats.queries);
	if (message_parse(&query, packet->payload, w->rrs, MESSAGE_RRS_MAX))
		kind = query_read(&query, w->config.policy, &asked);
	if (kind != QUERY_MALFORMED)
		remember(w, packet, kind, &asked);
	switch (kind) {
	case QUERY_JUDGED:
		decorate(w, packet_id, packet, &query);
		break;
	case QUERY_CD:
		pass(w, packet_id, &w->stats.queries_cd);
		break;
	case QUERY_SIGNED:
		pass(w, packet_id, &w->stats.queries_signed);
		break;
	case QUERY_OPCODE:
		pass(w, packet_id, &w->stats.queries_opcode);
		break;
	case QUERY_MALFORMED:
		refuse(w, packet_id);
		break;
	}
}
