/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS messages that wait to be sent on a connection, each behind its length (RFC 1035, 4.2.2). Zero
 * it to begin with. */
#ifndef WORKER_OUTBOX_H
#define WORKER_OUTBOX_H

#include "base/span.h"

struct outbox {
	uint8_t *octets; /* from the heap, NULL when nothing waits */
	size_t len, sent;
};

static inline bool outbox_is_empty(const struct outbox *o)
{
	return o->len == 0;
}

/* Copies a message of at most 65535 octets to the end. Returns false when there is no memory. */
bool outbox_add(struct outbox *o, struct span message);

/* Sends what `fd` takes at once. Returns 0, or -errno when the connection is broken. */
int outbox_send(struct outbox *o, int fd);

void outbox_fini(struct outbox *o);

#endif
