/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The prefixes of NAT64s that a network tells: in the AAAA records that its DNS64 makes up for
 * ipv4only.arpa (RFC 7050), and in an option of its Router Advertisements (RFC 8781). Nothing
 * proves either; trust/found_prefixes.h says which of them count. */
#ifndef WIRE_NAT64_FIND_H
#define WIRE_NAT64_FIND_H

#include "wire/message.h"
#include "wire/network.h"

#define NAT64_FOUND_MAX 4 /* in one answer; a network has one or two */

/* The name that has IPv4 addresses only (RFC 7050, 8.1), as text. */
#define NAT64_NAME "ipv4only.arpa"

/* Reads the prefixes in a response to the question for AAAA of NAT64_NAME. A prefix is there if both
 * 192.0.0.170 and 192.0.0.171 are, each with this prefix and no other bit set (RFC 7050, 3; RFC 6052,
 * 2.2). Further prefixes than NAT64_FOUND_MAX are left out. Returns their number, and in `ttl_s` the
 * least TTL of the records that have them. */
unsigned nat64_find_in_answer(
        const struct message *m, struct network prefixes[static NAT64_FOUND_MAX], uint32_t *ttl_s);

/* Reads one PREF64 option, with its type and length (RFC 8781, 4). `lifetime_s` 0 takes the prefix
 * back. Returns false if it is another option, or its prefix is none that nat64_is_prefix()
 * allows. */
bool nat64_read_option(struct span option, struct network *prefix, uint32_t *lifetime_s);

#endif
