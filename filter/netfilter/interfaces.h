/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the interfaces of this machine, with what tells the inside from the outside. */
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
	bool has_address; /* other than a link-local IPv6 address, which the kernel gives itself */
	bool has_default; /* a default route, or a route to a large part of all addresses */
};

struct interfaces {
	unsigned count, size;
	struct interface *items; /* owned, on the heap */
	bool is_unclear;         /* a default route does not name a known interface */
	bool is_too_much;        /* there are more than INTERFACES_MAX, or memory is short */
};

/* Asks the kernel by rtnetlink for all interfaces, addresses and routes, of all routing tables and
 * both families. Needs no capability. Returns 0 or -errno; call interfaces_fini() in both cases. */
int interfaces_read(struct interfaces *all);

void interfaces_fini(struct interfaces *all);

/* Takes one message of the kernel: RTM_NEWLINK, RTM_NEWADDR or RTM_NEWROUTE. All RTM_NEWLINK come
 * before the others. Other messages are ignored. */
void interfaces_take(struct interfaces *all, const struct nlmsghdr *message);

#endif
