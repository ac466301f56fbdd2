/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "path/fetch.h"

#include <errno.h>
#include <stdlib.h>

#include "dnssec/limits.h"

int fetcher_init(struct fetcher *f, int epoll_fd, const struct sockaddr_storage *resolvers,
        unsigned resolver_count, struct stats *stats, struct fetch_owner owner)
{
	*f = (struct fetcher){ .epoll_fd = epoll_fd,
		.resolvers = resolvers,
		.resolver_count = resolver_count,
		.stats = stats,
		.owner = owner };
	f->buffer = malloc(EXCHANGE_ANSWER_MAX);
	f->slots = calloc(FETCHES_MAX, sizeof(*f->slots));
	if (!f->buffer || !f->slots) {
		fetcher_fini(f);
		return -ENOMEM;
	}
	for (unsigned i = 0; i < FETCHES_MAX; i++) {
		f->slots[i].next = f->free;
		f->free = &f->slots[i];
	}
	return 0;
}

void fetcher_fini(struct fetcher *f)
{
	for (struct fetch *fetch = f->in_flight; fetch; fetch = fetch->next) {
		exchange_end(&fetch->exchange);
		free(fetch->useless);
	}
	free(f->buffer);
	free(f->slots);
	*f = (struct fetcher){ 0 };
}

/* A slow or dead resolver is left for the next one in the list at each try. */
static const struct sockaddr_storage *server_of(const struct fetcher *f, const struct fetch *fetch)
{
	if (f->resolver_count == 0)
		return &fetch->server;
	return &f->resolvers[(fetch->tries - 1) % f->resolver_count];
}

/* Returns false when there is no try left, or none that could so much as be sent. */
static bool begin_try(struct fetcher *f, struct fetch *fetch, uint64_t now_ms)
{
	while (fetch->tries < FETCH_TRIES) {
		fetch->deadline_ms = now_ms + ((uint64_t)FETCH_UDP_MS << fetch->tries);
		fetch->mismatches = 0;
		fetch->tries++;
		stats_count(&f->stats->fetch_tries);
		if (exchange_begin_udp(&fetch->exchange, f->epoll_fd, fetch, server_of(f, fetch),
		            &fetch->want) == 0)
			return true;
		exchange_end(&fetch->exchange);
	}
	return false;
}

static void finish(struct fetcher *f, struct fetch *fetch)
{
	struct fetch **link = &f->in_flight;

	exchange_end(&fetch->exchange);
	free(fetch->useless);
	fetch->useless = NULL;
	f->owner.over(f->owner.context, &fetch->waiting);
	while (*link != fetch)
		link = &(*link)->next;
	*link = fetch->next;
	fetch->next = f->free;
	f->free = fetch;
}

static void give_up(struct fetcher *f, struct fetch *fetch)
{
	stats_count(&f->stats->fetch_failures);
	f->owner.failed(f->owner.context, fetch);
	finish(f, fetch);
}

static void try_again(struct fetcher *f, struct fetch *fetch, uint64_t now_ms)
{
	exchange_end(&fetch->exchange);
	if (begin_try(f, fetch, now_ms))
		return;
	if (fetch->useless && f->owner.learn(f->owner.context, fetch,
	                              span_of(fetch->useless, fetch->useless_len), true))
		finish(f, fetch);
	else
		give_up(f, fetch);
}

static void go_on_over_tcp(struct fetcher *f, struct fetch *fetch, uint64_t now_ms)
{
	stats_count(&f->stats->fetch_tcp);
	exchange_end(&fetch->exchange);
	fetch->deadline_ms = now_ms + FETCH_TCP_MS;
	if (exchange_begin_tcp(
	            &fetch->exchange, f->epoll_fd, fetch, server_of(f, fetch), &fetch->want) < 0)
		try_again(f, fetch, now_ms);
}

static struct fetch *find(
        const struct fetcher *f, const struct want *want, const struct sockaddr_storage *server)
{
	struct fetch *fetch = f->in_flight;

	while (fetch && !(want_equal(&fetch->want, want) &&
	                        (f->resolver_count > 0 ||
	                                memcmp(&fetch->server, server, sizeof(*server)) == 0)))
		fetch = fetch->next;
	return fetch;
}

