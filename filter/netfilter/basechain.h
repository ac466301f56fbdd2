/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iptables-nft makes a table and a base chain when they are first used, and leaves them when the
 * rules are gone: `nft list ruleset` would show that we were there. So a chain that came to life
 * for our rules gets a note, an empty chain of ours beside it, and goes with them. Where nft is not
 * installed nobody sees the difference, and nothing is done. (iptables-legacy has the like, which
 * cannot be undone while the kernel runs: an empty table.) */
#ifndef NETFILTER_BASECHAIN_H
#define NETFILTER_BASECHAIN_H

#include <stdbool.h>
#include <stdio.h>

/* Writes the notes for iptables-restore: for each base chain that `rules`, which start with the
 * line of this table, jump from and that is not there yet, or that has a note in `now`, the output
 * of iptables-save. */
void basechain_note(const char *rules, const char *table, bool is_v6, const char *now, FILE *out);

/* Removes the base chains of the table with a note in `now` but none in `before`, and the table
 * when that leaves it empty. A chain that the operator uses meanwhile stays. */
void basechain_clear(const char *now, const char *before, const char *table, bool is_v6);

#endif
