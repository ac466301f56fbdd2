/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Removes the base chains that iptables-nft made for our rules. iptables-nft makes a table and a
 * base chain when they are first used, and keeps them when the rules are gone: `nft list ruleset`
 * would still show them. So we note each base chain that was made for our rules, by an empty chain
 * of ours beside it, and remove both with the rules. If nft is not installed, the leftovers are
 * invisible and stay. (iptables-legacy leaves an empty table, which cannot be removed while the
 * kernel runs.) */
#ifndef NETFILTER_BASECHAIN_H
#define NETFILTER_BASECHAIN_H

#include <stdbool.h>
#include <stdio.h>

#include "netfilter/iptables_save.h"

/* Writes the notes, as lines for iptables-restore. A base chain gets a note if it has one of any
 * instance in `now`, or if it does not exist and `rules` jump from it. `rules` start with the line
 * of this table. */
void basechain_note(const char *rules, const char *table, bool is_v6, struct saved now, FILE *out);

/* Removes the base chains of the table that have a note in `now` but none in `before`, and then the
 * table, if it is empty. A chain that the operator uses meanwhile stays. */
void basechain_clear(const char *now, const char *before, const char *table, bool is_v6);

#endif
