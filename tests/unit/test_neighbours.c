/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "netfilter/neighbours.h"
#include "netfilter/template.h"

/* Of two roles on one machine: R is for what rules_apply() says of the second. */
static struct config config_of(const char *instance, uint32_t role, uint32_t place)
{
	struct config c = { .role = role,
		.sign_place = place,
		.tcp = TCP_RELAY,
		.tcp_port = 5300,
		.queue_first = 5300,
		.queue_count = 2,
		.mark_mask = 3,
		.mark_own = 1,
		.mark_relay = 2,
		.inside = { .count = 1, .names = { "lan0" } } };

	strcpy(c.instance, instance);
	return c;
}

/* Takes the text that an instance applies as what the kernel has. Its insertions stand as -A in a
 * kernel. */
static void see(struct neighbours *n, const struct config *other, const char *own, bool by_nft)
{
	char *text = by_nft ? template_nft(other) : template_iptables(other);

	assert_non_null(text);
	for (char *at = text; (at = strstr(at, "\n-4 -A ")) != NULL;)
		memcpy(at, "\n\n\n\n-A ", strlen("\n-4 -A "));
	if (by_nft)
		neighbours_in_table(n, text, own);
	else
		neighbours_in_save(n, text, own);
	free(text);
}

static void one_signs_at_the_server_and_one_does_anything_else(void **state)
{
	static const struct {
		const char *why;
		struct trade {
			uint32_t role, place;
		} first, second;
		bool allowed;
	} rows[] = {
		{ "a signer beside a host", { ROLE_SIGNER, PLACE_SERVER }, { ROLE_HOST, 0 }, true },
		{ "a host beside a signer", { ROLE_HOST, 0 }, { ROLE_SIGNER, PLACE_SERVER }, true },
		{ "a signer beside a gateway", { ROLE_SIGNER, PLACE_SERVER }, { ROLE_GATEWAY, 0 },
		        true },
		{ "a gateway beside a signer", { ROLE_GATEWAY, 0 }, { ROLE_SIGNER, PLACE_SERVER },
		        true },
		{ "both beside a signer", { ROLE_BOTH, 0 }, { ROLE_SIGNER, PLACE_SERVER }, true },
		{ "a bridge beside a signer", { ROLE_BRIDGE, 0 }, { ROLE_SIGNER, PLACE_SERVER },
		        true },
		{ "a signer on a gateway beside one at a server", { ROLE_SIGNER, PLACE_GATEWAY },
		        { ROLE_SIGNER, PLACE_SERVER }, true },
		{ "two hosts", { ROLE_HOST, 0 }, { ROLE_HOST, 0 }, false },
		{ "two gateways", { ROLE_GATEWAY, 0 }, { ROLE_GATEWAY, 0 }, false },
		{ "a host and a gateway", { ROLE_HOST, 0 }, { ROLE_GATEWAY, 0 }, false },
		{ "a bridge and a gateway", { ROLE_BRIDGE, 0 }, { ROLE_GATEWAY, 0 }, false },
		{ "two signers at the server", { ROLE_SIGNER, PLACE_SERVER },
		        { ROLE_SIGNER, PLACE_SERVER }, false },
		{ "a host and a signer on a gateway", { ROLE_HOST, 0 },
		        { ROLE_SIGNER, PLACE_GATEWAY }, false },
	};
	struct sockaddr_storage server = { .ss_family = AF_INET };

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(rows); i++) {
		const char *why = rows[i / 2].why;
		struct config first =
		        config_of("a", rows[i / 2].first.role, rows[i / 2].first.place);
		struct config second =
		        config_of("", rows[i / 2].second.role, rows[i / 2].second.place);
		struct neighbours n = { 0 };
		struct complaint error;

		first.sign_servers = (struct config_servers){ 1, &server };
		second.tcp_port = second.queue_first = 5400;
		second.mark_mask = 0xc;
		see(&n, &first, "", i % 2);
		assert_row(why, n.count == 1 && strcmp(n.at[0].name, "a") == 0);
		assert_row(why, neighbours_allow(&n, &second, &error) == rows[i / 2].allowed);
		assert_row(
		        why, rows[i / 2].allowed ||
		                     strstr(error.text, "the rules of instance a take the same"));
	}
}

