/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules of rules/, which stand in the program as they stand in the tree: so a binary has the
 * rules that fit it, wherever it lies. */
#ifndef NETFILTER_TEMPLATE_H
#define NETFILTER_TEMPLATE_H

#include "config/config.h"

/* Returns the rules with everything filled in, for the relay of a gateway with `c->inside` as it
 * is, where none is none, for `nft -f`. The caller frees them; NULL when there
 * is no memory. */
char *template_nft(const struct config *c);

/* The same for iptables-restore and ip6tables-restore. */
char *template_iptables(const struct config *c);

#endif
