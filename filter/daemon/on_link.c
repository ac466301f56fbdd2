/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/on_link.h"

#include <ifaddrs.h>

#include "base/sockaddr.h"
#include "trust/found_prefixes.h"

/* A link has a network of 64 bits (RFC 4291, 2.5.1), also if this machine has only an address. */
#define LINK_BITS 64

static uint8_t bits_of(const struct sockaddr *mask)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)mask;
	uint8_t bits = 0;

	while (bits < LINK_BITS && (in6->sin6_addr.s6_addr[bits / 8] & 0x80 >> bits % 8))
		bits++;
	return bits;
}

/* Returns false if no prefix that may count can be in the network of this address, or around it. */
static bool network_of(const struct ifaddrs *i, struct network *network)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)i->ifa_addr;
	struct network address = { .len = 16, .prefix = 128 };

	if (!i->ifa_addr || i->ifa_addr->sa_family != AF_INET6 || !i->ifa_netmask)
		return false;
	memcpy(address.octets, &in6->sin6_addr, sizeof(address.octets));
	*network = address;
	network->prefix = bits_of(i->ifa_netmask); /* the octets after it do not matter */
	return prefix_use_of(&address, NULL, 0) != PREFIX_GLOBAL;
}

unsigned on_link_read(struct network *networks)
{
	struct ifaddrs *all = NULL;
	unsigned count = 0;
	bool is_whole = getifaddrs(&all) == 0;

	for (const struct ifaddrs *i = all; i && is_whole; i = i->ifa_next) {
		struct network network;
		if (!network_of(i, &network))
			continue;
		is_whole = count < ON_LINK_MAX;
		if (is_whole)
			networks[count++] = network;
	}
	if (all)
		freeifaddrs(all);
	if (is_whole)
		return count;
	networks[0] = (struct network){ .len = 16 };
	return 1;
}
