/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/nat64.h"

#include <stdio.h>

#define ZERO_OCTET     8  /* bits 64 to 71, which the IPv4 address leaves out */
#define REVERSE_LABELS 34 /* 32 nibbles, then ip6.arpa */

/* Returns the octet where the IPv4 address goes on after octet `at`. */
static unsigned ipv4_octet_after(unsigned at)
{
	return at + 1 == ZERO_OCTET ? at + 2 : at + 1;
}

static unsigned first_octet(const struct network *prefix)
{
	unsigned at = prefix->prefix / 8;

	return at == ZERO_OCTET ? at + 1 : at;
}

static bool is_zero_from(const uint8_t *octets, unsigned at)
{
	for (; at < NAT64_IPV6_OCTETS; at++) {
		if (octets[at])
			return false;
	}
	return true;
}

bool nat64_is_prefix(const struct network *prefix)
{
	switch (prefix->prefix) {
	case 32:
	case 40:
	case 48:
	case 56:
	case 64:
	case 96:
		return prefix->len == NAT64_IPV6_OCTETS && prefix->octets[ZERO_OCTET] == 0 &&
		       is_zero_from(prefix->octets, prefix->prefix / 8u);
	default:
		return false;
	}
}

bool nat64_read(const struct network *prefix, struct span ipv6, uint8_t ipv4[static 4])
{
	unsigned at = first_octet(prefix);

	if (ipv6.len != NAT64_IPV6_OCTETS || !networks_have(prefix, 1, ipv6) ||
	        ipv6.base[ZERO_OCTET] != 0)
		return false;
	for (unsigned i = 0; i < NAT64_IPV4_OCTETS; i++) {
		ipv4[i] = ipv6.base[at];
		at = ipv4_octet_after(at);
	}
	return is_zero_from(ipv6.base, at);
}

/* Returns the value of a lower-case hexadecimal digit, or 16. */
static unsigned nibble_of(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10u : 16;
}

/* Reads the name of an address in ip6.arpa (RFC 3596, 2.5): the last nibble comes first. */
static bool read_reverse(const struct name *reverse, uint8_t ipv6[static NAT64_IPV6_OCTETS])
{
	static const uint8_t suffix[] = "\3ip6\4arpa";
	const uint8_t *at = reverse->octets;

	if (reverse->labels != REVERSE_LABELS ||
	        reverse->len != 4 * NAT64_IPV6_OCTETS + sizeof(suffix))
		return false;
	for (unsigned i = NAT64_IPV6_OCTETS; i-- > 0; at += 4) {
		unsigned low = nibble_of(at[1]), high = nibble_of(at[3]);
		if (at[0] != 1 || at[2] != 1 || low > 15 || high > 15)
			return false;
		ipv6[i] = (uint8_t)(high << 4 | low);
	}
	return memcmp(at, suffix, sizeof(suffix)) == 0;
}

bool nat64_reverse(const struct network *prefixes, unsigned count, const struct name *reverse,
        struct name *target)
{
	uint8_t ipv6[NAT64_IPV6_OCTETS], ipv4[NAT64_IPV4_OCTETS];
	char text[sizeof("255.255.255.255.in-addr.arpa")];

	if (!read_reverse(reverse, ipv6))
		return false;
	for (unsigned i = 0; i < count; i++) {
		if (!nat64_read(&prefixes[i], span_of(ipv6, sizeof(ipv6)), ipv4))
			continue;
		snprintf(text, sizeof(text), "%u.%u.%u.%u.in-addr.arpa", ipv4[3], ipv4[2], ipv4[1],
		        ipv4[0]);
		return name_from_text(text, target);
	}
	return false;
}
