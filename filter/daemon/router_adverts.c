/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/router_adverts.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire/nat64_find.h"

#define BUFFER_SIZE        8192 /* of one datagram: a message of an interface has at most 2 KiB or so */
#define ROUTER_ADVERT_TYPE 134 /* of ICMPv6 (RFC 4861, 4.2) */

int router_adverts_open(void)
{
	static const int groups[] = { RTNLGRP_ND_USEROPT, RTNLGRP_LINK };
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	int error = fd < 0 ? -errno : 0;

	if (!error && bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		error = -errno;
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]) && !error; i++) {
		if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &groups[i],
		            sizeof(groups[i])) < 0)
			error = -errno;
	}
	if (!error)
		return fd;
	if (fd >= 0)
		close(fd);
	return error;
}

/* Sets the address of the router from the attributes at `at` of the payload. */
static void read_router(struct span payload, size_t at, uint8_t router[static 16])
{
	struct nlattr attribute;

	while (at + sizeof(attribute) <= payload.len) {
		memcpy(&attribute, payload.base + at, sizeof(attribute));
		if (attribute.nla_len < sizeof(attribute) || attribute.nla_len > payload.len - at)
			return;
		if (attribute.nla_type == NDUSEROPT_SRCADDR &&
		        attribute.nla_len == sizeof(attribute) + 16)
			memcpy(router, payload.base + at + sizeof(attribute), 16);
		at += NLA_ALIGN(attribute.nla_len);
	}
}

/* The kernel sends each option in a message of its own. */
static void take_option(const struct nlmsghdr *message, router_advert_taker *take, void *context)
{
	const struct nduseroptmsg *told = mnl_nlmsg_get_payload(message);
	size_t len = mnl_nlmsg_get_payload_len(message);
	struct router_advert advert = { 0 };

	if (len < sizeof(*told) || told->nduseropt_opts_len > len - sizeof(*told) ||
	        told->nduseropt_family != AF_INET6 || told->nduseropt_ifindex <= 0 ||
	        told->nduseropt_icmp_type != ROUTER_ADVERT_TYPE)
		return;
	advert.interface = (unsigned)told->nduseropt_ifindex;
	if (!nat64_read_option(span_of(told + 1, told->nduseropt_opts_len), &advert.prefix,
	            &advert.lifetime_s))
		return;
	read_router(span_of(told, len), NLMSG_ALIGN(sizeof(*told) + told->nduseropt_opts_len),
	        advert.router);
	take(context, &advert);
}

/* A bridge tells of its ports by messages of its own family: a port may leave it and stay up. */
static void take_link(const struct nlmsghdr *message, router_advert_taker *take, void *context)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(message);
	const unsigned runs = IFF_UP | IFF_RUNNING;

	if (mnl_nlmsg_get_payload_len(message) < sizeof(*link) || link->ifi_family != AF_UNSPEC ||
	        link->ifi_index <= 0)
		return;
	if (message->nlmsg_type == RTM_DELLINK || (link->ifi_flags & runs) != runs)
		take(context, &(struct router_advert){
		                      .interface = (unsigned)link->ifi_index, .is_down = true });
}

void router_adverts_parse(const void *octets, size_t len, router_advert_taker *take, void *context)
{
	int left = (int)len;

	for (const struct nlmsghdr *m = octets; mnl_nlmsg_ok(m, left);
	        m = mnl_nlmsg_next(m, &left)) {
		if (m->nlmsg_type == RTM_NEWNDUSEROPT)
			take_option(m, take, context);
		else if (m->nlmsg_type == RTM_NEWLINK || m->nlmsg_type == RTM_DELLINK)
			take_link(m, take, context);
	}
}

/* If messages are lost for want of room, a later advertisement says the same again; and each prefix
 * ends by its lifetime. */
void router_adverts_read(int fd, router_advert_taker *take, void *context)
{
	_Alignas(struct nlmsghdr) char buffer[BUFFER_SIZE];

	for (unsigned i = 0; i < ROUTER_ADVERTS_MAX; i++) {
		struct sockaddr_nl sender = { 0 };
		socklen_t size = sizeof(sender);
		ssize_t len = recvfrom(
		        fd, buffer, sizeof(buffer), MSG_TRUNC, (struct sockaddr *)&sender, &size);

		if (len < 0 && errno != ENOBUFS)
			return;
		/* only the kernel may tell: a program with CAP_NET_ADMIN could send, too */
		if (len > 0 && (size_t)len <= sizeof(buffer) && sender.nl_pid == 0)
			router_adverts_parse(buffer, (size_t)len, take, context);
	}
}
