/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The chain of trust from an anchor down to the zone that holds a name: walked through the store,
 * one label at a time, so that no cut is stepped over; and extended by what was fetched. */
#ifndef TRUST_CHAIN_H
#define TRUST_CHAIN_H

#include "trust/store.h"
#include "trust/want.h"

enum chain_end {
	CHAIN_SECURE, /* `keys` are those of the deepest zone at or above the name */
	CHAIN_BROKEN, /* at `link`; `outcome` says how: INSECURE, BOGUS or INDETERMINATE */
	CHAIN_WANT,   /* `link` must be learned first */
};

struct chain {
	enum chain_end end;
	struct name zone;          /* the deepest cut that was reached */
	const struct keyset *keys; /* borrowed from the store until its next change */
	struct outcome outcome;
	struct want
	        link; /* what is wanted, or the link that is broken or shows the zone unsigned */
};

/* Walks to the zone that holds `name`, from the deepest anchor above it. Without one, or with a
 * negative trust anchor as deep or deeper: INSECURE. */
void chain_find(struct store *s, const struct name *name, int64_t now_s, struct chain *out);

/* The same to the zone that holds the DS of `name`, its parent's (RFC 4035, 2.4). */
void chain_find_parent(struct store *s, const struct name *name, int64_t now_s, struct chain *out);

/* Something says that a zone begins at `name`, or at one between it and `zone`, where none is known
 * to. What is known by less than a denial of the DS is in doubt then; with `by_signer`, because a
 * signature names `name` as its signer, so is what else is known of that name, and that a name
 * above does not exist. Returns whether chain_find() wants any of it anew; see store_doubt(). */
bool chain_doubt(struct store *s, const struct name *zone, const struct name *name, bool by_signer,
        int64_t now_s);

/* Returns the DS set by which the keys of `zone` are to be proved, from an anchor or the store;
 * NULL where none is known. */
const struct ds_set *chain_ds(struct store *s, const struct name *zone, int64_t now_s);

#endif
