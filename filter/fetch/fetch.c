/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fetch/fetch.h"

#include <errno.h>
#include <stdlib.h>

#include "fetch/fetch_room.h"
#include "fetch/fetch_steps.h"
#include "fetch/fetch_take.h"

int fetcher_init(struct fetcher *f, int epoll_fd, const struct fetch_sources *sources,
        struct stats *stats, struct fetch_owner owner)
{
	*f = (struct fetcher){ .epoll_fd = epoll_fd,
		.resolvers = sources->resolvers,
		.resolver_count = sources->resolver_count,
		.stats = stats,
		.owner = owner };
	int error = servers_init(&f->servers, sources->hints, sources->hint_count);
	if (!error)
		error = round_trips_init(&f->round_trips);
	f->buffer = malloc(EXCHANGE_ANSWER_MAX);
	f->rrs = calloc(MESSAGE_RRS_MAX, sizeof(*f->rrs));
	f->slots = calloc(FETCHES_MAX, sizeof(*f->slots));
	if (!error && (!f->buffer || !f->rrs || !f->slots))
		error = -ENOMEM;
	if (error) {
		fetcher_fini(f);
		return error;
	}
	for (unsigned i = 0; i < FETCHES_MAX; i++) {
		f->slots[i].next = f->free;
		f->free = &f->slots[i];
	}
	return 0;
}

void fetcher_use_resolvers(
        struct fetcher *f, const struct sockaddr_storage *resolvers, unsigned resolver_count)
{
	f->resolvers = resolvers;
	f->resolver_count = resolver_count;
}

void fetcher_fini(struct fetcher *f)
{
	for (struct fetch *fetch = f->in_flight; fetch; fetch = fetch->next) {
		fetch_try_close_all(fetch);
		free(fetch->useless);
		free(fetch->walk);
	}
	servers_fini(&f->servers);
	free(f->buffer);
	free(f->rrs);
	free(f->slots);
	*f = (struct fetcher){ 0 };
}

/* ---- Wanting ---- */

/* The socket that is ready is not known, so all are looked at, except those that are opened now. */
void fetcher_ready(struct fetcher *f, struct fetch *fetch, uint64_t now_ms)
{
	bool was_open[FETCH_OPEN];

	for (unsigned i = 0; i < FETCH_OPEN; i++)
		was_open[i] = fetch_try_is_open(&fetch->open[i]) && !fetch->open[i].is_kept;
	for (unsigned i = 0; i < FETCH_OPEN && fetch->is_in_flight; i++) {
		struct fetch_try *try = &fetch->open[i];
		if (was_open[i] && fetch_try_is_open(try))
			fetch_try_ready(f, fetch, try, now_ms);
	}
}

static struct fetch *fetch_find(
        const struct fetcher *f, const struct want *want, const struct sockaddr_storage *server)
{
	struct fetch *fetch = f->in_flight;

	while (fetch && !(want_equal(&fetch->want, want) &&
	                        (f->resolver_count > 0 ||
	                                memcmp(&fetch->server, server, sizeof(*server)) == 0)))
		fetch = fetch->next;
	return fetch;
}

/* Returns a fetch that is in flight now, and has asked nothing yet. A fetch must be free. */
static struct fetch *fetch_begin(struct fetcher *f, const struct want *want,
        const struct sockaddr_storage *server, bool is_ahead, uint64_t now_ms)
{
	struct fetch *fetch = f->free;

	f->free = fetch->next;
	*fetch = (struct fetch){ .watched = WATCHED_FETCH,
		.is_in_flight = true,
		.is_ahead = is_ahead,
		.next = f->in_flight,
		.want = *want,
		.family = fetch_family(&want->name),
		.server = *server,
		.begun_ms = now_ms };
	for (unsigned i = 0; i < FETCH_OPEN; i++)
		fetch->open[i].exchange.fd = -1;
	f->in_flight = fetch;
	f->in_flight_count++;
	stats_count(&f->stats->fetches);
	return fetch;
}

/* Returns false if there is no room. */
static bool fetch_make_room(struct fetcher *f, const struct want *want)
{
	struct fetch *yielding = fetch_giving_way(f, want);

	if (!yielding)
		return false;
	if (fetch_is_idle(yielding))
		fetch_finish(f, yielding);
	else
		fetch_give_up(f, yielding);
	return true;
}

static bool fetch_has_kept(const struct fetch *fetch)
{
	for (unsigned i = 0; i < FETCH_OPEN; i++) {
		if (fetch->open[i].is_kept)
			return true;
	}
	return false;
}

/* The gate wants what was asked ahead. The response is read in the next turn, because the gate that
 * learns from it is at work now. */
