/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS messages that wait to be sent to one side of a connection, each after its length (RFC 1035,
 * 4.2.2). Zero it to begin with. */
#ifndef WORKER_OUTBOX_H
#define WORKER_OUTBOX_H

#include "base/span.h"

struct outbox {
	uint8_t *octets; /* from the heap; NULL if nothing waits */
	size_t len, sent;
};

static inline bool outbox_is_empty(const struct outbox *o)
{
	return o->len == 0;
}

/* Copies a message of at most 65535 octets to the end. Returns false if memory is short. */
bool outbox_add(struct outbox *o, struct span message);

/* Copies octets to the end as they are. At least one. Returns false if memory is short. */
bool outbox_add_octets(struct outbox *o, struct span octets);

/* Sends as much as `fd` takes without waiting. Returns 0, or -errno if the connection is broken. */
int outbox_send(struct outbox *o, int fd);

/* Sends each message as a datagram, without its length. A datagram that the kernel has no room for
 * is lost, as datagrams may be. Returns 0, or -errno if the server cannot be reached. */
int outbox_send_datagrams(struct outbox *o, int fd);

void outbox_fini(struct outbox *o);

#endif
