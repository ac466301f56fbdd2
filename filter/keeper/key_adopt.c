/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/key_adopt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "keeper/key_material.h"
#include "keys/key_text.h"
#include "keys/life_adopt.h"
#include "keys/life_regain.h"

/* ZSKs in the order of their activation, KSKs first. */
static int order_adopted(const void *a, const void *b)
{
	const struct keypair *one = a, *other = b;

	if (keypair_is_ksk(one) != keypair_is_ksk(other))
		return keypair_is_ksk(one) ? -1 : 1;
	if (one->times.activate_s != other->times.activate_s)
		return one->times.activate_s < other->times.activate_s ? -1 : 1;
	return 0;
}

static bool adopt_fails(struct complaint *error, const struct keypair *k, const char *what)
{
	char name[KEY_NAME_SIZE];

	complaint_set(error, "%s: %s", key_name(k, name), what);
	return false;
}

/* Returns false, with a complaint, if the key cannot be one of a timeline. */
static bool may_be_adopted(const struct keypair *k, struct complaint *error)
{
	if (k->algorithm != ALGORITHM_ECDSAP256 && k->algorithm != ALGORITHM_ED25519)
		return adopt_fails(error, k,
		        "the keeper signs with ECDSAP256SHA256 (13) and ED25519 (15) only; roll "
		        "the "
		        "zone to one of them where it is signed now, and then import its keys");
	if (!keypair_is_ksk(k) && !k->key)
		return adopt_fails(
		        error, k, "the private half of the ZSK is needed: its .private file");
	return true;
}

/* ---- The vault ---- */

/* Finds the KSK in the vault by its public key. */
static bool is_in_vault(const struct key_adoption *a, const struct keypair *k,
        struct vault_key *key, enum vault_fault *fault, struct complaint *error)
{
	const struct span public = span_of(k->rdata + 4, k->rdata_len - 4);

	for (unsigned i = 0; i < VAULT_KEYS_MAX; i++) {
		*fault = vault_list(a->vault, i, key, error);
		if (*fault != VAULT_GOOD)
			return false;
		if (key->algorithm == k->algorithm && span_equal(vault_key_public(key), public))
			return true;
	}
	return false;
}

static int put_vault_file(
        const struct key_adoption *a, const char *name, const char *ending, char *text, mode_t mode)
{
	char path[PATH_MAX];
	int result = -ENAMETOOLONG;

	if (!text)
		return -ENOMEM;
	if ((size_t)snprintf(path, sizeof(path), "%s/%s%s", a->vault_directory, name, ending) <
	        sizeof(path))
		result = file_create(path, text, mode);
	key_text_free(text);
	return result;
}

static bool put_into_vault(const struct key_adoption *a, const struct keypair *k,
        struct vault_key *key, struct complaint *error)
{
	char name[KEY_NAME_SIZE];

	key_name(k, name);
	if (!a->vault_directory)
		return adopt_fails(error, k,
		        "the token has no key with this public half: import it with the token's "
		        "own tools, and give the order again");
	if (!k->key)
		return adopt_fails(
		        error, k, "the private half of the KSK is needed: its .private file");
	int result = put_vault_file(a, name, ".private", key_text_private(k, a->now_s), 0600);
	if (!result)
		result = put_vault_file(a, name, ".key", key_text_public(k, a->now_s), 0644);
	if (!result && vault_find(a->vault, name, key, error) != VAULT_GOOD)
		return false;
	if (result)
		complaint_set(error, "%s/%s: %s", a->vault_directory, name, strerror(-result));
	return result == 0;
}

static bool adopt_ksk_files(
        const struct key_adoption *a, const struct keypair *k, struct complaint *error)
{
	enum vault_fault fault;
	struct vault_key key;

	if (!is_in_vault(a, k, &key, &fault, error) &&
	        (fault != VAULT_NO_KEY || !put_into_vault(a, k, &key, error)))
		return false;
	return key_material_add_ksk(a->store->directory, k, key.name, 1, a->now_s, error) == 0;
}

/* A file that is there from an attempt of before has the same key. */
static bool adopt_zsk_files(
        const struct key_adoption *a, const struct keypair *k, struct complaint *error)
{
	int result = key_material_add_zsk(a->store->directory, k, a->now_s, error);

	if (result == -EEXIST) {
		key_material_drop_zsk(a->store->directory, k);
		result = key_material_add_zsk(a->store->directory, k, a->now_s, error);
	}
	return result == 0;
}

/* ---- The state ---- */

