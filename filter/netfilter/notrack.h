/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds rules of the operator's that exclude queries over TCP from connection tracking (NOTRACK). A
 * connection that is not tracked cannot be redirected to the relay, and is refused. Text in,
 * findings out: the texts are the output of iptables-save and of nft list ruleset. */
#ifndef NETFILTER_NOTRACK_H
#define NETFILTER_NOTRACK_H

#include <stdbool.h>

/* Where packets may be excluded. */
enum notrack_hook {
	NOTRACK_NOWHERE = 0,
	NOTRACK_PREROUTING = 1, /* packets from outside */
	NOTRACK_OUTPUT = 2,     /* packets of this machine */
};

/* A rule that may see queries over TCP: it names no other protocol or ports, and no path is known
 * that only other packets take. The texts are not terminated. */
struct notrack {
	unsigned hooks;    /* bits of enum notrack_hook, from which packets come to the rule */
	const char *table; /* "raw", or with nft "ip t" */
	const char *chain;
	const char *rule; /* as in the text, without the chain */
	int table_len, chain_len, rule_len;
};

typedef void notrack_found(void *context, const struct notrack *found);

/* Call `found` for each such rule. Rules for the loopback interface alone are left out, because our
 * rules leave that interface alone, too. */
void notrack_in_save(const char *save, notrack_found *found, void *context);
void notrack_in_ruleset(const char *ruleset, notrack_found *found, void *context);

#endif