/* Names right below one name share it. Two that share it by chance only share a fate. */
static uint32_t family_of(const struct name *name)
{
	struct name above;

	name_parent(name, &above);
	return name_quick_hash(&above);
}

static unsigned count_family(const struct fetcher *f, uint32_t family)
{
	unsigned count = 0;

	for (const struct fetch *fetch = f->in_flight; fetch; fetch = fetch->next)
		count += fetch->family == family;
	return count;
}

/* Gives up the oldest fetch of the greediest zone, unless that is the zone of `want`. What is in
 * flight is bounded, and so is this. */
static bool make_room(struct fetcher *f, const struct want *want)
{
	struct fetch *greedy = NULL;
	unsigned most = 0;

	for (struct fetch *fetch = f->in_flight; fetch; fetch = fetch->next) {
		unsigned count = count_family(f, fetch->family);
		if (count >= most) { /* the list begins with the newest */
			most = count;
			greedy = fetch;
		}
	}
	if (!greedy || greedy->family == family_of(&want->name))
		return false;
	give_up(f, greedy);
	return true;
}

bool fetcher_want(struct fetcher *f, const struct want *want, const struct sockaddr_storage *server,
        struct parked *parked, uint64_t now_ms)
{
	struct fetch *fetch = find(f, want, server);

	if (fetch) {
		parked_move(parked, &fetch->waiting);
		return true;
	}
	if (!f->free && !make_room(f, want))
		return false;
	fetch = f->free;
	f->free = fetch->next;
	*fetch = (struct fetch){ .watched = WATCHED_FETCH,
		.next = f->in_flight,
		.want = *want,
		.family = family_of(&want->name),
		.server = *server,
		.exchange.fd = -1 };
	f->in_flight = fetch;
	stats_count(&f->stats->fetches);
	parked_move(parked, &fetch->waiting);
	try_again(f, fetch, now_ms);
	return true;
}

static void keep_useless(struct fetch *fetch, struct span answer)
{
	uint8_t *copy = realloc(fetch->useless, answer.len);

	if (!copy)
		return; /* then it counts as no answer */
	memcpy(copy, answer.base, answer.len);
	fetch->useless = copy;
	fetch->useless_len = answer.len;
}

/* Whoever forges must answer first, so the true answer gets a moment to follow on the same socket.
 * Over TCP there is no other answer. */
static void learn(struct fetcher *f, struct fetch *fetch, struct span answer, uint64_t now_ms)
{
	if (f->owner.learn(f->owner.context, fetch, answer, false)) {
		finish(f, fetch);
		return;
	}
	keep_useless(fetch, answer);
	bool is_spent = fetch->verifications > LIMIT_VERIFICATIONS_ALL;
	if (is_spent)
		fetch->tries = FETCH_TRIES; /* whoever sends these has had all that we give */
	if (is_spent || fetch->exchange.over_tcp || ++fetch->mismatches == FETCH_MISMATCHES)
		try_again(f, fetch, now_ms);
	else if (fetch->deadline_ms > now_ms + FETCH_GRACE_MS)
		fetch->deadline_ms = now_ms + FETCH_GRACE_MS;
}

void fetcher_ready(struct fetcher *f, struct fetch *fetch, uint64_t now_ms)
{
	struct span answer;

	switch (exchange_ready(&fetch->exchange, f->buffer, &answer)) {
	case EXCHANGE_WAITING:
		break;
	case EXCHANGE_MISMATCHED:
		stats_count(&f->stats->fetch_mismatched);
		if (++fetch->mismatches == FETCH_MISMATCHES)
			try_again(f, fetch, now_ms);
		break;
	case EXCHANGE_TRUNCATED:
		go_on_over_tcp(f, fetch, now_ms);
		break;
	case EXCHANGE_ANSWERED:
		learn(f, fetch, answer, now_ms);
		break;
	case EXCHANGE_FAILED:
		try_again(f, fetch, now_ms);
		break;
	}
}

void fetcher_expire(struct fetcher *f, uint64_t now_ms)
{
	struct fetch *next;

	for (struct fetch *fetch = f->in_flight; fetch; fetch = next) {
		next = fetch->next;
		if (fetch->deadline_ms > now_ms)
			continue;
		stats_count(&f->stats->fetch_timeouts);
		try_again(f, fetch, now_ms);
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
