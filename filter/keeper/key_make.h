/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the keys that the life of a zone's keys asks for: KSKs in the vault, ZSKs here. */
#ifndef KEEPER_KEY_MAKE_H
#define KEEPER_KEY_MAKE_H

#include "keeper/key_material.h"
#include "keeper/vault.h"
#include "keys/life_step.h"

/* Borrows everything. */
struct key_making {
	const char *directory; /* of the files of keys */
	const struct name *zone;
	struct vault *vault; /* NULL: it cannot be opened */
	uint32_t generation; /* of the state on the disk */
	int64_t now_s;
	bool shares_ksk; /* KSKs are those of many zones (shared_ksk.h) */
	/* one that is older is not given to another zone; 0: no age is too much */
	int64_t ksk_life_s;
};

/* ZSKs that were made, to drop those that no state came to name. */
struct made_keys {
	unsigned count;
	struct keypair zsks[LIFE_MAKES_MAX];
	enum vault_fault fault; /* of the vault, if it failed */
};

/* Makes a key, writes its files, and adds it to the life. A shared KSK is made only if no other
 * fits. A KSK that was made before for the same state is taken first: vaults have little room. Its
 * tag is that of no other key of the zone. Returns false with a complaint if that fails. */
bool key_make(struct made_keys *made, struct life *life, const struct life_make *make,
        const struct key_making *making, struct complaint *error);

/* Frees the keys; with `drops` removes their files, too. */
void made_keys_end(struct made_keys *made, const char *directory, bool drops);

#endif
