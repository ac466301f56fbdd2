/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fetch/fetch_take.h"

#include <stdlib.h>

#include "dnssec/limits.h"
#include "fetch/fetch_steps.h"

/* ---- Truncated responses ---- */

/* Asks the same again by another carrier. */
static void fetch_carry(struct fetcher *f, struct fetch *fetch, const struct fetch_try *try,
        enum fetch_carrier carrier, uint64_t now_ms)
{
	const struct want question = try->question;
	struct fetch_query query = { &question, try->asked, try->place, carrier };
	uint64_t wait_ms = round_trip_wait_ms(&f->round_trips, &query.server, now_ms);

	if (carrier == CARRIER_TCP && wait_ms > ROUND_TRIP_FIRST_MS) /* two round trips */
		wait_ms = FETCH_TCP_MS + 2 * wait_ms;
	else if (carrier == CARRIER_TCP)
		wait_ms = FETCH_TCP_MS;
	fetch->deadline_ms = now_ms + wait_ms;
	fetch->is_listening = false;
	if (!fetch_try_send(f, fetch, &query, now_ms))
		fetch_try_again(f, fetch, now_ms);
}

void fetch_without_tcp(
        struct fetcher *f, struct fetch *fetch, struct fetch_try *try, uint64_t now_ms)
{
	bool was_cut = try->was_cut;

	try->was_cut = true;
	if (was_cut || fetch_try_has_strayed(fetch, try)) {
		fetch_end_try(f, fetch, try, now_ms);
		return;
	}
	fetch->asked = try->asked;
	round_trip_note_no_tcp(&f->round_trips, &try->asked, now_ms);
	if (f->owner.no_tcp)
		f->owner.no_tcp(f->owner.context, fetch);
	fetch_carry(f, fetch, try, CARRIER_LARGE, now_ms);
}

/* The socket stays open: the truncated response may be forged. */
static void fetch_was_cut(
        struct fetcher *f, struct fetch *fetch, struct fetch_try *try, uint64_t now_ms)
{
	bool was_cut = try->was_cut;

	try->was_cut = true;
	if (was_cut) {
		return;
	} else if (fetch_try_has_strayed(fetch, try)) {
		fetch_try_close(try);
	} else if (try->carrier == CARRIER_LARGE) {
		round_trip_forget_no_tcp(&f->round_trips, &try->asked);
		fetch_end_try(f, fetch, try, now_ms);
	} else if (round_trip_has_no_tcp(&f->round_trips, &try->asked, now_ms)) {
		fetch_carry(f, fetch, try, CARRIER_LARGE, now_ms);
	} else {
		fetch_carry(f, fetch, try, CARRIER_TCP, now_ms);
	}
}

/* ---- Responses ---- */

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
 * same socket, or the time that the server mostly takes. Over TCP no other response follows. */
static void fetch_wait_for_better(
        struct fetcher *f, struct fetch *fetch, struct fetch_try *try, uint64_t now_ms)
{
	uint64_t grace_ms = round_trip_smoothed_ms(&f->round_trips, &try->asked, now_ms);

	if (grace_ms < FETCH_GRACE_MS)
		grace_ms = FETCH_GRACE_MS;
	try->came_ms = 0;
	if (try->carrier == CARRIER_TCP || ++try->mismatches == FETCH_MISMATCHES)
		fetch_end_try(f, fetch, try, now_ms);
	else if (fetch->deadline_ms > now_ms + grace_ms)
		fetch->deadline_ms = now_ms + grace_ms;
}

static void fetch_note_round_trip(struct fetcher *f, const struct fetch_try *try)
{
	if (try->carrier != CARRIER_TCP)
		round_trip_note(&f->round_trips, &try->asked,
		        (uint32_t)(try->came_ms - try->sent_ms), try->came_ms);
}

static void fetch_learn(struct fetcher *f, struct fetch *fetch, struct fetch_try *try,
        struct span answer, uint64_t now_ms)
{
	fetch->asked = try->asked;
	if (f->owner.learn(f->owner.context, fetch, answer, false)) {
		fetch_note_round_trip(f, try);
		if (try->place)
			servers_note_unable(&f->servers, &fetch->server, now_ms);
		fetch_finish(f, fetch);
		return;
	}
	fetch_keep_useless(fetch, answer);
	if (fetch->work > LIMIT_WORK_ALL)
		fetch_conclude(f, fetch); /* the budget for its responses is used up */
	else
		fetch_wait_for_better(f, fetch, try, now_ms);
}

static enum walk_step fetch_walk_step(
        struct fetcher *f, struct fetch *fetch, struct span answer, uint64_t now_ms)
{
	struct message m;

	return message_parse(&m, answer, f->rrs, MESSAGE_RRS_MAX)
	               ? walk_take(fetch->walk, &m, now_ms)
	               : WALK_NOWHERE;
}

static void fetch_take_answer(struct fetcher *f, struct fetch *fetch, struct fetch_try *try,
        struct span answer, uint64_t now_ms)
{
	if (fetch_try_has_strayed(fetch, try)) {
		fetch_try_close(try);
		return;
	}
	switch (try->place ? fetch_walk_step(f, fetch, answer, now_ms) : WALK_THERE) {
	case WALK_ON:
		fetch_note_round_trip(f, try);
		fetch_try_again(f, fetch, now_ms);
		break;
	case WALK_THERE:
		fetch_learn(f, fetch, try, answer, now_ms);
		break;
	case WALK_NOWHERE:
		fetch_wait_for_better(f, fetch, try, now_ms);
		break;
	}
}

/* Leaves the response where it is until the gate wants it. */
static void fetch_keep(struct fetch *fetch, struct fetch_try *try)
{
	try->is_kept = true;
	exchange_rest(&try->exchange);
	fetch->is_listening = true;
	fetch->deadline_ms = fetch->begun_ms + FETCH_LIFE_MS;
}

void fetch_try_ready(struct fetcher *f, struct fetch *fetch, struct fetch_try *try, uint64_t now_ms)
{
	struct span answer;

	switch (fetch->is_ahead ? exchange_look(&try->exchange, f->buffer, &answer)
	                        : exchange_ready(&try->exchange, f->buffer, &answer)) {
	case EXCHANGE_WAITING:
		break;
	case EXCHANGE_MISMATCHED:
		stats_count(&f->stats->fetch_mismatched);
		if (++try->mismatches == FETCH_MISMATCHES)
			fetch_end_try(f, fetch, try, now_ms);
		break;
	case EXCHANGE_TRUNCATED:
		fetch_was_cut(f, fetch, try, now_ms);
		break;
	case EXCHANGE_ANSWERED:
		if (try->came_ms == 0)
			try->came_ms = now_ms;
		if (fetch->is_ahead)
			fetch_keep(fetch, try);
		else
			fetch_take_answer(f, fetch, try, answer, now_ms);
		break;
	case EXCHANGE_FAILED:
		if (try->carrier == CARRIER_TCP) {
			exchange_end(&try->exchange);
			fetch_without_tcp(f, fetch, try, now_ms);
		} else {
			fetch_end_try(f, fetch, try, now_ms);
		}
		break;
	}
}
