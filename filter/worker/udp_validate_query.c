/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/udp_validate_query.h"

#include "base/sockaddr.h"
#include "queue/shortcut.h"
#include "worker/arrival.h"
#include "worker/report.h"
#include "worker/server_fallback.h"
#include "worker/validate_query.h"
#include "worker/worker.h"

_Static_assert(SHORTCUT_UDP_SIZE == QUERY_UDP_SIZE, "the kernel writes what the worker would");

static bool may_be_sent_on(const struct udp_validator *u, enum query_kind kind)
{
	return kind != QUERY_MALFORMED &&
	       (kind != QUERY_TRANSFER || !u->config->tcp.refuses_transfers);
}

/* If the question is not remembered, the query must be dropped, because its response would be. */
bool udp_validate_remember(struct udp_validator *u, const struct flow_key *key,
        enum query_kind kind, const struct client_query *asked, uint64_t at_ms)
{
	struct flow_remembered what = flow_remember(u->flows, key, kind, asked, at_ms);

	stats_add(&u->stats->flows_evicted, what.evicted);
	if (what.is_rival)
		report_rival(u->report, key, asked);
	if (what.is_refused)
		stats_count(&u->stats->flows_share);
	return !what.is_refused;
}

void udp_validate_query(struct udp_validator *u, const struct queued_datagram *d)
{
	const struct packet *packet = d->packet;
	uint64_t packet_id = d->queued->id;
	struct client_query asked;
	struct span sent;
	struct sockaddr_storage server =
	        sockaddr_of(packet->destination, packet->destination_port, 0);
	struct query_way way = { .client = packet->source, .server = &server };
	enum query_kind kind = validate_query_take(u->intake, &way, packet->payload, &asked, &sent);

	if (kind == QUERY_MALFORMED && u->turn->is_paused) {
		accept_packet(u, packet_id);
		return;
	}
	if (!may_be_sent_on(u, kind) ||
	        !udp_validate_remember(u, &d->key, kind, &asked, u->turn->now_ms)) {
		drop_packet(u, packet_id);
		return;
	}
	if (sent.base == packet->payload.base && sent.len == packet->payload.len)
		accept_packet(u, packet_id);
	else
		accept_packet_with(u, packet_id, packet, sent);
}

/* The kernel has checked that the worker would set DO in this query, as far as the kernel knew
 * then. If that has changed meanwhile, the query stays sent on, and must be remembered: its server
 * may have become one of unjudged_servers. */
void udp_validate_sent_on(
        struct udp_validator *u, struct span octets, uint64_t at_ms, uint32_t in_interface)
{
	struct packet packet;
	struct client_query asked;

	stats_count(&u->stats->queries);
	if (packet_parse(&packet, octets) != PACKET_UDP) {
		stats_count(&u->stats->queries_malformed);
		return;
	}
	struct sockaddr_storage server =
	        sockaddr_of(packet.destination, packet.destination_port, 0);
	struct query_way way = { .client = packet.source, .server = &server };
	enum query_kind kind = validate_query_sent_on(u->intake, &way, packet.payload, &asked);
	if (kind != QUERY_JUDGED && kind != QUERY_UNJUDGED) {
		stats_count(&u->stats->queries_malformed);
		return;
	}
	stats_count(kind == QUERY_JUDGED ? &u->stats->queries_judged : &u->stats->queries_unjudged);
	stats_count(&u->stats->queries_shortcut);
	server_fallback_sent_on(u->arrivals->fallback, &server, at_ms);
	struct flow_key key = flow_key_of_query(
	        &u->flows->hash_key, &packet, asked.id, (struct flow_way){ .in = in_interface });
	udp_validate_remember(u, &key, kind, &asked, at_ms);
}
