/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/worker.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>

#include "base/clock.h"
#include "base/least.h"
#include "worker/connection.h"
#include "worker/worker_private.h"

#define EVENTS_MAX 64 /* handled in one turn of the loop */

/* Parked responses that are judged again in one turn: one fetch may set many free, and the queue
 * must not wait for all of them. */
#define READY_MAX 64

/* The queue of queries is short against overload (queue/pace.h). While no process runs, nothing is
 * overloaded, and all queries wait. A process that is killed cannot say so. */
#define QUERIES_WHILE_AWAY 16384

#define WARMING_MS     2000
#define WARMING_NAP_NS 1000000

/* How often an idle worker wakes to expire flows, to do what else changes by itself, and to show
 * that it does not hang (daemon/watchdog.h). An old flow does no harm for that long. */
#define SWEEP_MS 1000

static void drop_counted(struct worker *w, uint64_t packet_id, uint64_t *counter)
{
	stats_count(counter);
	nfqueue_drop(&w->queue, packet_id);
}

static void pass_exempt(struct worker *w, uint64_t packet_id, enum exemption exemption)
{
	stats_count(&w->stats.passed[exemption]);
	nfqueue_accept(&w->queue, packet_id);
}

/* Between two servers both ports are 53, so the message decides. A message that is too short for
 * that is malformed on either side. */
static bool is_query(const struct packet *packet)
{
	if (packet->source_port != DNS_PORT)
		return true;
	if (packet->destination_port != DNS_PORT)
		return false;
	struct cursor c = cursor_at(packet->payload, 2);
	return !(cursor_u16(&c) & FLAG_QR);
}

/* True if a server on this machine is asked, or answers: its clients judge its answers. The rules
 * tell queries from responses by their ports, so they bring such packets here when a client asks
 * from port 53. An attacker elsewhere cannot have an answer pass by this: packets from elsewhere
 * come in by an interface, so they pass only as queries, which no client takes for an answer. */
static bool is_of_a_server_here(
        const struct queued *queued, const struct packet *packet, bool is_query)
{
	if (packet->payload.len < DNS_HEADER_SIZE)
		return false;
	return is_query ? queued->out_interface == 0 : queued->in_interface == 0;
}

/* A packet that is routed to or from a bridge has a bridge port on one side only. A bridged packet
 * has both. */
static struct flow_way queued_way(const struct queued *queued)
{
	if (queued->in_port && queued->out_port)
		return (struct flow_way){ queued->in_port, queued->out_port };
	return (struct flow_way){ queued->in_interface, queued->out_interface };
}

/* The flow is searched for after the packet's checksum is checked and its message parsed. Until
 * then the processor has time to fetch the place. */
static struct flow_key expected_flow(const struct worker *w, const struct queued *queued,
        const struct packet *packet, bool is_query)
{
	struct flow_way way = queued_way(queued);
	struct cursor c = cursor_over(packet->payload);
	uint16_t id = cursor_u16(&c); /* 0 if the payload is too short, and so no message */
	struct flow_key key = is_query ? flow_key_of_query(&w->flows.hash_key, packet, id, way)
	                               : flow_key_of_response(&w->flows.hash_key, packet, id, way);

	flow_expect(&w->flows, &key);
	return key;
}

static void sign_datagram(struct worker *w, const struct queued_datagram *d, bool is_query)
{
	if (is_query)
		udp_sign_query(&w->udp_signer, d);
	else
		udp_sign_response(&w->udp_signer, d);
}

static void monitor_datagram(
        struct worker *w, const struct queued_datagram *d, uint8_t *octets, bool is_query)
{
	if (is_query)
		udp_monitor_query(&w->udp_validator, d);
	else
		udp_monitor_response(&w->udp_validator, d, octets);
}

