/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fetch/reask.h"

#include <stdlib.h>

#include "base/sockaddr.h"
#include "base/writer.h"

int reasks_init(struct reasks *all)
{
	for (unsigned i = 0; i < REASKS_MAX; i++)
		all->slots[i] = (struct reask){ .watched = WATCHED_REASK, .exchange.fd = -1 };
	return share_init(&all->clients, REASKS_MAX);
}

static void reask_end(struct reasks *all, struct reask *reask)
{
	struct parked *parked = reask->waiting.first;

	exchange_end(&reask->exchange);
	reask->is_asked = reask->has_error = false;
	share_give(&all->clients, reask->client);
	if (!parked)
		return;
	parked->waits_for = REASK_NOT;
	parked_move(parked, all->over);
}

void reasks_fini(struct reasks *all)
{
	for (unsigned i = 0; i < REASKS_MAX; i++) {
		if (all->slots[i].is_asked)
			exchange_end(&all->slots[i].exchange);
	}
}

/* A question for whose answer no response waits any more gives way: a slow server may keep it open
 * for longer than a response waits. */
static struct reask *reasks_free_slot(struct reasks *all)
{
	struct reask *idle = NULL;

	for (unsigned i = 0; i < REASKS_MAX; i++) {
		if (!all->slots[i].is_asked)
			return &all->slots[i];
		if (!all->slots[i].waiting.first)
			idle = &all->slots[i];
	}
	if (idle)
		reask_end(all, idle);
	return idle;
}

/* Returns the first resolver at another address than `server`, or NULL. */
static const struct sockaddr_storage *another_resolver(
        const struct reasks *all, const struct sockaddr_storage *server)
{
	struct span address = sockaddr_octets(server);

	for (unsigned i = 0; i < all->resolver_count; i++) {
		if (!span_equal(sockaddr_octets(&all->resolvers[i]), address))
			return &all->resolvers[i];
	}
	return NULL;
}

/* Returns the resolver that is asked in this try, or NULL if the client's server is. */
static const struct sockaddr_storage *resolver_of_try(
        const struct reasks *all, const struct reask *reask)
{
	const struct parked *parked = reask->waiting.first;

	/* a reload may have removed the last resolver meanwhile: then the client's server is
	 * asked */
	if (reask->how == REASK_SIGNED && all->resolver_count > 0)
		return &all->resolvers[(reask->tries - 1) % all->resolver_count];
	return reask->how == REASK_ONCE_MORE && parked->may_ask_elsewhere
	               ? another_resolver(all, &parked->server)
	               : NULL;
}

/* Sends the query. A resolver gets CD, because it may validate, and must not refuse data that
 * sealgate judges. */
static int reask_begin(struct reasks *all, struct reask *reask, bool over_tcp)
{
	const struct parked *parked = reask->waiting.first;
	const struct sockaddr_storage *resolver = resolver_of_try(all, reask);
	struct exchange_asking asking = { .asked = &parked->asked,
		.flags = parked->asked.flags & (FLAG_RD | FLAG_CD),
		.is_plain = reask->how == REASK_PLAINLY || reask->how == REASK_MADE ||
		            (reask->how == REASK_LETTERS && parked->asked.sent_plain),
		.over_tcp = over_tcp,
		.is_large = reask->is_large };

	if (resolver)
		asking.flags = FLAG_RD | FLAG_CD;
	return exchange_begin_asked(&reask->exchange, all->epoll_fd, reask,
	        resolver ? resolver : &parked->server, &asking);
}

/* What makes sealgate ask barely, or once more, may be forged. So it costs the server one query. */
static unsigned reask_tries(enum reask_how how)
{
	return how == REASK_PLAINLY || how == REASK_SIGNED ? REASK_TRIES : 1;
}

/* A client that asks over TCP may have no other way to the server. */
static bool is_over_tcp(const struct reask *reask)
{
	bool was_over_tcp = reask->waiting.first->question != NULL;

	return (reask->how == REASK_WHOLE && !reask->is_large) ||
	       ((reask->how == REASK_ONCE_MORE || reask->how == REASK_BARELY) && was_over_tcp);
}

