/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long the servers take that sealgate asks for keys, and whether they give TCP. The first
 * decides when a query is repeated, as RFC 6298 does for TCP: from a smoothed round trip (SRTT) and
 * its variation (RTTVAR). A repeated query has a socket and an id of its own, so each response
 * belongs to one query, and Karn's rule (RFC 6298, 3) has nothing to leave out. The table has a
 * fixed size: a server takes the place of the one among ROUND_TRIP_WAYS that was heard of least
 * recently. A server whose entry was replaced is unknown again.
 *
 * An attacker who answers first cannot make sealgate impatient: a response counts only if something
 * was learned from it, and no wait is below ROUND_TRIP_FIRST_MS, which an unknown server gets too.
 * An attacker who delays or stops responses can raise a wait to ROUND_TRIP_MOST_MS; then a lost
 * query is repeated that late, and no response is lost by it. */
#ifndef FETCH_ROUND_TRIP_H
#define FETCH_ROUND_TRIP_H

#include <stdbool.h>
#include <sys/socket.h>

#include "base/keyedhash.h"

#define ROUND_TRIPS         256 /* servers; a power of two */
#define ROUND_TRIP_WAYS     8 /* entries that a server may have; no fewer than a machine's resolvers */
#define ROUND_TRIP_FIRST_MS 400  /* the wait for an unknown server, and the shortest one */
#define ROUND_TRIP_MOST_MS  2500 /* the longest wait */

#define ROUND_TRIP_KEPT_MS   600000 /* after this time without news a server is unknown again */
#define ROUND_TRIP_NO_TCP_MS 600000 /* how long a server counts as giving no TCP */

struct round_trip {
	uint64_t who; /* a keyed hash of the server's address; 0: nobody */
	uint32_t smoothed_ms, variation_ms;
	unsigned doublings; /* of the wait, since the last response */
	bool is_measured;   /* by a response that taught something */
	uint64_t heard_ms;  /* when the last response or silence was noted */
	uint64_t no_tcp_until_ms;
};

struct round_trips {
	struct hash_key key;
	struct round_trip servers[ROUND_TRIPS];
};

/* Returns 0 or a negative errno. */
int round_trips_init(struct round_trips *all);

/* Returns how long to wait for a response of the server before the query is repeated. */
uint32_t round_trip_wait_ms(
        const struct round_trips *all, const struct sockaddr_storage *server, uint64_t now_ms);

/* Returns the smoothed round trip; 0 if it is not known. */
uint32_t round_trip_smoothed_ms(
        const struct round_trips *all, const struct sockaddr_storage *server, uint64_t now_ms);

/* Notes that a response came `took_ms` after its query. */
void round_trip_note(struct round_trips *all, const struct sockaddr_storage *server,
        uint32_t took_ms, uint64_t now_ms);

/* Notes a first guess, which holds until a response was measured: how long the server took to
 * answer a client. */
void round_trip_guess(struct round_trips *all, const struct sockaddr_storage *server,
        uint32_t took_ms, uint64_t now_ms);

/* Notes that a query of `sent_ms` was not answered in time: doubles the wait (RFC 6298, 5.5), once
 * for all queries that were in flight then. */
void round_trip_silent(struct round_trips *all, const struct sockaddr_storage *server,
        uint64_t sent_ms, uint64_t now_ms);

/* Note that the server gave no TCP, or that nothing came of the query that was sent instead; and
 * tell whether TCP need not be tried. */
void round_trip_note_no_tcp(
        struct round_trips *all, const struct sockaddr_storage *server, uint64_t now_ms);
void round_trip_forget_no_tcp(struct round_trips *all, const struct sockaddr_storage *server);
bool round_trip_has_no_tcp(
        const struct round_trips *all, const struct sockaddr_storage *server, uint64_t now_ms);

#endif