static void validate_datagram(struct worker *w, const struct queued_datagram *d, bool is_query)
{
	const struct queued *queued = d->queued;
	uint8_t *octets = queued->base + (d->packet->payload.base - queued->octets.base);

	if (is_of_a_server_here(queued, d->packet, is_query))
		pass_exempt(w, queued->id, EXEMPT_SERVED);
	else if (w->config.monitors)
		monitor_datagram(w, d, octets, is_query);
	else if (is_query)
		udp_validate_query(&w->udp_validator, d);
	else
		udp_validate_response(&w->udp_validator, d, octets);
}

/* Refuses a packet. In monitor mode it passes, and is counted in the same way. */
static void refuse_counted(struct worker *w, uint64_t packet_id, uint64_t *counter)
{
	if (!w->config.monitors) {
		drop_counted(w, packet_id, counter);
		return;
	}
	monitor_would_drop(&w->stats, counter);
	pass_exempt(w, packet_id, EXEMPT_MONITOR);
}

static void handle_datagram(
        struct worker *w, const struct queued *queued, const struct packet *packet)
{
	if (packet->source_port != DNS_PORT && packet->destination_port != DNS_PORT) {
		pass_exempt(w, queued->id, EXEMPT_PORT);
		return;
	}
	bool asks = is_query(packet);
	struct queued_datagram d = { queued, packet, expected_flow(w, queued, packet, asks) };
	/* A rewritten packet gets a new checksum, which must not make a damaged one whole. */
	if (!packet_checksum_ok(packet))
		refuse_counted(w, queued->id, &w->stats.packets_checksum);
	else if (worker_signs(w))
		sign_datagram(w, &d, asks);
	else
		validate_datagram(w, &d, asks);
}

/* A packet that cannot be read does not pass: the rules bring only DNS over UDP here, and an
 * attacker could go around the gate by such packets. */
static void handle_packet(void *context, const struct queued *queued)
{
	struct worker *w = context;
	struct packet packet;

	switch (packet_parse(&packet, queued->octets)) {
	case PACKET_UDP:
		handle_datagram(w, queued, &packet);
		break;
	case PACKET_FRAGMENT:
		refuse_counted(w, queued->id, &w->stats.packets_fragment);
		break;
	case PACKET_NOT_UDP:
		refuse_counted(w, queued->id, &w->stats.packets_not_udp);
		break;
	case PACKET_MALFORMED:
		refuse_counted(w, queued->id, &w->stats.packets_malformed);
		break;
	}
}

/* ---- The shortcut ---- */

static void take_sent_on(void *context, struct span octets, uint64_t at_ms, uint32_t in_interface)
{
	struct worker *w = context;

	udp_validate_sent_on(&w->udp_validator, octets, at_ms, in_interface);
}

static void drain_shortcut(struct worker *w)
{
	struct shortcut *s = &w->shortcut;

	if (!s->is_open)
		return;
	if (shortcut_drain(s, take_sent_on, w) > SHORTCUT_MUCH) {
		shortcut_rest(s, w->turn.now_ms);
		stats_count(&w->stats.shortcut_rests);
	}
	stats_set(&w->stats.shortcut_left,
	        __atomic_load_n(&s->state->left, __ATOMIC_RELAXED) - s->left_before);
	stats_set(&w->stats.shortcut_full,
	        __atomic_load_n(&s->state->full, __ATOMIC_RELAXED) - s->full_before);
}

/* ---- Waiting ---- */

static void resume_parked(struct worker *w, struct parked *parked, bool in_time)
{
	if (parked->is_copy) {
		monitor_resume(&w->monitor, parked, in_time);
		return;
	}
	if (!parked->question) {
		udp_validate_resume(&w->udp_validator, parked, in_time);
		return;
	}
	struct connection *c = parked->question->connection;
	tcp_validate_resume(&w->tcp_validator, parked, in_time);
	connection_update(c);
}

static void judge_ready(struct worker *w)
{
	for (unsigned i = 0; i < READY_MAX && w->ready.first; i++) {
		struct parked *parked = w->ready.first;
		parked_unlist(parked);
		resume_parked(w, parked, true);
	}
}

