/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two NFQUEUEs behind one socket: whole packets come out of them in batches, verdicts go back in
 * batches.
 *
 * Why two: a query that is let through costs again when its response comes. If both wait in one
 * queue that is full, many a query is carried on whose response then finds no room, and most of the
 * work is for nothing. So queries have a short queue of their own, and are what is lost first. */
#ifndef QUEUE_NFQUEUE_H
#define QUEUE_NFQUEUE_H

#include <sys/socket.h>

#include "base/complaint.h"
#include "base/span.h"
#include "base/writer.h"
#include "flow/stats.h"

#define NFQUEUE_BATCH         64           /* packets received by one system call */
#define NFQUEUE_PACKET_MAX    65531        /* octets: with its header an attribute has 65535 */
#define NFQUEUE_VERDICTS_SIZE (128 * 1024) /* octets sent by one system call */

struct nfqueue_options {
	uint16_t number, queries_number; /* of the queue of responses, and of queries */
	uint32_t length, queries_length; /* packets that the kernel holds for each, in all */
	uint32_t socket_buffer;          /* octets; what does not fit is lost and counted */
	bool fail_open; /* when a queue is full packets pass, instead of being dropped */
};

/* One of the two. */
struct nfqueue_lane {
	uint16_t number;
	uint64_t handed;      /* packets that were handed over so far */
	uint64_t open;        /* those of them that have no verdict */
	unsigned released;    /* accepted as they came, of which the kernel was not told yet */
	uint32_t released_to; /* the newest of them: whatever is not newer has a verdict */
};

struct nfqueue {
	struct mnl_socket *socket;
	int fd; /* readable when packets wait */
	struct stats *stats;
	struct nfqueue_lane responses, queries;
	bool is_uncertain; /* the kernel may hold packets that are in no lane's count */
	uint8_t *received; /* NFQUEUE_BATCH buffers */
	struct mmsghdr messages[NFQUEUE_BATCH];
	struct iovec vectors[NFQUEUE_BATCH];
	uint8_t *verdicts; /* netlink messages that are to be sent */
	size_t verdicts_len;
	unsigned verdict_count;
};

/* A packet that the kernel holds until it is given a verdict for `id`: it has the number of its
 * queue and, in the lower half, its own there. It is never 0. */
struct queued {
	uint64_t id;
	uint32_t in_interface;  /* its index, 0 in OUTPUT */
	uint32_t out_interface; /* likewise, 0 in INPUT */
	uint32_t in_port;       /* of a bridge, by which a bridged packet came; else 0 */
	uint32_t out_port;      /* likewise, by which it leaves */
	bool is_forwarded;      /* in FORWARD, where no packet may grow beyond the MTU */
	struct span octets;     /* valid until the handler returns */
	uint8_t *base;          /* of the octets, which may be changed */
};

typedef void nfqueue_handler(void *context, const struct queued *queued);

/* Binds both queues. Counts in `stats`: queue_overruns, verdict_errors. Returns 0, or a negative
 * errno with a sentence in `error`. */
int nfqueue_open(struct nfqueue *q, const struct nfqueue_options *options, struct stats *stats,
        struct complaint *error);

/* Unbinds; packets that the kernel still holds are dropped. Also after a failed nfqueue_open(). */
void nfqueue_close(struct nfqueue *q);

/* Takes the waiting packets, at most NFQUEUE_BATCH of them; does not wait. Lost packets are counted
 * and are no error. Returns how many messages came, for nfqueue_hand_over(), or a negative errno.
 */
int nfqueue_receive(struct nfqueue *q);

/* Hands each packet of them to `handler`. */
void nfqueue_hand_over(struct nfqueue *q, int count, nfqueue_handler *handler, void *context);

/* The same for messages that were received otherwise (set-up does). */
void nfqueue_read(
        struct nfqueue *q, const void *messages, int len, nfqueue_handler *handler, void *context);

/* Verdicts. They are kept until nfqueue_flush(), or until no more fit. Each packet that was handed
 * over gets exactly one: with a second, another that waits could pass. Those that are accepted as
 * they came may be told to the kernel together, behind the others: so packets of one turn may
 * change their order. */
void nfqueue_accept(struct nfqueue *q, uint64_t id);
void nfqueue_drop(struct nfqueue *q, uint64_t id);

/* Accepts with another packet: write that into what nfqueue_replacement() returns, then give it to
 * nfqueue_accept_replaced(), with no other verdict between. A writer that is full, or was not
 * finished, may be forgotten: the packet still has no verdict then. */
struct writer nfqueue_replacement(struct nfqueue *q);
void nfqueue_accept_replaced(struct nfqueue *q, uint64_t id, const struct writer *packet);

/* Sends the verdicts. When the kernel does not take them they are counted and given up. */
void nfqueue_flush(struct nfqueue *q);

/* Has the kernel hold at most so many queries from now on; those that wait already stay. Returns
 * false when it was not told. */
bool nfqueue_limit_queries(struct nfqueue *q, uint32_t length);

/* What the kernel says of a queue in /proc/net/netfilter/nfnetlink_queue. */
struct nfqueue_state {
	uint32_t holder;          /* netlink port id of who bound it: mostly a process id */
	uint32_t waiting;         /* packets that have no verdict yet */
	uint64_t dropped_full;    /* lost because the queue was full */
	uint64_t dropped_overrun; /* lost because the socket buffer was full */
};

/* Returns false when nobody holds the queue, or the kernel does not say. Reads a file: not for the
 * packet path. */
bool nfqueue_read_state(uint16_t number, struct nfqueue_state *state);

#endif
