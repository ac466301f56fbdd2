/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An explanation being made. Private to explain*.c. */
#ifndef INSPECT_EXPLAIN_BUILD_H
#define INSPECT_EXPLAIN_BUILD_H

#include "dnssec/denial.h"
#include "inspect/explain.h"
#include "trust/chain.h"

struct explaining {
	struct explanation *e;
	struct inquiry *q;
	bool no_memory;
	bool has_expanded;
	struct name expanded; /* the last name of the answer that was made from a wildcard */

	/* The message that is being read, in the gate's memory. */
	struct message m;
	struct rrsets g;
	struct budget budget; /* for the signatures of it */
};

/* Parses and groups a message. Returns false when it is malformed. */
bool explaining_open(struct explaining *x, struct span octets);

/* Opens the message from which the gate learned a link; without a link, the response itself. */
bool explaining_open_link(struct explaining *x, const struct inquiry_link *link);

/* Says what came where nothing of use came, else returns NULL. */
const char *explaining_came(const struct inquiry_link *link);

/* Adds a set of the open message, with its signatures. `zone` is where it lies; who signed it comes
 * first. Returns its index, or NOWHERE when there is no room. */
int explaining_add(struct explaining *x, const struct rrset *set, enum shown_role role, int zone);

/* Adds a line about a set. */
__attribute__((format(printf, 3, 4))) void explaining_say(
        struct explaining *x, int set, const char *format, ...);

/* Adds what the open message has to prove about `subject`, and about `other` unless it is NULL: its
 * NSEC and NSEC3 sets, SOA too with `with_soa`, and says where each of them lies. `zone` is theirs,
 * unless the signer says else. */
void explaining_add_proofs(struct explaining *x, const struct name *subject,
        const struct name *other, int zone, bool with_soa);

/* Adds the zones from the deepest anchor down to `name`, as far as the gate knows them and they are
 * not there yet. With `above_only` not the one at the name. Returns the index of the deepest zone,
 * or NOWHERE. */
int explaining_walk(struct explaining *x, const struct name *name, bool above_only);

/* Fills the keys of a zone from the message that the gate learned them from, and what its DS
 * records name. */
void explaining_add_keys(struct explaining *x, int zone);

/* Returns the index of a zone that is there, or NOWHERE. */
int explaining_zone(const struct explaining *x, const struct name *name);

/* Reads the name in the RDATA of a CNAME or DNAME record. */
bool explaining_target(const struct explaining *x, const struct rrset *set, struct name *target);

#endif
