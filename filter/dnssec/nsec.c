/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dnssec/nsec.h"

#include "dnssec/bitmap.h"

bool nsec_read(const struct message *m, const struct rr *rr, struct nsec *nsec)
{
	struct cursor c = cursor_over(message_rdata(m, rr));

	if (!message_owner(m, rr, &nsec->owner))
		return false;
	name_read_plain(&c, &nsec->next);
	nsec->bitmap = cursor_rest(&c);
	return !c.bad && bitmap_is_valid(nsec->bitmap);
}

bool nsec_spans(const struct nsec *nsec, const struct name *apex, const struct name *name)
{
	if (name_order(&nsec->owner, name) >= 0)
		return false;
	return name_equal(&nsec->next, apex) || name_order(name, &nsec->next) < 0;
}

bool bitmap_is_delegation(struct span bitmap)
{
	return bitmap_has(bitmap, TYPE_NS) && !bitmap_has(bitmap, TYPE_SOA);
}

bool bitmap_ends_zone(struct span bitmap)
{
	return bitmap_is_delegation(bitmap) || bitmap_has(bitmap, TYPE_DNAME);
}

bool bitmap_denies(struct span bitmap, uint16_t type, bool is_root)
{
	if (type == TYPE_ANY)
		return bitmap_is_bare(bitmap); /* RFC 6840, 4.2 */
	if (bitmap_has(bitmap, type) || bitmap_has(bitmap, TYPE_CNAME))
		return false;
	if (type == TYPE_DS)
		return is_root || !bitmap_has(bitmap, TYPE_SOA);
	return !bitmap_is_delegation(bitmap);
}
