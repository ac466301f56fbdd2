/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The signer's trade, over UDP and TCP: a query to a server goes on in a form that the server
 * supports, its response goes back signed. A query never waits for another one, so nothing is
 * parked and nothing fetched. Private to worker/.
 *
 * A signature can be shown to anybody as long as it lives. So nothing is signed unless it came from
 * a server that is signed for, in answer to a query that was seen going there, and by the interface
 * by which that query left: otherwise a client could answer its own query. */
#ifndef WORKER_SIGN_TRADE_H
#define WORKER_SIGN_TRADE_H

#include "base/log.h"
#include "flow/stats.h"
#include "sign/signer.h"
#include "worker/scratch.h"
#include "worker/turn.h"

struct oddities;
struct refusals;
struct worker_config;

struct sign_trade {
	/* Borrowed; set before sign_trade_init(): */
	const struct worker_config *config;
	const struct turn *turn;
	struct stats *stats;
	struct crypto *crypto;
	struct oddities *oddities;
	struct refusals *refusals; /* NULL: none are remembered */

	struct signer *signer; /* NULL before sign_trade_init(): the worker validates */
	struct scratch queries, responses;
	struct log_limit log_unsigned;
};

/* Takes memory. Returns 0 or -ENOMEM; sign_trade_fini() in both cases. */
int sign_trade_init(struct sign_trade *t);
void sign_trade_fini(struct sign_trade *t);

/* Reads a query, counts it, fills `asked`, and sets `sent` to what is to go on: the octets
 * themselves, without what follows their end, if the query passes, or a query in `queries`. A query
 * that passes has `asked->client.passes_unjudged`, and so has every query if `peers` is NULL, which
 * stands for a server that is not signed for. The caller must not send on a
 * SIGN_QUERY_MALFORMED. */
enum sign_query sign_trade_query(struct sign_trade *t, struct span octets,
        const struct sign_peers *peers, bool is_stream, struct signer_query *asked,
        struct span *sent);

/* Answers a query that needs no server, counts both, and sets `answer`, which lies in `responses`.
 * Returns false if the server must be asked, or must get the query as it came: then nothing was
 * counted. `peers` as above. */
bool sign_trade_at_once(struct sign_trade *t, struct span octets, const struct sign_peers *peers,
        bool is_stream, struct span *answer);

/* Parses a response into `responses`. Octets after its end are left out of `response->octets`.
 * Returns false and counts the response if it is malformed. */
bool sign_trade_parse_response(struct sign_trade *t, struct span octets,
        const struct sign_peers *peers, struct message *response);

/* True if `response` answers what the server was asked for a query that sign_trade_query() read. */
bool sign_trade_matches(const struct message *response, const struct signer_query *asked);

/* Says what the client gets for a response that was parsed, in `responses`, counts it, and logs a
 * response that could not be signed. */
struct sign_result sign_trade_response(struct sign_trade *t, const struct signer_query *asked,
        const struct sign_peers *peers, const struct message *response, bool is_stream);

/* Tells the signer that the server did not answer in time. */
void sign_trade_unanswered(struct sign_trade *t, const struct signer_query *asked,
        const struct sign_peers *peers, bool is_stream);

/* Makes a few signatures that will be needed soon. To be called after all verdicts of a turn. */
void sign_trade_renew(struct sign_trade *t);

#endif
