/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The routing rule of the role "gateway" that delivers to this machine what the packet filter rules
 * marked for the relay, though it is bound for others. */
#ifndef OPS_ROUTING_H
#define OPS_ROUTING_H

#include <stdbool.h>
#include <stddef.h>

/* Adds the rule and its table, in each family that this machine has. Twice is the same as once;
 * `*added` says whether there was anything to add. Returns 0, or -errno with a sentence in `why`.
 */
int routing_apply(bool *added, char *why, size_t why_size);

/* Takes them away; `*found` says whether they were there. Returns 0, or -errno with a sentence in
 * `why`. */
int routing_remove(bool *found, char *why, size_t why_size);

#endif
