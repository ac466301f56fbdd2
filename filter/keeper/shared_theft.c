/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/shared_theft.h"

#include "keeper/shared_ksk.h"

/* True if the list and the zone disagree about a key of this tag. The name in the vault decides if
 * it is the same. */
static bool may_disagree(const struct shared_ksks *shared, const struct life *life)
{
	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *k = &life->keys[i];
		for (unsigned n = 0; k->role == LIFE_KSK && n < shared->count; n++) {
			const struct shared_ksk *other = &shared->items[n];
			if (other->tag == k->tag && other->key.algorithm == k->algorithm &&
			        other->is_stolen != k->is_compromised)
				return true;
		}
	}
	return false;
}

struct settling {
	struct kept_zone *z;
	const struct keeper_store *store;
	const struct life_policy *policy;
	const struct key_material *material;
	struct shared_ksks *shared;
};

/* Takes the theft of each key from where it is known to where it is not. An order changes the life,
 * never its keys. */
static bool settle_keys(const struct settling *s, bool *is_new, struct complaint *error)
{
	bool good = true;

	for (unsigned i = 0; i < s->z->life.count; i++) {
		const struct life_key *k = &s->z->life.keys[i];
		struct shared_ksk *same = k->role == LIFE_KSK ? shared_ksks_named(s->shared,
		                                                        s->material->vault_names[i])
		                                              : NULL;
		if (!same || same->is_stolen == k->is_compromised)
			continue;
		*is_new |= k->is_compromised;
		if (k->is_compromised)
			same->is_stolen = true;
		else
			good = kept_zone_order(s->z, s->store, s->policy, LIFE_ORDER_COMPROMISED,
			               k->tag, error) &&
			       good;
	}
	return good && (!*is_new || shared_ksks_write(s->shared, s->store->directory, error) == 0);
}

bool shared_theft_settle(struct kept_zone *z, const struct keeper_store *store,
        const struct life_policy *policy, bool *is_new, struct complaint *error)
{
	struct shared_ksks *shared = shared_ksks_read(store->directory, error);
	bool good = shared != NULL;

	*is_new = false;
	if (shared && may_disagree(shared, &z->life)) {
		struct key_material *material =
		        key_material_load_named(store->directory, &z->name, &z->life, error);
		const struct settling s = { z, store, policy, material, shared };
		good = material && settle_keys(&s, is_new, error);
		key_material_free(material);
	}
	shared_ksks_free(shared);
	return good;
}
