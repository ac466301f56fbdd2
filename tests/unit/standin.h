/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A carrier that carries nothing: it notes what it is told to do with a response. */
#ifndef TESTS_STANDIN_H
#define TESTS_STANDIN_H

#include "worker/arrival.h"

/* What the carrier was told. */
enum fate { WAITS, CAME, OTHER, SERVFAIL, HELD_BACK, DROPPED };

static const char *const fates[] __attribute__((unused)) = { "waits", "delivered as it came",
	"delivered otherwise", "SERVFAIL", "held back", "dropped" };

struct standin {
	struct arrival arrival; /* comes first: the carrier is given this */
	struct parked parked;   /* where the response waits; the test frees what is in it */
	bool has_no_room, holds_nothing_back, held_as_error;
	enum fate fate;
	unsigned asked_by; /* bits of enum reask_how */
	unsigned ends;     /* how often the carrier ended the response */
	uint8_t delivered[65535];
	size_t delivered_len;
};

static inline void standin_end(struct arrival *a, enum fate fate)
{
	struct standin *s = (struct standin *)a;

	s->fate = fate;
	s->ends++;
}

static inline void standin_deliver(struct arrival *a, struct span octets)
{
	struct standin *s = (struct standin *)a;
	bool is_servfail =
	        (octets.base[3] & RCODE_MASK) == RCODE_SERVFAIL && !span_equal(octets, a->message);

	memcpy(s->delivered, octets.base, octets.len);
	s->delivered_len = octets.len;
	standin_end(a, is_servfail ? SERVFAIL : span_equal(octets, a->message) ? CAME : OTHER);
}

static inline void standin_drop(struct arrival *a)
{
	standin_end(a, DROPPED);
}

static inline bool standin_hold(struct arrival *a, bool is_error)
{
	((struct standin *)a)->held_as_error = is_error;
	if (((struct standin *)a)->holds_nothing_back)
		return false;
	standin_end(a, HELD_BACK);
	return true;
}

static inline bool standin_park(struct arrival *a)
{
	struct standin *s = (struct standin *)a;

	if (s->has_no_room)
		return false;
	a->parked = &s->parked;
	return true;
}

static inline bool standin_ask(struct arrival *a, enum reask_how how)
{
	struct standin *s = (struct standin *)a;
	bool is_first = !(s->asked_by & how);

	s->asked_by |= how;
	return is_first;
}

static const struct carrier stand_in = { standin_deliver, standin_drop, standin_hold, standin_park,
	standin_ask, NULL };

#endif
