/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ZSKs of one zone of the legacy world, and periods in which they sign. */
#ifndef TESTS_SIGNKEYS_H
#define TESTS_SIGNKEYS_H

#include "legacy.h"

#include "dnssec/rrsig.h"
#include "keys/keypair.h"

#define SIGNKEYS_ZONE "example.test"
#define SIGNKEYS_WWW  "www.example.test A"
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

/* Returns whether each set of the answer has one RRSIG of each key of `k` with a bit in `keys`, and
 * no other. */
static inline bool signkeys_sign_all(struct legacy *l, const struct signkeys *k, unsigned keys)
{
	const struct message *m = legacy_delivered(l);
	unsigned sets = 0, expected = (unsigned)__builtin_popcount(keys), count[SIGNKEYS] = { 0 };

	for (unsigned i = 0; i < m->rr_count; i++) {
		struct rrsig sig;
		unsigned by = SIGNKEYS;
		if (m->rrs[i].type != TYPE_RRSIG) {
			sets++; /* each set here has one record */
			continue;
		}
		assert_true(rrsig_read(m, &m->rrs[i], &sig));
		for (unsigned n = 0; n < SIGNKEYS; n++) {
			if (sig.tag == k->pairs[n].tag && sig.algorithm == k->pairs[n].algorithm)
				by = n;
		}
		if (by == SIGNKEYS)
			return false;
		count[by]++;
	}
	for (unsigned n = 0; n < SIGNKEYS; n++) {
		if (count[n] != (keys >> n & 1 ? sets : 0))
			return false;
	}
	return sets > 0 && expected > 0;
}

/* Asks for SIGNKEYS_WWW at a time. */
static inline void signkeys_ask(struct legacy *l, int64_t now_s)
{
	l->now_s = now_s;
	legacy_ask(l, SIGNKEYS_WWW, ASK_DO);
	legacy_respond(l, FLAG_AA, SIGNKEYS_WWW " 192.0.2.1");
}

static inline void signkeys_fini(struct signkeys *k, struct legacy *l)
{
	*legacy_periods(l, SIGNKEYS_ZONE) = k->first;
	legacy_zone(l, SIGNKEYS_ZONE)->periods.count = 1;
	for (unsigned i = 0; i < SIGNKEYS; i++)
		keypair_fini(&k->pairs[i]);
}

#endif
