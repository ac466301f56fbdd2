/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells the life of keys (keys/life_look.h) what a look has seen. */
#ifndef KEEPER_LOOK_LIFE_H
#define KEEPER_LOOK_LIFE_H

#include "keeper/look.h"
#include "keys/keypair.h"
#include "keys/life_look.h"
#include "keys/record_text.h"

/* An entry for each address, and one more if there are servers that could not be asked at all. */
#define LOOK_LIFE_MAX (LOOK_ADDRESSES + 1)

struct look_life {
	struct life_server servers[LOOK_LIFE_MAX];
	struct life_parent parents[LOOK_LIFE_MAX];
	unsigned server_count, parent_count;
};

/* The keys of the zone. Borrows everything. */
struct look_keys {
	const struct keypair *keys;
	unsigned count;
	const struct key_records *foreign; /* of another signer (RFC 8901); or NULL */
	struct crypto *crypto;
};

/* Returns the DS RRset of a server of the parent if such servers answered, and none of them could
 * be proved: `outcome` says why. NULL otherwise. */
const struct look_set *look_life_unproved(const struct zone_look *look);

/* Fills `to`, and in `observation` what a look knows: the servers, which it borrows from `to`, and
 * the TTLs. A server is reached only if all of its RRsets were seen. An address that this machine
 * has no way to is left out if another address of the same server was seen. A key that is not ours,
 * but has the tag of one of ours, is left out; of such a DS it is told that there is one. A DS
 * whose digest type this build does not know is left out beside one that fits the same key. Of the
 * TTLs in the zone only that of the SOA is seen. */
void look_life_fill(struct look_life *to, struct life_observation *observation,
        const struct zone_look *look, const struct look_keys *keys);

#endif
