/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a worker is made and freed. */
#include "worker/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/least.h"
#include "worker/tcp_monitor.h"
#include "worker/tcp_sign.h"
#include "worker/worker_private.h"

#define GRACE_PER_PARKED 4 /* responses held back, for one that may wait for keys */

/* A response that is held back waits for a moment only, and must not be lost for want of room while
 * many names fail. But half of the queue is for packets that do not wait; the other half is for
 * refused responses and for errors, a quarter each. */
static uint32_t room_for_grace(const struct worker_config *config)
{
	uint64_t room =
	        least(GRACE_PER_PARKED * (uint64_t)config->limits.parked, config->queue.length / 4);

	return room > config->limits.parked ? (uint32_t)room : config->limits.parked;
}

static enum flow_trade flow_trade_of(const struct worker_config *config)
{
	if (config->signing.policy)
		return FLOW_SIGNS;
	return config->monitors ? FLOW_MONITORS : FLOW_VALIDATES;
}

static int make_tables(struct worker *w)
{
	const struct worker_config *config = &w->config;
	int result = kept_make(&w->kept, config->limits.flows);

	if (result == 0)
		result = flow_table_init_kept(&w->flows, config->limits.flows,
		        config->limits.flow_timeout_ms, kept_flows(&w->kept),
		        flow_trade_of(config));
	if (result == 0)
		result = park_init(&w->park, config->limits.parked, config->limits.park_ms);
	if (result == 0)
		result = grace_init(
		        &w->grace, room_for_grace(config), config->limits.bogus_grace_ms);
	if (result == 0)
		result = refusals_init(&w->refusals);
	w->park.shares_taken = &w->stats.parked_share;
	w->grace.park.shares_taken = w->grace.errors.shares_taken = &w->stats.parked_share;
	return result;
}

/* ---- Asking servers ---- */

#define ROUND_TRIPS_TO_WAIT 4 /* for the keys: a lost query is repeated, and TCP takes two */

/* A response waits longer for the keys of a slow server. How long the response itself took is a
 * first guess: also if an attacker sent it, because the guess has bounds (round_trip.h), as the
 * wait has (park_ms). */
static void be_patient(
        struct worker *w, const struct sockaddr_storage *server, struct parked *parked)
{
	struct round_trips *trips = &w->fetcher.round_trips;

	if (parked->took_ms > 0 && w->config.sources.resolver_count == 0)
		round_trip_guess(trips, server, parked->took_ms, w->turn.now_ms);
	uint64_t trip_ms = fetcher_round_trip_ms(&w->fetcher, server, w->turn.now_ms);
	parked_wait(parked,
	        ROUND_TRIPS_TO_WAIT * (trip_ms > parked->took_ms ? trip_ms : parked->took_ms),
	        w->turn.now_ms);
}

static bool fetch_for(void *context, const struct want *want, const struct sockaddr_storage *server,
        struct parked *parked)
{
	struct worker *w = context;

	if (parked)
		be_patient(w, server, parked);
	return fetcher_want(&w->fetcher, want, server, parked, w->turn.now_ms);
}

static void fetch_soon_for(
        void *context, const struct want *want, const struct sockaddr_storage *server)
{
	struct worker *w = context;

	fetcher_want_soon(&w->fetcher, want, server, w->turn.now_ms);
}

static bool tell_late_for(void *context, const struct parked *parked, struct want *late)
{
	struct worker *w = context;
	const struct fetch *fetch = fetcher_find_waiting(&w->fetcher, parked);

	if (!fetch)
		return false;
	missing_log(&w->missing, MISSING_LATE, fetch);
	*late = fetch->want;
	return true;
}

static bool ask_again_for(void *context, struct parked *parked, enum reask_how how)
{
	struct worker *w = context;

	return reasks_want(&w->reasks, parked, how, w->turn.now_ms);
}

