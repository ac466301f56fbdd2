/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A response on its way to the client. Judging it, waiting for keys and settling it do not depend
 * on how the response came: as a packet in the queue, or as a message on a connection. The carrier
 * does what depends on that. Nothing here knows a queue, a connection or a socket. Private to
 * worker/. */
#ifndef WORKER_ARRIVAL_H
#define WORKER_ARRIVAL_H

#include <sys/socket.h>

#include "flow/park.h"
#include "flow/stats.h"
#include "gate/gate.h"
#include "gate/query.h"
#include "worker/once_more.h"
#include "worker/turn.h"

struct arrival;
struct gates;
struct report;
struct server_fallback;
struct worker_config;

struct carrier {
	/* Sends `octets` to the client, which may be the arrival's own message. The question is
	 * answered by that. */
	void (*deliver)(struct arrival *a, struct span octets);

	/* Sends the client nothing. */
	void (*drop)(struct arrival *a);

	/* Holds the response back while a better one may still come. Drops it if another doubtful
	 * response is held back already, or if the true one may be among those that wait. Returns
	 * false if the response is to be settled now. An error waits less long than a response that
	 * is refused; see flow/grace.h. */
	bool (*hold_back)(struct arrival *a, bool is_error);

	/* Copies the response to where it waits, into `a->parked`. Returns false if there is no
	 * room. */
	bool (*park)(struct arrival *a);

	/* Returns false if the question was asked again in this way before, for this response or
	 * another one. An attacker who sees a query can send many responses to it. */
	bool (*may_ask)(struct arrival *a, enum reask_how how);

	/* NULL for a response that the client has not got. Otherwise the arrival is the copy of a
	 * response that has passed (monitor.h): this takes what would have become of the response,
	 * and of the others only park() and may_ask() are called. */
	void (*observe)(struct arrival *a, const struct gate_result *result);
};

struct arrival {
	const struct carrier *carrier;
	const struct client_query *asked;
	struct span message;
	struct sockaddr_storage server; /* that sent the response */
	struct span client;             /* an address, of 4 or 16 octets; borrowed */
	/* What is judged in place of `message` if that is not proved; length 0 for nothing:
	 * - the truncated response that came first, if `message` is the whole answer and came over UDP,
	 *   perhaps in fragments. Off the path an attacker can forge all fragments but the first, so the
	 *   client gets that answer only if it is Secure;
	 * - the proved denial, if `message` has what a DNS64 made up (worker/withheld.h), or a forger. */
	struct span instead;
	struct parked *parked;     /* where the response waits; NULL before it has waited */
	bool is_changed;           /* `message` is not what the server sent any more */
	bool is_doubted_by_client; /* the client may refuse it, and go on listening */
	bool is_last;              /* nothing better can follow */
	bool may_not_wait;         /* the response has waited as long as it may */
	bool is_bare;              /* the query that the server got did not ask for signatures */
	bool is_unconfirmed; /* an error that the same question without options could not confirm */
};

/* Asks servers for what a response needs. */
struct asker {
	void *context;

	/* Fetches what the gate wants: `parked` waits for it, or no response does (NULL). `server`
	 * is the one that the client asked. Returns false if too much is being fetched. */
	bool (*fetch)(void *context, const struct want *want, const struct sockaddr_storage *server,
	        struct parked *parked);

	/* Asks the client's question again while `parked` waits; see reasks_want(). */
	bool (*ask_again)(void *context, struct parked *parked, enum reask_how how);

	/* Asks for what the gate will probably want soon; see fetcher_want_soon(). */
	void (*fetch_soon)(
	        void *context, const struct want *want, const struct sockaddr_storage *server);

	/* Logs what `parked` has waited for in vain, and fills in `late`. Returns false if that was
	 * nothing to be fetched. */
	bool (*tell_late)(void *context, const struct parked *parked, struct want *late);
};

/* What treating responses needs. */
struct arrivals {
	/* Borrowed; set before arrivals_init(): */
	const struct worker_config *config;
	const struct turn *turn;
	struct stats *stats;
	struct report *report;
	struct gates *gates;
	struct server_fallback *fallback;
	struct asker asker;

	struct once_more once_more;
	struct parked_list clockless; /* responses that wait until the clock is set */

	/* Messages that are written: by the gate, and by the gate that ignores dates. */
	uint8_t *octets, *dateless_octets;
	/* The response and the signatures that are added to it; NULL if nothing is ever added: no
	 * resolver gives signatures, there is no NAT64 (worker/withheld.h), and nothing is
	 * monitored. */
	struct rr *response_rrs, *proof_rrs;
};

/* Takes memory. Returns 0 or a negative errno; arrivals_fini() in both cases. */
int arrivals_init(struct arrivals *all);
void arrivals_fini(struct arrivals *all);

/* Treats a response that has just come, and was parsed to `response`: does what was done with one
 * like it before, or judges it. `octets` are the response or a copy of it, and may be changed. */
void arrival_take(
        struct arrivals *all, struct arrival *a, const struct message *response, uint8_t *octets);

/* Treats a response to a query of a kind that is not judged; see gate/exempt.h. A client that
 * checks for itself gets what the server sent, without an AD that was not checked. A message that
 * is signed as a whole stays as it is (RFC 8945, 5.3); one that should be signed and is not is
 * judged. */
void arrival_pass_unjudged(struct arrivals *all, struct arrival *a, enum query_kind kind,
        const struct message *response);

/* Asks the server again because the letters of the response's question are not the client's; the
 * response waits, and what the server answers takes its place. Drops the response if that cannot
 * be. */
void arrival_doubt_letters(struct arrivals *all, struct arrival *a);

/* True if the question was asked again in one of these ways (enum reask_how). */
static inline bool arrival_was_reasked(const struct arrival *a, unsigned hows)
{
	return a->parked && (a->parked->reasked & hows);
}

/* Has the carrier park the response, and counts it. Returns false if there is no room. */
static inline bool arrival_park(struct arrivals *all, struct arrival *a)
{
	if (!a->carrier->park(a))
		return false;
	stats_count(&all->stats->parked);
	return true;
}

/* Judges a response that has waited; or refuses it if what it waited for did not come `in_time`. */
void arrival_again(struct arrivals *all, struct arrival *a, bool in_time);

/* Learns from a response that has just come whether its server supports EDNS, before anything else
 * is done with the response. Returns true if the arrival is taken: the server rejects EDNS, and is
 * asked again without. */
bool arrival_asks_again(struct arrivals *all, struct arrival *a, const struct message *response);

#endif
