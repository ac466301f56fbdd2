/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Has nft and the kernel check the rules for nft. Not every kernel supports "queue", so "accept"
 * replaces it here. Everything else is checked unchanged, in a network namespace of the test. */
#include "test.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "base/process.h"
#include "config/address.h"
#include "netfilter/template.h"

static bool write_to(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return done;
}

/* Enters a new network namespace, in which this user may add rules. */
static bool enter_own_network_namespace(void)
{
	char map[64];

	snprintf(map, sizeof(map), "0 %u 1", getuid());
	if (getuid() == 0)
		return unshare(CLONE_NEWNET) == 0;
	return unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 && write_to("/proc/self/uid_map", map);
}

/* Replaces each "queue num 3-4 bypass" by "accept" and spaces. */
static void replace_queues_by_accept(char *rules)
{
	for (char *at = rules; (at = strstr(at, " queue num ")) != NULL;) {
		char *end = at + strcspn(at, "\n");
		memset(at, ' ', (size_t)(end - at));
		memcpy(at + 1, "accept", strlen("accept"));
	}
}

static void check_accepts(const char *why, const struct config *c)
{
	static const char *const check[] = { "nft", "--check", "--file", "-", NULL };
	char *rules = template_nft(c);
	struct process p;

	assert_non_null(rules);
	replace_queues_by_accept(rules);
	int error = process_run(&p, check, rules);
	if (error)
		fail_msg("%s: nft: %s", why, strerror(-error));
	if (p.status != 0)
		fail_msg("%s: %s\n%s", why, p.err, rules);
	process_fini(&p);
	free(rules);
}

static void nft_accepts_the_rules_of_each_role(void **state)
{
	static const struct {
		const char *why;
		uint32_t role;
		enum config_place place;
	} roles[] = {
		{ "host", ROLE_HOST, PLACE_SERVER },
		{ "gateway", ROLE_GATEWAY, PLACE_SERVER },
		{ "both", ROLE_BOTH, PLACE_SERVER },
		{ "bridge", ROLE_BRIDGE, PLACE_SERVER },
		{ "signer on the server", ROLE_SIGNER, PLACE_SERVER },
		{ "signer on a gateway", ROLE_SIGNER, PLACE_GATEWAY },
	};
	static const char *const version[] = { "nft", "--version", NULL };
	struct process p;

	(void)state;
	if (process_run(&p, version, NULL) != 0 || !enter_own_network_namespace())
		skip();
	process_fini(&p);
	for (size_t i = 0; i < COUNT(roles); i++) {
		for (uint32_t tcp = TCP_RELAY; tcp <= TCP_REFUSE; tcp++) {
			struct config c;
			config_defaults(&c);
			c.role = roles[i].role;
			c.sign_place = roles[i].place;
			c.sign_servers = (struct config_servers){ 2,
				calloc(2, sizeof(*c.sign_servers.items)) };
			address_read("192.0.2.53", &c.sign_servers.items[0]);
			address_read("2001:db8::53", &c.sign_servers.items[1]);
			c.tcp = tcp;
			check_accepts(roles[i].why, &c);
			c.user = 61234;
			c.queue_count = 3;
			c.queue_bypass = c.block_encrypted_dns = true;
			c.inside = (struct config_interfaces){ 2, { "lan0", "br-lan.5" } };
			c.shortcut_interfaces = c.inside;
			check_accepts(roles[i].why, &c);
			strcpy(c.instance, "Name-9xy");
			check_accepts(roles[i].why, &c);
			config_fini(&c);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nft_accepts_the_rules_of_each_role),
	};

	return cmocka_run_group_tests_name("nft", tests, NULL, NULL);
}