/* Adds what a slow server needs: as long as it took for the response that waits; over TCP twice. */
static uint64_t reask_wait_ms(const struct reask *reask, uint64_t wait_ms, bool over_tcp)
{
	const struct parked *parked = reask->waiting.first;

	return wait_ms + (parked ? (over_tcp ? 2 : 1) * (uint64_t)parked->took_ms : 0);
}

/* Returns false if no try is left. */
static bool reask_begin_try(struct reasks *all, struct reask *reask, uint64_t now_ms)
{
	unsigned tries = reask_tries(reask->how);

	while (reask->waiting.first && reask->tries < tries) {
		exchange_end(&reask->exchange);
		reask->tries++;
		bool over_tcp = is_over_tcp(reask);
		reask->deadline_ms = now_ms + reask_wait_ms(reask, REASK_WAIT_MS / tries, over_tcp);
		reask->was_large = reask->was_large || reask->is_large;
		reask->was_over_tcp = reask->was_over_tcp || over_tcp;
		if (reask->is_large)
			stats_count(&all->stats->whole_large);
		int error = reask_begin(all, reask, over_tcp);
		if (error == 0)
			return true;
		if (exchange_is_short(error))
			stats_count(&all->stats->sockets_short);
	}
	exchange_end(&reask->exchange);
	return false;
}

static uint64_t *reask_counter(struct stats *stats, enum reask_how how)
{
	switch (how) {
	case REASK_WHOLE:
		return &stats->wholes;
	case REASK_PLAINLY:
	case REASK_MADE:
		return &stats->plain_asked;
	case REASK_ONCE_MORE:
		return &stats->once_more_asked;
	case REASK_BARELY:
		return &stats->bare_asked;
	case REASK_LETTERS:
		return &stats->letters_asked;
	case REASK_DO:
		return &stats->monitor_asked;
	case REASK_SIGNED:
	case REASK_NOT:
		break;
	}
	return &stats->signed_asked;
}

bool reasks_want(struct reasks *all, struct parked *parked, enum reask_how how, uint64_t now_ms)
{
	struct sharer client = share_of_address(&all->clients, parked_client(parked));
	struct reask *reask = reasks_free_slot(all);

	if (!reask || (parked->reasked & how) || (how == REASK_SIGNED && all->resolver_count == 0))
		return false;
	if (share_is_taken(&all->clients, client)) {
		stats_count(&all->stats->reask_share);
		return false;
	}
	parked->reasked |= how;
	reask->how = how;
	reask->tries = 0;
	reask->was_large = reask->was_over_tcp = false;
	reask->is_large = how == REASK_WHOLE &&
	                  round_trip_has_no_tcp(all->round_trips, &parked->server, now_ms);
	parked_move(parked, &reask->waiting);
	if (!reask_begin_try(all, reask, now_ms)) {
		parked_unlist(parked);
		return false;
	}
	stats_count(reask_counter(all->stats, how));
	reask->is_asked = true;
	reask->client = client;
	share_take(&all->clients, client);
	parked->waits_for = how;
	parked_wait_until(parked, now_ms + reask_wait_ms(reask, REASK_LIFE_MS, true));
	return true;
}

/* Returns the response on the heap, where one over TCP is already; NULL if memory is short. */
static uint8_t *reask_take_answer(struct reask *reask, struct span answer)
{
	uint8_t *octets;

	if (reask->exchange.over_tcp)
		return exchange_take_answer(&reask->exchange);
	octets = malloc(answer.len);
	if (octets)
		memcpy(octets, answer.base, answer.len);
	return octets;
}

/* Stores the response with the parked one. It gets the id of the client's query. */
static void reask_keep(struct reask *reask, struct span answer)
{
	struct parked *parked = reask->waiting.first;
	uint8_t *octets = parked ? reask_take_answer(reask, answer) : NULL;

	if (!octets)
		return;
	put_u16(octets, parked->asked.id);
	parked->came_by = reask->how;
	if (reask->how == REASK_SIGNED || reask->how == REASK_ONCE_MORE || reask->how == REASK_DO) {
		free(parked->proof);
		parked->proof = octets;
		parked->proof_len = answer.len;
	} else {
		/* An attacker who forges fragments adds records of unsigned zones, which no
		 * signature protects. Nobody misses the additional section of an answer. */
		size_t len =
		        reask->is_large ? message_drop_additional(octets, answer.len) : answer.len;
		parked_replace(parked, octets, len);
		parked->is_large = reask->is_large;
		parked->has_other_letters = reask->exchange.has_other_letters;
	}
}

