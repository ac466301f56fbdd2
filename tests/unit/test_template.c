/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "netfilter/template.h"

static void the_queues_are_filled_in(void **state)
{
	static const struct {
		const char *why;
		uint32_t first, count;
		bool bypass;
		const char *nft, *iptables;
	} rows[] = {
		{ "one queue for responses", 0, 1, false, "udp sport 53 queue num 0\n",
		        "--sport 53 -j NFQUEUE --queue-num 0\n" },
		{ "the next queue for queries", 0, 1, false, "udp dport 53 queue num 1\n",
		        "--dport 53 -j NFQUEUE --queue-num 1\n" },
		{ "several queues for responses", 4, 3, false, "udp sport 53 queue num 4-6\n",
		        "--sport 53 -j NFQUEUE --queue-balance 4:6\n" },
		{ "the next several queues for queries", 4, 3, false,
		        "udp dport 53 queue num 7-9\n",
		        "--dport 53 -j NFQUEUE --queue-balance 7:9\n" },
		{ "bypass of queries", 65534, 1, true, "udp dport 53 queue num 65535 bypass\n",
		        "--dport 53 -j NFQUEUE --queue-num 65535 --queue-bypass\n" },
		{ "bypass of responses", 65534, 1, true, "udp sport 53 queue num 65534 bypass\n",
		        "--sport 53 -j NFQUEUE --queue-num 65534 --queue-bypass\n" },
		{ "several queues with bypass", 0, 64, true,
		        "udp dport 53 queue num 64-127 bypass\n",
		        "--dport 53 -j NFQUEUE --queue-balance 64:127 --queue-bypass\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (uint32_t role = ROLE_HOST; role <= ROLE_BOTH; role++) {
			struct config c = { .role = role,
				.queue_first = rows[i].first,
				.queue_count = rows[i].count,
				.queue_bypass = rows[i].bypass };
			char *nft = template_nft(&c), *iptables = template_iptables(&c);

			assert_non_null(nft);
			assert_non_null(iptables);
			assert_row(rows[i].why, strstr(nft, rows[i].nft) != NULL);
			assert_row(rows[i].why, strstr(iptables, rows[i].iptables) != NULL);
			for (const char *at = nft; (at = strchr(at, '@')) != NULL; at++)
				assert_row(rows[i].why, strncmp(at, "@th,80,1 ", 9) == 0);
			assert_row(rows[i].why, !strchr(iptables, '@'));
			free(nft);
			free(iptables);
		}
	}
}

static void each_role_has_its_hooks(void **state)
{
	struct config host = { .role = ROLE_HOST, .queue_count = 1 };
	struct config gateway = { .role = ROLE_GATEWAY, .queue_count = 1 };
	char *texts[] = { template_nft(&host), template_iptables(&host), template_nft(&gateway),
		template_iptables(&gateway) };

	(void)state;
	assert_non_null(strstr(texts[0], "hook output"));
	assert_non_null(strstr(texts[0], "hook input"));
	assert_null(strstr(texts[0], "hook forward"));
	assert_non_null(strstr(texts[1], "-I OUTPUT"));
	assert_null(strstr(texts[1], "-I FORWARD"));
	assert_non_null(strstr(texts[2], "hook forward"));
	assert_null(strstr(texts[2], "hook output"));
	assert_non_null(strstr(texts[3], "-I FORWARD"));
	assert_null(strstr(texts[3], "-I OUTPUT"));
	for (size_t i = 0; i < COUNT(texts); i++)
		free(texts[i]);
}

/* In both forms, the first rules leave alone every packet that is not bridged. */
static void a_bridge_judges_only_bridged_packets(void **state)
{
	struct config bridge = {
		.role = ROLE_BRIDGE, .queue_count = 1, .tcp = TCP_RELAY, .tcp_port = 5399
	};
	char *nft = template_nft(&bridge), *iptables = template_iptables(&bridge);

	(void)state;
	assert_non_null(nft);
	assert_non_null(iptables);
	assert_true(!strchr(nft, '@') && !strchr(iptables, '@'));
	assert_non_null(strstr(nft, "oifkind != \"bridge\" accept\n\t\tudp sport 53 ct"));
	assert_null(strstr(nft, "hook output"));
	assert_non_null(strstr(nft, "iifkind \"bridge\" tcp dport 53 redirect to :5399\n"));
	assert_non_null(strstr(iptables, "-A SEALGATE_FWD -m physdev ! --physdev-is-bridged -j "
	                                 "RETURN\n-A SEALGATE_FWD -p udp"));
	assert_null(strstr(iptables, "-I OUTPUT"));
	assert_non_null(strstr(iptables, "--dport 53 -j REDIRECT --to-ports 5399\n"));
	assert_non_null(strstr(iptables, "--dport 5399 -m conntrack ! --ctstate DNAT -j REJECT"));
	free(nft);
	free(iptables);
}

