/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Octets on port 53 that are no DNS message, or none that has a place there. They are counted by
 * kind, and an operator reads of each sender once an hour, so that a client which gets no answer is
 * understood. What follows the end of a message is cut off, and the message goes on. Private to
 * worker/. */
#ifndef WORKER_ODDITY_H
#define WORKER_ODDITY_H

#include "flow/stats.h"
#include "wire/message.h"
#include "worker/turn.h"

/* Senders of which a line was written, and how long ago that is remembered. If there are more in
 * that time, no line is written of them: an attacker may forge any number of addresses, and the log
 * must not grow by them. The counters count them all the same. */
#define ODD_SENDERS    64
#define ODD_SENDERS_MS 3600000

struct oddities {
	const struct turn *turn; /* borrowed, as `stats` is */
	struct stats *stats;
	struct odd_sender {
		uint8_t address[16]; /* IPv4: the rest is zero */
		uint64_t until_ms;   /* 0: free */
	} senders[ODD_SENDERS];
};

/* Addresses of 4 or 16 octets. */
struct odd_way {
	struct span sender, receiver;
};

/* Counts octets that came from the sender for port 53, or from port 53, of the receiver, and logs
 * them. */
void oddity_note(struct oddities *o, struct span octets, const struct odd_way *way);

/* Logs, and does not count, a query with more than one question, which is answered by FORMERR. */
void oddity_note_questions(struct oddities *o, const struct odd_way *way);

/* Notes the octets that follow the message, if any do. */
static inline void oddity_note_trailing(
        struct oddities *o, struct span octets, const struct message *m, const struct odd_way *way)
{
	if (m->octets.len < octets.len)
		oddity_note(o, octets, way);
}

#endif