static void what_both_use_is_named_with_its_key(void **state)
{
	static const struct {
		const char *why;
		uint32_t first, count, port;
		enum config_tcp tcp;
		const char *said; /* NULL: nothing */
	} rows[] = {
		{ "the same queues", 5300, 2, 1, TCP_RELAY,
		        "the rules of the default instance use queue 530" },
		{ "the last queue of the other", 5303, 1, 1, TCP_RELAY, "use queue 5303, too" },
		{ "queues around those of the other", 5299, 64, 1, TCP_RELAY,
		        ", too: change queue.first" },
		{ "our last queue is the first of the other", 5299, 1, 1, TCP_RELAY,
		        "use queue 5300, too" },
		{ "right before", 5298, 1, 1, TCP_RELAY, NULL },
		{ "right after", 5304, 1, 1, TCP_RELAY, NULL },
		{ "the same port", 7, 1, 5300, TCP_RELAY,
		        "the rules of the default instance use the TCP port 5300, too: change "
		        "tcp_port" },
		{ "the same port, which is not used", 7, 1, 5300, TCP_REFUSE, NULL },
	};

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(rows); i++) {
		const char *why = rows[i / 2].why, *said = rows[i / 2].said;
		struct config host = config_of("", ROLE_HOST, 0);
		struct config c = config_of("s", ROLE_SIGNER, PLACE_SERVER);
		struct neighbours n = { 0 };
		struct complaint error;

		c.queue_first = rows[i / 2].first;
		c.queue_count = rows[i / 2].count;
		c.tcp_port = rows[i / 2].port;
		c.tcp = rows[i / 2].tcp;
		c.mark_mask = 0xc;
		see(&n, &host, "s", i % 2);
		assert_row(why, neighbours_allow(&n, &c, &error) == !said);
		assert_row(why, !said || strstr(error.text, said));
	}
}

/* Both instances' sockets and rules tell packets by their marks. A signer on the machine of its
 * server has no rule that does. */
static void the_same_bits_of_marks_are_refused(void **state)
{
	static const struct {
		const char *why;
		uint32_t first, second, bit; /* of the second's shortcut; 0: none */
		const char *said;            /* NULL: nothing */
	} rows[] = {
		{ "a bit of the same marks", 3, 6, 0,
		        "the rules of instance s use the bits 0x00000002 of packet marks, too: "
		        "change mark.mask" },
		{ "the other's marks for the shortcut", 0x3000, 3, 12,
		        "use the bit 0x00001000 of packet marks, too: change shortcut.mark_bit" },
		{ "other marks", 0x30, 3, 12, NULL },
	};

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(rows); i++) {
		const char *why = rows[i / 2].why, *said = rows[i / 2].said;
		struct config signer = config_of("s", ROLE_SIGNER, PLACE_SERVER);
		struct config c = config_of("", ROLE_GATEWAY, 0);
		struct neighbours n = { 0 };
		struct complaint error;

		c.tcp_port = c.queue_first = 7;
		signer.mark_mask = rows[i / 2].first;
		c.mark_mask = rows[i / 2].second;
		c.shortcut_mark_bit = rows[i / 2].bit;
		c.shortcut_interfaces.count = rows[i / 2].bit != 0;
		see(&n, &signer, "", i % 2);
		assert_row(why, neighbours_allow(&n, &c, &error) == !said);
		assert_row(why, !said || strstr(error.text, said));
	}
}

