/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_recall.h"

struct zone_entry *zone_recall_read(struct zone_recall *r, const struct zone_entry *fresh,
        const char *directory, struct crypto *crypto, struct complaint *why)
{
	struct complaint ignored;

	*r = (struct zone_recall){ .last = zone_entry_recall(
		                           fresh, directory, TIMELINE_COPY_LAST, crypto, why) };
	for (unsigned which = 1; r->last && which <= TIMELINE_COPIES_FORMER; which++) {
		struct zone_entry *e = zone_entry_recall(fresh, directory, which, crypto, &ignored);
		if (e)
			r->former[r->former_count++] = e;
		if (e || ignored.text[0])
			r->last->has_former_copy = true;
	}
	return r->last;
}

void zone_recall_fini(struct zone_recall *r)
{
	zone_entry_release(r->last);
	for (unsigned i = 0; i < r->former_count; i++)
		zone_entry_release(r->former[i]);
	*r = (struct zone_recall){ .last = NULL };
}
