/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stamp of a set of rules: a hash of their text, which the rules carry into the kernel as the
 * name of an empty chain. So the rules in the kernel tell for which configuration, and by which
 * version of sealgate, they were made, however the kernel writes them. A stamp keeps nothing secret
 * and proves nothing against a program that may change rules. */
#ifndef NETFILTER_RULES_STAMP_H
#define NETFILTER_RULES_STAMP_H

#define RULES_STAMP_SIZE 9 /* 8 hexadecimal digits, because names of chains are short */

/* The name of the chain is the stamp with this before it; with iptables, what all our chains have
 * before their names (netfilter/rule_names.h). */
#define RULES_STAMP_NFT "rules_"

void rules_stamp(const char *rules, char stamp[static RULES_STAMP_SIZE]);

#endif
