/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <unistd.h>

#include "netfilter/inside_interfaces.h"

enum { LO = 1, LAN, WAN, PORT, DMZ };

/* A route to `destination` (NULL: default route), through the interfaces that are not 0. */
struct route {
	int family, type;
	const char *destination;
	unsigned char bits;
	unsigned table;
	int by[2];
};

static void take_link(struct interfaces *all, int index, const char *name, unsigned flags)
{
	char buffer[1024];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *link = mnl_nlmsg_put_extra_header(message, sizeof(*link));

	message->nlmsg_type = RTM_NEWLINK;
	link->ifi_index = index;
	link->ifi_flags = flags;
	mnl_attr_put_strz(message, IFLA_IFNAME, name);
	interfaces_take(all, message);
}

static void take_address(struct interfaces *all, int index, int family, unsigned char scope)
{
	char buffer[1024];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct ifaddrmsg *address = mnl_nlmsg_put_extra_header(message, sizeof(*address));

	message->nlmsg_type = RTM_NEWADDR;
	address->ifa_family = (unsigned char)family;
	address->ifa_scope = scope;
	address->ifa_index = (unsigned)index;
	interfaces_take(all, message);
}

static void put_next_hops(struct nlmsghdr *message, const int by[2])
{
	struct rtnexthop ways[2] = { { .rtnh_len = sizeof(ways[0]), .rtnh_ifindex = by[0] },
		{ .rtnh_len = sizeof(ways[0]), .rtnh_ifindex = by[1] } };

	if (by[1])
		mnl_attr_put(message, RTA_MULTIPATH, sizeof(ways), ways);
	else if (by[0])
		mnl_attr_put_u32(message, RTA_OIF, (uint32_t)by[0]);
}

static void take_route(struct interfaces *all, const struct route *r)
{
	char buffer[1024];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct rtmsg *route = mnl_nlmsg_put_extra_header(message, sizeof(*route));
	uint8_t address[16];

	message->nlmsg_type = RTM_NEWROUTE;
	route->rtm_family = (unsigned char)r->family;
	route->rtm_dst_len = r->bits;
	route->rtm_type = (unsigned char)(r->type ? r->type : RTN_UNICAST);
	mnl_attr_put_u32(message, RTA_TABLE, r->table);
	if (r->destination) {
		assert_int_equal(inet_pton(r->family, r->destination, address), 1);
		mnl_attr_put(message, RTA_DST, r->family == AF_INET ? 4 : 16, address);
	}
	put_next_hops(message, r->by);
	interfaces_take(all, message);
}

/* A router: a LAN, a DMZ with IPv6 only, a WAN, and a bridge port without an address of its own. */
static void make_router(struct interfaces *all)
{
	memset(all, 0, sizeof(*all));
	take_link(all, LO, "lo", IFF_UP | IFF_LOOPBACK);
	take_link(all, LAN, "lan0", IFF_UP);
	take_link(all, WAN, "wan0", IFF_UP);
	take_link(all, PORT, "port0", IFF_UP);
	take_link(all, DMZ, "dmz0", 0);
	take_address(all, LO, AF_INET, RT_SCOPE_HOST);
	take_address(all, LAN, AF_INET, RT_SCOPE_UNIVERSE);
	take_address(all, WAN, AF_INET, RT_SCOPE_UNIVERSE);
	take_address(all, PORT, AF_INET6, RT_SCOPE_LINK);
	take_address(all, DMZ, AF_INET6, RT_SCOPE_UNIVERSE);
}

static void says(const char *why, const struct inside *in, enum inside_how how, const char *names)
{
	char text[200] = "";

	for (unsigned i = 0; i < in->interfaces.count; i++)
		sprintf(text + strlen(text), "%s%s", i ? " " : "", in->interfaces.names[i]);
	if (in->how != how || strcmp(text, names) != 0)
		fail_msg("%s: %d, \"%s\"", why, in->how, text);
}

