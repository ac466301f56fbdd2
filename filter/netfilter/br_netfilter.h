/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether the kernel shows the packet filter what it bridges (br_netfilter). Its switches are the
 * operator's: they are read and never set. */
#ifndef NETFILTER_BR_NETFILTER_H
#define NETFILTER_BR_NETFILTER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/complaint.h"

/* Returns true when it does, of each family that this machine has; otherwise says in `why` what is
 * missing and what to do about it. `root` goes before each path: "" on a machine. */
bool bridged_is_seen(const char *root, struct complaint *why);

/* Returns true when it does of frames with a VLAN tag, and of PPPoE, too; otherwise says in `why`
 * what passes unseen. */
bool bridged_is_seen_inside(const char *root, struct complaint *why);

#endif
