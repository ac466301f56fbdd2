/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fetch/fetch_steps.h"

#include <stdlib.h>

#include "base/least.h"

/* ---- Asking ---- */

/* Returns the resolver with the shortest wait, so that a dead one does not delay each fetch. */
static unsigned quickest_resolver(const struct fetcher *f, uint64_t now_ms)
{
	uint32_t shortest_ms = UINT32_MAX;
	unsigned quickest = 0;

	for (unsigned i = 0; i < f->resolver_count; i++) {
		uint32_t wait_ms = round_trip_wait_ms(&f->round_trips, &f->resolvers[i], now_ms);
		if (wait_ms < shortest_ms) {
			shortest_ms = wait_ms;
			quickest = i;
		}
	}
	return quickest;
}

/* Returns the server of the next try: each try asks the next resolver, in case one is slow or
 * dead. */
static const struct sockaddr_storage *fetch_server(
        const struct fetcher *f, struct fetch *fetch, uint64_t now_ms)
{
	if (f->resolver_count == 0)
		return &fetch->server;
	if (fetch->tries == 0)
		fetch->first_resolver = quickest_resolver(f, now_ms);
	return &f->resolvers[(fetch->first_resolver + fetch->tries) % f->resolver_count];
}

/* Returns false if no try is left, or if none could be sent. */
static bool fetch_begin_try(struct fetcher *f, struct fetch *fetch, uint64_t now_ms)
{
	while (fetch->tries < FETCH_TRIES) {
		struct fetch_query query = { .question = &fetch->want,
			.server = *fetch_server(f, fetch, now_ms) };
		fetch->tries++;
		fetch->deadline_ms =
		        now_ms + round_trip_wait_ms(&f->round_trips, &query.server, now_ms);
		if (fetch_try_send(f, fetch, &query, now_ms))
			return true;
	}
	return false;
}

/* True once the server has failed, or at once if it failed recently. Nothing walks ahead. */
static bool fetch_may_walk(const struct fetcher *f, const struct fetch *fetch, uint64_t now_ms)
{
	if (f->resolver_count > 0 || f->servers.hint_count == 0 || fetch->has_walked ||
	        fetch->is_ahead || f->shut_in_until_ms > now_ms)
		return false;
	return fetch->useless || fetch->tries == FETCH_TRIES ||
	       servers_is_unable(&f->servers, &fetch->server, now_ms);
}

/* If the walk reached an answer, asking the client's server again is pointless. */
static void fetch_end_walk(struct fetcher *f, struct fetch *fetch, uint64_t now_ms)
{
	stats_count(&f->stats->walks_lost);
	if (walk_has_no_way_out(fetch->walk))
		f->shut_in_until_ms = now_ms + FETCH_SHUT_IN_MS;
	if (fetch->walk->was_answered)
		fetch->tries = FETCH_TRIES;
	free(fetch->walk);
	fetch->walk = NULL;
	fetch_try_close_walked(fetch, 0);
}

/* On a slow link all servers of a zone are slow, and most are unknown: each further one gets twice
 * as long as the one before. */
static uint64_t walk_wait_ms(const struct fetcher *f, const struct walk *walk,
        const struct sockaddr_storage *server, uint64_t now_ms)
{
	uint64_t wait_ms = round_trip_wait_ms(&f->round_trips, server, now_ms);
	uint64_t doubled_ms =
	        least((uint64_t)ROUND_TRIP_FIRST_MS << (walk_asked(walk) - 1), ROUND_TRIP_MOST_MS);

	return wait_ms > doubled_ms ? wait_ms : doubled_ms;
}

/* Sends the next query of the walk, or begins a walk. Returns false if there is no query to
 * send. */
static bool fetch_walk_on(struct fetcher *f, struct fetch *fetch, uint64_t now_ms)
{
	struct want question;
	struct fetch_query query = { .question = &question };

	if (!fetch->walk) {
		if (!fetch_may_walk(f, fetch, now_ms))
			return false;
		fetch->walk = malloc(sizeof(*fetch->walk));
		if (!fetch->walk)
			return false;
		stats_count(&f->stats->walks);
		fetch->has_walked = true;
		walk_begin(fetch->walk, &fetch->want, &f->servers, now_ms);
	}
	while (walk_next(fetch->walk, &question, &query.server, now_ms)) {
		query.place = fetch->walk->place;
		fetch_try_close_walked(fetch, query.place);
		fetch->deadline_ms = now_ms + walk_wait_ms(f, fetch->walk, &query.server, now_ms);
		if (fetch_try_send(f, fetch, &query, now_ms))
			return true;
		walk_unsent(fetch->walk);
	}
	fetch_end_walk(f, fetch, now_ms);
	return false;
}

/* ---- The end ---- */

void fetch_finish(struct fetcher *f, struct fetch *fetch)
{
	struct fetch **link = &f->in_flight;

	fetch_try_close_all(fetch);
	free(fetch->useless);
	free(fetch->walk);
	fetch->useless = NULL;
	fetch->walk = NULL;
	fetch->is_in_flight = false;
	f->owner.over(f->owner.context, &fetch->waiting);
	while (*link != fetch)
		link = &(*link)->next;
	*link = fetch->next;
	fetch->next = f->free;
	f->free = fetch;
	f->in_flight_count--;
}

void fetch_give_up(struct fetcher *f, struct fetch *fetch)
{
	stats_count(&f->stats->fetch_failures);
	f->owner.failed(f->owner.context, fetch);
	fetch_finish(f, fetch);
}

void fetch_conclude(struct fetcher *f, struct fetch *fetch)
{
	bool is_learned =
	        fetch->useless && f->owner.learn(f->owner.context, fetch,
	                                  span_of(fetch->useless, fetch->useless_len), true);

	if (is_learned || fetch->is_ahead)
		fetch_finish(f, fetch);
	else
		fetch_give_up(f, fetch);
}

void fetch_try_again(struct fetcher *f, struct fetch *fetch, uint64_t now_ms)
{
	uint64_t end_ms = fetch->begun_ms + FETCH_LIFE_MS;

	if (fetch_walk_on(f, fetch, now_ms) || fetch_begin_try(f, fetch, now_ms) ||
	        fetch_walk_on(f, fetch, now_ms)) /* a walk may become possible after the last try */
		return;
	if (fetch->useless || end_ms <= now_ms || !fetch_try_any(fetch)) {
		fetch_conclude(f, fetch);
		return;
	}
	fetch->is_listening = true;
	fetch->deadline_ms = end_ms;
}

void fetch_end_try(struct fetcher *f, struct fetch *fetch, struct fetch_try *try, uint64_t now_ms)
{
	bool was_newest = try == fetch_try_newest(fetch);

	fetch_try_close(try);
	if (was_newest || !fetch_try_any(fetch))
		fetch_try_again(f, fetch, now_ms);
}
