/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a worker is made and ended. */
#include "base/complaint.h"
#include "worker/worker.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/least.h"
#include "worker/learning.h"
#include "worker/udp_sign.h"
#include "worker/worker_private.h"

#define LOG_BURST      20
#define LOG_PER_SECOND 5

#define GRACE_PER_PARKED 4 /* responses held back, for one that may wait for keys */

#define DATELESS_ZONES 256 /* on the way to the names of time servers */

/* What judges names of time servers while the clock may be wrong. It remembers no messages. */
static int make_dateless(struct worker *w)
{
	const struct worker_config *config = &w->config;

	w->dateless.policy = *config->policy;
	w->dateless.policy.is_dateless = true;
	w->dateless.policy.earliest_s = config->earliest_s;
	w->dateless.gate = (struct gate){
		.crypto = w->crypto, .store = &w->dateless.store, .policy = &w->dateless.policy
	};
	w->dateless.octets = malloc(EXCHANGE_ANSWER_MAX);
	if (!w->dateless.octets)
		return -ENOMEM;
	int result = store_init(&w->dateless.store, config->anchors, DATELESS_ZONES);
	w->dateless.store.ntas = config->ntas;
	return result < 0 ? result : gate_init(&w->dateless.gate, 0);
}

/* What is held back waits for a moment only, and must not be lost for want of room while many names
 * fail; but half of the queue is for what does not wait. */
static uint32_t room_for_grace(const struct worker_config *config)
{
	uint64_t room =
	        least(GRACE_PER_PARKED * (uint64_t)config->parked, config->queue_length / 2);

	return room > config->parked ? (uint32_t)room : config->parked;
}

static int take_memory(struct worker *w)
{
	const struct worker_config *config = &w->config;

	w->crypto = crypto_new();
	w->rrs = calloc(MESSAGE_RRS_MAX, sizeof(*w->rrs));
	w->octets = malloc(EXCHANGE_ANSWER_MAX);
	if (!w->crypto || !w->rrs || !w->octets)
		return -ENOMEM;
	int result = flow_table_init(&w->flows, config->flows, config->flow_timeout_ms);
	if (result == 0)
		result = park_init(&w->park, config->parked, config->park_ms);
	if (result == 0)
		result = grace_init(&w->grace, room_for_grace(config), config->bogus_grace_ms);
	w->park.shares_taken = w->grace.park.shares_taken = &w->stats.parked_share;
	if (result == 0 && config->signing.policy)
		return signing_init(w);
	if (result == 0)
		result = store_init(&w->store, config->anchors, config->zones);
	if (result == 0)
		result = senders_init(&w->senders);
	w->store.ntas = config->ntas;
	w->gate =
	        (struct gate){ .crypto = w->crypto, .store = &w->store, .policy = config->policy };
	if (result == 0)
		result = gate_init(&w->gate, config->messages);
	return result < 0 ? result : make_dateless(w);
}

static int make_fetcher(struct worker *w)
{
	struct fetch_owner owner = {
		.context = w, .learn = learning_take, .failed = learning_fail, .over = learning_over
	};

	w->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	w->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (w->epoll_fd < 0 || w->wake_fd < 0)
		return -errno;
	int result = fetcher_init(&w->fetcher, w->epoll_fd, &w->config.sources, &w->stats, owner);
	w->reasks = (struct reasks){ .epoll_fd = w->epoll_fd,
		.stats = &w->stats,
		.resolvers = w->config.sources.resolvers,
		.resolver_count = w->config.sources.resolver_count,
		.buffer = w->fetcher.buffer,
		.over = &w->ready };
	reasks_init(&w->reasks);
	w->fallback = (struct server_fallback){ .shortcut = &w->shortcut,
		.stats = &w->stats,
		.now_ms = &w->now_ms,
		.flow_timeout_ms = w->config.flow_timeout_ms,
		.can_assist = w->config.assists && w->config.sources.resolver_count > 0 };
	if (result == 0)
		result = server_fallback_init(&w->fallback, w->epoll_fd, w->fetcher.buffer);
	return result;
}

