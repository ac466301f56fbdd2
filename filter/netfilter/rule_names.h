/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names that tell the rules of one instance from those of another, and from the operator's. A
 * name of an instance has no "_", so no instance's names begin like those of another. */
#ifndef NETFILTER_RULE_NAMES_H
#define NETFILTER_RULE_NAMES_H

#include "config/config.h"

/* All chains of all instances begin so. */
#define RULE_NAMES_ALL "SEALGATE"

#define RULE_NAME_MAX 29 /* octets of the name of an iptables chain, with the final zero */

struct rule_names {
	char end[CONFIG_INSTANCE_MAX + 2]; /* "" or "-NAME" */
	char chains[sizeof(RULE_NAMES_ALL) + CONFIG_INSTANCE_MAX +
	            2];                                        /* "SEALGATE_" or "SEALGATE-NAME_" */
	char table[sizeof("sealgate-") + CONFIG_INSTANCE_MAX]; /* "sealgate" or "sealgate-NAME" */
};

struct rule_names rule_names_of(const struct config *c);

/* An empty chain notes which bits of packet marks an instance uses: its name is this and 8
 * hexadecimal digits. Not all rules tell them: those of a signer on the machine of its server match
 * no mark, but its sockets have one. */
#define RULE_NAMES_MARKS     "M"
#define RULE_NAMES_MARKS_NFT "marks_"

/* Returns these bits: those of mark.mask, and that of the shortcut, if there is one. */
uint32_t rule_names_marks(const struct config *c);

/* Takes the name of the instance from the name of an iptables chain: "" of "SEALGATE_IN". Returns
 * what follows it, "IN"; or NULL if the chain is of no instance. `len` octets of `chain` count. */
const char *rule_names_split(
        const char *chain, size_t len, char instance[static CONFIG_INSTANCE_MAX + 1]);

/* Returns the name of the instance in that of a table of nft: "" of "sealgate". NULL if the table
 * is of no instance, whatever its name begins with. */
const char *rule_names_of_table(const char *table);

#endif
