/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv4 addresses inside IPv6 addresses, as a NAT64 and a DNS64 write them (RFC 6052). An IPv6
 * address that is read here leaves no choice to its sender: every bit follows from the prefix and
 * the IPv4 address. */
#ifndef WIRE_NAT64_H
#define WIRE_NAT64_H

#include "wire/name.h"
#include "wire/network.h"

#define NAT64_IPV4_OCTETS 4
#define NAT64_IPV6_OCTETS 16

/* True if a NAT64 may have this prefix: 32, 40, 48, 56, 64 or 96 bits of an IPv6 address, no bit
 * after them, and bits 64 to 71 zero (RFC 6052, 2.2). */
bool nat64_is_prefix(const struct network *prefix);

/* Reads the IPv4 address inside an IPv6 address of 16 octets. `prefix` is one that
 * nat64_is_prefix() allows. Returns false if the address has another prefix, or any bit set that
 * RFC 6052, 2.2 wants zero. */
bool nat64_read(const struct network *prefix, struct span ipv6, uint8_t ipv4[static 4]);

/* Sets `target` to the name in in-addr.arpa that stands for the same IPv4 address as the name
 * `reverse` in ip6.arpa (RFC 6147, 5.3.1). Returns false if `reverse` is not the name of an address
 * in one of the prefixes. */
bool nat64_reverse(const struct network *prefixes, unsigned count, const struct name *reverse,
        struct name *target);

#endif
