/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/datagram.h"

#include "flow/stats.h"

static void datagram_accept(void *context, uint64_t packet_id)
{
	nfqueue_accept(context, packet_id);
}

static void datagram_accept_with(
        void *context, uint64_t packet_id, const struct packet *packet, struct span payload)
{
	struct nfqueue *q = context;
	struct writer out = nfqueue_replacement(q);

	packet_write(&out, packet, payload);
	if (!out.full) {
		nfqueue_accept_replaced(q, packet_id, &out);
		return;
	}
	stats_count(&q->stats->packets_long);
	nfqueue_drop(q, packet_id);
}

static void datagram_spoil(void *context, uint64_t packet_id, const struct packet *packet)
{
	struct nfqueue *q = context;
	struct writer out = nfqueue_replacement(q);

	packet_write_spoiled(&out, packet);
	if (out.full)
		nfqueue_drop(q, packet_id);
	else
		nfqueue_accept_replaced(q, packet_id, &out);
}

static void datagram_drop(void *context, uint64_t packet_id)
{
	nfqueue_drop(context, packet_id);
}

struct packet_verdicts datagram_verdicts(struct nfqueue *q)
{
	return (struct packet_verdicts){ .context = q,
		.accept = datagram_accept,
		.accept_with = datagram_accept_with,
		.drop = datagram_drop,
		.spoil = datagram_spoil };
}
