/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netfilter/conflicts.h"

static char said[1024];

static void note_said(void *context, const char *sentence)
{
	(void)context;
	snprintf(said, sizeof(said), "%s", sentence);
}

static void make_setting(const char *root, const char *interface, const char *value)
{
	static const char *const parts[] = { "/proc", "/sys", "/net", "/ipv4", "/conf" };
	char path[PATH_MAX];
	size_t len = (size_t)snprintf(path, sizeof(path), "%s", root);

	for (size_t i = 0; i < COUNT(parts); i++) {
		len += (size_t)snprintf(path + len, sizeof(path) - len, "%s", parts[i]);
		mkdir(path, 0700);
	}
	len += (size_t)snprintf(path + len, sizeof(path) - len, "/%s", interface);
	mkdir(path, 0700);
	snprintf(path + len, sizeof(path) - len, "/src_valid_mark");
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(value, f);
	fclose(f);
}

static void a_setting_that_kills_the_relay_is_named(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint32_t role, tcp;
		const char *all, *wan;
		const char *named; /* NULL: nothing is said */
	} rows[] = {
		{ "off", ROLE_GATEWAY, TCP_RELAY, "0\n", "0\n", NULL },
		{ "for all", ROLE_GATEWAY, TCP_RELAY, "1\n", "0\n", "net.ipv4.conf.all." },
		{ "for one", ROLE_BOTH, TCP_RELAY, "0\n", "1\n", "net.ipv4.conf.wan." },
		{ "nothing is relayed", ROLE_GATEWAY, TCP_REFUSE, "1\n", "1\n", NULL },
		{ "nothing is forwarded", ROLE_HOST, TCP_RELAY, "1\n", "1\n", NULL },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char root[] = "/tmp/sealgate-conflicts-XXXXXX", command[PATH_MAX];
		struct config c = { .role = rows[i].role,
			.tcp = rows[i].tcp,
			.mark_relay = 0x20000000,
			.mark_mask = 0x30000000 };
		assert_non_null(mkdtemp(root));
		make_setting(root, "all", rows[i].all);
		make_setting(root, "wan", rows[i].wan);
		said[0] = '\0';
		conflicts_in_settings(&c, root, note_said, NULL);
		assert_row(rows[i].why, (said[0] != '\0') == (rows[i].named != NULL));
		if (rows[i].named) {
			assert_row(rows[i].why, strstr(said, rows[i].named) != NULL);
			assert_row(
			        rows[i].why, strstr(said, "fwmark 0x20000000/0x30000000") != NULL);
		}
		snprintf(command, sizeof(command), "rm -r %s", root);
		assert_int_equal(system(command), 0);
	}
}

static void bridged_packets_that_miss_the_relay_are_named(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint32_t tcp;
		const char *made;  /* commands of the shell, in the root */
		const char *named; /* NULL: nothing is said */
	} rows[] = {
		{ "off", TCP_RELAY, "mkdir -p $B $D/br0/bridge; echo 0 >$B-iptables", NULL },
		{ "no bridge", TCP_RELAY, "mkdir -p $B $D/eth0; echo 1 >$B-iptables", NULL },
		{ "IPv4", TCP_RELAY, "mkdir -p $B $D/br0/bridge; echo 1 >$B-iptables",
		        "net.bridge.bridge-nf-call-iptables is 1" },
		{ "IPv6", TCP_RELAY, "mkdir -p $B $D/br0/bridge; echo 1 >$B-ip6tables",
		        "net.bridge.bridge-nf-call-ip6tables is 1" },
		{ "nothing is relayed", TCP_REFUSE,
		        "mkdir -p $B $D/br0/bridge; echo 1 >$B-iptables", NULL },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char root[] = "/tmp/sealgate-conflicts-XXXXXX", command[PATH_MAX];
		struct config c = { .role = ROLE_BOTH, .tcp = rows[i].tcp };

		assert_non_null(mkdtemp(root));
		snprintf(command, sizeof(command),
		        "cd %s && B=proc/sys/net/bridge/bridge-nf-call D=sys/class/net && { %s; }",
		        root, rows[i].made);
		assert_int_equal(system(command), 0);
		said[0] = '\0';
		conflicts_in_settings(&c, root, note_said, NULL);
		assert_row(rows[i].why, (said[0] != '\0') == (rows[i].named != NULL));
		assert_row(rows[i].why, !rows[i].named || strstr(said, rows[i].named));
		snprintf(command, sizeof(command), "rm -r %s", root);
		assert_int_equal(system(command), 0);
	}
}

static void a_machine_without_the_setting_has_no_conflict(void **state)
{
	(void)state;
	struct config c = { .role = ROLE_GATEWAY, .tcp = TCP_RELAY };

	said[0] = '\0';
	conflicts_in_settings(&c, "/nowhere", note_said, NULL);
	assert_string_equal(said, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_setting_that_kills_the_relay_is_named),
		cmocka_unit_test(bridged_packets_that_miss_the_relay_are_named),
		cmocka_unit_test(a_machine_without_the_setting_has_no_conflict),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
