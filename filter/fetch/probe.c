/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fetch/probe.h"

#include <netinet/in.h>

#include "base/least.h"
#include "wire/protocol.h"

void probes_init(struct probes *all)
{
	for (unsigned i = 0; i < PROBES_MAX; i++) {
		struct probe *p = &all->slots[i];
		*p = (struct probe){
			.plain = { .watched = WATCHED_PROBE, .is_plain = true, .probe = p },
			.edns = { .watched = WATCHED_PROBE, .probe = p },
		};
		p->plain.exchange.fd = p->edns.exchange.fd = -1;
	}
}

static void probe_end(struct probe *p)
{
	exchange_end(&p->plain.exchange);
	exchange_end(&p->edns.exchange);
	p->plain.has_answered = p->edns.has_answered = false;
	p->phase = PROBE_FREE;
}

void probes_fini(struct probes *all)
{
	for (unsigned i = 0; i < PROBES_MAX; i++) {
		if (all->slots[i].phase == PROBE_ASKS)
			probe_end(&all->slots[i]);
	}
}

static bool probe_is_of(const struct probe *p, const struct sockaddr_storage *server)
{
	return p->phase != PROBE_FREE &&
	       memcmp(&p->server, server, sizeof(struct sockaddr_in6)) == 0;
}

/* Returns a slot for this server: a free one, or one of a quiet server, which may be probed again
 * sooner then. Returns NULL if the server has a slot already, or if all are in use. */
static struct probe *probes_find_room(struct probes *all, const struct sockaddr_storage *server)
{
	struct probe *room = NULL;

	for (unsigned i = 0; i < PROBES_MAX; i++) {
		struct probe *p = &all->slots[i];
		if (probe_is_of(p, server))
			return NULL;
		if (p->phase == PROBE_FREE || (!room && p->phase == PROBE_IS_QUIET))
			room = p;
	}
	return room;
}

void probes_suspect(struct probes *all, const struct sockaddr_storage *server,
        const struct client_query *asked, uint64_t now_ms, unsigned after_ms)
{
	struct probe *p = probes_find_room(all, server);

	if (!p)
		return;
	p->phase = PROBE_SUSPECTS;
	p->due_ms = now_ms + after_ms;
	p->tries = 0;
	p->server = *server;
	p->asked = *asked;
}

static void probe_ask(struct probes *all, struct probe_side *side)
{
	const struct probe *p = side->probe;
	struct exchange_asking asking = { .asked = &p->asked,
		.flags = p->asked.flags & (FLAG_RD | FLAG_CD),
		.is_plain = side->is_plain };

	if (side->exchange.fd >= 0) {
		exchange_repeat(&side->exchange);
		return;
	}
	int error = exchange_begin_asked(&side->exchange, all->epoll_fd, side, &p->server, &asking);
	if (error < 0)
		exchange_end(&side->exchange);
	if (exchange_is_short(error))
		stats_count(&all->stats->sockets_short);
}

/* A server that said nothing yet may be slow. */
static uint64_t probe_wait_ms(const struct probes *all, const struct probe *p, uint64_t now_ms)
{
	uint64_t wait_ms = round_trip_wait_ms(all->round_trips, &p->server, now_ms);

	if (wait_ms < PROBE_TRY_MS)
		wait_ms = PROBE_TRY_MS;
	return least(wait_ms << (p->plain.has_answered ? 0 : p->tries), ROUND_TRIP_MOST_MS);
}

static void probe_ask_on(struct probes *all, struct probe *p, uint64_t now_ms)
{
	p->phase = PROBE_ASKS;
	p->due_ms = now_ms + probe_wait_ms(all, p, now_ms);
	if (p->tries == 0)
		p->begun_ms = now_ms;
	p->tries++;
	if (!p->plain.has_answered)
		probe_ask(all, &p->plain);
	probe_ask(all, &p->edns);
}

/* If one query is answered, the other one has as long again. A forged answer cannot cut that
 * short. */
static void probe_wait_again(struct probe *p, uint64_t now_ms)
{
	uint64_t due_ms = now_ms + (now_ms - p->begun_ms);

	if (p->due_ms < due_ms)
		p->due_ms = due_ms;
}

void probes_ready(struct probes *all, struct probe_side *side, uint64_t now_ms)
{
	struct span answer;

	if (side->probe->phase != PROBE_ASKS || side->exchange.fd < 0)
		return;
	enum exchange_state state = exchange_ready(&side->exchange, all->buffer, &answer);
	if (state == EXCHANGE_FAILED) {
		exchange_end(&side->exchange); /* the next try is due by time */
		return;
	}
	if (state != EXCHANGE_ANSWERED && state != EXCHANGE_TRUNCATED)
		return;
	side->has_answered = true;
	exchange_end(&side->exchange);
	if (side->is_plain) {
		probe_wait_again(side->probe, now_ms);
		return;
	}
	all->answered(all->context, side->probe, answer);
	probe_end(side->probe);
}

static void probe_conclude(struct probes *all, struct probe *p, uint64_t now_ms)
{
	bool is_dead = !p->plain.has_answered;

	if (!is_dead)
		all->dropped(all->context, p);
	probe_end(p);
	if (is_dead) {
		p->phase = PROBE_IS_QUIET;
		p->due_ms = now_ms + PROBE_QUIET_MS;
	}
}

static void probe_go_on(struct probes *all, struct probe *p, uint64_t now_ms)
{
	if (p->phase == PROBE_IS_QUIET) {
		p->phase = PROBE_FREE;
	} else if (p->phase == PROBE_SUSPECTS && !all->is_unknown(all->context, &p->server)) {
		p->phase = PROBE_FREE;
	} else if (p->tries == PROBE_TRIES) {
		probe_conclude(all, p, now_ms);
	} else {
		if (p->tries == 0)
			stats_count(&all->stats->probes);
		probe_ask_on(all, p, now_ms);
	}
}

void probes_expire(struct probes *all, uint64_t now_ms)
{
	for (unsigned i = 0; i < PROBES_MAX; i++) {
		struct probe *p = &all->slots[i];
		if (p->phase != PROBE_FREE && p->due_ms <= now_ms)
			probe_go_on(all, p, now_ms);
	}
}

uint64_t probes_deadline_ms(const struct probes *all)
{
	uint64_t nearest = UINT64_MAX;

	for (unsigned i = 0; i < PROBES_MAX; i++) {
		const struct probe *p = &all->slots[i];
		if (p->phase != PROBE_FREE && p->due_ms < nearest)
			nearest = p->due_ms;
	}
	return nearest;
}