static void end_waits(struct worker *w)
{
	uint64_t now_ms = w->turn.now_ms;
	struct parked *oldest;

	while ((oldest = park_oldest(&w->park)) && oldest->deadline_ms <= now_ms)
		resume_parked(w, oldest, false);
	while ((oldest = grace_oldest(&w->grace)) && oldest->deadline_ms <= now_ms)
		resume_parked(w, oldest, true);
	relay_expire(&w->relay);
	for (unsigned n = flow_expire(&w->flows, now_ms); n > 0; n--)
		stats_count(&w->stats.flows_expired);
}

/* ---- The loop ---- */

/* Returns how long epoll_wait() may wait: until something is due. */
static int turn_wait_ms(const struct worker *w)
{
	const struct parked *oldest = park_oldest(&w->park);
	const struct parked *held = grace_oldest(&w->grace);
	uint64_t now_ms = w->turn.now_ms;
	uint64_t due_ms = least(fetcher_deadline_ms(&w->fetcher), relay_deadline_ms(&w->relay));

	due_ms = least(due_ms, reasks_deadline_ms(&w->reasks));
	due_ms = least(due_ms, probes_deadline_ms(&w->fallback.probes));
	if (w->ready.first)
		return 0;
	if (oldest)
		due_ms = least(due_ms, oldest->deadline_ms);
	if (held)
		due_ms = least(due_ms, held->deadline_ms);
	if (due_ms <= now_ms)
		return 0;
	if (due_ms - now_ms < SWEEP_MS)
		return (int)(due_ms - now_ms);
	return SWEEP_MS;
}

static void read_clocks(struct worker *w)
{
	w->turn.now_ms = clock_monotonic_ms();
	w->turn.now_s = w->config.time->wall_s(w->config.time->context);
}

/* After a take-over all responses that waited come at once, no key is known, and few responses may
 * wait for keys: more would be refused. So the rest waits in the kernel, for WARMING_MS at most: so
 * long can an attacker who keeps the keys from coming delay the other packets, and only after a
 * take-over. */
static bool queue_must_wait(const struct worker *w)
{
	return w->turn.now_ms < w->warming_until_ms &&
	       w->park.table.used > w->config.limits.parked / 2;
}

/* Queries that these packets answer were sent earlier, so those of the shortcut are in its ring
 * already. */
static int serve_queue(struct worker *w)
{
	int count;

	do {
		if (queue_must_wait(w))
			return 0;
		count = nfqueue_receive(&w->queue);
		if (count <= 0)
			return count;
		w->received += (unsigned)count;
		drain_shortcut(w);
		nfqueue_hand_over(&w->queue, count, handle_packet, w);
	} while (count == NFQUEUE_BATCH && w->received < PACE_PACKETS_MAX);
	return 0;
}

