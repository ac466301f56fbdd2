/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/key_make.h"

#include <errno.h>

#include "keeper/shared_ksk.h"

/* Keys that are drawn at most until the tag of one is free. A vault keeps what it made. */
#define ZSK_DRAWS 20
#define KSK_DRAWS 4

static bool make_fails(struct complaint *error, const char *what)
{
	complaint_set(error, "%s", what);
	return false;
}

/* Draws one key. Returns 0, -EEXIST if its tag is taken, or another -errno. */
static int draw_zsk(struct keypair *k, uint8_t algorithm, const struct key_material *others,
        const struct key_making *making, struct complaint *error)
{
	struct signkey *key = signkey_generate(algorithm);
	int result = -EEXIST;

	if (!key) {
		make_fails(error, "OpenSSL made no ZSK");
		return -EIO;
	}
	keypair_init(k, making->zone, KEYPAIR_ZSK, key);
	if (!key_material_collides(others, k))
		result = key_material_add_zsk(making->directory, k, making->now_s, error);
	if (result)
		keypair_fini(k);
	return result;
}

static bool make_zsk(struct made_keys *made, uint16_t *tag, uint8_t algorithm,
        const struct key_material *others, const struct key_making *making, struct complaint *error)
{
	int result = -EEXIST;

	if (made->count == LIFE_MAKES_MAX)
		return make_fails(error, "more ZSKs are to be made at once than a zone needs");
	complaint_set(error, "no ZSK with a tag of its own could be drawn");
	for (int i = 0; i < ZSK_DRAWS && result == -EEXIST; i++)
		result = draw_zsk(&made->zsks[made->count], algorithm, others, making, error);
	if (result)
		return false;
	*tag = made->zsks[made->count++].tag;
	return true;
}

/* Makes one KSK in the vault, called by its zone, and tells what it is there. */
static bool draw_ksk(struct made_keys *made, struct keypair *pair, struct vault_key *key,
        uint8_t algorithm, const struct key_making *making, struct complaint *error)
{
	char zone[NAME_TEXT_SIZE];
	const char *label = making->shares_ksk ? SHARED_KSKS_LABEL : name_text(making->zone, zone);

	if (!making->vault) {
		made->fault = VAULT_AWAY;
		return make_fails(error, "the vault is not open");
	}
	made->fault = vault_make(making->vault, algorithm, label, key, error);
	if (made->fault != VAULT_GOOD)
		return false;
	return vault_key_pair(key, making->zone, KEYPAIR_KSK, pair) ||
	       make_fails(error, "the vault made a key that cannot sign zones");
}

static bool record_ksk(const struct keypair *pair, const char *vault_name,
        const struct key_making *making, struct complaint *error)
{
	return key_material_add_ksk(making->directory, pair, vault_name, making->generation,
	               making->now_s, error) == 0;
}

static bool make_own_ksk(struct made_keys *made, struct keypair *pair, uint8_t algorithm,
        const struct key_material *others, const struct key_making *making, struct complaint *error)
{
	struct vault_key key;

	for (int i = 0; i < KSK_DRAWS; i++) {
		if (!draw_ksk(made, pair, &key, algorithm, making, error))
			return false;
		bool is_fit = !key_material_collides(others, pair) &&
		              !key_material_has_ksk(making->directory, pair, key.name);
		if (is_fit && !record_ksk(pair, key.name, making, error))
			return false;
		vault_make_is_done(making->vault);
		if (is_fit)
			return true;
	}
	return make_fails(error, "the vault made no KSK with a tag of its own");
}

static bool list_shared_ksk(struct shared_ksks *shared, const struct vault_key *key, uint16_t tag,
        const struct shared_wish *wish, const struct key_making *making, struct complaint *error)
{
	return shared_ksks_add(shared, key, tag, wish->is_standby, making->now_s, error) &&
	       shared_ksks_write(shared, making->directory, error) == 0;
}

/* It is in the list before a zone has it. One whose tag is taken in this zone is there for the
 * others. */
static bool make_shared_ksk(struct shared_ksks *shared, struct made_keys *made,
        struct keypair *pair, const struct shared_wish *wish, const struct key_making *making,
        struct complaint *error)
{
	struct vault_key key;

	for (int i = 0; i < KSK_DRAWS; i++) {
		if (!draw_ksk(made, pair, &key, wish->algorithm, making, error))
			return false;
		bool is_new = !shared_ksks_named(shared, key.name);
		if (is_new && !list_shared_ksk(shared, &key, pair->tag, wish, making, error))
			return false;
		vault_make_is_done(making->vault);
		if (is_new && !key_material_collides(wish->material, pair))
			return record_ksk(pair, key.name, making, error);
	}
	return make_fails(error, "the vault made no KSK with a tag of its own");
}

static bool take_shared_ksk(struct made_keys *made, struct keypair *pair,
        const struct shared_wish *wish, const struct key_making *making, struct complaint *error)
{
	struct shared_ksks *shared = shared_ksks_read(making->directory, error);
	const struct shared_ksk *chosen = shared ? shared_ksks_choose(shared, wish, pair) : NULL;
	bool good = false;

	if (chosen)
		good = record_ksk(pair, chosen->key.name, making, error);
	else if (shared)
		good = make_shared_ksk(shared, made, pair, wish, making, error);
	shared_ksks_free(shared);
	return good;
}

static bool make_ksk(struct made_keys *made, uint16_t *tag, const struct life_make *make,
        const struct key_material *others, const struct key_making *making, struct complaint *error)
{
	const struct shared_wish wish = { .zone = making->zone,
		.algorithm = make->algorithm,
		.is_standby = make->is_standby,
		.made_after_s = making->ksk_life_s ? making->now_s - making->ksk_life_s : 0,
		.material = others };
	struct keypair pair;
	const struct unused_search search = { .directory = making->directory,
		.material = others,
		.zone = making->zone,
		.algorithm = make->algorithm,
		.generation = making->generation,
		.vault = making->vault };
	bool good = key_material_find_unused(&search, &pair);

	if (!good && making->shares_ksk)
		good = take_shared_ksk(made, &pair, &wish, making, error);
	else if (!good)
		good = make_own_ksk(made, &pair, make->algorithm, others, making, error);
	if (good)
		*tag = pair.tag;
	return good;
}

bool key_make(struct made_keys *made, struct life *life, const struct life_make *make,
        const struct key_making *making, struct complaint *error)
{
	struct key_material *others =
	        key_material_load_named(making->directory, making->zone, life, error);
	uint16_t tag;

	if (!others)
		return false;
	bool good = make->role == LIFE_KSK
	                    ? make_ksk(made, &tag, make, others, making, error)
	                    : make_zsk(made, &tag, make->algorithm, others, making, error);
	key_material_free(others);
	if (good && !life_made(life, make, tag, making->now_s))
		return make_fails(error, "the zone has as many keys as it may have");
	return good;
}

void made_keys_end(struct made_keys *made, const char *directory, bool drops)
{
	for (unsigned i = 0; i < made->count; i++) {
		if (drops)
			key_material_drop_zsk(directory, &made->zsks[i]);
		keypair_fini(&made->zsks[i]);
	}
	made->count = 0;
}
