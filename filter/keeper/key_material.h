/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the life of a zone's keys is about: the DNSKEY of each key, the private half of each ZSK,
 * and how the vault calls each KSK. They are files in the keeper's directory, beside the state:
 * BIND's K*.key and K*.private, and K*.vault with two lines, the name of the KSK in the vault, and
 * the generation of the state for which it was made. They are on the disk before a state names
 * their key. */
#ifndef KEEPER_KEY_MATERIAL_H
#define KEEPER_KEY_MATERIAL_H

#include "base/complaint.h"
#include "keeper/vault.h"
#include "keys/keypair.h"
#include "keys/life.h"
#include "keys/timeline.h"

struct key_material {
	bool has_names, has_private;   /* names in the vault; private halves */
	const struct timeline *former; /* or NULL; only while it is loaded */
	unsigned count;                /* by the index of the life's keys */
	struct keypair keys[LIFE_KEYS_MAX];
	uint32_t borrowed; /* bits of those whose private half is that of the former timeline */
	struct complaint lacks;                           /* why it is borrowed; or "" */
	char vault_names[LIFE_KEYS_MAX][VAULT_NAME_SIZE]; /* of KSKs; else "" */
};

/* Reads the files of the keys of the life. Returns what key_material_free() wipes and frees; NULL
 * with a complaint that names the file if one is missing or malformed, or of another key than its
 * name says. Files of keys that have gone need not be there: such a key has its tag and algorithm
 * then, and no RDATA. Nor need the private half of a ZSK that will sign no more, or that `former`
 * has, if it is not NULL: the timeline in place, which must then outlive what is returned. So a
 * zone does not die of a file that is lost. */
struct key_material *key_material_load(const char *directory, const struct name *zone,
        const struct life *life, const struct timeline *former, struct complaint *error);

/* The same without private halves: for who makes keys or compares them. */
struct key_material *key_material_load_named(const char *directory, const struct name *zone,
        const struct life *life, struct complaint *error);

/* The same without names in the vault, too: for who only looks. */
struct key_material *key_material_load_public(const char *directory, const struct name *zone,
        const struct life *life, struct complaint *error);
void key_material_free(struct key_material *material);

/* Reads the .key file of a key of the zone, which has no private half then. `name` is that of its
 * files, without the ending. Returns false with a complaint. */
bool key_material_read_public(struct keypair *k, const char *directory, const char *name,
        const struct name *zone, struct complaint *error);

/* True if the key may not be used: its tag is that of another one, or will be when one of the two
 * is revoked. */
bool key_material_collides(const struct key_material *material, const struct keypair *k);

/* Write the files of a new key: of a ZSK with its private half, if the pair has it, and of a KSK with its name in the vault. Return 0, or
 * -errno with a complaint; -EEXIST if another key has the name of the ZSK's files. */
int key_material_add_zsk(
        const char *directory, const struct keypair *k, int64_t now_s, struct complaint *error);
int key_material_add_ksk(const char *directory, const struct keypair *k, const char *vault_name,
        uint32_t generation, int64_t now_s, struct complaint *error);

/* True if the vault says that it has no such KSK: it may be another vault, or one restored from
 * before. If it cannot tell, or is NULL because it cannot be opened, the key counts as there. */
bool key_material_is_lost(const struct keypair *pair, const char *vault_name, struct vault *vault);

/* True if the files of the KSK say that the vault calls it so. */
bool key_material_has_ksk(const char *directory, const struct keypair *k, const char *vault_name);

/* Finds a KSK that was made for this generation of the state, and that none of its keys is: a
 * crash, or a vault that went away, came between. One that the vault does not have any more is
 * none. Returns false if there is none. */
struct unused_search {
	const char *directory;
	const struct key_material *material; /* of the keys of the state */
	const struct name *zone;
	uint8_t algorithm;
	uint32_t generation;
	struct vault *vault; /* NULL: it cannot be opened, and is not asked */
};
bool key_material_find_unused(const struct unused_search *search, struct keypair *k);

/* Removes the files of a ZSK that no state names. */
void key_material_drop_zsk(const char *directory, const struct keypair *k);

#endif
