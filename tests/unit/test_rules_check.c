/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "config/address.h"
#include "netfilter/rules_check.h"
#include "netfilter/template.h"

static const char lan[] = "lan0";

/* Addresses of a signer's servers: iptables makes a rule of each. */
static struct sockaddr_storage servers[5];

static void make_servers(void)
{
	static const char *const texts[COUNT(servers)] = { "192.0.2.1", "192.0.2.2", "192.0.2.3",
		"2001:db8::1", "2001:db8::2" };

	for (size_t i = 0; i < COUNT(servers); i++)
		assert_true(address_read(texts[i], &servers[i]));
}

static struct config config_of(uint32_t role, uint32_t place)
{
	struct config c = { .role = role,
		.sign_place = place,
		.tcp = TCP_RELAY,
		.tcp_port = 5300,
		.queue_count = 1,
		.block_encrypted_dns = true,
		.mark_mask = 0x30000000,
		.mark_own = 0x10000000,
		.mark_relay = 0x20000000,
		.user = 123,
		.sign_servers = { COUNT(servers), servers },
		.inside = { .count = 1 } };

	make_servers();
	strcpy(c.inside.names[0], lan);
	return c;
}

static const struct {
	uint32_t role, place;
} roles[] = {
	{ ROLE_HOST, 0 },
	{ ROLE_GATEWAY, 0 },
	{ ROLE_BOTH, 0 },
	{ ROLE_BRIDGE, 0 },
	{ ROLE_SIGNER, PLACE_SERVER },
	{ ROLE_SIGNER, PLACE_GATEWAY },
};

/* Writes a line as iptables-save does: an insertion as -A, and a list of addresses as a rule of
 * each. */
static void write_saved(const char *rule, int len, FILE *out)
{
	char line[1000], *list;

	snprintf(line, sizeof(line), "%.*s", len, rule);
	if (strncmp(line, "-I ", 3) == 0)
		line[1] = 'A';
	list = strstr(line, " -s ") ? strstr(line, " -s ") : strstr(line, " -d ");
	if (!list || line[0] != '-') {
		fprintf(out, "%s\n", line);
		return;
	}
	list += 4;
	char *rest = strchr(list, ' ');
	*rest = '\0';
	for (char *one = strtok(list, ","); one; one = strtok(NULL, ","))
		fprintf(out, "%.*s%s/32 %s\n", (int)(list - line), line, one, rest + 1);
}

/* Returns `rules` of one family as iptables-save writes them: with the policies and jumps of base chains as
 * -A, and without comments. `skip` is the number of the rule that is left out; -1 for none. */
static char *as_saved(const char *rules, bool is_ipv6, int skip, bool *skipped)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	*skipped = false;
	for (const char *line = rules; *line; line += strcspn(line, "\n") + 1) {
		int len = (int)strcspn(line, "\n");
		const char *rule = line;
		bool is_rule = line[0] == '-';
		if (line[0] == '#' || strncmp(line, is_ipv6 ? "-4 " : "-6 ", 3) == 0)
			continue;
		if (strncmp(line, is_ipv6 ? "-6 " : "-4 ", 3) == 0)
			rule += 3;
		if (is_rule && skip-- == 0) {
			*skipped = true;
			continue;
		}
		write_saved(rule, len - (int)(rule - line), out);
	}
	assert_int_equal(fclose(out), 0);
	return text;
}

static void rules_that_are_all_there_are_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * COUNT(roles); i++) {
		struct config c = config_of(roles[i / 2].role, roles[i / 2].place);
		strcpy(c.instance, i % 2 ? "name" : "");
		char *rules = template_iptables(&c);

		for (int v6 = 0; v6 < 2; v6++) {
			struct complaint why;
			bool skipped;
			char *saved = as_saved(rules, v6, -1, &skipped);
			assert_int_equal(
			        rules_check_iptables(&c, rules, v6, saved, &why), RULES_WHOLE);
			free(saved);
		}
		free(rules);
	}
}

/* A guard that overlooks one missing rule lets packets pass unjudged. */
static void each_rule_that_is_missing_is_found(void **state)
{
	unsigned lines = 0;

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(roles); i++) {
		struct config c = config_of(roles[i / 2].role, roles[i / 2].place);
		strcpy(c.instance, i % 2 ? "name" : "");
		char *rules = template_iptables(&c);
		bool skipped = true;

		for (int line = 0; skipped; line++) {
			struct complaint why;
			char *saved = as_saved(rules, false, line, &skipped);
			enum rules_found found =
			        rules_check_iptables(&c, rules, false, saved, &why);
			assert_int_equal(found, skipped ? RULES_PARTLY : RULES_WHOLE);
			lines += skipped;
			free(saved);
		}
		free(rules);
	}
	assert_true(lines > 60);
}