static unsigned count_of(const char *text, const char *word)
{
	unsigned count = 0;
	while ((text = strstr(text, word)) != NULL) {
		text += strlen(word);
		count++;
	}
	return count;
}

/* Otherwise the second commit of a table would remove the rules of the first one. */
static void both_roles_name_each_table_once(void **state)
{
	static const char *const tables[] = { "*security\n", "*filter\n", "*nat\n", "*mangle\n",
		"*raw\n" };
	struct config both = { .role = ROLE_BOTH, .queue_count = 1, .tcp = TCP_RELAY };
	char *nft = template_nft(&both), *iptables = template_iptables(&both);

	(void)state;
	for (size_t i = 0; i < COUNT(tables); i++)
		assert_row(tables[i], count_of(iptables, tables[i]) == 1);
	assert_int_equal(count_of(iptables, "COMMIT\n"), COUNT(tables));
	assert_non_null(strstr(iptables, "-I FORWARD -j SEALGATE_FWD\n"));
	assert_non_null(strstr(iptables, "-I OUTPUT -j SEALGATE_OUT\n"));
	assert_int_equal(count_of(nft, "delete table"), 1);
	assert_non_null(strstr(nft, "hook forward"));
	assert_non_null(strstr(nft, "hook output"));
	free(nft);
	free(iptables);
}

/* In both forms, the rules for port 853 are active or commented out. */
static void encrypted_dns_is_refused_only_if_configured(void **state)
{
	(void)state;
	for (uint32_t role = ROLE_HOST; role <= ROLE_BOTH; role++) {
		for (int wanted = 0; wanted <= 1; wanted++) {
			struct config c = { .role = role,
				.queue_count = 1,
				.block_encrypted_dns = wanted,
				.user = 7 };
			char *nft = template_nft(&c), *iptables = template_iptables(&c);

			assert_non_null(nft);
			assert_non_null(iptables);
			assert_int_equal(wanted,
			        strstr(nft, "\n\t\ttcp dport 853 reject with tcp reset\n") &&
			                strstr(nft, "\n\t\tudp dport 853 reject\n"));
			assert_int_equal(
			        wanted, strstr(iptables, "_REJECT -p tcp --dport 853 -j REJECT "
			                                 "--reject-with tcp-reset\n") &&
			                        strstr(iptables,
			                                "_REJECT -p udp --dport 853 -j REJECT\n") &&
			                        !strstr(iptables, "# -A SEALGATE"));
			free(nft);
			free(iptables);
		}
	}
}

static bool has(const char *text, const char *line)
{
	return strstr(text, line) != NULL;
}

/* Since Linux 5.17 CAP_NET_RAW is enough to set a mark, so no rule may let a query pass by its mark
 * alone. And no rule may change bits of the mark that belong to others. */