static int handle_event(struct worker *w, const struct epoll_event *event)
{
	uint64_t now_ms = w->turn.now_ms;

	switch (*(const enum watched *)event->data.ptr) {
	case WATCHED_QUEUE:
		return serve_queue(w);
	case WATCHED_WAKE: /* take_worker_orders() */
		break;
	case WATCHED_FETCH:
		fetcher_ready(&w->fetcher, event->data.ptr, now_ms);
		break;
	case WATCHED_REASK:
		reasks_ready(&w->reasks, event->data.ptr, now_ms);
		break;
	case WATCHED_PROBE:
		probes_ready(&w->fallback.probes, event->data.ptr, now_ms);
		break;
	case WATCHED_LISTENER:
		relay_accept(&w->relay, event->data.ptr);
		break;
	case WATCHED_SIDE:
		connection_ready(event->data.ptr);
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

/* To be called after the verdicts of a turn in which the queue was read. */
static void keep_pace(struct worker *w)
{
	unsigned queries = (unsigned)(w->queue.queries.handed - w->queries_handed);
	uint32_t length = pace_turn(&w->pace, w->received, queries, w->turn.now_ms);
	const struct timespec nap = { .tv_nsec = queue_must_wait(w) ? WARMING_NAP_NS
		                                                    : pace_nap_ns(&w->pace) };

	w->queries_handed = w->queue.queries.handed;
	if (length != w->pace.now_length)
		limit_queries(w, length);
	if (nap.tv_nsec > 0)
		nanosleep(&nap, NULL);
}

/* A query whose verdict was lost may wait in the kernel, and may reach the server yet: then the
 * client would have two answers. The kernel does not say which verdicts it took. */
static void send_own_answers(struct worker *w, uint64_t errors_before)
{
	if (w->stats.verdict_errors == errors_before)
		own_answers_send(&w->own_answers);
	else
		own_answers_forget(&w->own_answers);
}

/* The wake-up is read before the orders: of one that comes in between, the wake-up stays for the
 * next turn. */
static void take_worker_orders(struct worker *w, const struct epoll_event events[], int count)
{
	for (int i = 0; i < count; i++) {
		if (*(const enum watched *)events[i].data.ptr == WATCHED_WAKE)
			eventfd_read(w->wake_fd, &(eventfd_t){ 0 });
	}
	orders_take(w);
}

static int worker_turn(struct worker *w)
{
	struct epoll_event events[EVENTS_MAX];
	int result = 0;
	int n = epoll_wait(w->epoll_fd, events, EVENTS_MAX, turn_wait_ms(w));
	uint64_t errors_before = w->stats.verdict_errors;

	if (n < 0 && errno != EINTR)
		return -errno;
	__atomic_store_n(&w->turns, w->turns + 1, __ATOMIC_RELAXED);
	read_clocks(w);
	w->received = 0;
	take_worker_orders(w, events, n);
	shortcut_alive(&w->shortcut, w->turn.now_ms, !w->turn.is_paused && !w->config.monitors);
	drain_shortcut(w);
	w->relay.treated = 0;
	for (int i = 0; i < n && result == 0; i++)
		result = handle_event(w, &events[i]);
	fetcher_expire(&w->fetcher, w->turn.now_ms);
	reasks_expire(&w->reasks, w->turn.now_ms);
	probes_expire(&w->fallback.probes, w->turn.now_ms);
	judge_ready(w);
	end_waits(w);
	nfqueue_flush(&w->queue);
	send_own_answers(w, errors_before);
	flow_settle(&w->flows);
	sign_trade_renew(&w->sign_trade);
	if (n < EVENTS_MAX || w->received > 0)
		keep_pace(w);
	return result;
}

/* The packets get no verdict. If another process holds the socket of the queues, they come to it
 * again; otherwise the kernel drops them when the socket is closed. */
static void leave_parked(struct park *park)
{
	struct parked *oldest;

	while ((oldest = park_oldest(park)))
		parked_remove(oldest);
}

int worker_run(struct worker *w)
{
	int result = 0;

	prctl(PR_SET_TIMERSLACK, 1); /* otherwise a nap takes half as long again */
	read_clocks(w);
	w->warming_until_ms = w->takes_over ? w->turn.now_ms + WARMING_MS : 0;
	orders_take(w);
	while (!w->stopping && result == 0)
		result = worker_turn(w);
	shortcut_alive(&w->shortcut, w->turn.now_ms, false);
	relay_end(&w->relay); /* then only packets are parked */
	leave_parked(&w->park);
	leave_parked(&w->grace.park);
	leave_parked(&w->grace.errors);
	if (w->config.queue.queries_length < QUERIES_WHILE_AWAY)
		nfqueue_limit_queries(&w->queue, QUERIES_WHILE_AWAY);
	kept_queues(&w->kept)->has_ended = result == 0;
	return result;
}

const struct stats *worker_stats(const struct worker *w)
{
	return &w->stats;
}

uint64_t worker_turns(const struct worker *w)
{
	return __atomic_load_n(&w->turns, __ATOMIC_RELAXED);
}
