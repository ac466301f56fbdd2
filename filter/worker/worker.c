/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/worker.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>

#include "base/clock.h"
#include "base/least.h"
#include "worker/datagram.h"
#include "worker/signing_report.h"
#include "worker/udp_sign.h"
#include "worker/udp_validate.h"
#include "worker/validate_query.h"
#include "worker/worker_orders.h"
#include "worker/worker_private.h"

#define EVENTS_MAX 64 /* handled in one turn of the loop */

/* Judged again in one turn: one fetch may set many free, and the queue must not wait for all. */
#define READY_MAX 64

/* Flows that are too old hurt nobody for a while; this is how often they, and what else changes by
 * itself, wake an idle worker. */
#define SWEEP_MS 1000

static void drop_counted(struct worker *w, uint64_t packet_id, uint64_t *counter)
{
	stats_count(counter);
	nfqueue_drop(&w->queue, packet_id);
}

/* Between two servers both ports are 53, and the message tells. One that is too short to tell is
 * malformed on either side. */
static bool is_query(const struct packet *packet)
{
	if (packet->source_port != DNS_PORT)
		return true;
	if (packet->destination_port != DNS_PORT)
		return false;
	struct cursor c = cursor_at(packet->payload, 2);
	return !(cursor_u16(&c) & FLAG_QR);
}

/* A server on this machine is asked, or answers: what others ask is theirs to judge. The rules know
 * queries and responses by their ports, so they bring this here when a client asks from port 53. An
 * attacker elsewhere cannot have an answer pass by this: packets from elsewhere come in by an
 * interface, so to pass they must be queries, which no client takes for an answer. */
static bool is_of_a_server_here(
        const struct queued *queued, const struct packet *packet, bool is_query)
{
	if (packet->payload.len < DNS_HEADER_SIZE)
		return false;
	return is_query ? queued->out_interface == 0 : queued->in_interface == 0;
}

/* A packet that is routed to or from a bridge has a port on one side only; what is bridged has
 * both.
 */
static struct flow_way way_of(const struct queued *queued)
{
	if (queued->in_port && queued->out_port)
		return (struct flow_way){ queued->in_port, queued->out_port };
	return (struct flow_way){ queued->in_interface, queued->out_interface };
}

/* The flow is searched for when the packet has been summed up and parsed; until then the processor
 * has time to fetch the place. */
static struct flow_key expected_flow(const struct worker *w, const struct queued *queued,
        const struct packet *packet, bool is_query)
{
	struct flow_way way = way_of(queued);
	struct cursor c = cursor_over(packet->payload);
	uint16_t id = cursor_u16(&c); /* 0 of what is too short, and no message */
	struct flow_key key = is_query ? flow_key_of_query(&w->flows.hash_key, packet, id, way)
	                               : flow_key_of_response(&w->flows.hash_key, packet, id, way);

	flow_expect(&w->flows, &key);
	return key;
}

static void handle_datagram(
        struct worker *w, const struct queued *queued, const struct packet *packet)
{
	if (packet->source_port != DNS_PORT && packet->destination_port != DNS_PORT) {
		datagram_exempt(w, queued->id, EXEMPT_PORT);
		return;
	}
	bool asks = is_query(packet);
	struct datagram d = { queued, packet, expected_flow(w, queued, packet, asks) };
	if (!packet_checksum_ok(packet)) {
		/* What is rewritten gets a new checksum, which must not make it whole again. */
		drop_counted(w, queued->id, &w->stats.packets_checksum);
	} else if (w->signer) {
		signing_datagram(w, &d, asks);
	} else if (is_of_a_server_here(queued, packet, asks)) {
		datagram_exempt(w, queued->id, EXEMPT_SERVED);
	} else if (asks) {
		udp_validate_query(w, &d);
	} else {
		udp_validate_response(w, &d);
	}
}

/* What cannot be looked into does not pass: the rules bring nothing but DNS over UDP here, and it
 * would be the way around the gate. */
static void handle_packet(void *context, const struct queued *queued)
{
	struct worker *w = context;
	struct packet packet;

	switch (packet_parse(&packet, queued->octets)) {
	case PACKET_UDP:
		handle_datagram(w, queued, &packet);
		break;
	case PACKET_FRAGMENT:
		drop_counted(w, queued->id, &w->stats.packets_fragment);
		break;
	case PACKET_NOT_UDP:
		drop_counted(w, queued->id, &w->stats.packets_not_udp);
		break;
	case PACKET_MALFORMED:
		drop_counted(w, queued->id, &w->stats.packets_malformed);
		break;
	}
}

static void judge_ready(struct worker *w)
{
	for (unsigned i = 0; i < READY_MAX && w->ready.first; i++) {
		struct parked *parked = w->ready.first;
		parked_unlist(parked);
		parked->carrier->resume(w, parked, true);
	}
}

static void end_waits(struct worker *w)
{
	struct parked *oldest;

	while ((oldest = park_oldest(&w->park)) && oldest->deadline_ms <= w->now_ms)
		oldest->carrier->resume(w, oldest, false);
	while ((oldest = park_oldest(&w->grace.park)) && oldest->deadline_ms <= w->now_ms)
		oldest->carrier->resume(w, oldest, true);
	relay_expire(w);
	for (unsigned n = flow_expire(&w->flows, w->now_ms); n > 0; n--)
		stats_count(&w->stats.flows_expired);
}

