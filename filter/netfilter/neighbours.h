/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The other instances that have rules in the kernel: which queues, ports and marks they use, as
 * their rules say, and whether an instance can live beside them. Text in, findings out.
 *
 * An instance that signs for the DNS server on this machine can live beside one that does anything
 * else: the first takes queries to this machine and its responses, the second takes queries of this
 * machine or what passes through it. All other pairs would take the same packets. */
#ifndef NETFILTER_NEIGHBOURS_H
#define NETFILTER_NEIGHBOURS_H

#include <stdbool.h>

#include "base/complaint.h"
#include "config/config.h"

#define NEIGHBOURS_MAX      8
#define NEIGHBOUR_RANGES    8 /* of queues; an instance has two in each hook */
#define NEIGHBOUR_PORTS_MAX 4 /* an instance has one */

struct neighbour {
	char name[CONFIG_INSTANCE_MAX + 1];
	bool is_at_server; /* it signs for the DNS server on this machine */
	bool is_elsewhere; /* it takes other packets */
	unsigned range_count, port_count;
	struct neighbour_range {
		unsigned first, last;
	} ranges[NEIGHBOUR_RANGES];
	unsigned ports[NEIGHBOUR_PORTS_MAX];
	uint32_t marks; /* the bits that it uses */
};

struct neighbours {
	unsigned count;
	struct neighbour at[NEIGHBOURS_MAX];
};

/* Add the instances other than `own` that have rules: in the output of iptables-save or
 * ip6tables-save, and in that of nft list table for one table. */
void neighbours_in_save(struct neighbours *n, const char *save, const char *own);
void neighbours_in_table(struct neighbours *n, const char *list, const char *own);

/* True if another named instance has rules for packets that are not those of a server on this
 * machine. The routing table of named gateways is its own then, whatever a configuration that
 * became wrong says. */
bool neighbours_have_gateway_table(const struct neighbours *n);

/* True if the instance of this configuration can live beside all of them. If not, the complaint
 * names one, and the key to change. */
bool neighbours_allow(const struct neighbours *n, const struct config *c, struct complaint *why);

#endif
