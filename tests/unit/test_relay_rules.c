/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "netfilter/template.h"

static bool both_have(const struct config *c, const char *nft_text, const char *iptables_text)
{
	char *nft = template_nft(c), *iptables = template_iptables(c);

	assert_non_null(nft);
	assert_non_null(iptables);
	bool has_nft = strstr(nft, nft_text), has_iptables = strstr(iptables, iptables_text);
	assert_int_equal(has_nft, has_iptables);
	free(nft);
	free(iptables);
	return has_nft;
}

static void only_tcp_relay_sends_connections_to_the_relay(void **state)
{
	(void)state;
	for (uint32_t tcp = TCP_RELAY; tcp <= TCP_REFUSE; tcp++) {
		struct config host = {
			.role = ROLE_HOST, .queue_count = 1, .tcp = tcp, .tcp_port = 5399
		};
		struct config gateway = host;
		bool is_wanted = tcp == TCP_RELAY;

		gateway.role = ROLE_GATEWAY;
		assert_int_equal(
		        both_have(&host, "redirect to :5399\n", "REDIRECT --to-ports 5399\n"),
		        is_wanted);
		assert_int_equal(both_have(&gateway, "tproxy ip to 127.0.0.1:5399 ",
		                         "TPROXY --on-ip 127.0.0.1 --on-port 5399 "),
		        is_wanted);
		assert_int_equal(both_have(&gateway, "tproxy ip6 to [::1]:5399 ",
		                         "TPROXY --on-ip ::1 --on-port 5399 "),
		        is_wanted);
	}
}

/* Relayed connections bypass FORWARD, so an attacker outside must not reach the relay. */
static void a_gateway_relays_only_from_the_inside(void **state)
{
	(void)state;
	for (uint32_t role = ROLE_GATEWAY; role <= ROLE_BOTH; role++) {
		struct config c = { .role = role,
			.queue_count = 1,
			.tcp = TCP_RELAY,
			.inside = { .count = 2, .names = { "lan0", "br-lan.5" } } };

		assert_true(both_have(&c, "relay_forward iifname \"lan0\" tcp dport 53 jump ",
		        "-A SEALGATE_RELAY -i lan0 -p tcp --dport 53 -j SEALGATE_INSIDE\n"));
		assert_true(both_have(&c, "relay_forward iifname \"br-lan.5\" tcp dport 53 jump ",
		        "-A SEALGATE_RELAY -i br-lan.5 -p tcp --dport 53 -j SEALGATE_INSIDE\n"));
		/* No other rule leads to the relay. */
		assert_false(both_have(&c, "relay_forward tcp dport 53",
		        "-A SEALGATE_RELAY -p tcp --dport 53 -j TPROXY"));
		c.inside.count = 0;
		assert_false(both_have(&c, "jump relay_inside", "-j SEALGATE_INSIDE"));
		c.inside.count = 2;
		c.tcp = TCP_REFUSE;
		assert_false(both_have(&c, "relay_inside", "SEALGATE_INSIDE"));
	}
}

/* nft has no match for a port of a bridge. */
static void a_bridge_relays_from_the_named_ports_or_from_all(void **state)
{
	struct config c = { .role = ROLE_BRIDGE, .queue_count = 1, .tcp = TCP_RELAY };
	char *all = template_iptables(&c);

	(void)state;
	c.inside = (struct config_interfaces){ .count = 1, .names = { "port1" } };
	char *named = template_iptables(&c);
	assert_non_null(strstr(all, "--physdev-in + -p tcp --dport 53 -j REDIRECT"));
	assert_non_null(strstr(named, "--physdev-in port1 -p tcp --dport 53 -j REDIRECT"));
	assert_null(strstr(named, "--physdev-in +"));
	free(all);
	free(named);
}

/* For example a connection that was open before the rules came. */
static void connections_that_are_not_relayed_are_refused(void **state)
{
	(void)state;
	for (uint32_t role = ROLE_HOST; role <= ROLE_GATEWAY; role++) {
		struct config c = { .role = role, .queue_count = 1, .tcp = TCP_RELAY };

		assert_true(both_have(&c, "tcp dport 53 reject with tcp reset\n",
		        "-p tcp --dport 53 -j REJECT --reject-with tcp-reset\n"));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_tcp_relay_sends_connections_to_the_relay),
		cmocka_unit_test(a_gateway_relays_only_from_the_inside),
		cmocka_unit_test(a_bridge_relays_from_the_named_ports_or_from_all),
		cmocka_unit_test(connections_that_are_not_relayed_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