/* Adds a key to the life. `*is_left_out` tells that the zone needs nothing of it. */
static bool adopt_into_life(struct life *life, const struct key_adoption *a,
        const struct keypair *k, bool *is_left_out, struct complaint *error)
{
	static const char *const words[] = {
		[LIFE_ADOPTED] = "imported",
		[LIFE_ADOPTS_NOT_YET] = "left out: it is not published yet, by its times",
		[LIFE_ADOPTS_NO_MORE] = "left out: it is not published any more, by its times",
	};
	const struct life_adopted adopted = { .role = keypair_is_ksk(k) ? LIFE_KSK : LIFE_ZSK,
		.algorithm = k->algorithm,
		.tag = k->tag,
		.times = k->times };

	if (!may_be_adopted(k, error))
		return false;
	enum life_adoption result = life_adopt(life, a->policy, &adopted, a->now_s);
	if (result == LIFE_ADOPTS_NO_MORE_KEYS)
		return adopt_fails(
		        error, k, "another key has this tag, or the zone has too many keys");
	*is_left_out = result != LIFE_ADOPTED;
	if (a->told)
		a->told(a->context, k, words[result]);
	return true;
}

static bool adopt_all(struct life *life, const struct key_adoption *a, struct complaint *error)
{
	bool left_out[KEY_ADOPT_MAX] = { false };

	for (unsigned i = 0; i < a->count; i++) {
		if (!adopt_into_life(life, a, &a->keys[i], &left_out[i], error))
			return false;
	}
	if (!life_adopt_end(life, a->now_s, error))
		return false;
	for (unsigned i = 0; i < a->count; i++) {
		const struct keypair *k = &a->keys[i];
		if (!left_out[i] && !(keypair_is_ksk(k) ? adopt_ksk_files(a, k, error)
		                                        : adopt_zsk_files(a, k, error)))
			return false;
	}
	return true;
}

bool key_adopt(struct kept_zone *z, const struct key_adoption *a, struct complaint *error)
{
	struct life life;
	const struct kept_writing w = { .life = &life };

	life_init(&life);
	if (z->life.count > 0 || z->life.generation > 0 || z->in_place > 0) {
		complaint_set(error,
		        "the keeper has keys of this zone already: roll them, or take the zone "
		        "unsigned first");
		return false;
	}
	if (a->count > KEY_ADOPT_MAX) {
		complaint_set(error, "a zone has at most %d keys", KEY_ADOPT_MAX);
		return false;
	}
	qsort(a->keys, a->count, sizeof(a->keys[0]), order_adopted);
	return adopt_all(&life, a, error) && kept_zone_write(z, a->store, &w, error);
}

/* ---- A state that was lost ---- */

static bool regain_ksk_files(
        const struct key_adoption *a, const struct keypair *k, struct complaint *error)
{
	enum vault_fault fault;
	struct vault_key key;

	if (is_in_vault(a, k, &key, &fault, error))
		return key_material_add_ksk(a->store->directory, k, key.name, 1, a->now_s, error) ==
		       0;
	if (fault == VAULT_NO_KEY)
		adopt_fails(error, k,
		        "the vault does not have this KSK, which signs in the timeline: name the "
		        "vault that has it");
	return false;
}

static bool regain_files(const struct key_adoption *a, const struct keypair *keys, unsigned count,
        struct complaint *error)
{
	for (unsigned i = 0; i < count; i++) {
		if (!(keypair_is_ksk(&keys[i]) ? regain_ksk_files(a, &keys[i], error)
		                               : adopt_zsk_files(a, &keys[i], error)))
			return false;
		if (a->told)
			a->told(a->context, &keys[i], "regained");
	}
	return true;
}

static bool may_be_regained(
        const struct kept_zone *z, const struct timeline *t, struct complaint *error)
{
	if (z->life.count > 0 || z->life.generation > 0)
		complaint_set(error, "the keeper has a state of this zone: nothing is lost");
	else if (!t->is_planned || !name_equal(&t->zone, &z->name))
		complaint_set(error, "it is no timeline of a keeper of this zone");
	else if (t->generation < z->in_place)
		complaint_set(error, "the timeline in place is newer: give that one");
	else
		return true;
	return false;
}

bool key_adopt_timeline(struct kept_zone *z, const struct key_adoption *a, const struct timeline *t,
        struct complaint *error)
{
	struct keypair keys[LIFE_KEYS_MAX];
	struct life life;
	const struct kept_writing w = { .life = &life };

	life_init(&life);
	if (!may_be_regained(z, t, error))
		return false;
	bool good = life_regain(&life, keys, t, a->now_s, error) &&
	            regain_files(a, keys, life.count, error) &&
	            kept_zone_write(z, a->store, &w, error);
	for (unsigned i = 0; i < life.count; i++)
		keypair_fini(&keys[i]);
	return good;
}
