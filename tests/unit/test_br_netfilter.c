/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netfilter/br_netfilter.h"

#define SWITCHES "/proc/sys/net/bridge/bridge-nf-"
#define OF_BR0   "/sys/class/net/br0/bridge/nf_call_"
#define OF_BR1   "/sys/class/net/br1/bridge/nf_call_"

enum { FILES_MAX = 6, HAS_IPV6 = 1, HAS_NO_IPV6 = 0 };

/* A file of a machine, with its text. */
struct file {
	const char *path, *text;
};

static void write_file(const char *root, const struct file *file)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s%s", root, file->path);
	for (char *at = path + strlen(root) + 1; (at = strchr(at, '/')) != NULL; at++) {
		*at = '\0';
		mkdir(path, 0700);
		*at = '/';
	}
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(file->text, f);
	fclose(f);
}

static void remove_all(const char *root)
{
	char command[PATH_MAX + 16];

	snprintf(command, sizeof(command), "rm -r %s", root);
	assert_int_equal(system(command), 0);
}

static void make_machine(char *root, bool has_ipv6, const struct file files[FILES_MAX])
{
	strcpy(root, "/tmp/sealgate-bridged-XXXXXX");
	assert_non_null(mkdtemp(root));
	if (has_ipv6)
		write_file(root, &(struct file){ "/proc/net/if_inet6", "" });
	for (int i = 0; i < FILES_MAX && files[i].path; i++)
		write_file(root, &files[i]);
}

static void bridged_packets_are_seen_if_each_switch_is_on(void **state)
{
	static const struct {
		const char *why;
		bool has_ipv6;
		struct file files[FILES_MAX];
		const char *said; /* NULL: bridged packets are seen */
	} rows[] = {
		{ "no br_netfilter", HAS_IPV6, { { NULL, NULL } }, "modprobe br_netfilter" },
		{ "both on", HAS_IPV6,
		        { { SWITCHES "call-iptables", "1\n" },
		                { SWITCHES "call-ip6tables", "1\n" } },
		        NULL },
		{ "IPv4 off", HAS_IPV6,
		        { { SWITCHES "call-iptables", "0\n" },
		                { SWITCHES "call-ip6tables", "1\n" } },
		        "net.bridge.bridge-nf-call-iptables=1" },
		{ "IPv6 off", HAS_IPV6,
		        { { SWITCHES "call-iptables", "1\n" },
		                { SWITCHES "call-ip6tables", "0\n" } },
		        "net.bridge.bridge-nf-call-ip6tables=1" },
		{ "IPv6 off on a machine without IPv6", HAS_NO_IPV6,
		        { { SWITCHES "call-iptables", "1\n" },
		                { SWITCHES "call-ip6tables", "0\n" } },
		        NULL },
		{ "off, but on for the only bridge", HAS_NO_IPV6,
		        { { SWITCHES "call-iptables", "0\n" }, { OF_BR0 "iptables", "1\n" } },
		        NULL },
		{ "on for one bridge of two", HAS_NO_IPV6,
		        { { SWITCHES "call-iptables", "0\n" }, { OF_BR0 "iptables", "1\n" },
		                { OF_BR1 "iptables", "0\n" } },
		        "net.bridge.bridge-nf-call-iptables=1" },
		{ "off, but on for the bridge in one family", HAS_IPV6,
		        { { SWITCHES "call-iptables", "0\n" }, { SWITCHES "call-ip6tables", "0\n" },
		                { OF_BR0 "iptables", "1\n" }, { OF_BR0 "ip6tables", "0\n" } },
		        "net.bridge.bridge-nf-call-ip6tables=1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char root[64];
		struct complaint said = { "" };

		make_machine(root, rows[i].has_ipv6, rows[i].files);
		bool seen = br_netfilter_sees(root, &said);
		remove_all(root);
		assert_row(rows[i].why, seen == !rows[i].said);
		assert_row(rows[i].why, seen || strstr(said.text, rows[i].said));
	}
}

static void unseen_vlan_and_pppoe_frames_are_reported(void **state)
{
	static const struct {
		const char *vlan, *pppoe, *said;
	} rows[] = {
		{ "1", "1", NULL },
		{ "0", "1", "bridged packets with a VLAN tag pass " },
		{ "1", "0", "bridged packets in PPPoE pass " },
		{ "0", "0", "bridged packets with a VLAN tag or in PPPoE pass " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char root[64];
		struct complaint said = { "" };
		const struct file files[FILES_MAX] = {
			{ SWITCHES "filter-vlan-tagged", rows[i].vlan },
			{ SWITCHES "filter-pppoe-tagged", rows[i].pppoe },
		};

		make_machine(root, HAS_NO_IPV6, files);
		bool seen = br_netfilter_sees_inside(root, &said);
		remove_all(root);
		assert_int_equal(seen, !rows[i].said);
		assert_true(seen || strstr(said.text, rows[i].said));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bridged_packets_are_seen_if_each_switch_is_on),
		cmocka_unit_test(unseen_vlan_and_pppoe_frames_are_reported),
	};
	return cmocka_run_group_tests_name("bridged", tests, NULL, NULL);
}
