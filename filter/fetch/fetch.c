/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fetch/fetch.h"

#include <errno.h>
#include <stdlib.h>

#include "dnssec/limits.h"

int fetcher_init(struct fetcher *f, int epoll_fd, const struct fetch_sources *sources,
        struct stats *stats, struct fetch_owner owner)
{
	*f = (struct fetcher){ .epoll_fd = epoll_fd,
		.resolvers = sources->resolvers,
		.resolver_count = sources->resolver_count,
		.stats = stats,
		.owner = owner };
	int error = servers_init(&f->servers, sources->hints, sources->hint_count);
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

void fetcher_fini(struct fetcher *f)
{
	for (struct fetch *fetch = f->in_flight; fetch; fetch = fetch->next) {
		exchange_end(&fetch->exchange);
		free(fetch->useless);
		free(fetch->walk);
	}
	servers_fini(&f->servers);
	free(f->buffer);
	free(f->rrs);
	free(f->slots);
	*f = (struct fetcher){ 0 };
}

/* Returns the server of this try: each try asks the next resolver, in case one is slow or dead. */
static const struct sockaddr_storage *fetch_server(
        const struct fetcher *f, const struct fetch *fetch)
{
	if (f->resolver_count == 0)
		return &fetch->server;
	return &f->resolvers[(fetch->tries - 1) % f->resolver_count];
}

/* Sends the query of a try, or of a walk. The caller bounds their number. */
static bool fetch_ask(struct fetcher *f, struct fetch *fetch, uint16_t flags)
{
	fetch->mismatches = 0;
	stats_count(&f->stats->fetch_tries);
	if (exchange_begin_udp(&fetch->exchange, f->epoll_fd, fetch, &fetch->asked,
	            &fetch->question, flags) == 0)
		return true;
	exchange_end(&fetch->exchange);
	return false;
}

/* Returns false if no try is left, or if none could be sent. */
static bool fetch_begin_try(struct fetcher *f, struct fetch *fetch, uint64_t now_ms)
{
	while (fetch->tries < FETCH_TRIES) {
		fetch->deadline_ms = now_ms + ((uint64_t)FETCH_UDP_MS << fetch->tries);
		fetch->tries++;
		fetch->question = fetch->want;
		fetch->asked = *fetch_server(f, fetch);
		if (fetch_ask(f, fetch, EXCHANGE_FLAGS))
			return true;
	}
	return false;
}

/* True once the server has failed, or at once if it failed recently. */
static bool fetch_may_walk(const struct fetcher *f, const struct fetch *fetch, uint64_t now_ms)
{
	if (f->resolver_count > 0 || f->servers.hint_count == 0 || fetch->has_walked ||
	        f->shut_in_until_ms > now_ms)
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
}

/* Sends the next query of the walk, or begins a walk. Returns false if there is no query to send. */
static bool fetch_walk_on(struct fetcher *f, struct fetch *fetch, uint64_t now_ms)
{
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
	fetch->deadline_ms = now_ms + FETCH_UDP_MS;
	while (walk_next(fetch->walk, &fetch->question, &fetch->asked, now_ms)) {
		if (fetch_ask(f, fetch, 0))
			return true;
		walk_unsent(fetch->walk);
	}
	fetch_end_walk(f, fetch, now_ms);
	return false;
}

static void fetch_finish(struct fetcher *f, struct fetch *fetch)
{
	struct fetch **link = &f->in_flight;

	exchange_end(&fetch->exchange);
	free(fetch->useless);
	free(fetch->walk);
	fetch->useless = NULL;
	fetch->walk = NULL;
	f->owner.over(f->owner.context, &fetch->waiting);
	while (*link != fetch)
		link = &(*link)->next;
	*link = fetch->next;
	fetch->next = f->free;
	f->free = fetch;
}

static void fetch_give_up(struct fetcher *f, struct fetch *fetch)
{
	stats_count(&f->stats->fetch_failures);
	f->owner.failed(f->owner.context, fetch);
	fetch_finish(f, fetch);
}

static void fetch_try_again(struct fetcher *f, struct fetch *fetch, uint64_t now_ms)
{
	exchange_end(&fetch->exchange);
	if (fetch_walk_on(f, fetch, now_ms) || fetch_begin_try(f, fetch, now_ms) ||
	        fetch_walk_on(f, fetch, now_ms)) /* a walk may become possible after the last try */
		return;
	if (fetch->useless && f->owner.learn(f->owner.context, fetch,
	                              span_of(fetch->useless, fetch->useless_len), true))
		fetch_finish(f, fetch);
	else
		fetch_give_up(f, fetch);
}

static void fetch_over_tcp(struct fetcher *f, struct fetch *fetch, uint64_t now_ms)
{
	stats_count(&f->stats->fetch_tcp);
	exchange_end(&fetch->exchange);
	fetch->deadline_ms = now_ms + FETCH_TCP_MS;
	if (exchange_begin_tcp(&fetch->exchange, f->epoll_fd, fetch, &fetch->asked,
	            &fetch->question, fetch->walk ? 0 : EXCHANGE_FLAGS) < 0)
		fetch_try_again(f, fetch, now_ms);
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

/* Returns the family of a name: a hash of its parent. If two families have one hash by chance, they
 * count as one. */
static uint32_t fetch_family(const struct name *name)
{
	struct name above;

	name_parent(name, &above);
	return name_quick_hash(&above);
}

static unsigned fetch_count_family(const struct fetcher *f, uint32_t family)
{
	unsigned count = 0;

	for (const struct fetch *fetch = f->in_flight; fetch; fetch = fetch->next)
		count += fetch->family == family;
	return count;
}

/* Gives up the oldest fetch of the largest family. Returns false if `want` belongs to that family.
 * Quadratic, but in at most FETCHES_MAX fetches. */
static bool fetch_make_room(struct fetcher *f, const struct want *want)
{
	struct fetch *greedy = NULL;
	unsigned most = 0;

	for (struct fetch *fetch = f->in_flight; fetch; fetch = fetch->next) {
		unsigned count = fetch_count_family(f, fetch->family);
		if (count >= most) { /* the list begins with the newest */
			most = count;
			greedy = fetch;
		}
	}
	if (!greedy || greedy->family == fetch_family(&want->name))
		return false;
	fetch_give_up(f, greedy);
	return true;
}

static void fetch_wait_for(struct parked *parked, struct fetch *fetch)
{
	if (parked)
		parked_move(parked, &fetch->waiting);
}

bool fetcher_want(struct fetcher *f, const struct want *want, const struct sockaddr_storage *server,
        struct parked *parked, uint64_t now_ms)
{
	struct fetch *fetch = fetch_find(f, want, server);

	if (fetch) {
		fetch_wait_for(parked, fetch);
		return true;
	}
	if (!f->free && !fetch_make_room(f, want))
		return false;
	fetch = f->free;
	f->free = fetch->next;
	*fetch = (struct fetch){ .watched = WATCHED_FETCH,
		.next = f->in_flight,
		.want = *want,
		.family = fetch_family(&want->name),
		.server = *server,
		.exchange.fd = -1 };
	f->in_flight = fetch;
	stats_count(&f->stats->fetches);
	fetch_wait_for(parked, fetch);
	fetch_try_again(f, fetch, now_ms);
	return true;
}

static void fetch_keep_useless(struct fetch *fetch, struct span answer)
{
	uint8_t *copy = realloc(fetch->useless, answer.len);

	if (!copy)
		return; /* then it counts as no response */
	memcpy(copy, answer.base, answer.len);
	fetch->useless = copy;
	fetch->useless_len = answer.len;
}

/* A spoofer must answer before the server does, so the true response gets a moment to follow on the
 * same socket. Over TCP no other response follows. */
static void fetch_wait_for_better(struct fetcher *f, struct fetch *fetch, uint64_t now_ms)
{
	if (fetch->exchange.over_tcp || ++fetch->mismatches == FETCH_MISMATCHES)
		fetch_try_again(f, fetch, now_ms);
	else if (fetch->deadline_ms > now_ms + FETCH_GRACE_MS)
		fetch->deadline_ms = now_ms + FETCH_GRACE_MS;
}

/* The responses have used up their budget of work: makes no further try. */
static void fetch_end_tries(struct fetcher *f, struct fetch *fetch, uint64_t now_ms)
{
	free(fetch->walk);
	fetch->walk = NULL;
	fetch->has_walked = true;
	fetch->tries = FETCH_TRIES;
	fetch_try_again(f, fetch, now_ms);
}

static void fetch_learn(struct fetcher *f, struct fetch *fetch, struct span answer, uint64_t now_ms)
{
	if (f->owner.learn(f->owner.context, fetch, answer, false)) {
		if (fetch->walk)
			servers_note_unable(&f->servers, &fetch->server, now_ms);
		fetch_finish(f, fetch);
		return;
	}
	fetch_keep_useless(fetch, answer);
	if (fetch->work > LIMIT_WORK_ALL)
		fetch_end_tries(f, fetch, now_ms);
	else
		fetch_wait_for_better(f, fetch, now_ms);
}

static void fetch_take_answer(
        struct fetcher *f, struct fetch *fetch, struct span answer, uint64_t now_ms)
{
	struct message m;
	enum walk_step step = WALK_THERE;

	if (fetch->walk)
		step = message_parse(&m, answer, f->rrs, MESSAGE_RRS_MAX)
		               ? walk_take(fetch->walk, &m, now_ms)
		               : WALK_NOWHERE;
	switch (step) {
	case WALK_ON:
		fetch_try_again(f, fetch, now_ms);
		break;
	case WALK_THERE:
		fetch_learn(f, fetch, answer, now_ms);
		break;
	case WALK_NOWHERE:
		fetch_wait_for_better(f, fetch, now_ms);
		break;
	}
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
			fetch_try_again(f, fetch, now_ms);
		break;
	case EXCHANGE_TRUNCATED:
		fetch_over_tcp(f, fetch, now_ms);
		break;
	case EXCHANGE_ANSWERED:
		fetch_take_answer(f, fetch, answer, now_ms);
		break;
	case EXCHANGE_FAILED:
		fetch_try_again(f, fetch, now_ms);
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
		fetch_try_again(f, fetch, now_ms);
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
