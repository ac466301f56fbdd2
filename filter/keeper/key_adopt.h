/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of a zone that BIND, or an operator by hand, has signed until now come to the keeper:
 * KSKs into the vault, ZSKs beside the state, and the state says what their files say. */
#ifndef KEEPER_KEY_ADOPT_H
#define KEEPER_KEY_ADOPT_H

#include "keeper/kept_zone.h"
#include "keeper/vault.h"
#include "keys/keypair.h"

#define KEY_ADOPT_MAX LIFE_KEYS_MAX

/* Borrows everything. */
struct key_adoption {
	const struct keeper_store *store; /* locked: no keeper is at work */
	const struct life_policy *policy;
	struct vault *vault;
	/* where private halves of KSKs are put; NULL: the vault is a token */
	const char *vault_directory;
	struct keypair *
	        keys; /* with their times; the private halves of ZSKs, and of KSKs that the vault lacks.
	                              * They are sorted here */
	unsigned count;
	int64_t now_s;
	void (*told)(void *context, const struct keypair *key, const char *what); /* of each key */
	void *context;
};

/* Makes the state of the zone, which must have none. Returns true, and it is on the disk; the next
 * turn of the keeper writes the timeline. Otherwise there is no state, and the complaint says what
 * is missing; files of keys may be there already, and giving the order again goes on. */
bool key_adopt(struct kept_zone *z, const struct key_adoption *adoption, struct complaint *error);

/* The same for a zone whose state was lost (KEEPER_AGE_LOST), from the timeline in place, or from
 * the copy of another gateway that is as new (keys/life_regain.h). The vault must have its KSKs;
 * `keys` is not looked at. */
bool key_adopt_timeline(struct kept_zone *z, const struct key_adoption *adoption,
        const struct timeline *t, struct complaint *error);

#endif