static void fetch_wake(struct fetch *fetch, uint64_t now_ms)
{
	if (!fetch->is_ahead)
		return;
	fetch->is_ahead = false;
	fetch->begun_ms = now_ms;
	fetch->is_woken = fetch_has_kept(fetch);
	if (fetch->is_woken || fetch->is_listening)
		fetch->deadline_ms = now_ms;
}

bool fetcher_want(struct fetcher *f, const struct want *want, const struct sockaddr_storage *server,
        struct parked *parked, uint64_t now_ms)
{
	struct fetch *fetch = fetch_find(f, want, server);
	bool is_new = !fetch;

	if (is_new && !f->free && !fetch_make_room(f, want))
		return false;
	if (is_new)
		fetch = fetch_begin(f, want, server, false, now_ms);
	else
		fetch_wake(fetch, now_ms);
	if (parked)
		parked_move(parked, &fetch->waiting);
	if (is_new)
		fetch_try_again(f, fetch, now_ms);
	return true;
}

void fetcher_want_soon(struct fetcher *f, const struct want *want,
        const struct sockaddr_storage *server, uint64_t now_ms)
{
	bool is_unable = f->resolver_count == 0 && servers_is_unable(&f->servers, server, now_ms);

	if (is_unable || f->in_flight_count >= FETCHES_AHEAD || fetch_find(f, want, server))
		return;
	stats_count(&f->stats->fetches_ahead);
	fetch_try_again(f, fetch_begin(f, want, server, true, now_ms), now_ms);
}

uint32_t fetcher_round_trip_ms(
        const struct fetcher *f, const struct sockaddr_storage *server, uint64_t now_ms)
{
	uint32_t slowest_ms = 0;

	if (f->resolver_count == 0)
		return round_trip_smoothed_ms(&f->round_trips, server, now_ms);
	for (unsigned i = 0; i < f->resolver_count; i++) {
		uint32_t ms = round_trip_smoothed_ms(&f->round_trips, &f->resolvers[i], now_ms);
		if (ms > slowest_ms)
			slowest_ms = ms;
	}
	return slowest_ms;
}

const struct fetch *fetcher_find_waiting(const struct fetcher *f, const struct parked *parked)
{
	const struct fetch *fetch = f->in_flight;

	while (fetch && &fetch->waiting != parked->list)
		fetch = fetch->next;
	return fetch;
}

/* ---- Time ---- */

static void fetch_read_kept(struct fetcher *f, struct fetch *fetch, uint64_t now_ms)
{
	fetch->is_woken = fetch->is_listening = false;
	fetch->deadline_ms = now_ms + round_trip_wait_ms(&f->round_trips, &fetch->asked, now_ms);
	for (unsigned i = 0; i < FETCH_OPEN && fetch->is_in_flight; i++) {
		struct fetch_try *try = &fetch->open[i];
		if (!try->is_kept)
			continue;
		try->is_kept = false;
		exchange_wake(&try->exchange);
		fetch_try_ready(f, fetch, try, now_ms);
	}
}

static void fetch_time_out(struct fetcher *f, struct fetch *fetch, uint64_t now_ms)
{
	struct fetch_try *try = fetch_try_newest(fetch);

	if (fetch->is_listening && fetch->begun_ms + FETCH_LIFE_MS <= now_ms) {
		fetch_conclude(f, fetch);
		return;
	}
	if (!fetch->is_listening)
		stats_count(&f->stats->fetch_timeouts);
	if (fetch->is_listening || !fetch_try_is_open(try)) {
		fetch->is_listening = false;
		fetch_try_again(f, fetch, now_ms);
		return;
	}
	if (try->carrier == CARRIER_TCP) {
		fetch_without_tcp(f, fetch, try, now_ms);
		return;
	}
	if (try->carrier == CARRIER_LARGE)
		round_trip_forget_no_tcp(&f->round_trips, &try->asked);
	if (try->mismatches == 0)
		round_trip_silent(&f->round_trips, &try->asked, try->sent_ms, now_ms);
	fetch_try_again(f, fetch, now_ms);
}

void fetcher_expire(struct fetcher *f, uint64_t now_ms)
{
	struct fetch *next;

	for (struct fetch *fetch = f->in_flight; fetch; fetch = next) {
		next = fetch->next;
		if (fetch->deadline_ms > now_ms)
			continue;
		if (fetch->is_woken)
			fetch_read_kept(f, fetch, now_ms);
		else
			fetch_time_out(f, fetch, now_ms);
	}
}

uint64_t fetcher_deadline_ms(const struct fetcher *f)
{
	uint64_t nearest = UINT64_MAX;

	for (const struct fetch *fetch = f->in_flight; fetch; fetch = fetch->next) {
		if (fetch->deadline_ms < nearest)
			nearest = fetch->deadline_ms;
	}
	return nearest;
}
