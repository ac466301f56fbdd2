/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS messages in a stream of octets, each preceded by its length in two octets (RFC 1035, 4.2.2).
 *
 * After a gap in the stream, the start of the next message is unknown. It is guessed to be the next
 * octet received, because senders mostly start a segment with a message. A guessed message is kept
 * while it looks like a message, and handed on only if it parses to its last octet. */
#ifndef WIRE_FRAMING_H
#define WIRE_FRAMING_H

#include "base/cursor.h"

#define FRAMING_PREFIX_SIZE 2
#define FRAMING_HEADER_SIZE 12 /* the header of a DNS message */

/* A partly received message. Zero the struct to begin at a known start of a message. */
struct framing {
	uint8_t prefix[FRAMING_PREFIX_SIZE];
	uint8_t prefix_len;
	bool is_guess;
	size_t have;      /* octets of `message` received so far */
	uint8_t *message; /* on the heap, as long as the prefix says; NULL until needed */
};

/* Receives each complete message, which may be shorter than a DNS header. The span is valid until
 * the handler returns. */
typedef void framing_handler(void *context, struct span message);

/* Takes the octets of the next segment. Returns false if a guessed message turns out not to be one:
 * its octets and the rest of these are dropped, and the next octets are a guess again. Also returns
 * false if there is no memory to keep the octets. */
bool framing_take(struct framing *f, struct span octets, framing_handler *handle, void *context);

/* Like framing_take(), but stops after one message and leaves the rest in `c`. The octets must
 * follow those taken last. */
bool framing_take_one(struct framing *f, struct cursor *c, framing_handler *handle, void *context);

/* True if a message was received in part. */
bool framing_has_begun(const struct framing *f);

/* Drops the partly received message, if any. The next octets are a guess. */
void framing_restart(struct framing *f);

/* Returns the number of octets on the heap. */
size_t framing_held(const struct framing *f);

void framing_fini(struct framing *f);

#endif
