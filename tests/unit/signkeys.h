/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ZSKs of one zone of the legacy world, and periods in which they sign. */
#ifndef TESTS_SIGNKEYS_H
#define TESTS_SIGNKEYS_H

#include "legacy.h"

#include "keys/keypair.h"

#define SIGNKEYS_ZONE "example.test"
#define SIGNKEYS      4 /* 0 and 1: Ed25519; 2 and 3: P-256 */

struct signkeys {
	struct keypair pairs[SIGNKEYS];
	struct sign_period first; /* the zone's period in the legacy world, which is put back */
};

/* Makes the keys. */
static inline void signkeys_init(struct signkeys *k, struct legacy *l)
{
	struct name zone;

	assert_true(name_from_text(SIGNKEYS_ZONE, &zone));
	for (unsigned i = 0; i < SIGNKEYS; i++)
		keypair_init(&k->pairs[i], &zone, KEYPAIR_ZSK,
		        signkey_generate(i < 2 ? ALGORITHM_ED25519 : ALGORITHM_ECDSAP256));
	k->first = *legacy_periods(l, SIGNKEYS_ZONE);
}

static inline struct sign_key signkeys_at(const struct signkeys *k, unsigned i)
{
	return (struct sign_key){ k->pairs[i].key, k->pairs[i].tag };
}

/* Has the zone have `count` periods, which the caller fills; and the signer take them. */
static inline void signkeys_use(struct legacy *l, unsigned count)
{
	legacy_zone(l, SIGNKEYS_ZONE)->periods.count = count;
	assert_int_equal(signer_set_policy(l->signer, &l->policy), 0);
}

static inline void signkeys_fini(struct signkeys *k, struct legacy *l)
{
	*legacy_periods(l, SIGNKEYS_ZONE) = k->first;
	legacy_zone(l, SIGNKEYS_ZONE)->periods.count = 1;
	for (unsigned i = 0; i < SIGNKEYS; i++)
		keypair_fini(&k->pairs[i]);
}

#endif
