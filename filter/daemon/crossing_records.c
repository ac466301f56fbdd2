/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/crossing_records.h"

#include "daemon/zone_caches.h"

static bool signs(const struct presigned *set, uint16_t tag)
{
	for (unsigned i = 0; i < set->rrsig_count; i++) {
		if (set->rrsigs[i].tag == tag)
			return true;
	}
	return false;
}

/* True if the parent may have a DS of the key. */
static bool may_have_ds(const struct sign_period *p, const struct sign_period *other, uint64_t id)
{
	struct cached_keys ds = { .count = 1, .ids = { id } }, theirs, others;

	cached_ds(&theirs, p->ds, p->ds_count);
	cached_ds(&others, other->ds, other->ds_count);
	return (theirs.count == 0 && others.count == 0) || cached_have_common(&ds, &theirs) ||
	       cached_have_common(&ds, &others);
}

bool crossing_share_ksk(const struct sign_period *a, const struct sign_period *b)
{
	for (unsigned i = 0; i < a->dnskey.count; i++) {
		const struct presigned alone = { .count = 1, .rdatas = &a->dnskey.rdatas[i] };
		struct cached_keys key;
		cached_dnskey(&key, &alone);
		uint16_t tag = key.count ? cached_ksk_tag(key.ids[0]) : 0;
		if (key.count && cached_is_ksk(key.ids[0]) &&
		        presigned_has(&b->dnskey, alone.rdatas[0]) && signs(&a->dnskey, tag) &&
		        signs(&b->dnskey, tag) && may_have_ds(a, b, key.ids[0]))
			return true;
	}
	return false;
}

int64_t crossing_records_last_s(const struct sign_period *p, int64_t at_s)
{
	const struct presigned *sets[] = { &p->dnskey };

	return presigned_all_last_s(sets, 1, &p->dnskey, at_s);
}