static int watch(struct worker *w, int fd, void *tag)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = tag };
	return epoll_ctl(w->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int open_relay(struct worker *w, struct complaint *error)
{
	int result = relay_open(w);

	if (result < 0)
		complaint_set(error, "cannot relay DNS over TCP with port %u: %s",
		        w->config.tcp.port, strerror(-result));
	return result;
}

static int open_queue(struct worker *w, struct complaint *error)
{
	struct nfqueue_options options = { .number = w->config.queue,
		.queries_number = w->config.queries_queue,
		.length = w->config.queue_length,
		.queries_length = w->config.queries_length,
		.socket_buffer = w->config.socket_buffer,
		.fail_open = w->config.fail_open };

	pace_init(&w->pace, options.queries_length);
	return nfqueue_open(&w->queue, &options, &w->stats, error);
}

/* Without it all queries come to the queue, and nobody is worse off. */
static void open_shortcut(struct worker *w)
{
	const char *directory = w->config.shortcut;
	int error = directory ? shortcut_open(&w->shortcut, directory) : 0;

	if (error)
		log_warning("all queries come to the queue, there is no shortcut in %s: %s",
		        directory, strerror(-error));
}

/* The queue comes last: from then on packets wait for their verdicts. */
static int prepare(struct worker *w, struct complaint *error)
{
	int result = take_memory(w);

	if (result == 0)
		result = make_fetcher(w);
	if (result == 0)
		result = watch(w, w->wake_fd, &w->wake_watched);
	if (result == 0 && (open_relay(w, error) < 0 || open_queue(w, error) < 0))
		return -EIO;
	if (result == 0)
		result = watch(w, w->queue.fd, &w->queue_watched);
	if (result == 0)
		open_shortcut(w);
	if (result < 0)
		complaint_set(error, "cannot start a worker: %s", strerror(-result));
	return result;
}

struct worker *worker_new(const struct worker_config *config, struct complaint *error)
{
	struct worker *w = calloc(1, sizeof(*w));

	if (!w) {
		complaint_set(error, "cannot start a worker: %s", strerror(ENOMEM));
		return NULL;
	}
	w->config = *config;
	w->orders.anchors = w->anchors_used = config->anchors;
	w->orders.sign_policy = w->sign_policy_used = config->signing.policy;
	w->orders.clock = w->clock = config->clock;
	w->epoll_fd = w->wake_fd = w->queue.fd = -1;
	w->queue_watched = WATCHED_QUEUE;
	w->wake_watched = WATCHED_WAKE;
	w->log_bogus = w->log_indeterminate = w->log_unjudged = w->log_unsigned = w->log_rival =
	        (struct log_limit){ .burst = LOG_BURST, .per_second = LOG_PER_SECOND };
	if (prepare(w, error) < 0) {
		worker_free(w);
		return NULL;
	}
	return w;
}

static void close_open(int fd)
{
	if (fd >= 0)
		close(fd);
}

/* Parked responses are in the lists of fetches, so they go first. What was never made is all zero,
 * and its end does nothing. */
void worker_free(struct worker *w)
{
	shortcut_close(&w->shortcut);
	nfqueue_close(&w->queue);
	relay_close(w);
	grace_fini(&w->grace);
	park_fini(&w->park);
	reasks_fini(&w->reasks);
	server_fallback_fini(&w->fallback);
	fetcher_fini(&w->fetcher);
	flow_table_fini(&w->flows);
	gate_fini(&w->gate);
	store_fini(&w->store);
	gate_fini(&w->dateless.gate);
	store_fini(&w->dateless.store);
	free(w->dateless.octets);
	senders_fini(&w->senders);
	signer_free(w->signer);
	crypto_free(w->crypto);
	free(w->rrs);
	free(w->octets);
	close_open(w->epoll_fd);
	close_open(w->wake_fd);
	free(w);
}
