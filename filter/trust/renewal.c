/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trust/renewal.h"

static void set_want(struct want *want, const struct fact *fact, const struct key_renewal *r)
{
	*want = (struct want){ .name = fact->name, .type = r->fetches };
}

bool renewal_next(struct store *s, const struct name *zone, enum renewal_cause cause,
        bool holds_links, int64_t now_s, struct want *want)
{
	struct fact *fact = store_find_known(s, zone, now_s);

	if (!fact || !fact->keys || (cause == RENEWAL_UNSIGNED && fact->cut != CUT_SECURE))
		return false;
	struct key_renewal *r = key_renewal_begin(fact, s->source, cause, now_s);
	if (!r)
		return false;
	bool is_new = r->fetches == 0;
	if (is_new) /* an anchor has no DS */
		r->fetches = fact->cut == CUT_SECURE ? TYPE_DS : TYPE_DNSKEY;
	r->holds_links |= holds_links;
	set_want(want, fact, r);
	want->stale_s = is_new ? (uint32_t)(now_s - fact->keys_since_s) : 0;
	want->is_unsigned = cause == RENEWAL_UNSIGNED;
	return true;
}

bool renewal_holds_links(struct store *s, const struct name *zone, struct want *want)
{
	struct fact *fact = store_fact(s, zone);
	struct key_renewal *r = fact ? key_renewal_going_on(fact, s->source, 0) : NULL;

	if (!r || !r->holds_links || !fact->keys)
		return false;
	set_want(want, fact, r);
	return true;
}

bool renewal_is_fetching(struct store *s, const struct name *zone, uint16_t type)
{
	struct fact *fact = store_fact(s, zone);

	return fact && fact->keys && key_renewal_going_on(fact, s->source, type);
}

const struct ds_set *renewal_ds(struct store *s, const struct name *zone, int64_t now_s)
{
	struct fact *fact = store_fact(s, zone);

	return fact ? key_renewal_ds(fact, now_s) : NULL;
}

void renewal_take_ds(struct store *s, const struct name *zone)
{
	key_renewal_take_ds(store_fact(s, zone));
}
