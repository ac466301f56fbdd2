/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel tells of Router Advertisements, and of interfaces that go. */
#include "test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <unistd.h>

#include "config/network_text.h"
#include "daemon/router_adverts.h"

/* Writes what was taken: "INTERFACE PREFIX LIFETIME ROUTER", or "INTERFACE down". */
static void note(void *context, const struct router_advert *advert)
{
	char *text = context, prefix[NETWORK_TEXT_SIZE], router[INET6_ADDRSTRLEN];

	text += strlen(text);
	if (advert->is_down)
		sprintf(text, "%u down;", advert->interface);
	else
		sprintf(text, "%u %s %u %s;", advert->interface,
		        network_write(&advert->prefix, true, prefix), advert->lifetime_s,
		        inet_ntop(AF_INET6, advert->router, router, sizeof(router)));
}

static size_t pad(uint8_t *octets, size_t len)
{
	while (len % NLMSG_ALIGNTO)
		octets[len++] = 0;
	return len;
}

static size_t put_message(uint8_t *at, uint16_t type, const void *payload, size_t len)
{
	struct nlmsghdr header = { .nlmsg_len = (uint32_t)(sizeof(header) + len),
		.nlmsg_type = type };

	memcpy(at, &header, sizeof(header));
	memcpy(at + sizeof(header), payload, len);
	return pad(at, header.nlmsg_len);
}

struct useropt {
	const char *why;
	uint8_t family, icmp_type;
	uint16_t opts_len; /* as the kernel says it; 0: of the option */
	int interface;
	const char *option, *taken;
};

#define PREF64 "26 02 0708 fd64000100020003 00000000"
#define RDNSS  "19 03 0000 00000708 fd530004000000000000000000000002"

static size_t put_useropt(uint8_t *at, const struct useropt *row, bool has_router)
{
	static const uint8_t router[20] = { 20, 0, NDUSEROPT_SRCADDR, 0, 0xfe, 0x80, [19] = 1 };
	uint8_t payload[200];
	size_t option_len;
	uint8_t *option = unhex(row->option, &option_len);
	struct nduseroptmsg told = { .nduseropt_family = row->family,
		.nduseropt_opts_len = row->opts_len ? row->opts_len : (uint16_t)option_len,
		.nduseropt_ifindex = row->interface,
		.nduseropt_icmp_type = row->icmp_type };

	memcpy(payload, &told, sizeof(told));
	memcpy(payload + sizeof(told), option, option_len);
	size_t len = pad(payload, sizeof(told) + option_len);
	if (has_router)
		memcpy(payload + len, router, sizeof(router));
	free(option);
	return put_message(at, RTM_NEWNDUSEROPT, payload, len + (has_router ? sizeof(router) : 0));
}

static void an_option_of_the_kernel_is_taken(void **state)
{
	(void)state;
	static const struct useropt rows[] = {
		{ "a prefix", AF_INET6, 134, 0, 7, PREF64, "7 fd64:1:2:3::/96 1800 fe80::1;" },
		{ "another option", AF_INET6, 134, 0, 7, RDNSS, "" },
		{ "another message of ICMPv6", AF_INET6, 137, 0, 7, PREF64, "" },
		{ "another family", AF_INET, 134, 0, 7, PREF64, "" },
		{ "no interface", AF_INET6, 134, 0, 0, PREF64, "" },
		{ "more than there is", AF_INET6, 134, 60000, 7, PREF64, "" },
		{ "an octet more", AF_INET6, 134, 17, 7, PREF64, "" },
		{ "an octet less", AF_INET6, 134, 15, 7, PREF64, "" },
	};
	_Alignas(struct nlmsghdr) uint8_t octets[1000];

	for (size_t i = 0; i < COUNT(rows); i++) {
		char taken[200] = "";
		size_t len = put_useropt(octets, &rows[i], true);
		router_adverts_parse(octets, len, note, taken);
		if (strcmp(taken, rows[i].taken) != 0)
			fail_msg("%s: took %s", rows[i].why, taken);
	}
}

static void several_messages_come_at_once(void **state)
{
	(void)state;
	static const struct useropt first = { "", AF_INET6, 134, 0, 7, RDNSS, "" };
	static const struct useropt second = { "", AF_INET6, 134, 0, 8, PREF64, "" };
	_Alignas(struct nlmsghdr) uint8_t octets[1000];
	char taken[200] = "";

	size_t len = put_useropt(octets, &first, true);
	len += put_useropt(octets + len, &second, false);
	len += put_useropt(octets + len, &second, true);
	router_adverts_parse(octets, len, note, taken);
	assert_string_equal(taken, "8 fd64:1:2:3::/96 1800 ::;8 fd64:1:2:3::/96 1800 fe80::1;");
}

