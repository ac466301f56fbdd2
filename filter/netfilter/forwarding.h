/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks whether this machine forwards packets, as a gateway must. The switches of the kernel
 * belong to the operator: they are read and never set. */
#ifndef NETFILTER_FORWARDING_H
#define NETFILTER_FORWARDING_H

#include <stdbool.h>

#include "base/complaint.h"

/* True if the machine forwards packets of IPv4 or of IPv6, on one interface at least. If not, the
 * complaint says what to do. `root` is put before each path: "" except in tests. */
bool forwarding_is_on(const char *root, struct complaint *why);

#endif
