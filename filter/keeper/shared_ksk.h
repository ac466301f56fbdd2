/* SPDX-License-Identifier: GPL-2.0-or-later */
/* KSKs of the vault that several zones have, since tokens hold few keys. A file in the keeper's directory lists them:
 *
 *	sealgate-shared-ksks 1
 *	ksk 13 12345 20261130120000 main safe 3yy1X...== Ksealgate-shared-ksk.+013+12345
 *	end
 *
 * A line has algorithm, tag, and when it was made; if zones have it as their main key or as a stand-by; if it is safe
 * or stolen; its public key, and its name in the vault. A KSK is listed before a zone gets it. Lines are added at the
 * end, and none ever goes: they say which keys of the vault are whose. */
#ifndef KEEPER_SHARED_KSK_H
#define KEEPER_SHARED_KSK_H

#include "base/complaint.h"
#include "keeper/key_material.h"
#include "keeper/vault.h"

#define SHARED_KSKS_FILE  "shared-ksks"
#define SHARED_KSKS_MAX   64 /* one a year, and some that were stolen */
#define SHARED_KSKS_LABEL "sealgate-shared-ksk"

struct shared_ksk {
	struct vault_key key;
	uint16_t tag;
	int64_t made_s;
	bool is_standby, is_stolen;
};

struct shared_ksks {
	unsigned count;
	struct shared_ksk items[SHARED_KSKS_MAX]; /* in the order of their making */
};

/* Reads the list of the directory; without a file it is empty. Returns what shared_ksks_free()
 * frees; NULL with a complaint if the file cannot be read or is malformed. */
struct shared_ksks *shared_ksks_read(const char *directory, struct complaint *error);
void shared_ksks_free(struct shared_ksks *shared);

/* Writes it. Returns 0, and it is on the disk; or -errno with a complaint. */
int shared_ksks_write(
        const struct shared_ksks *shared, const char *directory, struct complaint *error);

/* Which KSK a zone may get. */
struct shared_wish {
	const struct name *zone;
	uint8_t algorithm;
	bool is_standby;
	int64_t made_after_s; /* an older one is soon to be followed by another itself */
	const struct key_material *material; /* what the zone has already */
};

/* Returns the youngest KSK that fits, and sets `pair` to what it is in the zone. NULL if none does:
 * the zone has it, or a younger one, already; it is stolen or too old; or a key of the zone has its
 * tag. */
const struct shared_ksk *shared_ksks_choose(
        const struct shared_ksks *shared, const struct shared_wish *wish, struct keypair *pair);

/* Adds a KSK that the vault has made. Returns NULL with a complaint if there are too many. */
struct shared_ksk *shared_ksks_add(struct shared_ksks *shared, const struct vault_key *key,
        uint16_t tag, bool is_standby, int64_t now_s, struct complaint *error);

/* Returns the one with this name in the vault; or NULL. */
struct shared_ksk *shared_ksks_named(struct shared_ksks *shared, const char *vault_name);

#endif
