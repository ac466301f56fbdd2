/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/key_make.h"

#include <errno.h>

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

/* Makes one KSK in the vault. `*is_free` tells if its tag is that of no other key. */
static bool draw_ksk(struct made_keys *made, struct keypair *pair, struct vault_key *key,
        uint8_t algorithm, const struct key_making *making, struct complaint *error)
{
	char label[NAME_TEXT_SIZE];

	if (!making->vault) {
		made->fault = VAULT_AWAY;
		return make_fails(error, "the vault is not open");
	}
	made->fault =
	        vault_make(making->vault, algorithm, name_text(making->zone, label), key, error);
	if (made->fault != VAULT_GOOD)
		return false;
	return vault_key_pair(key, making->zone, KEYPAIR_KSK, pair) ||
	       make_fails(error, "the vault made a key that cannot sign zones");
}

static bool make_ksk(struct made_keys *made, uint16_t *tag, uint8_t algorithm,
        const struct key_material *others, const struct key_making *making, struct complaint *error)
{
	struct vault_key key;
	struct keypair pair;

	if (key_material_find_unused(making->directory, others, making->zone, algorithm,
	            making->generation, &pair)) {
		*tag = pair.tag;
		return true;
	}
	for (int i = 0; i < KSK_DRAWS; i++) {
		if (!draw_ksk(made, &pair, &key, algorithm, making, error))
			return false;
		if (key_material_collides(others, &pair))
			continue;
		*tag = pair.tag;
		return key_material_add_ksk(making->directory, &pair, key.name, making->generation,
		               making->now_s, error) == 0;
	}
	return make_fails(error, "the vault made no KSK with a tag of its own");
}

bool key_make(struct made_keys *made, struct life *life, const struct life_make *make,
        const struct key_making *making, struct complaint *error)
{
	struct key_material *others =
	        key_material_load(making->directory, making->zone, life, error);
	uint16_t tag;

	if (!others)
		return false;
	bool good = make->role == LIFE_KSK
	                    ? make_ksk(made, &tag, make->algorithm, others, making, error)
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