/* What epoll_wait() is told: how long nothing is due. */
static int idle_ms(const struct worker *w)
{
	const struct parked *oldest = park_oldest(&w->park);
	const struct parked *held = park_oldest(&w->grace.park);
	uint64_t due_ms = least(fetcher_deadline_ms(&w->fetcher), relay_deadline_ms(w));

	due_ms = least(due_ms, reasks_deadline_ms(&w->reasks));
	due_ms = least(due_ms, probes_deadline_ms(&w->fallback.probes));
	if (w->ready.first)
		return 0;
	if (oldest)
		due_ms = least(due_ms, oldest->deadline_ms);
	if (held)
		due_ms = least(due_ms, held->deadline_ms);
	if (due_ms <= w->now_ms)
		return 0;
	if (due_ms - w->now_ms < SWEEP_MS)
		return (int)(due_ms - w->now_ms);
	bool changes = due_ms < UINT64_MAX || w->flows.table.used > 0 || w->shortcut.is_open ||
	               pace_is_short(&w->pace);
	return changes ? SWEEP_MS : -1;
}

static void read_clocks(struct worker *w)
{
	w->now_ms = clock_monotonic_ms();
	w->now_s = w->config.time->wall_s(w->config.time->context);
}

/* Whatever the packets answer that were received was asked before, so it is in the ring by now. */
static int serve_queue(struct worker *w)
{
	int count;

	do {
		count = nfqueue_receive(&w->queue);
		if (count <= 0)
			return count;
		w->received += (unsigned)count;
		udp_validate_drain(w);
		nfqueue_hand_over(&w->queue, count, handle_packet, w);
	} while (count == NFQUEUE_BATCH && w->received < PACE_PACKETS_MAX);
	return 0;
}

static int handle_event(struct worker *w, const struct epoll_event *event)
{
	switch (*(const enum watched *)event->data.ptr) {
	case WATCHED_QUEUE:
		return serve_queue(w);
	case WATCHED_WAKE:
		eventfd_read(w->wake_fd, &(eventfd_t){ 0 }); /* orders_take() sees what it is */
		break;
	case WATCHED_FETCH:
		fetcher_ready(&w->fetcher, event->data.ptr, w->now_ms);
		break;
	case WATCHED_REASK:
		reasks_ready(&w->reasks, event->data.ptr, w->now_ms);
		break;
	case WATCHED_PROBE:
		probes_ready(&w->fallback.probes, event->data.ptr);
		break;
	case WATCHED_LISTENER:
		relay_accept(w, event->data.ptr);
		break;
	case WATCHED_SIDE:
		connection_ready(w, event->data.ptr);
		break;
	}
	return 0;
}

static void limit_queries(struct worker *w, uint32_t length)
{
	if (!nfqueue_limit_queries(&w->queue, length))
		return;
	pace_told(&w->pace, length);
	if (pace_is_short(&w->pace))
		stats_count(&w->stats.queue_shortened);
}

/* Once the verdicts of a turn are out in which it was looked into the queue. */
static void keep_pace(struct worker *w)
{
	unsigned queries = (unsigned)(w->queue.queries.handed - w->queries_handed);
	uint32_t length = pace_turn(&w->pace, w->received, queries, w->now_ms);
	const struct timespec nap = { .tv_nsec = pace_nap_ns(&w->pace) };

	w->queries_handed = w->queue.queries.handed;
	if (length != w->pace.now_length)
		limit_queries(w, length);
	if (nap.tv_nsec > 0)
		nanosleep(&nap, NULL);
}

static int turn(struct worker *w)
{
	struct epoll_event events[EVENTS_MAX];
	int result = 0;
	int n = epoll_wait(w->epoll_fd, events, EVENTS_MAX, idle_ms(w));

	if (n < 0 && errno != EINTR)
		return -errno;
	read_clocks(w);
	w->received = 0;
	orders_take(w);
	shortcut_alive(&w->shortcut, w->now_ms, !w->is_paused);
	udp_validate_drain(w);
	w->relay.treated = 0;
	for (int i = 0; i < n && result == 0; i++)
		result = handle_event(w, &events[i]);
	fetcher_expire(&w->fetcher, w->now_ms);
	reasks_expire(&w->reasks, w->now_ms);
	probes_expire(&w->fallback.probes, w->now_ms);
	judge_ready(w);
	end_waits(w);
	nfqueue_flush(&w->queue);
	signing_renew(w);
	if (n < EVENTS_MAX || w->received > 0)
		keep_pace(w);
	return result;
}

static void drop_parked(struct worker *w, struct park *park)
{
	struct parked *oldest;

	while ((oldest = park_oldest(park))) {
		nfqueue_drop(&w->queue, oldest->packet_id);
		parked_remove(oldest);
	}
	nfqueue_flush(&w->queue);
}

int worker_run(struct worker *w)
{
	int result = 0;

	prctl(PR_SET_TIMERSLACK, 1); /* a nap would take half as long again */
	read_clocks(w);
	orders_take(w);
	while (!w->stopping && result == 0)
		result = turn(w);
	shortcut_alive(&w->shortcut, w->now_ms, false);
	relay_close(w); /* then only packets are parked */
	drop_parked(w, &w->park);
	drop_parked(w, &w->grace.park);
	return result;
}

const struct stats *worker_stats(const struct worker *w)
{
	return &w->stats;
}
