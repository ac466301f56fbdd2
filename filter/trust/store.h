/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The zone-status store: what is known of each name that is or might be a zone cut. A table of a
 * fixed size in which each fact has its expiry; a full table forgets what was used longest ago. */
#ifndef TRUST_STORE_H
#define TRUST_STORE_H

#include "base/keyedhash.h"
#include "base/table.h"
#include "crypto/crypto.h"
#include "dnssec/outcome.h"
#include "trust/anchor.h"

struct store {
	struct table zones;
	struct hash_key key;
	const struct anchors *anchors;
};

/* Takes memory for `capacity` names. The anchors are borrowed and outlive the store. Returns 0 or a
 * negative errno. */
int store_init(struct store *s, const struct anchors *anchors, uint32_t capacity);
void store_fini(struct store *s);

#endif
