/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/service_workers.h"

#include <errno.h>
#include <stdlib.h>

#include "base/complaint.h"
#include "base/log.h"
#include "daemon/anchor_keeper.h"
#include "worker/worker_orders.h"

static const enum divert diverts[] = {
	[ROLE_HOST] = DIVERT_REDIRECT,
	[ROLE_GATEWAY] = DIVERT_TPROXY,
	[ROLE_BOTH] = DIVERT_EITHER,
	[ROLE_SIGNER] = DIVERT_TPROXY,
	[ROLE_BRIDGE] = DIVERT_BRIDGED,
};

static struct relay_config relay_config(const struct config *c)
{
	return (struct relay_config){
		.is_on = c->tcp == TCP_RELAY,
		.divert = diverts[c->role],
		.refuses_transfers = c->zone_transfer == ZONE_TRANSFER_REFUSE,
		.port = (uint16_t)c->tcp_port,
		.connections = c->tcp_connections,
		.idle_ms = c->tcp_idle_ms,
	};
}

static struct signing_config signing_config(const struct service *s, const struct config *c)
{
	return (struct signing_config){
		.limits = { .signatures = c->sign_remembered, .messages = c->limits.messages },
		.policy = s->zones ? zone_keeper_policy(s->zones) : NULL,
		.servers = c->sign_servers.items,
		.server_count = c->sign_servers.count,
		.is_gateway = c->sign_place == PLACE_GATEWAY,
		.raw_sockets = service_sends_answers(s) ? s->raw_sockets : NULL,
	};
}

/* Worker `i` has the queue for responses and the queue for queries of that place. */
static struct nfqueue_options queue_options(const struct config *c, unsigned i)
{
	return (struct nfqueue_options){
		.number = (uint16_t)(c->queue_first + i),
		.queries_number = (uint16_t)(config_queries_first(c) + i),
		.length = c->queue_length,
		.queries_length = c->queue_queries,
		.socket_buffer = c->queue_socket_buffer_kib * 1024,
		.fail_open = c->queue_fail_open || config_monitors(c),
	};
}

static struct worker_config worker_config(struct service *s, const struct config *c, unsigned i)
{
	s->anchor_alarm.path = s->started->trust_anchor;
	return (struct worker_config){
		.queue = queue_options(c, i),
		.limits = c->limits,
		.tcp = relay_config(c),
		.signing = signing_config(s, c),
		.shortcut = c->shortcut_interfaces.count > 0 ? c->shortcut_directory : NULL,
		.sources = { .resolvers = c->resolvers.items,
		        .resolver_count = c->resolvers.count,
		        .hints = s->hints.at,
		        .hint_count = s->hints.count },
		.anchors = s->keeper ? anchor_keeper_anchors(s->keeper) : s->anchors,
		.anchor_answered = s->keeper ? anchor_keeper_answered : NULL,
		.anchor_context = s->keeper,
		.anchor_alarm = &s->anchor_alarm,
		.policy = &s->generation->policy,
		.ntas = s->zones ? NULL : nta_keeper_list(&s->ntas),
		.local_names = c->local_names,
		.local_zones = c->local_zones,
		.monitors = config_monitors(c),
		.has_peers = c->queue_count > 1,
		.assists = c->assist,
		.clock = s->time.state,
		.waits_for_clock = c->unset_clock == UNSET_CLOCK_WAIT,
		.earliest_s = s->time.built_s,
		.time = s->time.source,
	};
}

struct worker_config service_settings(struct service *s)
{
	return worker_config(s, s->config, 0);
}

int service_bind_queues(struct service *s)
{
	const struct config *c = s->config;

	s->workers = calloc(c->queue_count, sizeof(*s->workers));
	s->threads = calloc(c->queue_count, sizeof(*s->threads));
	if (!s->workers || !s->threads) {
		log_error("cannot make the workers: out of memory");
		return -ENOMEM;
	}
	while (s->worker_count < c->queue_count) {
		struct worker_config config = worker_config(s, c, s->worker_count);
		struct complaint error;
		struct worker_descriptors before = handover_take(&s->before, &config);
		struct worker *w = worker_new(&config, &before, &error);

		if (!w) {
			log_error("%s", error.text);
			return -EIO;
		}
		s->workers[s->worker_count++] = w;
	}
	for (unsigned i = 0; i < s->worker_count; i++) {
		struct worker_config config = worker_config(s, c, i);
		handover_to_systemd(&s->before, s->workers[i], &config);
	}
	if (s->zones)
		zone_keeper_serve(s->zones, s->workers, s->worker_count);
	else
		nta_keeper_serve(&s->ntas, s->workers, s->worker_count);
	return 0;
}

int service_stop_workers(struct service *s)
{
	int first_error = 0;

	for (unsigned i = 0; i < s->thread_count; i++)
		worker_stop(s->threads[i].worker);
	for (unsigned i = 0; i < s->thread_count; i++) {
		pthread_join(s->threads[i].id, NULL);
		if (!first_error)
			first_error = s->threads[i].error;
	}
	s->thread_count = 0;
	return first_error;
}

void service_each_descriptor(struct service *s, handover_giver *give, void *context)
{
	for (unsigned i = 0; i < s->worker_count; i++) {
		struct worker_config config = worker_config(s, s->started, i);
		handover_each(s->workers[i], &config, give, context);
	}
}
