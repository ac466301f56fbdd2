/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netfilter/interfaces.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BUFFER_SIZE 32768

/* A VPN that takes all traffic without replacing the default route adds routes to both halves of
 * the address space, or to a few such parts. No network of an operator is as large. */
#define GREAT_IPV4_BITS 7
#define GREAT_IPV6_BITS 6

#define MULTICAST_IPV4 0xe0 /* 224.0.0.0/4 is as large, but leads to no unicast address */
#define MULTICAST_BITS 4

static struct interface *interface_find(struct interfaces *all, unsigned index)
{
	for (unsigned i = 0; i < all->count; i++) {
		if (all->items[i].index == index)
			return &all->items[i];
	}
	return NULL;
}

static struct interface *interface_add(struct interfaces *all)
{
	if (all->count == all->size) {
		unsigned size = all->size ? 2 * all->size : 64;
		struct interface *items = size <= INTERFACES_MAX
		                                  ? reallocarray(all->items, size, sizeof(*items))
		                                  : NULL;

		if (!items) {
			all->is_too_much = true;
			return NULL;
		}
		all->items = items;
		all->size = size;
	}
	struct interface *i = &all->items[all->count++];
	memset(i, 0, sizeof(*i));
	return i;
}

static void note_link(struct interfaces *all, const struct nlmsghdr *message)
{
	const struct ifinfomsg *link = mnl_nlmsg_get_payload(message);
	const struct nlattr *attribute;
	struct interface *i = interface_add(all);

	if (!i)
		return;
	i->index = (unsigned)link->ifi_index;
	i->is_loopback = link->ifi_flags & IFF_LOOPBACK;
	mnl_attr_for_each(attribute, message, sizeof(*link))
	{
		if (mnl_attr_get_type(attribute) == IFLA_IFNAME)
			strncpy(i->name, mnl_attr_get_str(attribute), sizeof(i->name) - 1);
	}
}

static void note_address(struct interfaces *all, const struct nlmsghdr *message)
{
	const struct ifaddrmsg *address = mnl_nlmsg_get_payload(message);
	struct interface *i = interface_find(all, address->ifa_index);

	if (i && !(address->ifa_family == AF_INET6 && address->ifa_scope == RT_SCOPE_LINK))
		i->has_address = true;
}

static bool is_multicast(const struct rtmsg *route, const struct nlattr *destination)
{
	return route->rtm_family == AF_INET && route->rtm_dst_len >= MULTICAST_BITS &&
	       destination && *(const uint8_t *)mnl_attr_get_payload(destination) >= MULTICAST_IPV4;
}

static bool is_great(const struct rtmsg *route)
{
	return route->rtm_family == AF_INET    ? route->rtm_dst_len <= GREAT_IPV4_BITS
	       : route->rtm_family == AF_INET6 ? route->rtm_dst_len <= GREAT_IPV6_BITS
	                                       : false;
}

static bool leads_by(struct interfaces *all, unsigned index)
{
	struct interface *i = interface_find(all, index);

	if (i)
		i->has_default = true;
	return i != NULL;
}

/* Marks each interface of a route with several next hops. Returns whether all of them are known. */
static bool leads_by_each(struct interfaces *all, const struct nlattr *ways)
{
	struct rtnexthop *way = mnl_attr_get_payload(ways);
	int left = mnl_attr_get_payload_len(ways);
	bool all_known = RTNH_OK(way, left);

	for (; RTNH_OK(way, left); way = RTNH_NEXT(way)) {
		all_known = leads_by(all, (unsigned)way->rtnh_ifindex) && all_known;
		left -= (int)RTNH_ALIGN(way->rtnh_len);
	}
	return all_known;
}

/* A route may name its next hop by a number only (`ip nexthop`, with net.ipv4.nexthop_compat_mode
 * off), or an interface that was made after the list of interfaces was read. Then it is unclear
 * which interface is outside. */