static void rules_of_another_configuration_are_told_from_ours(void **state)
{
	struct config ours = config_of(ROLE_BOTH, 0), theirs[4];

	(void)state;
	for (size_t i = 0; i < COUNT(theirs); i++)
		theirs[i] = ours;
	theirs[0].queue_first = 7;
	theirs[1].tcp_port = 5301;
	theirs[2].user = 124;
	strcpy(theirs[3].inside.names[0], "wan0");
	char *rules = template_iptables(&ours), *nft = template_nft(&ours);
	for (size_t i = 0; i < COUNT(theirs); i++) {
		struct complaint why;
		bool skipped;
		char *other = template_iptables(&theirs[i]), *other_nft = template_nft(&theirs[i]);
		char *saved = as_saved(other, false, -1, &skipped);

		assert_int_equal(
		        rules_check_iptables(&ours, rules, false, saved, &why), RULES_ANOTHER);
		assert_int_equal(rules_check_nft(nft, other_nft, &why), RULES_ANOTHER);
		free(saved);
		free(other);
		free(other_nft);
	}
	free(rules);
	free(nft);
}

/* Two instances have rules in one kernel. Neither takes the other's for its own, there or not. */
static void rules_of_another_instance_are_none_of_ours(void **state)
{
	static const struct {
		const char *ours, *theirs;
	} names[] = { { "", "signer" }, { "signer", "" }, { "a", "a-b" }, { "a-b", "a" } };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct config c = config_of(ROLE_HOST, 0),
		              other = config_of(ROLE_SIGNER, PLACE_SERVER);
		strcpy(c.instance, names[i].ours);
		strcpy(other.instance, names[i].theirs);
		char *rules = template_iptables(&c), *their_rules = template_iptables(&other),
		     *both;
		struct complaint why;
		bool skipped;
		char *saved = as_saved(rules, false, -1, &skipped);
		char *theirs = as_saved(their_rules, false, -1, &skipped);

		assert_int_equal(rules_check_iptables(&c, rules, false, theirs, &why), RULES_NONE);
		assert_true(asprintf(&both, "%s%s", theirs, saved) > 0);
		assert_int_equal(rules_check_iptables(&c, rules, false, both, &why), RULES_WHOLE);
		free(both);
		free(theirs);
		free(saved);
		free(their_rules);
		free(rules);
	}
}

static void rules_of_others_are_none_of_ours(void **state)
{
	static const char *const saves[] = { "",
		"*filter\n:INPUT DROP [0:0]\n-A INPUT -j DROP\nCOMMIT\n",
		"*filter\n:MY_SEALGATE_CHAIN - [0:0]\n-A INPUT -j MY_SEALGATE_CHAIN\nCOMMIT\n" };
	struct config c = config_of(ROLE_HOST, 0);
	char *rules = template_iptables(&c), *nft = template_nft(&c);

	(void)state;
	for (size_t i = 0; i < COUNT(saves); i++) {
		struct complaint why;
		assert_int_equal(
		        rules_check_iptables(&c, rules, false, saves[i], &why), RULES_NONE);
	}
	struct complaint why;
	assert_int_equal(rules_check_nft(nft, "", &why), RULES_NONE);
	free(rules);
	free(nft);
}