static void our_own_queries_are_recognised_by_their_user_too(void **state)
{
	struct config c;

	(void)state;
	config_defaults(&c);
	c.role = ROLE_BOTH;
	c.user = 61234;
	char *nft = template_nft(&c), *iptables = template_iptables(&c);

	static const char *const in_iptables[] = {
		"-A SEALGATE_OUT -m mark --mark 0x10000000/0x30000000 -m owner --uid-owner 0 -g "
		"SEALGATE_OWN\n",
		"\n-A SEALGATE_OUT -m mark --mark 0x10000000/0x30000000 -m owner --uid-owner 61234 "
		"-g "
		"SEALGATE_OWN\n",
		"-A SEALGATE_OWN -j CONNMARK --set-xmark 0x10000000/0x30000000\n",
		"\n-A SEALGATE_OUT_REJECT -m mark --mark 0x10000000/0x30000000 -m owner "
		"--uid-owner "
		"61234 -j RETURN\n",
		"\n-A SEALGATE_RELAY -m mark --mark 0x10000000/0x30000000 -m owner --uid-owner "
		"61234 "
		"-j RETURN\n",
		"--ctdir REPLY -m connmark --mark 0x10000000/0x30000000 -m socket ",
		"--tproxy-mark 0x20000000/0x30000000\n",
	};
	for (size_t i = 0; i < COUNT(in_iptables); i++)
		assert_row(in_iptables[i], has(iptables, in_iptables[i]));
	assert_false(has(iptables, "-A SEALGATE_OUT -m mark --mark 0x10000000/0x30000000 -j"));

	static const char *const in_nft[] = {
		"meta mark & 0x30000000 == 0x10000000 meta skuid { 0, 61234 } accept\n",
		"meta mark & 0x30000000 == 0x10000000 meta skuid { 0, 61234 } ct mark set ct mark "
		"& "
		"0xcfffffff | 0x10000000\n",
		"ct direction reply ct mark & 0x30000000 == 0x10000000 socket mark & 0x30000000 == "
		"0x10000000 accept\n",
		"meta mark set meta mark & 0xcfffffff | 0x20000000 accept\n",
	};
	for (size_t i = 0; i < COUNT(in_nft); i++)
		assert_row(in_nft[i], has(nft, in_nft[i]));
	assert_false(has(nft, "meta mark & 0x30000000 == 0x10000000 accept"));
	free(nft);
	free(iptables);
	config_fini(&c);
}

/* No rule may let the queries of another user pass. */
static void only_root_passes_if_sealgate_runs_as_root(void **state)
{
	struct config c;

	(void)state;
	config_defaults(&c);
	char *iptables = template_iptables(&c);
	for (const char *at = iptables; (at = strstr(at, "--uid-owner")) != NULL; at++)
		assert_true(strncmp(at, "--uid-owner 0 ", strlen("--uid-owner 0 ")) == 0);
	assert_false(has(iptables, "--uid-owner 0 -g SEALGATE_OWN\n-A SEALGATE_OUT -m mark"));
	free(iptables);
	config_fini(&c);
}