/* As iptables-save 1.8.9 and nft 1.0.6 and 1.1 write what they have. */
static void what_the_programs_print_is_understood(void **state)
{
	static const char save[] =
	        "*security\n"
	        ":INPUT ACCEPT [0:0]\n"
	        ":SEALGATE-s_IN - [0:0]\n"
	        ":SEALGATE-s_MADE_IN - [0:0]\n"
	        ":SEALGATE-s_Mc0000000 - [0:0]\n"
	        "-A INPUT -j SEALGATE-s_IN\n"
	        "-A INPUT -p udp -m udp --dport 53 -j NFQUEUE --queue-num 7\n"
	        "-A SEALGATE-s_IN -i lo -j RETURN\n"
	        "-A SEALGATE-s_IN -p udp -m udp --dport 53 -j NFQUEUE --queue-balance 11:12 "
	        "--queue-bypass\n"
	        "COMMIT\n"
	        "*mangle\n"
	        "-A SEALGATE-s_RELAY -p tcp -m tcp --dport 53 -j TPROXY --on-port 5302 --on-ip "
	        "127.0.0.1 --tproxy-mark 0x0/0x0\n"
	        "COMMIT\n";
	static const char *const lists[] = { "table inet sealgate-s {\n"
		                             "\tchain marks_c0000000 {\n"
		                             "\t}\n"
		                             "\tchain input {\n"
		                             "\t\tudp dport 53 queue num 11-12 bypass\n"
		                             "\t}\n"
		                             "\tchain relay {\n"
		                             "\t\tmeta nfproto ipv4 tcp dport 53 tproxy ip to "
		                             "127.0.0.1:5302 accept\n"
		                             "\t}\n"
		                             "}\n",
		"table inet sealgate-s {\n"
		"\tchain marks_c0000000 {\n"
		"\t}\n"
		"\tchain input {\n"
		"\t\tudp dport 53 queue flags bypass to 11-12\n"
		"\t}\n"
		"\tchain relay {\n"
		"\t\tmeta nfproto ipv4 tcp dport 53 tproxy ip to 127.0.0.1:5302 accept\n"
		"\t}\n"
		"}\n" };

	(void)state;
	for (size_t i = 0; i <= COUNT(lists); i++) {
		struct neighbours n = { 0 };
		const char *text = i < COUNT(lists) ? lists[i] : save;

		if (i < COUNT(lists))
			neighbours_in_table(&n, text, "");
		else
			neighbours_in_save(&n, text, "");
		assert_row(text, n.count == 1 && strcmp(n.at[0].name, "s") == 0);
		assert_row(text, n.at[0].is_at_server && !n.at[0].is_elsewhere);
		assert_row(text, n.at[0].range_count == 1 && n.at[0].ranges[0].first == 11 &&
		                         n.at[0].ranges[0].last == 12);
		assert_row(text, n.at[0].marks == 0xc0000000);
		assert_row(text, n.at[0].port_count == 1 && n.at[0].ports[0] == 5302);
	}
}

/* Names come from the kernel, where root may have put any. */
static void odd_names_and_numbers_do_no_harm(void **state)
{
	static const char *const saves[] = { "", "-A ", "-A SEALGATE", "-A SEALGATE_",
		"-A SEALGATE_IN -j NFQUEUE ", "-A SEALGATE_IN -j NFQUEUE --queue-balance 1:",
		"-A SEALGATE-123456789_IN -j NFQUEUE --queue-num 1", "-A SEALGATE_X --to-ports ",
		"-A SEALGATE_X --to-ports x" };
	static const char *const lists[] = { "", "table inet sealgate- {\n queue num 1\n",
		"table inet sealgate-a_b {\n udp dport 53 queue num 1\n", "chain x {",
		"table inet sealgate_x {\n chain input {\n udp dport 53 queue num 1\n",
		"table inet sealgates {\n chain marks_30000000 {\n",
		"table inet sealgate-LONGERNAME {\n chain input {\n udp dport 53 queue num 1\n",
		"chain marks_ {", "chain marks_x {",
		" redirect to :", "table inet sealgate {\n tproxy ip to 1\n tproxy ip to :\n" };
	struct neighbours n = { 0 };
	struct complaint why;
	char many[4000] = "";

	(void)state;
	for (size_t i = 0; i < COUNT(saves); i++)
		neighbours_in_save(&n, saves[i], "own");
	for (size_t i = 0; i < COUNT(lists); i++) {
		bool is_ours = strstr(lists[i], "sealgate {");

		n.count = 0;
		neighbours_in_table(&n, lists[i], "own");
		assert_row(lists[i], n.count == (is_ours ? 1 : 0));
	}
	for (unsigned i = 0; i < 40; i++)
		snprintf(many + strlen(many), sizeof(many) - strlen(many),
		        "-A SEALGATE-%u_IN -j NFQUEUE --queue-num %u --to-ports %u\n"
		        "-A SEALGATE-0_IN -j NFQUEUE --queue-num 1\n",
		        i, i, i);
	neighbours_in_save(&n, many, "own");
	assert_int_equal(n.count, NEIGHBOURS_MAX);
	struct config c = config_of("own", ROLE_HOST, 0);
	assert_false(neighbours_allow(&n, &c, &why));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_signs_at_the_server_and_one_does_anything_else),
		cmocka_unit_test(what_both_use_is_named_with_its_key),
		cmocka_unit_test(the_same_bits_of_marks_are_refused),
		cmocka_unit_test(what_the_programs_print_is_understood),
		cmocka_unit_test(odd_names_and_numbers_do_no_harm),
	};

	return cmocka_run_group_tests_name("neighbours", tests, NULL, NULL);
}