static void note_no_tcp(void *context, const struct parked *parked)
{
	struct worker *w = context;
	const struct client_query *asked = &parked->asked;
	struct cursor c = cursor_over(span_of(asked->question, asked->question_len));
	struct want want = { 0 };

	name_read_plain(&c, &want.name);
	want.type = cursor_u16(&c);
	const struct missing_what what = { &want, &parked->server, 0 };
	missing_log_of(&w->missing, MISSING_TCP, &what);
}

static int make_fetcher(struct worker *w)
{
	struct fetch_owner owner = { .context = &w->gates,
		.learn = gates_learn,
		.failed = gates_learn_failure,
		.over = gates_release,
		.no_tcp = gates_note_no_tcp };
	int result = fetcher_init(&w->fetcher, w->epoll_fd, &w->config.sources, &w->stats, owner);
	w->reasks = (struct reasks){ .epoll_fd = w->epoll_fd,
		.stats = &w->stats,
		.resolvers = w->config.sources.resolvers,
		.resolver_count = w->config.sources.resolver_count,
		.buffer = w->fetcher.buffer,
		.over = &w->ready,
		.round_trips = &w->fetcher.round_trips,
		.no_tcp = note_no_tcp,
		.context = w };
	if (result == 0)
		result = reasks_init(&w->reasks);
	w->fallback = (struct server_fallback){ .shortcut = &w->shortcut,
		.stats = &w->stats,
		.round_trips = &w->fetcher.round_trips,
		.now_ms = &w->turn.now_ms,
		.flow_timeout_ms = w->config.limits.flow_timeout_ms,
		.passes_blocked = w->config.policy && w->config.policy->passes_blocked,
		.can_assist = w->config.assists && w->config.sources.resolver_count > 0 };
	if (result == 0)
		result = server_fallback_init(&w->fallback, w->epoll_fd, w->fetcher.buffer);
	return result;
}

/* ---- The two trades ---- */

static int make_validator(struct worker *w)
{
	const struct worker_config *config = &w->config;

	report_init(&w->report, &w->turn, &w->stats);
	w->report.refusals = &w->refusals;
	w->gates = (struct gates){ .config = config,
		.turn = &w->turn,
		.stats = &w->stats,
		.crypto = w->crypto,
		.missing = &w->missing,
		.ready = &w->ready,
		.fallback = &w->fallback };
	w->intake = (struct query_intake){ .config = config,
		.turn = &w->turn,
		.stats = &w->stats,
		.fallback = &w->fallback,
		.oddities = &w->oddities };
	w->arrivals = (struct arrivals){ .config = config,
		.turn = &w->turn,
		.stats = &w->stats,
		.report = &w->report,
		.gates = &w->gates,
		.fallback = &w->fallback,
		.asker = { w, fetch_for, ask_again_for, fetch_soon_for, tell_late_for } };
	w->udp_validator = (struct udp_validator){ .config = config,
		.turn = &w->turn,
		.stats = &w->stats,
		.report = &w->report,
		.intake = &w->intake,
		.oddities = &w->oddities,
		.arrivals = &w->arrivals,
		.flows = &w->flows,
		.park = &w->park,
		.grace = &w->grace,
		.verdicts = datagram_verdicts(&w->queue),
		.rrs = scratch_rrs_new(),
		.monitor = config->monitors ? &w->monitor : NULL };
	w->tcp_validator = (struct tcp_validator){ .config = config,
		.turn = &w->turn,
		.stats = &w->stats,
		.intake = &w->intake,
		.oddities = &w->oddities,
		.arrivals = &w->arrivals,
		.park = &w->park,
		.monitor = w->udp_validator.monitor };
	w->monitor = (struct monitor){ .turn = &w->turn,
		.stats = &w->stats,
		.report = &w->report,
		.arrivals = &w->arrivals,
		.flows = &w->flows,
		.park = &w->park };
	w->report.monitors = config->monitors;
	int result = w->udp_validator.rrs ? gates_init(&w->gates) : -ENOMEM;
	if (result == 0)
		result = missing_init(&w->missing, &w->turn, config->limits.park_ms,
		        config->limits.flow_timeout_ms);
	if (result == 0)
		result = query_intake_init(&w->intake);
	if (result == 0)
		result = arrivals_init(&w->arrivals);
	if (result == 0 && config->tcp.is_on)
		result = tcp_validate_init(&w->tcp_validator);
	if (result == 0 && config->monitors)
		result = monitor_init(&w->monitor);
	return result;
}

