/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules of the folder rules/, embedded in the program. So a binary always has the rules that
 * fit it. */
#ifndef NETFILTER_TEMPLATE_H
#define NETFILTER_TEMPLATE_H

#include "config/config.h"

/* Returns the rules for `nft -f`, with all placeholders filled in. The relay of a gateway takes
 * connections from the interfaces in `c->inside`, and from none if there are none. The caller frees
 * the text. Returns NULL if memory is short. */
char *template_nft(const struct config *c);

/* Returns the same rules for iptables-restore and ip6tables-restore. */
char *template_iptables(const struct config *c);

#endif
