/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netfilter/rule_events.h"

#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SOL_NETLINK
#define SOL_NETLINK 270
#endif

enum { READS_MAX = 256, EVENT_OCTETS = 8192 };

static const int route_groups[] = { RTNLGRP_LINK, RTNLGRP_TC, RTNLGRP_IPV4_IFADDR,
	RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV4_RULE, RTNLGRP_IPV4_NETCONF, RTNLGRP_IPV6_IFADDR,
	RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV6_RULE, RTNLGRP_IPV6_NETCONF };
static const int rule_groups[] = { NFNLGRP_NFTABLES };

/* Returns a socket that is in these groups, or -errno. */
static int join_groups(int protocol, const int groups[], size_t count)
{
	const struct sockaddr_nl any = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
	bool fine = fd >= 0 && bind(fd, (const struct sockaddr *)&any, sizeof(any)) == 0;

	for (size_t i = 0; i < count && fine; i++)
		fine = setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &groups[i],
		               sizeof(groups[i])) == 0;
	if (fine)
		return fd;
	int error = errno;
	if (fd >= 0)
		close(fd);
	return -error;
}

int rule_events_open(struct rule_events *e)
{
	e->fd[EVENTS_ROUTES] = -1;
	e->fd[EVENTS_RULES] = join_groups(
	        NETLINK_NETFILTER, rule_groups, sizeof(rule_groups) / sizeof(rule_groups[0]));
	if (e->fd[EVENTS_RULES] < 0)
		return e->fd[EVENTS_RULES];
	e->fd[EVENTS_ROUTES] = join_groups(
	        NETLINK_ROUTE, route_groups, sizeof(route_groups) / sizeof(route_groups[0]));
	if (e->fd[EVENTS_ROUTES] >= 0)
		return 0;
	int error = e->fd[EVENTS_ROUTES];
	rule_events_close(e);
	return error;
}

void rule_events_close(struct rule_events *e)
{
	for (int i = 0; i < EVENTS_SOCKETS; i++) {
		if (e->fd[i] >= 0)
			close(e->fd[i]);
		e->fd[i] = -1;
	}
}

/* Additions of other programs, such as containers that start, take no rule away. A new table may be
 * one of old whose flags were changed: a dormant one has no effect. */
static bool may_remove(const struct nlmsghdr *m)
{
	switch (NFNL_MSG_TYPE(m->nlmsg_type)) {
	case NFT_MSG_NEWTABLE:
	case NFT_MSG_DELTABLE:
	case NFT_MSG_DELCHAIN:
	case NFT_MSG_DELRULE:
		return NFNL_SUBSYS_ID(m->nlmsg_type) == NFNL_SUBSYS_NFTABLES;
	default:
		return false;
	}
}

static bool concerns_us(const void *octets, int len, int which)
{
	const struct nlmsghdr *m = octets;

	if (which == EVENTS_ROUTES)
		return true;
	for (; NLMSG_OK(m, (unsigned)len); m = NLMSG_NEXT(m, len)) {
		if (may_remove(m))
			return true;
	}
	return false;
}

bool rule_events_read(struct rule_events *e, int which)
{
	_Alignas(struct nlmsghdr) char octets[EVENT_OCTETS];
	bool concerns = false;

	for (int i = 0; i < READS_MAX; i++) {
		ssize_t len = recv(e->fd[which], octets, sizeof(octets), 0);
		if (len < 0 && errno == ENOBUFS)
			concerns = true; /* the kernel dropped some */
		else if (len < 0)
			break;
		else
			concerns = concerns_us(octets, (int)len, which) || concerns;
	}
	return concerns;
}
