/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interfaces of this machine, as far as it matters for telling the inside from the outside. */
#ifndef NETFILTER_INTERFACES_H
#define NETFILTER_INTERFACES_H

#include <linux/netlink.h>
#include <net/if.h>
#include <stdbool.h>

#define INTERFACES_MAX 4096

struct interface {
	unsigned index;
	char name[IF_NAMESIZE];
	bool is_loopback;
	bool has_address; /* other than IPv6's link-local ones, which need not be given */
	bool has_default; /* a default route, or one to a great part of all addresses */
};

struct interfaces {
	unsigned count, size;
	struct interface *items; /* from the heap */
	bool is_unclear;         /* some default route does not say where it leads */
	bool is_too_much;        /* more than INTERFACES_MAX, or more than there is memory for */
};

/* Asks the kernel by rtnetlink: all interfaces, addresses and routes, of all tables and both
 * families. Needs no capability. Returns 0 or -errno; interfaces_fini() in both cases. */
int interfaces_read(struct interfaces *all);

void interfaces_fini(struct interfaces *all);

/* Takes one message that the kernel sends: RTM_NEWLINK, RTM_NEWADDR or RTM_NEWROUTE, the first
 * before the others. Any other is none of it. */
void interfaces_take(struct interfaces *all, const struct nlmsghdr *message);

#endif
