/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IP networks as an operator writes them: 192.0.2.0/24, 2001:db8::/32, or a single address. */
#ifndef WIRE_NETWORK_H
#define WIRE_NETWORK_H

#include <stdbool.h>

#include "base/span.h"

/* All addresses whose first `prefix` bits equal those of `octets`. */
struct network {
	uint8_t octets[16];
	uint8_t len;    /* 4 or 16 */
	uint8_t prefix; /* bits */
};

/* True if the address, 4 or 16 octets, is in one of the networks. */
bool networks_have(const struct network *networks, unsigned count, struct span address);

/* True if all addresses of `inner` are in `outer`. */
bool network_within(const struct network *inner, const struct network *outer);

/* True if both have one address and one prefix length. */
bool network_equal(const struct network *a, const struct network *b);

#endif
