/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two NFQUEUEs on one netlink socket. The kernel sends whole packets in batches, and gets verdicts
 * in batches.
 *
 * Queries have a queue of their own because each query that passes costs again when its response
 * comes. If both waited in one full queue, many responses would find no room, and the work for
 * their queries would be wasted. So the queue of queries is short, and under overload queries are
 * lost first. */
#ifndef QUEUE_NFQUEUE_H
#define QUEUE_NFQUEUE_H

#include <sys/socket.h>

#include "base/complaint.h"
#include "base/span.h"
#include "base/writer.h"
#include "flow/stats.h"
#include "queue/nfqueue_kept.h"

#define NFQUEUE_BATCH         64           /* messages received by one system call */
#define NFQUEUE_PACKET_MAX    65531        /* octets: an attribute has 65535 with its header */
#define NFQUEUE_MESSAGES_MAX  (1 << 22)    /* in a socket: more than both queues can hold */
#define NFQUEUE_VERDICTS_SIZE (128 * 1024) /* octets sent by one system call */

/* The queues of a process that has ended, whose socket this process holds too. */
struct nfqueue_before {
	int fd;                   /* the socket; nfqueue_open() takes it */
	struct nfqueue_kept kept; /* a copy of the memory of that process, or all zero */
};

struct nfqueue_options {
	uint16_t number, queries_number; /* of the queue of responses, and of queries */
	uint32_t length, queries_length; /* packets that the kernel holds for each at most */
	uint32_t socket_buffer;          /* octets; packets that do not fit are lost and counted */
	bool fail_open; /* if a queue is full, packets pass instead of being dropped */
	const struct nfqueue_before *before; /* NULL: there was none */
	struct nfqueue_kept *kept; /* for the successor, all zero; borrowed. NULL: there is none */
};

/* One of the two queues. */
struct nfqueue_lane {
	uint16_t number;
	uint64_t handed;   /* packets that were handed over so far */
	uint64_t open;     /* packets among them without a verdict */
	unsigned released; /* packets accepted as they came that the kernel was not told of yet */
	uint32_t released_to;           /* the newest of these; all older packets have a verdict */
	struct nfqueue_kept_lane *kept; /* or NULL */
};

struct queued;
typedef void nfqueue_handler(void *context, const struct queued *queued);

struct nfqueue {
	struct mnl_socket *socket;
	int fd; /* readable when packets wait */
	struct stats *stats;
	struct nfqueue_lane responses, queries;
	bool is_uncertain; /* the kernel may hold packets that `open` does not count */
	uint8_t *received; /* NFQUEUE_BATCH buffers */
	struct mmsghdr messages[NFQUEUE_BATCH];
	struct iovec vectors[NFQUEUE_BATCH];
	uint8_t *verdicts; /* netlink messages for nfqueue_flush() to send */
	size_t verdicts_len;
	unsigned verdict_count;
};

/* A packet that the kernel holds until it gets a verdict for `id`. The lower 32 bits of `id` are
 * the packet's number in its queue, the 16 bits above are the number of the queue. `id` is never
 * 0. */
struct queued {
	uint64_t id;
	uint32_t in_interface;  /* index; 0 in OUTPUT */
	uint32_t out_interface; /* index; 0 in INPUT */
	uint32_t in_port;       /* index of the bridge port by which the packet came, or 0 */
	uint32_t out_port;      /* index of the bridge port by which the packet leaves, or 0 */
	bool is_forwarded;      /* in FORWARD, where no packet may grow beyond the MTU */
	struct span octets;     /* valid until the handler returns */
	uint8_t *base;          /* the same octets, which the handler may change */
};

/* Binds both queues, or takes over those of `options->before`: then all packets that wait for a
 * verdict come to the queue again, as the kernel has them, with new ids. Counts queue_overruns and
 * verdict_errors in `stats`. Returns 0; or a negative errno, and writes a message to `error`. */
int nfqueue_open(struct nfqueue *q, const struct nfqueue_options *options, struct stats *stats,
        struct complaint *error);

/* Closes the socket. If no other process holds it, the queues are unbound, and the kernel drops the
 * packets that it still holds. Call it after a failed nfqueue_open(), too. */
void nfqueue_close(struct nfqueue *q);

/* Receives the waiting packets, at most NFQUEUE_BATCH, without blocking. Returns how many messages
 * came, for nfqueue_hand_over(), or a negative errno. Lost packets are counted and are no error. */
int nfqueue_receive(struct nfqueue *q);

/* Calls `handler` for each packet in these messages. */
void nfqueue_hand_over(struct nfqueue *q, int count, nfqueue_handler *handler, void *context);

/* Does this for messages that were received otherwise, as while the queues are bound. */
void nfqueue_read(
        struct nfqueue *q, const void *messages, int len, nfqueue_handler *handler, void *context);

/* Give a verdict. Verdicts are kept until nfqueue_flush(), or until the buffer is full. Each packet
 * that was handed over must get exactly one verdict: a second one could let another packet pass.
 * Packets that are accepted as they came may be accepted together, after the other verdicts, so
 * packets of one turn may change their order. */
void nfqueue_accept(struct nfqueue *q, uint64_t id);
void nfqueue_drop(struct nfqueue *q, uint64_t id);

/* Accept with another packet in its place. Write the new packet to the writer that
 * nfqueue_replacement() returns, then pass the writer to nfqueue_accept_replaced(), with no other
 * verdict in between. If the writer is full, drop it: the packet still needs a verdict then. */
struct writer nfqueue_replacement(struct nfqueue *q);
void nfqueue_accept_replaced(struct nfqueue *q, uint64_t id, const struct writer *packet);

/* Sends the verdicts. Verdicts that the kernel does not take are counted and lost. */
void nfqueue_flush(struct nfqueue *q);

/* Sets how many queries the kernel holds at most. Queries that wait already stay. Returns false if
 * the message could not be sent. */
bool nfqueue_limit_queries(struct nfqueue *q, uint32_t length);

/* The state of a queue, from /proc/net/netfilter/nfnetlink_queue. */
struct nfqueue_state {
	uint32_t holder;          /* netlink port id of the program that bound it: mostly its pid */
	uint32_t waiting;         /* packets without a verdict */
	uint64_t dropped_full;    /* packets lost because the queue was full */
	uint64_t dropped_overrun; /* packets lost because the socket buffer was full */
};

/* Reads the state of a queue. Returns false if no program has bound the queue, or if the file
 * cannot be read. Not for the packet path. */
bool nfqueue_read_state(uint16_t number, struct nfqueue_state *state);

#endif