static void interfaces_without_a_default_route_are_inside(void **state)
{
	static const struct {
		const char *why;
		struct route routes[2];
		enum inside_how how;
		const char *names;
	} rows[] = {
		{ "no routes at all", { { 0 } }, INSIDE_NO_WAY, "" },
		{ "a route to one network", { { AF_INET, 0, "10.0.0.0", 8, 254, { LAN } } },
		        INSIDE_NO_WAY, "" },
		{ "a default route", { { AF_INET, 0, NULL, 0, 254, { WAN } } }, INSIDE_FOUND,
		        "lan0 dmz0" },
		{ "a default route of IPv6", { { AF_INET6, 0, NULL, 0, 254, { WAN } } },
		        INSIDE_FOUND, "lan0 dmz0" },
		{ "a default route of each family",
		        { { AF_INET, 0, NULL, 0, 254, { WAN } },
		                { AF_INET6, 0, NULL, 0, 254, { DMZ } } },
		        INSIDE_FOUND, "lan0" },
		{ "a default route in another table",
		        { { AF_INET, 0, NULL, 0, 254, { WAN } },
		                { AF_INET, 0, NULL, 0, 1000, { LAN } } },
		        INSIDE_FOUND, "dmz0" },
		{ "a default route with two next hops",
		        { { AF_INET, 0, NULL, 0, 254, { WAN, LAN } } }, INSIDE_FOUND, "dmz0" },
		{ "a route to half of all addresses",
		        { { AF_INET, 0, "128.0.0.0", 1, 254, { WAN } } }, INSIDE_FOUND,
		        "lan0 dmz0" },
		{ "a route to a sixteenth of IPv6", { { AF_INET6, 0, "2000::", 4, 254, { WAN } } },
		        INSIDE_FOUND, "lan0 dmz0" },
		{ "a route to the unique local addresses of IPv6",
		        { { AF_INET6, 0, "fc00::", 7, 254, { WAN } } }, INSIDE_NO_WAY, "" },
		{ "a route to multicast",
		        { { AF_INET, 0, NULL, 0, 254, { WAN } },
		                { AF_INET, 0, "224.0.0.0", 4, 254, { LAN } } },
		        INSIDE_FOUND, "lan0 dmz0" },
		{ "the local route of the relay", { { AF_INET, RTN_LOCAL, NULL, 0, 5300, { LO } } },
		        INSIDE_NO_WAY, "" },
		{ "an unreachable default route",
		        { { AF_INET, RTN_UNREACHABLE, NULL, 0, 254, { 0 } } }, INSIDE_NO_WAY, "" },
		{ "through an unknown interface",
		        { { AF_INET, 0, NULL, 0, 254, { WAN } },
		                { AF_INET6, 0, NULL, 0, 254, { 77 } } },
		        INSIDE_UNCLEAR, "" },
		{ "two next hops, one through an unknown interface",
		        { { AF_INET, 0, NULL, 0, 254, { WAN, 77 } } }, INSIDE_UNCLEAR, "" },
		{ "a next hop by number only",
		        { { AF_INET, 0, NULL, 0, 254, { WAN } },
		                { AF_INET, 0, NULL, 0, 254, { 0 } } },
		        INSIDE_UNCLEAR, "" },
		{ "a default route on each interface",
		        { { AF_INET, 0, NULL, 0, 254, { WAN, LAN } },
		                { AF_INET6, 0, NULL, 0, 254, { DMZ } } },
		        INSIDE_ALL_OUT, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct interfaces all;
		struct inside in;

		make_router(&all);
		for (size_t k = 0; k < COUNT(rows[i].routes) && rows[i].routes[k].family; k++)
			take_route(&all, &rows[i].routes[k]);
		inside_choose(&all, &in);
		says(rows[i].why, &in, rows[i].how, rows[i].names);
		interfaces_fini(&all);
	}
}

/* For iptables, a + at the end of a name matches every name with that beginning. */
static void a_name_that_is_a_pattern_is_never_inside(void **state)
{
	struct interfaces all;
	struct inside in;

	(void)state;
	make_router(&all);
	take_link(&all, 9, "w+", IFF_UP);
	take_address(&all, 9, AF_INET, RT_SCOPE_UNIVERSE);
	take_route(&all, &(struct route){ AF_INET, 0, NULL, 0, 254, { WAN } });
	inside_choose(&all, &in);
	says("a pattern", &in, INSIDE_FOUND, "lan0 dmz0");
	interfaces_fini(&all);
}

static void none_is_inside_if_there_are_more_than_rules_can_name(void **state)
{
	struct interfaces all;
	struct inside in;
	char name[16];

	(void)state;
	make_router(&all);
	take_route(&all, &(struct route){ AF_INET, 0, NULL, 0, 254, { WAN } });
	for (int i = 0; i < CONFIG_INTERFACES_MAX; i++) {
		snprintf(name, sizeof(name), "vlan%d", i);
		take_link(&all, 100 + i, name, IFF_UP);
		take_address(&all, 100 + i, AF_INET, RT_SCOPE_UNIVERSE);
	}
	inside_choose(&all, &in);
	says("many", &in, INSIDE_TOO_MANY, "");
	interfaces_fini(&all);
}

/* A part of the interfaces might lack the one with the default route. */
static void too_many_interfaces_are_noticed(void **state)
{
	struct interfaces all = { 0 };

	(void)state;
	for (int i = 1; i <= INTERFACES_MAX; i++)
		take_link(&all, i, "veth", IFF_UP);
	assert_false(all.is_too_much);
	take_link(&all, INTERFACES_MAX + 1, "veth", IFF_UP);
	assert_true(all.is_too_much);
	interfaces_fini(&all);
}

static void interfaces_that_the_operator_names_are_taken(void **state)
{
	static struct config c = { .role = ROLE_GATEWAY,
		.inside = { .count = 2, .names = { "lan0", "br-lan" } } };
	struct inside in;

	(void)state;
	inside_find(&c, &in);
	says("named", &in, INSIDE_NAMED, "lan0 br-lan");
	c.role = ROLE_BRIDGE;
	inside_find(&c, &in);
	says("named ports", &in, INSIDE_NAMED, "lan0 br-lan");
	c.inside.count = 0;
	inside_find(&c, &in);
	says("no named ports", &in, INSIDE_ANY_PORT, "");
}

/* Every machine has at least a loopback interface. */
static void the_kernel_lists_its_interfaces(void **state)
{
	struct interfaces all;
	bool any_loopback = false;

	(void)state;
	assert_int_equal(interfaces_read(&all), 0);
	for (unsigned i = 0; i < all.count; i++)
		any_loopback = any_loopback || all.items[i].is_loopback;
	assert_true(any_loopback);
	interfaces_fini(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interfaces_without_a_default_route_are_inside),
		cmocka_unit_test(a_name_that_is_a_pattern_is_never_inside),
		cmocka_unit_test(none_is_inside_if_there_are_more_than_rules_can_name),
		cmocka_unit_test(too_many_interfaces_are_noticed),
		cmocka_unit_test(interfaces_that_the_operator_names_are_taken),
		cmocka_unit_test(the_kernel_lists_its_interfaces),
	};

	return cmocka_run_group_tests_name("inside_interfaces", tests, NULL, NULL);
}
