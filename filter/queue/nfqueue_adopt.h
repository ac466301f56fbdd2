/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes over the queues of a process that has ended. The kernel ties a queue to a netlink socket,
 * and not to a process: while anyone holds the socket, the queue stays, and packets wait in it.
 * Private to queue/. */
#ifndef QUEUE_NFQUEUE_ADOPT_H
#define QUEUE_NFQUEUE_ADOPT_H

#include "queue/nfqueue.h"

/* Takes the socket of `before` into `q`. Returns 0, or a negative errno if it is no such socket;
 * then it is closed. */
int nfqueue_adopt_socket(struct nfqueue *q, const struct nfqueue_before *before);

/* Has all packets that wait for a verdict come to the queues again. The predecessor may have read
 * any of them. To be called after both queues have been configured; messages that were read since
 * the socket was taken may be thrown away. Returns 0 or a negative errno. */
int nfqueue_repeat_waiting(struct nfqueue *q, const struct nfqueue_kept *before);

#endif
