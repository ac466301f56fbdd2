/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's notifications of changes that may take our rules away. iptables-legacy sends none,
 * and neither do the settings in /proc/sys: the caller must look now and then, too. */
#ifndef NETFILTER_RULE_EVENTS_H
#define NETFILTER_RULE_EVENTS_H

#include <stdbool.h>

/* One socket tells of removals from nftables and iptables-nft, at once. The other tells of links,
 * addresses, routes, routing rules and traffic control. A router may change its routes all the
 * time, so these are less urgent. */
enum { EVENTS_RULES, EVENTS_ROUTES, EVENTS_SOCKETS };

struct rule_events {
	int fd[EVENTS_SOCKETS];
};

/* Opens the sockets, for poll(). Returns 0 or -errno. */
int rule_events_open(struct rule_events *e);

void rule_events_close(struct rule_events *e);

/* Reads the notifications that wait in a socket; at most as many as its buffer has. Returns true if
 * one of them may concern our rules, or if some were lost. */
bool rule_events_read(struct rule_events *e, int which);

#endif
