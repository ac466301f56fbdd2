/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/datagram.h"

#include "worker/worker_private.h"

void datagram_accept_with(
        struct worker *w, uint64_t packet_id, const struct packet *packet, struct span payload)
{
	struct writer out = nfqueue_replacement(&w->queue);

	packet_write(&out, packet, payload);
	if (out.full)
		nfqueue_drop(&w->queue, packet_id);
	else
		nfqueue_accept_replaced(&w->queue, packet_id, &out);
}

void datagram_exempt(struct worker *w, uint64_t packet_id, enum exemption exemption)
{
	stats_count(&w->stats.passed[exemption]);
	nfqueue_accept(&w->queue, packet_id);
}
