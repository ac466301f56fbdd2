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

bool zone_seat_awaits(const struct zone_seat *seat)
{
	return !zone_seat_has_keys(seat) && seat->entry->is_configured &&
	       seat->entry->text.items[0].is_kept;
}

bool zone_seat_is_uncopied(const struct zone_seat *seat)
{
	const struct zone_entry *e = seat->entry;

	return zone_seat_has_keys(seat) && e->is_checked && !e->is_copied &&
	       (!e->text.items[0].is_kept || e->keys.timeline.is_planned);
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
		.is_withdrawn = before->is_withdrawn };
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

/* Signatures that have ended, as of an old backup, do not replace those that are valid. If the
 * clock is wrong, the former ones look ended, too, or as good as before. */
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

/* An older timeline can come from a backup that is restored, from a copy to this gateway that
 * overtakes a later one, or from whoever may write to the directory and kept a file. Its signatures
 * may well be valid, and yet it may bring back a ZSK that was taken out because it was stolen, or
 * lack a key that has signed since. Whoever may write there can read the private keys of now, too,
 * so for an attacker nothing is gained; the comparison is for the mistakes. Two files of one
 * generation are from two writers, of which neither knows what the other has published. */
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

/* A timeline that is missing is no order to stop signing, nor to take up key files of long ago:
 * somebody may have removed the file. That the zone is to be unsigned is said by a timeline, with a
 * generation. */
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

/* What was read must not replace what is better. */
static void compare_with_former(const struct zone_entry *fresh, const struct zone_entry *former,
        int64_t now_s, struct complaint *fault)
{
	if (!fresh->has_keys || !former)
		return;
	compare_presence(fresh, &former->keys, fault);
	if (!fault->text[0])
		compare_generations(&fresh->keys, &former->keys, fault);
	if (!fault->text[0] && !zone_keys_are_unsigned(&fresh->keys))
		compare_times(&fresh->keys, &former->keys, now_s, fault);
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

/* ---- What was in force before sealgate was started ---- */

static bool is_same_timeline(const struct zone_entry *a, const struct zone_entry *b)
{
	const struct timeline *one = &a->keys.timeline, *other = &b->keys.timeline;

	return a->has_keys && b->has_keys && one->is_planned && other->is_planned &&
	       one->generation == other->generation && one->made_s == other->made_s &&
	       timeline_is_unsigned(one) == timeline_is_unsigned(other);
}

/* A copy that cannot be read concerns nobody if the timeline itself is there. If not, nobody knows
 * whether the zone is to be signed, and unsigned answers would be wrong if the parent has a DS. */
static void note_bad_copy(
        const struct zone_entry *fresh, const struct complaint *why, struct complaint *fault)
{
	if (fresh->has_keys && fresh->keys.is_absent)
		complaint_set(fault,
		        "%.400s: this copy of the timeline is no use, and the timeline is missing: "
		        "bring it back; or, if the zone is to be unsigned, remove the copy, and "
		        "those beside it whose names go on with .former",
		        why->text);
	else
		log_warning("%s: this copy of the timeline in force before is not used", why->text);
}

/* Returns what the zone goes on with if what was read is no better, borrowed from the seat; or
 * NULL. */
static struct zone_entry *recall_zone(struct zone_seat *seat, struct zone_entry *fresh,
        struct zone_reading *how, struct complaint *fault)
{
	struct complaint why;

	if ((seat->before && zone_seat_has_keys(seat->before)) || !fresh->is_configured ||
	        !fresh->text.items[0].is_kept)
		return NULL;
	struct zone_entry *last =
	        zone_recall_read(&seat->recalled, fresh, how->copies, how->crypto, &why);
	if (!last && why.text[0])
		note_bad_copy(fresh, &why, fault);
	return last;
}

/* A file that was written or touched again without another timeline needs no other copy. */
static void follow_former(struct zone_entry *fresh, const struct zone_entry *former)
{
	if (former)
		zone_entry_follow(fresh, former);
	if (!former || !is_same_timeline(fresh, former))
		return;
	fresh->since_s = former->since_s;
	fresh->is_copied = former->is_copied;
	fresh->has_former_copy = former->has_former_copy;
}

bool zone_seat_goes_on(const struct zone_seat *seat)
{
	return seat->recalled.last && is_same_timeline(seat->entry, seat->recalled.last);
}

/* ---- Taking a seat ---- */

/* What a zone had so far. */
struct standing {
	struct zone_entry *entry; /* NULL: nothing that it could go on with */
	bool is_withdrawn;
};

static struct standing standing_of(const struct zone_seat *before, struct zone_entry *recalled)
{
	if (recalled || !before)
		return (struct standing){ recalled, false };
	return (struct standing){ before->entry->has_keys ? before->entry : NULL,
		before->is_withdrawn };
}

/* Tells, too, if the zone goes on with a copy. */
static void blame_with_copy(struct zone_seat *seat, const struct complaint *fault)
{
	const struct zone_entry *e = seat->entry;
	struct complaint longer;

	if (!e->is_recalled) {
		blame_seat(seat, fault->text);
		return;
	}
	complaint_set(&longer,
	        "%.450s; in force is the copy of generation %" PRIu64
	        ", from when sealgate last ran",
	        fault->text, e->keys.timeline.generation);
	blame_seat(seat, longer.text);
}

/* Decides between what was read, which it takes, and what was there before. */
static void choose_entry(struct zone_seat *seat, struct zone_entry *fresh,
        const struct standing *standing, const struct complaint *fault)
{
	bool is_wrong = fault->text[0] != '\0';
	bool is_same = seat->recalled.last && is_same_timeline(fresh, seat->recalled.last);
	bool is_taken = !standing->entry || (!is_wrong && (fresh->is_checked || is_same));

	seat->entry = is_taken ? fresh : zone_entry_share(standing->entry);
	seat->is_new = is_taken || !seat->before || seat->before->entry != seat->entry;
	seat->is_withdrawn = is_taken ? is_wrong : standing->is_withdrawn;
	if (is_wrong)
		blame_with_copy(seat, fault);
	if (!is_taken && is_wrong)
		zone_entry_release(fresh);
	else if (!is_taken)
		await_check(seat, fresh);
}

int zone_seat_take(struct zone_seat *seat, const struct zone_seat *before,
        const struct zone_source *source, struct zone_reading *how)
{
	struct complaint fault;

	*seat = (struct zone_seat){ .before = before };
	if (keep_seat(seat, before, source, how))
		return 0;
	struct zone_entry *fresh = zone_entry_read(source, how->crypto, how->now_s, &fault);
	if (!fresh)
		return -1;
	tell_idle_files(fresh, before);
	struct standing standing = standing_of(before, recall_zone(seat, fresh, how, &fault));
	compare_with_former(
	        fresh, standing.is_withdrawn ? NULL : standing.entry, how->now_s, &fault);
	follow_former(fresh, standing.entry);
	if (!fault.text[0])
		check_if_time(fresh, how, &fault);
	choose_entry(seat, fresh, &standing, &fault);
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
	blame_with_copy(seat, &fault);
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
	};
	if (before->is_broken)
		blame_seat(seat, zone_seat_fault(before));
	seat->is_news = before->is_news;
}

void zone_seat_begun(struct zone_seat *seat)
{
	seat->before = NULL;
	zone_recall_fini(&seat->recalled);
}

void zone_seat_fini(struct zone_seat *seat)
{
	zone_seat_begun(seat);
	zone_entry_release(seat->entry);
	zone_entry_release(seat->waiting);
	free(seat->fault);
}
