/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds our lines in the output of iptables-save: the chains of one instance, and the jumps to them
 * from other chains. All other lines are the operator's, or another instance's, and are never
 * written. Text in, text out. */
#ifndef NETFILTER_IPTABLES_SAVE_H
#define NETFILTER_IPTABLES_SAVE_H

#include <stdbool.h>
#include <stdio.h>

struct saved {
	const char *text; /* the output of iptables-save */
	/* `chains` of struct rule_names: what our chains have before their names */
	const char *chains;
};

/* True if the table has a line of ours. */
bool saved_has(struct saved s, const char *table);

/* True if the table has a chain of this name of any instance: "MADE_IN". */
bool saved_has_chain(const char *save, const char *table, const char *chain);

/* Writes the lines for iptables-restore that remove our lines from the table. A chain that `next`
 * has in this table too is only emptied: the lines that follow must make it, as those of `next` do.
 * iptables-nft-restore makes no chain that it finds in the kernel when it tries again because
 * another program has changed any rules meanwhile, even if a line before removes the chain; then it
 * is gone, without an error if it has no rule. */
void saved_write_removal(struct saved s, const char *table, const char *next, FILE *out);

/* Writes the lines for iptables-restore that put our lines into the table again, which has those of
 * `now`: the jumps come where they belong. */
void saved_write_again(struct saved s, const char *table, const char *now, FILE *out);

/* Returns at which place in `chain`, of `len` octets, our jumps belong once the old ones are
 * removed. That is the first place; but the instance without a name comes after the one with a name
 * (rules/host.iptables says why). */
unsigned saved_place(struct saved s, const char *table, const char *chain, size_t len);

#endif
