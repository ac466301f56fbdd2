/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the program in the kernel (rules/shortcut.bpf.c) and a worker share: maps, and how they are
 * laid out. A change here must change SHORTCUT_LAYOUT too, or an old program goes on with a new
 * worker. */
#ifndef QUEUE_SHORTCUT_LAYOUT_H
#define QUEUE_SHORTCUT_LAYOUT_H

#include <linux/types.h>

#define SHORTCUT_LAYOUT   2
#define SHORTCUT_UDP_SIZE 1232 /* QUERY_UDP_SIZE of gate/query.h */

/* Queries that are longer take the ordinary road: their headers and their message, in octets. */
#define SHORTCUT_HEADERS_MAX 48
#define SHORTCUT_MESSAGE_MAX 512
#define SHORTCUT_PACKET_MAX  (SHORTCUT_HEADERS_MAX + SHORTCUT_MESSAGE_MAX)

#define SHORTCUT_RING_OCTETS 131072 /* about as many queries as wait in a queue of them */
#define SHORTCUT_SERVERS_MAX 4096

/* The maps, by the names that they are pinned by. */
#define SHORTCUT_STATE   "shortcut_state"
#define SHORTCUT_RING    "shortcut_ring"
#define SHORTCUT_SERVERS "shortcut_servs" /* the kernel knows 15 letters */

/* shortcut_state: one entry, mapped by the worker. The two sides write to cache lines of their own.
 */
struct shortcut_state {
	__u64 until_ns; /* written by the worker: nothing is taken after that, by CLOCK_MONOTONIC */
	__u8 apart[56];
	__u64 full; /* written by the program: queries left to the queue, as the ring was full */
	__u64 left; /* and those that were left to it for any other reason */
};

/* shortcut_servers: the key of an address from which queries are taken; IPv4 in the first four
 * octets, the rest zero. */
struct shortcut_server {
	__u8 octets[16];
	__u32 version; /* of IP */
};

/* shortcut_ring: one record a query, cut at the end of the packet. */
struct shortcut_record {
	__u64 at_ns;                      /* by CLOCK_MONOTONIC */
	__u32 in_interface;               /* the index of the one that the program is at */
	__u8 octets[SHORTCUT_PACKET_MAX]; /* the packet from its IP header on, as it came */
};

#endif