static void note_route(struct interfaces *all, const struct nlmsghdr *message)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(message);
	const struct nlattr *attribute, *destination = NULL, *by = NULL, *ways = NULL;

	mnl_attr_for_each(attribute, message, sizeof(*route))
	{
		if (mnl_attr_get_type(attribute) == RTA_DST)
			destination = attribute;
		else if (mnl_attr_get_type(attribute) == RTA_OIF)
			by = attribute;
		else if (mnl_attr_get_type(attribute) == RTA_MULTIPATH)
			ways = attribute;
	}
	if (route->rtm_type != RTN_UNICAST || !is_great(route) || is_multicast(route, destination))
		return;
	bool is_known = by ? leads_by(all, mnl_attr_get_u32(by)) : ways && leads_by_each(all, ways);
	all->is_unclear = all->is_unclear || !is_known;
}

void interfaces_take(struct interfaces *all, const struct nlmsghdr *message)
{
	if (message->nlmsg_type == RTM_NEWLINK)
		note_link(all, message);
	else if (message->nlmsg_type == RTM_NEWADDR)
		note_address(all, message);
	else if (message->nlmsg_type == RTM_NEWROUTE)
		note_route(all, message);
}

static int take_netlink_message(const struct nlmsghdr *message, void *all)
{
	interfaces_take(all, message);
	return MNL_CB_OK;
}

/* Reads one list. Returns 0 or -errno; -EINTR if the list changed meanwhile. */
static int read_list(struct mnl_socket *kernel, uint16_t type, unsigned char family,
        size_t header_size, char *buffer, struct interfaces *all)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(buffer);
	unsigned port = mnl_socket_get_portid(kernel);
	int result;

	request->nlmsg_type = type;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	/* the headers of all three requests begin with the family */
	*(unsigned char *)mnl_nlmsg_put_extra_header(request, header_size) = family;
	if (mnl_socket_sendto(kernel, request, request->nlmsg_len) < 0)
		return -errno;
	do {
		ssize_t len = mnl_socket_recvfrom(kernel, buffer, BUFFER_SIZE);
		if (len < 0)
			return -errno;
		result = mnl_cb_run(buffer, (size_t)len, 0, port, take_netlink_message, all);
	} while (result > MNL_CB_STOP);
	return result < 0 ? -errno : 0;
}

static int read_lists(struct mnl_socket *kernel, char *buffer, struct interfaces *all)
{
	static const unsigned char families[] = { AF_INET, AF_INET6 };
	int error =
	        read_list(kernel, RTM_GETLINK, AF_UNSPEC, sizeof(struct ifinfomsg), buffer, all);

	for (unsigned i = 0; i < 2 && !error; i++) {
		error = read_list(
		        kernel, RTM_GETADDR, families[i], sizeof(struct ifaddrmsg), buffer, all);
		if (!error)
			error = read_list(kernel, RTM_GETROUTE, families[i], sizeof(struct rtmsg),
			        buffer, all);
	}
	return error;
}

/* Each try opens a socket of its own: the socket of an interrupted try still holds unread data. */
static int read_interfaces(char *buffer, struct interfaces *all)
{
	struct mnl_socket *kernel = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	int error = kernel && mnl_socket_bind(kernel, 0, MNL_SOCKET_AUTOPID) == 0 ? 0 : -errno;

	if (!error)
		error = read_lists(kernel, buffer, all);
	if (kernel)
		mnl_socket_close(kernel);
	return error;
}

#define TRIES 5

int interfaces_read(struct interfaces *all)
{
	char *buffer = malloc(BUFFER_SIZE);
	int error = buffer ? -EINTR : -ENOMEM;

	memset(all, 0, sizeof(*all));
	for (int i = 0; i < TRIES && error == -EINTR; i++) {
		interfaces_fini(all);
		error = read_interfaces(buffer, all);
	}
	free(buffer);
	return !error && all->is_too_much ? -EOVERFLOW : error;
}

void interfaces_fini(struct interfaces *all)
{
	free(all->items);
	memset(all, 0, sizeof(*all));
}
