/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trust/nta.h"

const struct nta *nta_find(const struct nta_list *list, const struct name *zone)
{
	for (unsigned i = 0; list && i < list->count; i++) {
		if (name_equal(&list->items[i].zone, zone))
			return &list->items[i];
	}
	return NULL;
}

bool nta_add(struct nta_list *list, const struct name *zone, int64_t expires_s)
{
	const struct nta *known = nta_find(list, zone);
	unsigned place = known ? (unsigned)(known - list->items) : list->count;

	if (place == NTAS_MAX)
		return false;
	if (!known)
		list->count++;
	list->items[place] = (struct nta){ .zone = *zone, .expires_s = expires_s };
	return true;
}

const struct nta *nta_above(const struct nta_list *list, const struct name *name, int64_t now_s)
{
	const struct nta *deepest = NULL;

	for (unsigned i = 0; list && i < list->count; i++) {
		const struct nta *nta = &list->items[i];
		if (nta->expires_s > now_s && name_within(name, &nta->zone) &&
		        (!deepest || nta->zone.labels > deepest->zone.labels))
			deepest = nta;
	}
	return deepest;
}
