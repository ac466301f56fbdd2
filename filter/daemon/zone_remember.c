/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_remember.h"

#include "daemon/zone_policy_private.h"

/* Tells what is in force of a zone: what was checked, and not what waits. A zone that somebody else looks after is
 * forgotten; one that cannot be read is not. */
static bool remember_zone(const struct zone_policy *z, unsigned i, struct timeline_memory *memory)
{
	const struct zone_seat *seat = &z->seats[i];
	const struct zone_entry *e = seat->entry;
	const struct timeline *t = &e->keys.timeline;

	if (!zone_seat_has_keys(seat) || !e->is_checked)
		return true;
	if (!e->text.items[0].is_kept) {
		timeline_memory_forget(memory, zone_seat_apex(seat));
		return true;
	}
	return !t->is_planned ||
	       timeline_memory_note(memory, &(struct remembered_timeline){ *zone_seat_apex(seat),
	                                            t->generation, timeline_is_unsigned(t) });
}

bool zone_remember_all(const struct zone_policy *z, struct timeline_memory *memory)
{
	bool good = true;

	for (unsigned i = 0; i < z->count; i++)
		good &= remember_zone(z, i, memory);
	return good;
}

void zone_remember_gone(const struct zone_policy *z, const struct zone_policy *former,
        struct timeline_memory *memory)
{
	for (unsigned i = 0; i < former->count; i++) {
		const struct name *apex = zone_seat_apex(&former->seats[i]);
		if (!sign_policy_apex(&z->policy, apex))
			timeline_memory_forget(memory, apex);
	}
}