/* Output of nft -a list table, of nftables 1.0.6: a set may take several lines. */
static void a_rule_of_nft_counts_once_however_many_lines_it_takes(void **state)
{
	static const char rules[] = "table inet sealgate {\n"
	                            "\tchain input {\n"
	                            "\t\ttype filter hook input priority security; policy accept;\n"
	                            "\n"
	                            "\t\t# a remark\n"
	                            "\t\tip daddr { 10.0.0.1, 10.0.0.2 } accept\n"
	                            "\t\tudp dport 53 queue num 1\n"
	                            "\t}\n"
	                            "}\n"
	                            "insert rule inet sealgate input udp dport 54 accept\n";
	static const struct {
		const char *why, *list;
		enum rules_found found;
	} rows[] = {
		{ "all rules",
		        "table inet sealgate { # handle 1\n"
		        "\tchain input { # handle 1\n"
		        "\t\ttype filter hook input priority security; policy accept;\n"
		        "\t\tudp dport 54 accept # handle 9\n"
		        "\t\tip daddr { 10.0.0.1,\n"
		        "\t\t\t   10.0.0.2 } accept # handle 2\n"
		        "\t\tudp dport 53 queue to 1 # handle 3\n"
		        "\t}\n"
		        "}\n",
		        RULES_WHOLE },
		{ "a rule with a comment is the operator's",
		        "table inet sealgate { # handle 1\n"
		        "\tchain input { # handle 1\n"
		        "\t\ttype filter hook input priority security; policy accept;\n"
		        "\t\tip saddr 10.0.0.9 accept comment \"a VPN\" # handle 10\n"
		        "\t\tudp dport 54 accept # handle 9\n"
		        "\t\tip daddr { 10.0.0.1, 10.0.0.2 } accept # handle 2\n"
		        "\t\tudp dport 53 queue to 1 # handle 3\n"
		        "\t}\n"
		        "}\n",
		        RULES_WHOLE },
		{ "it does not stand for one of ours",
		        "table inet sealgate { # handle 1\n"
		        "\tchain input { # handle 1\n"
		        "\t\tip saddr 10.0.0.9 accept comment \"a VPN\" # handle 10\n"
		        "\t\tip daddr { 10.0.0.1, 10.0.0.2 } accept # handle 2\n"
		        "\t\tudp dport 53 queue to 1 # handle 3\n"
		        "\t}\n"
		        "}\n",
		        RULES_PARTLY },
		{ "the kernel calls no chain of a dormant table",
		        "table inet sealgate { # handle 1\n"
		        "\tflags dormant\n"
		        "\n"
		        "\tchain input { # handle 1\n"
		        "\t\tudp dport 54 accept # handle 9\n"
		        "\t\tip daddr { 10.0.0.1, 10.0.0.2 } accept # handle 2\n"
		        "\t\tudp dport 53 queue to 1 # handle 3\n"
		        "\t}\n"
		        "}\n",
		        RULES_PARTLY },
		{ "the rule with the set is missing",
		        "table inet sealgate { # handle 1\n"
		        "\tchain input { # handle 1\n"
		        "\t\ttype filter hook input priority security; policy accept;\n"
		        "\t\tudp dport 54 accept # handle 9\n"
		        "\t\tudp dport 53 queue to 1 # handle 3\n"
		        "\t}\n"
		        "}\n",
		        RULES_PARTLY },
		{ "the chain is empty",
		        "table inet sealgate { # handle 1\n"
		        "\tchain input { # handle 1\n"
		        "\t\ttype filter hook input priority security; policy accept;\n"
		        "\t}\n"
		        "}\n",
		        RULES_PARTLY },
		{ "only the chain of another is left",
		        "table inet sealgate { # handle 1\n"
		        "\tchain theirs { # handle 1\n"
		        "\t}\n"
		        "}\n",
		        RULES_PARTLY },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct complaint why;
		assert_row(
		        rows[i].why, rules_check_nft(rules, rows[i].list, &why) == rows[i].found);
	}
}

/* They decide about packets, so they must not stay unsaid. */
static void rules_that_the_operator_added_are_told(void **state)
{
	static const struct {
		const char *why, *list, *said; /* NULL: there are none */
	} rows[] = {
		{ "none",
		        "table inet sealgate {\n\tchain input {\n\t\tudp dport 53 queue to "
		        "1\n\t}\n}\n",
		        NULL },
		{ "no table", "", NULL },
		{ "one, with a handle",
		        "table inet sealgate-a { # handle 1\n\tchain input { # handle 2\n"
		        "\t\tip saddr 10.0.0.9 accept comment \"a VPN\" # handle 10\n\t}\n}\n",
		        "the table inet sealgate-a has 1 rule with a comment, in the chain input: "
		        "the" },
		{ "two, in chains of their own, too",
		        "table inet sealgate {\n\tchain input {\n\t\tudp dport 53 queue to 1\n\t}\n"
		        "\tchain mine {\n\t\tdrop comment \"x\"\n\t}\n"
		        "\tchain output {\n\t\taccept comment \"y\"\n\t}\n}\n",
		        "has 2 rules with a comment, in the chain mine and others: the" },
		{ "comments of other things",
		        "table inet sealgate {\n\tcomment \"ours\"\n\tset s {\n\t\ttype ipv4_addr\n"
		        "\t\telements = { 10.0.0.1 comment \"x\" }\n\t}\n"
		        "\tchain input {\n\t\tcomment \"a chain\"\n\t}\n}\n",
		        NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct complaint what;

		assert_row(rows[i].why,
		        rules_check_added(rows[i].list, &what) == (rows[i].said != NULL));
		assert_row(rows[i].why, !rows[i].said || strstr(what.text, rows[i].said));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_that_are_all_there_are_whole),
		cmocka_unit_test(each_rule_that_is_missing_is_found),
		cmocka_unit_test(rules_of_another_configuration_are_told_from_ours),
		cmocka_unit_test(rules_of_another_instance_are_none_of_ours),
		cmocka_unit_test(rules_of_others_are_none_of_ours),
		cmocka_unit_test(a_rule_of_nft_counts_once_however_many_lines_it_takes),
		cmocka_unit_test(rules_that_the_operator_added_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