/* (AddressSanitizer sees a read past the end.) */
static void a_message_that_is_cut_anywhere_is_harmless(void **state)
{
	(void)state;
	static const struct useropt row = { "", AF_INET6, 134, 0, 7, PREF64, "" };
	_Alignas(struct nlmsghdr) uint8_t octets[1000];
	size_t whole = put_useropt(octets, &row, true);

	for (size_t len = 0; len < whole; len++) {
		uint8_t *cut = malloc(len + 1);
		char taken[200] = "";
		uint32_t said = (uint32_t)len;
		memcpy(cut, octets, len);
		router_adverts_parse(cut, len, note, taken);
		assert_string_equal(taken, ""); /* the header says that more follows */
		if (len >= sizeof(said))
			memcpy(cut, &said, sizeof(said));
		router_adverts_parse(cut, len, note, taken);
		free(cut);
	}
}

/* The octets after its end are those of another message. */
static void an_option_past_the_end_of_its_message_is_not_taken(void **state)
{
	(void)state;
	static const struct useropt row = { "", AF_INET6, 134, 0, 7, PREF64, "" };
	_Alignas(struct nlmsghdr) uint8_t octets[1000];
	size_t whole = put_useropt(octets, &row, false);

	for (uint32_t said = NLMSG_HDRLEN; said <= whole; said++) {
		char taken[200] = "";
		memcpy(octets, &said, sizeof(said));
		router_adverts_parse(octets, said, note, taken);
		assert_int_equal(taken[0] != '\0', said == whole);
	}
}

static void an_interface_that_is_down_is_told(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint16_t type;
		uint8_t family;
		int interface;
		unsigned flags;
		const char *taken;
	} rows[] = {
		{ "it runs", RTM_NEWLINK, AF_UNSPEC, 7, IFF_UP | IFF_RUNNING, "" },
		{ "without a carrier", RTM_NEWLINK, AF_UNSPEC, 7, IFF_UP, "7 down;" },
		{ "set down", RTM_NEWLINK, AF_UNSPEC, 7, 0, "7 down;" },
		{ "removed", RTM_DELLINK, AF_UNSPEC, 7, IFF_UP | IFF_RUNNING, "7 down;" },
		{ "a port leaves its bridge", RTM_DELLINK, AF_BRIDGE, 7, IFF_UP | IFF_RUNNING, "" },
		{ "no interface", RTM_DELLINK, AF_UNSPEC, 0, 0, "" },
		{ "another message", RTM_NEWADDR, AF_UNSPEC, 7, 0, "" },
	};
	_Alignas(struct nlmsghdr) uint8_t octets[200];

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct ifinfomsg link = { .ifi_family = rows[i].family,
			.ifi_index = rows[i].interface,
			.ifi_flags = rows[i].flags };
		char taken[200] = "";
		router_adverts_parse(octets, put_message(octets, rows[i].type, &link, sizeof(link)),
		        note, taken);
		assert_row(rows[i].why, strcmp(taken, rows[i].taken) == 0);
		router_adverts_parse(octets,
		        put_message(octets, rows[i].type, &link, sizeof(link) - 1), note, taken);
		assert_row(rows[i].why, strcmp(taken, rows[i].taken) == 0);
	}
}

/* A program with CAP_NET_ADMIN can send to the socket of another, for example in a container that
 * shares this network. */
static void nobody_but_the_kernel_is_heard(void **state)
{
	(void)state;
	static const struct useropt row = { "", AF_INET6, 134, 0, 7, PREF64, "" };
	_Alignas(struct nlmsghdr) uint8_t octets[1000];
	size_t len = put_useropt(octets, &row, true);
	struct sockaddr_nl address;
	socklen_t size = sizeof(address);
	char taken[1000] = "";
	int fd = router_adverts_open(), forger = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);

	assert_true(fd >= 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	ssize_t sent = sendto(forger, octets, len, 0, (struct sockaddr *)&address, size);
	assert_true(sent == (ssize_t)len || errno == EPERM);
	router_adverts_read(fd, note, taken);
	assert_string_equal(taken, "");
	close(forger);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_option_of_the_kernel_is_taken),
		cmocka_unit_test(several_messages_come_at_once),
		cmocka_unit_test(a_message_that_is_cut_anywhere_is_harmless),
		cmocka_unit_test(an_option_past_the_end_of_its_message_is_not_taken),
		cmocka_unit_test(an_interface_that_is_down_is_told),
		cmocka_unit_test(nobody_but_the_kernel_is_heard),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