static int make_signer(struct worker *w)
{
	w->sign_trade = (struct sign_trade){ .config = &w->config,
		.turn = &w->turn,
		.stats = &w->stats,
		.crypto = w->crypto,
		.oddities = &w->oddities,
		.refusals = &w->refusals };
	w->udp_signer = (struct udp_signer){ .trade = &w->sign_trade,
		.flows = &w->flows,
		.verdicts = datagram_verdicts(&w->queue),
		.answers = &w->own_answers,
		.is_gateway = w->config.signing.is_gateway };
	udp_sign_init(&w->udp_signer);
	w->own_answers = (struct own_answers){
		.sockets = w->config.signing.raw_sockets, .turn = &w->turn, .stats = &w->stats
	};
	int result = own_answers_init(&w->own_answers);
	return result ? result : sign_trade_init(&w->sign_trade);
}

static int make_parts(struct worker *w)
{
	w->crypto = crypto_new();
	w->oddities = (struct oddities){ .turn = &w->turn, .stats = &w->stats };
	w->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	w->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (!w->crypto)
		return -ENOMEM;
	if (w->epoll_fd < 0 || w->wake_fd < 0)
		return -errno;
	int result = make_tables(w);
	if (result == 0)
		result = make_fetcher(w);
	if (result == 0)
		result = w->config.signing.policy ? make_signer(w) : make_validator(w);
	return result;
}

/* ---- Opening ---- */

static int watch_fd(struct worker *w, int fd, void *tag)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = tag };

	return epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static const struct relay_trade *relay_trade_of(const struct worker *w)
{
	if (worker_signs(w))
		return &tcp_sign_trade;
	return w->config.monitors ? &tcp_monitor_trade : &tcp_validate_trade;
}

static int open_relay(struct worker *w, struct worker_descriptors *before, struct complaint *error)
{
	bool signs = worker_signs(w);

	w->relay = (struct relay){ .config = &w->config.tcp,
		.turn = &w->turn,
		.stats = &w->stats,
		.trade = relay_trade_of(w),
		.trader = signs ? (void *)&w->sign_trade : &w->tcp_validator,
		.epoll_fd = w->epoll_fd };
	int result = relay_open(&w->relay, before->listeners);
	if (result < 0)
		complaint_set(error, "cannot relay DNS over TCP with port %u: %s",
		        w->config.tcp.port, strerror(-result));
	return result;
}

/* Takes the flows of the worker before. Without them responses that are on their way are dropped,
 * and nothing else is lost. */
static void inherit_memory(struct worker *w, int fd, struct nfqueue_kept *queues)
{
	struct memfd before;

	if (fd < 0)
		return;
	if (kept_open(&before, fd) == 0) {
		*queues = *kept_queues(&before);
		unsigned flows = flow_table_inherit(&w->flows, kept_flows(&before),
		        kept_flows_size(&before), clock_monotonic_ms());
		log_info("queue %u: taken over, with %u queries in flight", w->config.queue.number,
		        flows);
	}
	memfd_close(&before);
}

static int open_queue(struct worker *w, struct worker_descriptors *before, struct complaint *error)
{
	struct nfqueue_before queue = { .fd = before->queue };
	struct nfqueue_options options = w->config.queue;

	w->takes_over = before->queue >= 0;
	if (w->takes_over) {
		inherit_memory(w, before->memory, &queue.kept);
		options.before = &queue;
		before->queue = before->memory = -1;
	}
	options.kept = kept_queues(&w->kept);
	pace_init(&w->pace, w->config.queue.queries_length);
	return nfqueue_open(&w->queue, &options, &w->stats, error);
}

