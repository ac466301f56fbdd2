/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire/network.h"

static bool network_has(const struct network *n, struct span address)
{
	unsigned octets = n->prefix / 8, bits = n->prefix % 8;

	if (n->len != address.len || n->prefix > 8 * address.len)
		return false;
	if (memcmp(n->octets, address.base, octets) != 0)
		return false;
	return bits == 0 || ((n->octets[octets] ^ address.base[octets]) >> (8 - bits)) == 0;
}

bool network_within(const struct network *inner, const struct network *outer)
{
	return inner->prefix >= outer->prefix &&
	       network_has(outer, span_of(inner->octets, inner->len));
}

bool networks_have(const struct network *networks, unsigned count, struct span address)
{
	for (unsigned i = 0; i < count; i++) {
		if (network_has(&networks[i], address))
			return true;
	}
	return false;
}

bool network_equal(const struct network *a, const struct network *b)
{
	return a->len == b->len && a->prefix == b->prefix &&
	       memcmp(a->octets, b->octets, a->len) == 0;
}
