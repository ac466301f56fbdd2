/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The layout of the maps that the program in the kernel (rules/shortcut.bpf.c) and a worker share.
 * If you change it, change SHORTCUT_LAYOUT too, or an old program works with a new worker. */
#ifndef QUEUE_SHORTCUT_LAYOUT_H
#define QUEUE_SHORTCUT_LAYOUT_H

#include <linux/types.h>

#define SHORTCUT_LAYOUT   2
#define SHORTCUT_UDP_SIZE 1232 /* QUERY_UDP_SIZE of gate/query.h */

/* The longest headers and message in octets. Longer queries go to the queue. */
#define SHORTCUT_HEADERS_MAX 48
#define SHORTCUT_MESSAGE_MAX 512
#define SHORTCUT_PACKET_MAX  (SHORTCUT_HEADERS_MAX + SHORTCUT_MESSAGE_MAX)

#define SHORTCUT_RING_OCTETS 131072 /* for about as many queries as a queue holds */
#define SHORTCUT_SERVERS_MAX 4096

/* The names of the maps, under which they are pinned. */
#define SHORTCUT_STATE   "shortcut_state"
#define SHORTCUT_RING    "shortcut_ring"
#define SHORTCUT_SERVERS "shortcut_servs" /* at most 15 letters */

/* The one entry of shortcut_state. The worker maps it. Each side writes to its own cache line. */
struct shortcut_state {
	__u64 until_ns; /* written by the worker: when taking ends, by CLOCK_MONOTONIC */
	__u8 apart[56];
	/* written by the program: queries left to the queue because the ring was full */
	__u64 full;
	__u64 left; /* written by the program: queries left to the queue for other reasons */
};

/* A key of shortcut_servs: the address of a server whose queries are taken. IPv4 uses the first
 * four octets; the other octets are zero. */
struct shortcut_server {
	__u8 octets[16];
	__u32 version; /* of IP */
};

/* A record of shortcut_ring: one query. It ends where the packet ends. */
struct shortcut_record {
	__u64 at_ns;                      /* by CLOCK_MONOTONIC */
	__u32 in_interface;               /* the index of the interface of the program */
	__u8 octets[SHORTCUT_PACKET_MAX]; /* the packet from its IP header on, as it came */
};

#endif