static void reask_note_no_tcp(struct reasks *all, const struct parked *parked, uint64_t now_ms)
{
	round_trip_note_no_tcp(all->round_trips, &parked->server, now_ms);
	if (all->no_tcp)
		all->no_tcp(all->context, parked);
}

/* Asks for the whole answer by the other carrier, once: over UDP if TCP failed; or over TCP if UDP
 * failed, because TCP may work again, and an attacker may have forged the truncated response. */
static bool reask_by_other_carrier(struct reasks *all, struct reask *reask, uint64_t now_ms)
{
	const struct parked *parked = reask->waiting.first;
	bool was_large = reask->is_large;

	if (reask->how != REASK_WHOLE || !parked)
		return false;
	if (was_large)
		round_trip_forget_no_tcp(all->round_trips, &parked->server);
	else
		reask_note_no_tcp(all, parked, now_ms);
	if (was_large ? reask->was_over_tcp : reask->was_large)
		return false;
	reask->is_large = !was_large;
	reask->tries = 0;
	return reask_begin_try(all, reask, now_ms);
}

static void reask_fail(struct reasks *all, struct reask *reask, uint64_t now_ms)
{
	if (reask->has_error) {
		reask_end(all, reask);
		return;
	}
	if (reask_begin_try(all, reask, now_ms) || reask_by_other_carrier(all, reask, now_ms))
		return;
	stats_count(reask->how == REASK_WHOLE ? &all->stats->whole_failures
	                                      : &all->stats->reask_failures);
	reask_end(all, reask);
}

static void reask_over_tcp(struct reasks *all, struct reask *reask, uint64_t now_ms)
{
	exchange_end(&reask->exchange);
	reask->deadline_ms = now_ms + reask_wait_ms(reask, REASK_WAIT_MS, true);
	if (!reask->waiting.first || reask_begin(all, reask, true) < 0)
		reask_fail(all, reask, now_ms);
}

static bool is_error(struct span message)
{
	struct cursor c = cursor_at(message, 2);
	uint16_t rcode = cursor_u16(&c) & RCODE_MASK;

	return rcode != RCODE_NOERROR && rcode != RCODE_NXDOMAIN;
}

static void reask_take(struct reasks *all, struct reask *reask, struct span answer, uint64_t now_ms)
{
	bool waits = reask->how == REASK_BARELY && !reask->exchange.over_tcp && is_error(answer);

	if (waits && reask->has_error)
		return;
	reask_keep(reask, answer);
	if (!waits) {
		reask_end(all, reask);
		return;
	}
	reask->has_error = true;
	reask->deadline_ms = now_ms + REASK_GRACE_MS;
}

void reasks_ready(struct reasks *all, struct reask *reask, uint64_t now_ms)
{
	struct span answer;

	if (!reask->is_asked) /* it ended in this turn */
		return;
	switch (exchange_ready(&reask->exchange, all->buffer, &answer)) {
	case EXCHANGE_WAITING:
	case EXCHANGE_MISMATCHED:
		break;
	case EXCHANGE_ANSWERED:
		reask_take(all, reask, answer, now_ms);
		break;
	case EXCHANGE_TRUNCATED:
		if (reask->is_large)
			reask_fail(all, reask, now_ms);
		else
			reask_over_tcp(all, reask, now_ms);
		break;
	case EXCHANGE_FAILED:
		reask_fail(all, reask, now_ms);
		break;
	}
}

void reasks_expire(struct reasks *all, uint64_t now_ms)
{
	for (unsigned i = 0; i < REASKS_MAX; i++) {
		struct reask *reask = &all->slots[i];
		if (reask->is_asked && reask->deadline_ms <= now_ms)
			reask_fail(all, reask, now_ms);
	}
}

uint64_t reasks_deadline_ms(const struct reasks *all)
{
	uint64_t nearest = UINT64_MAX;

	for (unsigned i = 0; i < REASKS_MAX; i++) {
		const struct reask *reask = &all->slots[i];
		if (reask->is_asked && reask->deadline_ms < nearest)
			nearest = reask->deadline_ms;
	}
	return nearest;
}