/* Without the shortcut all queries come to the queue, and nothing else changes. */
static void open_shortcut(struct worker *w)
{
	const char *directory = w->config.shortcut;
	int error = directory ? shortcut_open(&w->shortcut, directory, w->takes_over) : 0;

	if (error)
		log_warning("no shortcut in %s, so all queries come to the queue: %s", directory,
		        strerror(-error));
}

/* The queue comes last: from then on packets wait for their verdicts. */
static int prepare_worker(
        struct worker *w, struct worker_descriptors *before, struct complaint *error)
{
	int result = make_parts(w);

	if (result == 0)
		result = watch_fd(w, w->wake_fd, &w->wake_watched);
	if (result == 0 && (open_relay(w, before, error) < 0 || open_queue(w, before, error) < 0))
		return -EIO;
	if (result == 0)
		result = watch_fd(w, w->queue.fd, &w->queue_watched);
	if (result == 0)
		open_shortcut(w);
	if (result < 0)
		complaint_set(error, "cannot start a worker: %s", strerror(-result));
	return result;
}

static void close_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void close_descriptors(const struct worker_descriptors *d)
{
	close_open(d->queue);
	close_open(d->memory);
	for (int i = 0; i < RELAY_FAMILIES; i++)
		close_open(d->listeners[i]);
}

struct worker *worker_new(const struct worker_config *config,
        const struct worker_descriptors *before, struct complaint *error)
{
	struct worker_descriptors left = *before; /* what is not taken yet */
	struct worker *w = calloc(1, sizeof(*w));

	if (!w) {
		close_descriptors(&left);
		complaint_set(error, "cannot start a worker: %s", strerror(ENOMEM));
		return NULL;
	}
	w->config = *config;
	w->orders.anchors = w->anchors_used = config->anchors;
	w->orders.policy = w->policy_used = config->policy;
	w->orders.ntas = w->ntas_used = config->ntas;
	w->orders.sign_policy = w->sign_policy_used = config->signing.policy;
	w->orders.clock = w->turn.clock = config->clock;
	w->epoll_fd = w->wake_fd = w->queue.fd = w->kept.fd = -1;
	w->queue_watched = WATCHED_QUEUE;
	w->wake_watched = WATCHED_WAKE;
	int result = prepare_worker(w, &left, error);
	close_descriptors(&left);
	if (result == 0)
		return w;
	worker_free(w);
	return NULL;
}

struct worker_descriptors worker_descriptors(const struct worker *w)
{
	return (struct worker_descriptors){ .queue = w->queue.fd,
		.memory = w->kept.fd,
		.listeners = {
		        w->relay.listeners[RELAY_IPV4].fd, w->relay.listeners[RELAY_IPV6].fd } };
}

/* Parked responses are in the lists of fetches, so they go first. A part that was not made yet is
 * all zero, and freeing it does nothing. */
void worker_free(struct worker *w)
{
	shortcut_close(&w->shortcut);
	nfqueue_close(&w->queue);
	relay_close(&w->relay);
	grace_fini(&w->grace);
	park_fini(&w->park);
	reasks_fini(&w->reasks);
	server_fallback_fini(&w->fallback);
	fetcher_fini(&w->fetcher);
	flow_table_fini(&w->flows);
	memfd_close(&w->kept);
	monitor_fini(&w->monitor);
	tcp_validate_fini(&w->tcp_validator);
	free(w->udp_validator.rrs);
	arrivals_fini(&w->arrivals);
	query_intake_fini(&w->intake);
	gates_fini(&w->gates);
	sign_trade_fini(&w->sign_trade);
	own_answers_fini(&w->own_answers);
	crypto_free(w->crypto);
	close_open(w->epoll_fd);
	close_open(w->wake_fd);
	inquiry_release(w->orders.inquiry);
	free(w);
}
