/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_seat.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/least.h"
#include "base/log.h"

const struct name *zone_seat_apex(const struct zone_seat *seat)
{
	return &seat->entry->text.items[0].apex;
}

bool zone_seat_has_keys(const struct zone_seat *seat)
{
	return seat->entry->has_keys && !seat->is_withdrawn;
}

bool zone_seat_is_unsigned(const struct zone_seat *seat)
{
	return zone_seat_has_keys(seat) && zone_keys_are_unsigned(&seat->entry->keys);
}

bool zone_seat_waits(const struct zone_seat *seat)
{
	return seat->waiting || (zone_seat_has_keys(seat) && !seat->entry->is_checked);
}

const char *zone_seat_fault(const struct zone_seat *seat)
{
	if (!seat->is_broken)
		return NULL;
	return seat->fault ? seat->fault : "a zone is broken, and there was no memory to say why";
}

static void blame_seat(struct zone_seat *seat, const char *fault)
{
	const struct zone_seat *before = seat->before;

	free(seat->fault);
	seat->fault = strdup(fault);
	seat->is_broken = true;
	seat->is_news = !before || !before->is_broken ||
	                strcmp(zone_seat_fault(before), zone_seat_fault(seat)) != 0;
}

static void clear_fault(struct zone_seat *seat)
{
	free(seat->fault);
	seat->fault = NULL;
	seat->is_broken = seat->is_news = false;
}

void zone_seat_stay(struct zone_seat *seat, const struct zone_seat *before)
{
	*seat = (struct zone_seat){ .before = before,
		.entry = zone_entry_share(before->entry),
		.waiting = zone_entry_share(before->waiting),
		.is_withdrawn = before->is_withdrawn,
		.awaits_timeline = before->awaits_timeline };
	if (before->is_broken)
		blame_seat(seat, zone_seat_fault(before));
	seat->is_news = before->is_news;
}

