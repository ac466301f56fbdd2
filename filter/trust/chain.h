/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The chain of trust from an anchor down to the zone that holds a name. The walk goes through the
 * store, one label at a time, so it misses no zone cut. What is fetched extends it. */
#ifndef TRUST_CHAIN_H
#define TRUST_CHAIN_H

#include "trust/store.h"
#include "trust/want.h"

enum chain_end {
	CHAIN_SECURE, /* `keys` are the keys of the deepest zone at or above the name */
	CHAIN_BROKEN, /* the chain ends at `link`; `outcome` is INSECURE, BOGUS or INDETERMINATE */
	CHAIN_WANT,   /* `link` must be learned first */
};

struct chain {
	enum chain_end end;
	struct name zone;          /* the deepest zone cut that the walk reached */
	const struct keyset *keys; /* borrowed from the store until its next change */
	struct outcome outcome;
	/* the link that is wanted, is broken, or shows that the zone is unsigned */
	struct want link;
};

/* Walks to the zone that holds `name`, from the deepest anchor above it. INSECURE if there is no
 * anchor, or if a negative trust anchor or a local name is as deep as the anchor or deeper. */
void chain_find(struct store *s, const struct name *name, int64_t now_s, struct chain *out);

/* True if the chain ends at a name whose DS was asked for, and the answer held proofs, but none
 * about that name. The DS of a name below may be answered with the proof, so chain_find() wants
 * those too, one after the other. */
bool chain_is_open(const struct chain *c);

/* Returns why nothing at and below `top` needs a proof, though an anchor lies above `name`:
 * REASON_NTA or REASON_LOCAL_NAME; or REASON_NONE. There must be an anchor above `name`. */
enum reason chain_excuse(struct store *s, const struct name *name, int64_t now_s, struct name *top);

/* True if a record of this name and type may be local although `chain`, the chain of the name, is
 * CHAIN_SECURE and ends in the root: it has one label, the root proves that no zone begins there,
 * and the operator lets such names be local (LOCAL_SINGLE). Types that only a zone cut has are
 * never local. */
bool chain_is_single(
        struct store *s, const struct chain *chain, const struct name *name, uint16_t type);

/* Walks to the zone that holds the DS of `name`: the parent zone (RFC 4035, 2.4). */
void chain_find_parent(struct store *s, const struct name *name, int64_t now_s, struct chain *out);

/* Call it if something says that a zone begins at `name`, or between it and `zone`, where no zone
 * is known. Puts in doubt what is known from less than a denial of the DS. With `by_signer` (a
 * signature names `name` as its signer) also puts in doubt the rest of what is known of `name`, and
 * the nonexistence of names above it. Returns true if chain_find() now wants any of it again; see
 * store_doubt(). */
bool chain_doubt(struct store *s, const struct name *zone, const struct name *name, bool by_signer,
        int64_t now_s);

/* Returns the DS set that proves the keys of `zone`, from an anchor or from the store; NULL if none
 * is known. */
const struct ds_set *chain_ds(struct store *s, const struct name *zone, int64_t now_s);

#endif
