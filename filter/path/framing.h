/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS messages in a stream of octets, each behind its length in two octets (RFC 1035, 4.2.2). */
#ifndef PATH_FRAMING_H
#define PATH_FRAMING_H

#include "base/span.h"

#define FRAMING_PREFIX_SIZE 2

/* A message that has begun. Zero it to begin at a message; see also framing_restart(). */
struct framing {
	uint8_t prefix[FRAMING_PREFIX_SIZE];
	uint8_t prefix_len;
	bool is_guess;    /* that a message begins here: it must look like one */
	size_t have;      /* octets of `message` */
	uint8_t *message; /* from the heap, as long as the prefix says; NULL until one is needed */
};

/* Called for each complete message, of at least 0 octets; the span is valid until it returns. */
typedef void framing_handler(void *context, struct span message);

/* Takes the next octets. Returns false when that was a guess and no message begins here: then they
 * are dropped, and the next ones are again a guess. Also false when there is no memory. */
bool framing_take(struct framing *f, struct span octets, framing_handler *handle, void *context);

/* Drops a message that has begun; the next octets are a guess. */
void framing_restart(struct framing *f);

/* Octets that it has on the heap. */
size_t framing_held(const struct framing *f);

void framing_fini(struct framing *f);

#endif