/* Takes over a seat of the former policy. Returns false if the zone has to be read. */
static bool keep_seat(struct zone_seat *seat, const struct zone_seat *before,
        const struct zone_source *source, struct zone_reading *how)
{
	if (!before || before->is_broken)
		return false;
	struct zone_entry *newest = before->waiting ? before->waiting : before->entry;
	if (!zone_entry_is_current(newest, source, &how->keys, how->now_s))
		return false;
	zone_seat_stay(seat, before);
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

/* Signatures that have ended, as of an old backup, do not replace those that are valid. If the clock is wrong, the former
 * ones look ended, too, or as good as before. */
static void compare_times(const struct zone_keys *fresh, const struct zone_keys *former,
        int64_t now_s, struct complaint *fault)
{
	if (timeline_lasts_s(&former->timeline, now_s) < 0 ||
	        timeline_lasts_s(&fresh->timeline, now_s) >= 0)
		return;
	if (fresh->timeline.is_planned)
		complaint_set(fault,
		        "%s: none of its periods has valid signatures now: it is old, or the clock "
		        "is wrong",
		        zone_keys_path(fresh));
	else
		complaint_set(fault,
		        "%s: no signature of the DNSKEY records is valid now: run `sealgate keys "
		        "sign`",
		        zone_keys_path(fresh));
}

/* An older timeline can come from a backup that is restored, from a copy to this gateway that overtakes a later one, or
 * from whoever may write to the directory and kept a file. Its signatures may well be valid, and yet it may bring back a
 * ZSK that was taken out because it was stolen, or lack a key that has signed since. Whoever may write there can read
 * the private keys of now, too, so for an attacker nothing is gained; the comparison is for the mistakes. Two files of
 * one generation are from two writers, of which neither knows what the other has published. */
static void compare_generations(
        const struct zone_keys *fresh, const struct zone_keys *former, struct complaint *fault)
{
	const struct timeline *ours = &former->timeline, *other = &fresh->timeline;

	if (!ours->is_planned || !other->is_planned)
		return;
	if (other->generation < ours->generation)
		complaint_set(fault,
		        "%s: its generation %" PRIu64 " is older than %" PRIu64
		        ", which is in force: an old backup, or a copy that came late",
		        zone_keys_path(fresh), other->generation, ours->generation);
	else if (other->generation == ours->generation &&
	         (other->made_s != ours->made_s ||
	                 timeline_is_unsigned(other) != timeline_is_unsigned(ours)))
		complaint_set(fault,
		        "%s: it has the generation %" PRIu64
		        " of the timeline in force, and was made at another time: two keepers "
		        "write timelines of this zone, or one was restored from a backup",
		        zone_keys_path(fresh), other->generation);
}

/* A timeline that is missing is no order to stop signing, nor to take up key files of long ago: somebody may have removed
 * the file. That the zone is to be unsigned is said by a timeline, with a generation. */
static void compare_presence(
        const struct zone_entry *fresh, const struct zone_keys *former, struct complaint *fault)
{
	bool lacks_timeline = former->timeline.is_planned && !fresh->keys.timeline.is_planned &&
	                      fresh->text.items[0].is_kept;

	if (lacks_timeline || (fresh->keys.is_absent && !former->is_absent))
		complaint_set(fault,
		        "%s is missing: the zone goes on with what was in force before. To end "
		        "signing, tell the keeper; its timeline says so then",
		        fresh->keys.timeline_file.path);
}

#define WAY_OUT                                                                                    \
	"if nothing newer will come, stop sealgate, delete the line of the zone in %s, and start " \
	"it again"

/* The same for the timeline that was in force when sealgate last ran. A zone above that is signed here would deny the DS
 * of one that passes unsigned, so until its timeline is there, or says so, the zone is broken. Returns true if all is
 * well. */
static bool follows_memory(const struct zone_entry *fresh, const struct timeline_memory *memory,
        struct complaint *fault)
{
	const struct config_zone *zone = &fresh->text.items[0];
	const struct remembered_timeline *known =
	        memory && zone->is_kept ? timeline_memory_find(memory, &zone->apex) : NULL;
	const struct timeline *t = &fresh->keys.timeline;

	if (!known || (fresh->keys.is_absent && known->is_unsigned))
		return true;
	if (!t->is_planned)
		complaint_set(fault,
		        "%s is missing, and the zone had a timeline when sealgate last ran: bring "
		        "it back; " WAY_OUT,
		        fresh->keys.timeline_file.path, memory->path);
	else if (t->generation < known->generation)
		complaint_set(fault,
		        "%s: its generation %" PRIu64 " is older than %" PRIu64
		        ", which was in force when sealgate last ran: an old backup, or a copy "
		        "that came late; " WAY_OUT,
		        zone_keys_path(&fresh->keys), t->generation, known->generation,
		        memory->path);
	else
		return true;
	return false;
}

/* What was read must not replace what is better. */
static void compare_with_former(const struct zone_entry *fresh, const struct zone_seat *before,
        int64_t now_s, struct complaint *fault)
{
	if (!fresh->has_keys || !before || !zone_seat_has_keys(before))
		return;
	compare_presence(fresh, &before->entry->keys, fault);
	if (!fault->text[0])
		compare_generations(&fresh->keys, &before->entry->keys, fault);
	if (!fault->text[0] && !zone_keys_are_unsigned(&fresh->keys))
		compare_times(&fresh->keys, &before->entry->keys, now_s, fault);
}

/* Says once that there are two forms of keys, and which of them counts. */
static void tell_idle_files(const struct zone_entry *fresh, const struct zone_seat *before)
{
	char name[NAME_TEXT_SIZE];

	if (fresh->has_keys && fresh->keys.has_idle_files &&
	        !(before && before->entry->has_keys && before->entry->keys.has_idle_files))
		log_info("%s: %s counts; K*.signed-dnskey and K*.private beside it do not",
		        name_text(&fresh->text.items[0].apex, name), zone_keys_path(&fresh->keys));
}

/* A zone that was broken, and has new files, is told as broken until these are checked. */
static void await_check(struct zone_seat *seat, struct zone_entry *fresh)
{
	struct complaint fault;
	char name[NAME_TEXT_SIZE];

	seat->waiting = fresh;
	if (!seat->is_withdrawn)
		return;
	complaint_set(&fault, "%s: its keys were wrong; those of now are not checked yet",
	        name_text(zone_seat_apex(seat), name));
	blame_seat(seat, fault.text);
	seat->is_news = false;
}

int zone_seat_take(struct zone_seat *seat, const struct zone_seat *before,
        const struct zone_source *source, struct zone_reading *how)
{
	bool stays = before && before->entry->has_keys;
	struct complaint fault;

	*seat = (struct zone_seat){ .before = before };
	if (keep_seat(seat, before, source, how))
		return 0;
	struct zone_entry *fresh = zone_entry_read(source, how->crypto, how->now_s, &fault);
	if (!fresh)
		return -1;
	tell_idle_files(fresh, before);
	compare_with_former(fresh, before, how->now_s, &fault);
	if (fresh->has_keys && !fault.text[0])
		seat->awaits_timeline = !follows_memory(fresh, how->memory, &fault);
	if (!fault.text[0])
		check_if_time(fresh, how, &fault);
	bool is_wrong = fault.text[0] != '\0';
	if (is_wrong)
		blame_seat(seat, fault.text);
	if (!stays || (fresh->is_checked && !is_wrong)) {
		seat->entry = fresh;
		seat->is_new = true;
		seat->is_withdrawn = is_wrong;
		return 1;
	}
	seat->entry = zone_entry_share(before->entry);
	seat->is_withdrawn = before->is_withdrawn;
	if (is_wrong)
		zone_entry_release(fresh);
	else
		await_check(seat, fresh);
	return 1;
}

/* Returns true if the zone changes by what was found. */
static bool check_waiting(struct zone_seat *seat, struct crypto *crypto)
{
	struct complaint fault;

	if (zone_entry_check(seat->waiting, crypto, &fault) == 0) {
		clear_fault(seat);
		return true;
	}
	blame_seat(seat, fault.text);
	zone_entry_release(seat->waiting);
	seat->waiting = NULL;
	return false;
}

static bool check_entry(struct zone_seat *seat, struct crypto *crypto)
{
	struct complaint fault;

	if (zone_entry_check(seat->entry, crypto, &fault) == 0)
		return false;
	blame_seat(seat, fault.text);
	seat->is_withdrawn = true;
	return true;
}

bool zone_seat_check(struct zone_seat *seat, struct crypto *crypto)
{
	bool changes = seat->waiting && check_waiting(seat, crypto);

	if (!seat->waiting && zone_seat_waits(seat))
		changes = check_entry(seat, crypto);
	return changes;
}

void zone_seat_settle(struct zone_seat *seat, const struct zone_seat *before)
{
	*seat = (struct zone_seat){
		.before = before,
		.entry = zone_entry_share(before->waiting ? before->waiting : before->entry),
		.is_withdrawn = before->is_withdrawn && !before->waiting,
		.is_new = before->waiting != NULL,
		.awaits_timeline = before->awaits_timeline && !before->waiting,
	};
	if (before->is_broken)
		blame_seat(seat, zone_seat_fault(before));
	seat->is_news = before->is_news;
}

void zone_seat_fini(struct zone_seat *seat)
{
	zone_entry_release(seat->entry);
	zone_entry_release(seat->waiting);
	free(seat->fault);
}
