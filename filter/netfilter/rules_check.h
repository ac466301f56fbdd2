/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares rules, as sealgate applies them, with what the kernel has. Text in, a finding out.
 *
 * Compared are the stamp (netfilter/rules_stamp.h), the chains, the number of rules in each chain,
 * and the jumps to our chains. So a chain or rule that another program removed is found, and so are
 * the rules of another configuration. A rule that root replaced by another one is not found. The
 * operator may add rules to the table of nft, if each of them has a comment: they are not counted.
 * Rules of another instance are not ours. */
#ifndef NETFILTER_RULES_CHECK_H
#define NETFILTER_RULES_CHECK_H

#include <stdbool.h>

#include "base/complaint.h"
#include "config/config.h"

enum rules_found {
	RULES_WHOLE,   /* all are there */
	RULES_PARTLY,  /* some are missing */
	RULES_ANOTHER, /* there are rules, of another configuration or version */
	RULES_NONE,    /* no rule of ours is there */
};

/* `rules` is the text of template_iptables() for `c`, `save` the output of iptables-save or
 * ip6tables-save. The complaint says what is missing, unless RULES_WHOLE. */
enum rules_found rules_check_iptables(const struct config *c, const char *rules, bool is_ipv6,
        const char *save, struct complaint *why);

/* `rules` is the text of template_nft(), `list` the output of nft -a list table for the table of
 * the instance; "" if there is no such table. */
enum rules_found rules_check_nft(const char *rules, const char *list, struct complaint *why);

/* True if the table of nft in `list`, with or without handles, has rules with a comment. They
 * decide about packets as ours do, so `what` says how many there are, and where. */
bool rules_check_added(const char *list, struct complaint *what);

#endif
