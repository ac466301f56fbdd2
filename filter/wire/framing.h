/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS messages in a stream of octets, each behind its length in two octets (RFC 1035, 4.2.2).
 *
 * Where octets are missing before it, nobody knows where a message begins. Then its begin is a
 * guess: senders mostly begin a segment with one. It is taken for one as long as it looks like one,
 * and handed on only when it parses to its last octet. */
#ifndef WIRE_FRAMING_H
#define WIRE_FRAMING_H

#include "base/cursor.h"

#define FRAMING_PREFIX_SIZE 2
#define FRAMING_HEADER_SIZE 12 /* of a DNS message */

/* A message that has begun. Zero it to begin where a message is known to begin. */
struct framing {
	uint8_t prefix[FRAMING_PREFIX_SIZE];
	uint8_t prefix_len;
	bool is_guess;
	size_t have;      /* octets of `message` */
	uint8_t *message; /* from the heap, as long as the prefix says; NULL until one is needed */
};

/* Gets each complete message, which may be shorter than a DNS header. The span is valid until it
 * returns. */
typedef void framing_handler(void *context, struct span message);

/* Takes the next octets: those of one segment. Returns false when a message was guessed to begin
 * and none did: then what there was of it and these octets are dropped, and the next ones are a
 * guess again. Also false when there is no memory to hold them. */
bool framing_take(struct framing *f, struct span octets, framing_handler *handle, void *context);

/* The same up to the end of one message: what follows it is left in `c`. For octets that begin
 * where the last ones ended. */
bool framing_take_one(struct framing *f, struct cursor *c, framing_handler *handle, void *context);

/* True when a message has begun that is not complete. */
bool framing_has_begun(const struct framing *f);

/* Drops the message that has begun, if any. The next octets are a guess. */
void framing_restart(struct framing *f);

/* Octets on the heap. */
size_t framing_held(const struct framing *f);

void framing_fini(struct framing *f);

#endif
