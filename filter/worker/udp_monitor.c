/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/udp_monitor.h"

#include "base/sockaddr.h"
#include "worker/monitor.h"
#include "worker/report.h"
#include "worker/udp_validate_query.h"
#include "worker/validate_query.h"
#include "worker/worker.h"

/* The kernel sends the packet that it holds. */
static void let_pass(const struct udp_validator *u, const struct queued_datagram *d)
{
	u->verdicts.accept(u->verdicts.context, d->queued->id);
}

void udp_monitor_query(struct udp_validator *u, const struct queued_datagram *d)
{
	const struct packet *packet = d->packet;
	struct client_query asked;
	struct span sent;
	struct sockaddr_storage server =
	        sockaddr_of(packet->destination, packet->destination_port, 0);
	struct query_way way = { .client = packet->source, .server = &server };

	let_pass(u, d);
	enum query_kind kind = validate_query_take(u->intake, &way, packet->payload, &asked, &sent);
	if (u->turn->is_paused)
		return;
	bool is_refused = kind == QUERY_TRANSFER && u->config->tcp.refuses_transfers;
	if (kind == QUERY_MALFORMED || is_refused ||
	        !udp_validate_remember(u, &d->key, kind, &asked, u->turn->now_ms))
		stats_count(&u->stats->monitor_would_drop);
}

static void look_at_unasked(const struct udp_validator *u, const struct queued_datagram *d,
        const struct message *response)
{
	bool has_strayed = flow_has_strayed(u->flows, &d->key, response, u->turn->now_ms);

	if (has_strayed)
		report_stray(u->report, &d->key, response);
	monitor_would_drop(u->stats,
	        has_strayed ? &u->stats->responses_strayed : &u->stats->responses_unsolicited);
}

static void look_at_response(
        struct udp_validator *u, const struct queued_datagram *d, uint8_t *octets)
{
	const struct packet *packet = d->packet;
	struct message response;
	union flow_asked what;

	if (!message_parse(&response, packet->payload, u->rrs, MESSAGE_RRS_MAX)) {
		monitor_would_drop(u->stats, &u->stats->responses_malformed);
		return;
	}
	const struct flow *flow = flow_find(u->flows, &d->key, &response, u->turn->now_ms, &what);
	if (!flow) {
		look_at_unasked(u, d, &response);
		return;
	}
	struct sockaddr_storage server =
	        sockaddr_of(packet->source, packet->source_port, d->queued->in_interface);
	const struct monitored monitored = { .asked = &what.client,
		.kind = flow->kind,
		.response = &response,
		.octets = octets,
		.server = &server,
		.client = packet->destination,
		.key = &d->key };
	monitor_take(u->monitor, &monitored);
}

void udp_monitor_response(struct udp_validator *u, const struct queued_datagram *d, uint8_t *octets)
{
	bool is_paused = u->turn->is_paused;

	let_pass(u, d);
	stats_count(&u->stats->responses);
	stats_count(&u->stats->passed[is_paused ? EXEMPT_PAUSE : EXEMPT_MONITOR]);
	if (!is_paused)
		look_at_response(u, d, octets);
}
