/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks whether the packet filter sees bridged packets (br_netfilter). The switches of the kernel
 * belong to the operator: they are read and never set. */
#ifndef NETFILTER_BR_NETFILTER_H
#define NETFILTER_BR_NETFILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/complaint.h"

/* True if the packet filter sees bridged packets of each family that this machine has. If not, the
 * complaint says what is missing and what to do. `root` is put before each path: "" except in
 * tests.
 */
bool br_netfilter_sees(const char *root, struct complaint *why);

/* True if the packet filter also sees bridged packets with a VLAN tag, and in PPPoE. If not, the
 * complaint says which it does not see. */
bool br_netfilter_sees_inside(const char *root, struct complaint *why);

#endif
