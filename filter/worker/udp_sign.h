/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The signer's trade: queries that come to a server go on in a form that it can bear, what it says
 * goes back signed. A query never waits for another one, so nothing is parked and nothing fetched.
 *
 * What is signed can be shown to anybody, for as long as the signature lives. So nothing is signed
 * but what came from a server that is signed for, in answer to a query that was seen going to it,
 * and by the interface by which that one left: the client could answer itself otherwise. */
#ifndef WORKER_UDP_SIGN_H
#define WORKER_UDP_SIGN_H

#include "worker/datagram.h"
#include "worker/worker_private.h"

/* Makes the worker a signer. Returns 0 or -ENOMEM. */
int signing_init(struct worker *w);

/* Gives a query or a response its verdict. */
void signing_datagram(struct worker *w, const struct datagram *d, bool is_query);

/* Reads a query, counts it, fills `asked`, and sets `sent` to what is to go on in its place: the
 * octets themselves where it passes, or what is in the worker's buffer. What passes has
 * `asked->client.passes_unjudged`; so does all where `peers` is NULL, for a server that is not ours.
 * SIGN_QUERY_MALFORMED must not go on. */
enum sign_query signing_take(struct worker *w, struct span octets, const struct sign_peers *peers,
        bool is_stream, struct signer_query *asked, struct span *sent);

/* True when `response` answers what the server was asked for a query that signing_take() read. */
bool signing_matches(const struct message *response, const struct signer_query *asked);

/* Makes what the client gets of a response that was parsed, in the worker's buffer, counts it, and
 * logs what could not be signed. */
void signing_make(struct worker *w, const struct signer_query *asked,
        const struct sign_peers *peers, const struct message *response, bool is_stream,
        struct sign_result *result);

#endif
