/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The errors that servers gave, and that no better response followed while they were held back
 * (grace.h). The client gets such an error at once the next time, for KNOWN_ERROR_MS.
 *
 * An attacker who forges an error gains nothing here unless the genuine response stays away for the
 * whole grace: then the client has lost its answer anyhow. Afterwards forged errors of this RCODE
 * to this question, or after KNOWN_ERROR_ROW of them to all questions to this server, win their
 * race without a wait, until the time is over or the server is heard giving an answer. Then an
 * error is held back again, and the genuine response that follows it clears the memory. */
#ifndef FLOW_KNOWN_ERRORS_H
#define FLOW_KNOWN_ERRORS_H

#include <sys/socket.h>

#include "base/keyedhash.h"
#include "gate/client_query.h"

/* A client may fill the questions with errors of a broken zone of its own: each error that was held
 * back in vain replaces another one. That lets nothing pass. An error that was forgotten is held
 * back once more, for the quarter of a grace, which is what each error costs that is not known. */
#define KNOWN_ERRORS    1024 /* questions; a newer one may replace an older one */
#define KNOWN_ERROR_MS  10000
#define KNOWN_ERROR_ROW 4 /* errors in a row, and no answer: the server gives nothing else */
#define FAILING_SERVERS 8 /* servers whose rows are counted; a new one replaces the oldest */

/* An error: what was asked, the server, and its RCODE. */
struct given_error {
	const struct sockaddr_storage *server;
	const struct client_query *asked;
	unsigned rcode;
};

struct known_errors {
	struct hash_key key;
	struct known_error {
		uint64_t hash; /* of server, RCODE and question */
		uint64_t until_ms;
	} questions[KNOWN_ERRORS];
	struct failing_server {
		uint8_t address[16]; /* IPv4: the rest is zero */
		unsigned rcode, row; /* row 0: the slot is free */
		uint64_t until_ms;
	} servers[FAILING_SERVERS];
	unsigned failing; /* servers with a row */
};

/* Draws the key of the hash. Returns 0 or a negative errno. */
int known_errors_init(struct known_errors *k);

/* True if the error need not be held back. */
bool known_errors_has(struct known_errors *k, const struct given_error *error, uint64_t now_ms);

/* Notes an error that was held back, and that no better response followed. */
void known_errors_note(struct known_errors *k, const struct given_error *error, uint64_t now_ms);

/* Forgets an error that a better response followed. */
void known_errors_refute(struct known_errors *k, const struct given_error *error);

/* Forgets all errors. */
void known_errors_forget(struct known_errors *k);

/* Ends the row of a server that gave an answer. */
void known_errors_end_row(struct known_errors *k, const struct sockaddr_storage *server);

/* To be called for each answer that goes to a client: what known_errors_end_row() does. */
static inline void known_errors_answered(
        struct known_errors *k, const struct sockaddr_storage *server)
{
	if (k->failing > 0)
		known_errors_end_row(k, server);
}

#endif
