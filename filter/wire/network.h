/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Networks of IP addresses, as an operator names them: 192.0.2.0/24, 2001:db8::/32, or one address.
 */
#ifndef WIRE_NETWORK_H
#define WIRE_NETWORK_H

#include <stdbool.h>

#include "base/span.h"

/* Addresses of which the first `prefix` bits are these. */
struct network {
	uint8_t octets[16];
	uint8_t len;    /* 4 or 16 */
	uint8_t prefix; /* bits */
};

/* True when the address, of 4 or 16 octets, lies in one of the networks. */
bool networks_have(const struct network *networks, unsigned count, struct span address);

/* True when both are written alike. */
bool network_equal(const struct network *a, const struct network *b);

#endif