static void the_shortcut_applies_only_to_its_interfaces(void **state)
{
	struct config c = { .role = ROLE_GATEWAY,
		.queue_count = 1,
		.shortcut_mark_bit = 27,
		.shortcut_interfaces = { .count = 2, .names = { "lan0", "br-lan.5" } } };
	char *texts[] = { template_nft(&c), template_iptables(&c) };
	static const char *const rules[][2] = {
		{ "forward iifname \"lan0\" udp dport 53 meta mark & 0x08000000 == 0x08000000 "
		  "accept\n",
		        "forward iifname \"br-lan.5\" udp dport 53 " },
		{ "-I SEALGATE_FWD -i lan0 -p udp --dport 53 -m mark --mark 0x08000000/0x08000000 "
		  "-j RETURN\n",
		        "-I SEALGATE_FWD -i br-lan.5 -p udp " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		assert_non_null(strstr(texts[i], rules[i][0]));
		assert_non_null(strstr(texts[i], rules[i][1]));
		free(texts[i]);
	}
	c.shortcut_interfaces.count = 0;
	char *without = template_nft(&c);
	assert_null(strstr(without, "0x08000000"));
	free(without);
}

/* The kernel takes at most 28 octets. */
static void the_longest_name_of_an_instance_fits(void **state)
{
	(void)state;
	for (uint32_t role = ROLE_HOST; role <= ROLE_BRIDGE; role++) {
		struct config c = { .role = role, .queue_count = 1, .tcp = TCP_RELAY };
		memset(c.instance, 'x', CONFIG_INSTANCE_MAX);
		char *iptables = template_iptables(&c);

		assert_non_null(iptables);
		assert_null(strstr(iptables, "SEALGATE_"));
		for (const char *at = iptables; (at = strstr(at, "SEALGATE-")) != NULL; at++)
			assert_true(strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-x") <= 28);
		free(iptables);
	}
}

/* With iptables, a packet that one instance has accepted meets no rule of the other. So the named
 * instance returns what is the other's. Only a query may get past the queue of a host's responses,
 * and only a response past that of its queries. With nft, each sees all. What may be the other's
 * passes while the one without a name does not run, and nothing else does. */
static void a_named_instance_leaves_packets_to_the_other(void **state)
{
	static const struct {
		const char *why;
		uint32_t role;
		const char *in4, *in6, *out4, *nft_in, *nft_out;
	} rows[] = {
		{ "a host", ROLE_HOST,
		        "\n-4 -A SEALGATE-n_IN -p udp --sport 53 --dport 53 -m u32 --u32 "
		        "\"0>>22&0x3C@7&0x80=0\" -j RETURN\n",
		        "\n-6 -A SEALGATE-n_IN -p udp --sport 53 --dport 53 -m u32 --u32 "
		        "\"3&0xFF=17&&47&0x80=0\" -j RETURN\n",
		        "\n-4 -A SEALGATE-n_OUT -p udp --sport 53 --dport 53 -m u32 --u32 "
		        "\"0>>22&0x3C@7&0x80=0x80\" -j RETURN\n",
		        "@th,80,1 0 accept\n\t\tudp sport 53 queue",
		        "@th,80,1 1 accept\n\t\tudp dport 53 queue" },
		{ "a signer", ROLE_SIGNER,
		        "\n-4 -A SEALGATE-n_IN -p udp --sport 53 --dport 53 -m u32 --u32 "
		        "\"0>>22&0x3C@7&0x80=0x80\" -j RETURN\n",
		        "\n-6 -A SEALGATE-n_IN -p udp --sport 53 --dport 53 -m u32 --u32 "
		        "\"3&0xFF=17&&47&0x80=0x80\" -j RETURN\n",
		        "\n-4 -A SEALGATE-n_OUT -p udp --sport 53 --dport 53 -m u32 --u32 "
		        "\"0>>22&0x3C@7&0x80=0\" -j RETURN\n",
		        "@th,80,1 1 accept\n\t\tudp dport 53 queue",
		        "@th,80,1 0 accept\n\t\tudp sport 53 queue" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct config c = { .role = rows[i].role, .queue_count = 1, .instance = "n" };
		char *iptables = template_iptables(&c), *nft = template_nft(&c);
		assert_row(rows[i].why, has(iptables, rows[i].in4) && has(iptables, rows[i].in6));
		assert_row(rows[i].why, has(iptables, rows[i].out4));
		for (int in = 0; in < 2; in++)
			assert_row("extension headers",
			        has(iptables,
			                in ? "\n-6 -A SEALGATE-n_IN -p udp --sport 53 --dport 53 "
			                     "-m u32 --u32 \"3&0xFF=0:16,18:0xFF\" -j DROP\n"
			                   : "\n-6 -A SEALGATE-n_OUT -p udp --sport 53 --dport 53 "
			                     "-m u32 --u32 \"3&0xFF=0:16,18:0xFF\" -j DROP\n"));
		assert_row(rows[i].why, has(nft, rows[i].nft_in) && has(nft, rows[i].nft_out));
		free(iptables);
		free(nft);
		c.instance[0] = '\0';
		iptables = template_iptables(&c);
		nft = template_nft(&c);
		assert_row(rows[i].why, !has(iptables, "u32"));
		for (const char *at = nft; (at = strstr(at, " queue num ")) != NULL; at++) {
			bool is_told =
			        strncmp(at - 2, " 0", 2) == 0 || strncmp(at - 2, " 1", 2) == 0;
			bool passes = memmem(at, strcspn(at, "\n"), " bypass", strlen(" bypass"));
			assert_row(rows[i].why, passes == is_told);
		}
		assert_row(rows[i].why,
		        has(nft, "\t\tudp sport 53 udp dport 53 @th,80,1 0 queue num ") &&
		                has(nft, "\t\tudp sport 53 udp dport 53 @th,80,1 1 queue num "));
		free(iptables);
		free(nft);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_queues_are_filled_in),
		cmocka_unit_test(each_role_has_its_hooks),
		cmocka_unit_test(a_bridge_judges_only_bridged_packets),
		cmocka_unit_test(both_roles_name_each_table_once),
		cmocka_unit_test(encrypted_dns_is_refused_only_if_configured),
		cmocka_unit_test(our_own_queries_are_recognised_by_their_user_too),
		cmocka_unit_test(only_root_passes_if_sealgate_runs_as_root),
		cmocka_unit_test(the_shortcut_applies_only_to_its_interfaces),
		cmocka_unit_test(the_longest_name_of_an_instance_fits),
		cmocka_unit_test(a_named_instance_leaves_packets_to_the_other),
	};
	return cmocka_run_group_tests_name("template", tests, NULL, NULL);
}
