/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The networks on the links of this machine whose addresses are not global: a prefix of a NAT64 in
 * them does not count (trust/found_prefixes.h). */
#ifndef DAEMON_ON_LINK_H
#define DAEMON_ON_LINK_H

#include "wire/network.h"

#define ON_LINK_MAX 256

/* Writes the networks to `networks`, which has room for ON_LINK_MAX. Returns their number. If they
 * cannot be had, or are more, returns one that has all addresses: then no prefix counts. */
unsigned on_link_read(struct network *networks);

#endif
