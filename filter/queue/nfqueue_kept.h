/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The notes that a worker leaves to its successor about its two queues, in memory that outlives the
 * process (worker/kept.h), and is written as packets come. Its layout never changes: another
 * version of sealgate may read it.
 *
 * It is against a packet that kills: packets that wait when a process dies come to the queue again,
 * so without a memory one packet could kill each successor. Packets that waited at two deaths in a
 * row are dropped. */
#ifndef QUEUE_NFQUEUE_KEPT_H
#define QUEUE_NFQUEUE_KEPT_H

#include <stdint.h>

enum nfqueue_suspects {
	SUSPECTS_NONE,
	/* packets that waited at a death came again, and are not all handed over yet */
	SUSPECTS_UNREAD,
	SUSPECTS_KNOWN, /* they have ids up to `suspects_to` */
};

/* Of one queue. Ids are as in struct queued. */
struct nfqueue_kept_lane {
	uint64_t newest; /* the packet that was handed over last; 0 for none */
	uint64_t suspects_to;
	uint64_t suspects; /* enum nfqueue_suspects */
};

struct nfqueue_kept {
	struct nfqueue_kept_lane responses, queries;
	uint64_t has_ended; /* 1: the process ended in order. 0: it lives, or has died */
};

#endif
