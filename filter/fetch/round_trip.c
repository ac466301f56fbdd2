/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fetch/round_trip.h"

#include "base/least.h"

#define MOST_DOUBLINGS 8
#define MOST_TOOK_MS   60000 /* so that no sum overflows */

int round_trips_init(struct round_trips *all)
{
	*all = (struct round_trips){ 0 };
	return hash_key_draw(&all->key);
}

static uint64_t who_is(const struct round_trips *all, const struct sockaddr_storage *server)
{
	uint64_t who = keyed_hash(&all->key, span_of(server, sizeof(*server)));

	return who ? who : 1;
}

/* Returns the index of the first of the ROUND_TRIP_WAYS entries that the server may have. */
static unsigned first_way(uint64_t who)
{
	return (unsigned)(who % (ROUND_TRIPS / ROUND_TRIP_WAYS)) * ROUND_TRIP_WAYS;
}

/* Returns the entry, or NULL if there is none or it is too old. */
static const struct round_trip *find_server(
        const struct round_trips *all, const struct sockaddr_storage *server, uint64_t now_ms)
{
	uint64_t who = who_is(all, server);
	unsigned first = first_way(who);

	for (unsigned i = first; i < first + ROUND_TRIP_WAYS; i++) {
		const struct round_trip *t = &all->servers[i];
		if (t->who == who)
			return now_ms - t->heard_ms < ROUND_TRIP_KEPT_MS ? t : NULL;
	}
	return NULL;
}

/* Returns the server's entry, made in place of the least recent one if there is none. */
static struct round_trip *take_server(
        struct round_trips *all, const struct sockaddr_storage *server, uint64_t now_ms)
{
	uint64_t who = who_is(all, server);
	unsigned first = first_way(who);
	struct round_trip *taken = &all->servers[first];

	for (unsigned i = first; i < first + ROUND_TRIP_WAYS && taken->who != who; i++) {
		if (all->servers[i].who == who || all->servers[i].heard_ms < taken->heard_ms)
			taken = &all->servers[i];
	}
	if (!find_server(all, server, now_ms))
		*taken = (struct round_trip){ .who = who };
	return taken;
}

/* RFC 6298, 2: SRTT + 4 RTTVAR, within bounds, doubled for each silence. */
static uint32_t wait_of(const struct round_trip *t)
{
	uint64_t wait_ms = t->smoothed_ms + 4 * (uint64_t)t->variation_ms;

	if (wait_ms < ROUND_TRIP_FIRST_MS)
		wait_ms = ROUND_TRIP_FIRST_MS;
	return (uint32_t)least(wait_ms << t->doublings, ROUND_TRIP_MOST_MS);
}

uint32_t round_trip_wait_ms(
        const struct round_trips *all, const struct sockaddr_storage *server, uint64_t now_ms)
{
	const struct round_trip *t = find_server(all, server, now_ms);

	return t ? wait_of(t) : ROUND_TRIP_FIRST_MS;
}

uint32_t round_trip_smoothed_ms(
        const struct round_trips *all, const struct sockaddr_storage *server, uint64_t now_ms)
{
	const struct round_trip *t = find_server(all, server, now_ms);

	return t ? t->smoothed_ms : 0;
}

void round_trip_note(struct round_trips *all, const struct sockaddr_storage *server,
        uint32_t took_ms, uint64_t now_ms)
{
	struct round_trip *t = take_server(all, server, now_ms);
	uint32_t took = (uint32_t)least(took_ms, MOST_TOOK_MS);

	if (t->is_measured) {
		uint32_t off =
		        took > t->smoothed_ms ? took - t->smoothed_ms : t->smoothed_ms - took;
		t->variation_ms = (3 * t->variation_ms + off) / 4;
		t->smoothed_ms = (7 * t->smoothed_ms + took) / 8;
	} else {
		t->variation_ms = took / 2;
		t->smoothed_ms = took;
	}
	t->is_measured = true;
	t->doublings = 0;
	t->heard_ms = now_ms;
}

/* Keys may come sooner or later than the response to the client did, so half as much is added. */
void round_trip_guess(struct round_trips *all, const struct sockaddr_storage *server,
        uint32_t took_ms, uint64_t now_ms)
{
	struct round_trip *t = take_server(all, server, now_ms);

	if (t->is_measured)
		return;
	t->smoothed_ms = (uint32_t)least(took_ms, MOST_TOOK_MS);
	t->variation_ms = t->smoothed_ms / 8;
	t->heard_ms = now_ms;
}

/* If the last news is younger than the query, the query was in flight together with another one
 * that was counted, or was lost while the server answers. */
void round_trip_silent(struct round_trips *all, const struct sockaddr_storage *server,
        uint64_t sent_ms, uint64_t now_ms)
{
	struct round_trip *t = take_server(all, server, now_ms);

	if (sent_ms < t->heard_ms)
		return;
	if (t->doublings < MOST_DOUBLINGS)
		t->doublings++;
	t->heard_ms = now_ms;
}

void round_trip_note_no_tcp(
        struct round_trips *all, const struct sockaddr_storage *server, uint64_t now_ms)
{
	struct round_trip *t = take_server(all, server, now_ms);

	t->no_tcp_until_ms = now_ms + ROUND_TRIP_NO_TCP_MS;
	t->heard_ms = now_ms;
}

void round_trip_forget_no_tcp(struct round_trips *all, const struct sockaddr_storage *server)
{
	uint64_t who = who_is(all, server);
	unsigned first = first_way(who);

	for (unsigned i = first; i < first + ROUND_TRIP_WAYS; i++) {
		if (all->servers[i].who == who)
			all->servers[i].no_tcp_until_ms = 0;
	}
}

bool round_trip_has_no_tcp(
        const struct round_trips *all, const struct sockaddr_storage *server, uint64_t now_ms)
{
	const struct round_trip *t = find_server(all, server, now_ms);

	return t && t->no_tcp_until_ms > now_ms;
}
