/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_seat.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/least.h"

const struct name *zone_seat_apex(const struct zone_seat *seat)
{
	return &seat->entry->text.items[0].apex;
}

bool zone_seat_has_keys(const struct zone_seat *seat)
{
	return seat->entry->has_keys && !seat->is_withdrawn;
}

bool zone_seat_waits(const struct zone_seat *seat)
{
	return seat->waiting || (zone_seat_has_keys(seat) && !seat->entry->is_checked);
}

static void blame_seat(struct zone_seat *seat, const char *fault)
{
	free(seat->fault);
	seat->fault = strdup(fault); /* without memory the fault is not told */
}

/* Takes over a seat of the former policy. Returns false if the zone has to be read. */
static bool keep_seat(struct zone_seat *seat, const struct zone_seat *before,
        const struct zone_source *source, int64_t now_s)
{
	if (!before || before->fault)
		return false;
	struct zone_entry *newest = before->waiting ? before->waiting : before->entry;
	if (!zone_entry_is_current(newest, source, now_s))
		return false;
	seat->entry = zone_entry_share(before->entry);
	seat->waiting = zone_entry_share(before->waiting);
	return true;
}

static void check_if_time(
        struct zone_entry *fresh, struct zone_reading *how, struct complaint *fault)
{
	uint64_t start_ms = clock_monotonic_ms();

	if (!fresh->has_keys || how->check_ms == 0)
		return;
	zone_entry_check(fresh, how->crypto, fault);
	how->check_ms -= least(how->check_ms, clock_monotonic_ms() - start_ms + 1);
}

int zone_seat_take(struct zone_seat *seat, const struct zone_seat *before,
        const struct zone_source *source, struct zone_reading *how)
{
	bool stays = before && before->entry->has_keys;
	struct complaint fault;

	*seat = (struct zone_seat){ .before = before };
	if (keep_seat(seat, before, source, how->now_s))
		return 0;
	struct zone_entry *fresh = zone_entry_read(source, how->now_s, &fault);
	if (!fresh)
		return -1;
	check_if_time(fresh, how, &fault);
	bool is_wrong = fault.text[0] != '\0';
	seat->was_read = true;
	if (is_wrong)
		blame_seat(seat, fault.text);
	if (fresh->is_checked || !stays) {
		seat->entry = fresh;
		seat->is_withdrawn = is_wrong;
		return 1;
	}
	seat->entry = zone_entry_share(before->entry);
	seat->is_withdrawn = before->is_withdrawn;
	if (is_wrong) {
		zone_entry_release(fresh);
		return 1;
	}
	seat->waiting = fresh;
	if (seat->is_withdrawn && before->fault)
		blame_seat(seat, before->fault); /* until the check says that all is well again */
	return 1;
}

bool zone_seat_check(struct zone_seat *seat, struct crypto *crypto)
{
	struct complaint fault;
	bool replaces = seat->waiting != NULL;

	if (zone_entry_check(replaces ? seat->waiting : seat->entry, crypto, &fault) == 0) {
		if (replaces) {
			free(seat->fault);
			seat->fault = NULL;
		}
		return replaces;
	}
	blame_seat(seat, fault.text);
	seat->is_withdrawn = seat->is_withdrawn || !replaces;
	zone_entry_release(seat->waiting);
	seat->waiting = NULL;
	return !replaces;
}

void zone_seat_settle(struct zone_seat *seat, const struct zone_seat *before)
{
	*seat = (struct zone_seat){
		.before = before,
		.entry = zone_entry_share(before->waiting ? before->waiting : before->entry),
		.is_withdrawn = before->is_withdrawn && !before->waiting,
	};
	if (before->fault)
		blame_seat(seat, before->fault);
}

void zone_seat_fini(struct zone_seat *seat)
{
	zone_entry_release(seat->entry);
	zone_entry_release(seat->waiting);
	free(seat->fault);
}
