/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_copies.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "daemon/timeline_copy.h"
#include "daemon/zone_policy_private.h"
#include "daemon/zone_succession.h"

#define PASS_MS  (60 * UINT64_C(1000))
#define SLICE_MS 20 /* a copy takes some milliseconds, because it is to be on the disk */
#define DAY_S    INT64_C(86400)
#define DAY_MS   (UINT64_C(1000) * 86400)

void zone_copies_init(struct zone_copies *c, const char *directory)
{
	*c = (struct zone_copies){ .directory = directory, .lock = -1 };
}

void zone_copies_fini(struct zone_copies *c)
{
	if (c->lock >= 0)
		close(c->lock);
	c->lock = -1;
}

void zone_copies_renew(struct zone_copies *c)
{
	c->next = 0;
	c->due_ms = 0;
}

bool zone_copies_is_busy(const struct zone_copies *c)
{
	return c->next > 0;
}

/* ---- What fails ---- */

/* The first failure is told, and then that it is over: each minute would be too often. */
static void tell_uncopied(struct zone_copies *c, const struct complaint *why)
{
	if (c->failures++ == 0 && !c->has_failed)
		log_warning("%s: the timeline in force is not copied, and after a restart one that "
		            "is missing or old would not be noticed; tried again each minute",
		        why->text);
}

static int fail_directory(const struct zone_copies *c, int number, struct complaint *why)
{
	if (number == EWOULDBLOCK)
		complaint_set(why,
		        "%s: another sealgate keeps its copies here: give this one a "
		        "timeline_state of its own",
		        c->directory);
	else
		complaint_set(why, "%s: %s", c->directory, strerror(number));
	return -1;
}

/* Of two that write here, each would take the copies of the other for its own. While a new process
 * takes over from an old one, the old one has the lock for a moment. */
static int lock_directory(struct zone_copies *c, struct complaint *why)
{
	if (c->lock >= 0)
		return 0;
	int failed = file_make_directory(c->directory, 0700);
	if (failed)
		return fail_directory(c, -failed, why);
	int lock = open(c->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0) {
		c->lock = lock;
		return 0;
	}
	failed = errno;
	if (lock >= 0)
		close(lock);
	return fail_directory(c, failed, why);
}

/* ---- One zone ---- */

/* True while keys or records of timelines before are still in use, or in caches. */
static bool needs_former(const struct zone_policy *z, unsigned i, int64_t now_s)
{
	return zone_succession_late_until_s(&z->signing.zones[i].periods, now_s) > 0 ||
	       zone_bridge_remembers(&z->signing.bridges[i], now_s);
}

static int forget_zone(const struct zone_copies *c, const struct name *zone, struct complaint *why)
{
	char name[NAME_TEXT_SIZE];
	int found = timeline_copy_forget(c->directory, zone, why);

	if (found > 0)
		log_info("%.255s: its keys are made by hand now, so the copy of its timeline is "
		         "removed",
		        name_text(zone, name));
	return found < 0 ? -1 : 0;
}

/* A signer that has no zone with keeper = true needs no directory. */
static int do_entry(struct zone_copies *c, struct zone_entry *e, bool keeps_former,
        struct crypto *crypto, struct complaint *why)
{
	const struct name *zone = &e->text.items[0].apex;

	if (!e->text.items[0].is_kept)
		return forget_zone(c, zone, why);
	if (lock_directory(c, why) < 0)
		return -1;
	int result = e->is_copied ? timeline_copy_end_former(c->directory, zone, why)
	                          : timeline_copy_write(c->directory, &e->keys.timeline, e->since_s,
	                                    keeps_former, crypto, why);
	if (result >= 0)
		e->has_former_copy = keeps_former;
	return result;
}

/* Returns true if there was something to do. */
static bool copy_zone(struct zone_copies *c, const struct zone_policy *z, unsigned i,
        struct crypto *crypto, int64_t now_s)
{
	struct zone_entry *e = z->seats[i].entry;
	bool keeps = needs_former(z, i, now_s < 0 ? clock_wall_s() : now_s);
	struct complaint why;

	if (!zone_seat_is_uncopied(&z->seats[i]) && (!e->has_former_copy || keeps))
		return false;
	if (do_entry(c, e, keeps, crypto, &why) < 0)
		tell_uncopied(c, &why);
	else
		e->is_copied = true;
	return true;
}

/* ---- Old ones ---- */

static void sweep_file(
        const struct zone_copies *c, int directory, const struct dirent *entry, int64_t now_s)
{
	struct stat st;

	if (fstatat(directory, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	        !S_ISREG(st.st_mode) || st.st_mtime > now_s - ZONE_COPIES_KEPT_DAYS * DAY_S ||
	        unlinkat(directory, entry->d_name, 0) < 0)
		return;
	log_info("%s/%s: removed, because its zone is no longer configured", c->directory,
	        entry->d_name);
}

/* A zone whose file is gone may come back: whatever writes the files may delete and write them. So
 * its copy stays for a while. */
static void sweep(struct zone_copies *c, const struct zone_policy *z, int64_t now_s)
{
	DIR *dir = opendir(c->directory);
	struct dirent *entry;
	struct name zone;

	while (dir && (entry = readdir(dir))) {
		if (timeline_copy_zone(entry->d_name, &zone) &&
		        !sign_policy_apex(&z->policy, &zone))
			sweep_file(c, dirfd(dir), entry, now_s);
	}
	if (dir)
		closedir(dir);
}

static void sweep_if_due(
        struct zone_copies *c, const struct zone_policy *z, int64_t now_s, uint64_t now_ms)
{
	struct complaint ignored;

	if (now_s < 0 || (c->swept_ms > 0 && now_ms - c->swept_ms < DAY_MS) ||
	        access(c->directory, F_OK) < 0 || lock_directory(c, &ignored) < 0)
		return;
	sweep(c, z, now_s);
	c->swept_ms = now_ms > 0 ? now_ms : 1;
}

/* ---- All ---- */

static void end_pass(struct zone_copies *c, uint64_t now_ms)
{
	if (c->has_failed && c->failures == 0)
		log_info("%s: all timelines in force are copied again", c->directory);
	c->has_failed = c->failures > 0;
	c->failures = c->next = 0;
	c->due_ms = now_ms + PASS_MS;
}

void zone_copies_look(struct zone_copies *c, const struct zone_policy *z, struct crypto *crypto,
        int64_t now_s, uint64_t now_ms)
{
	uint64_t until_ms = clock_monotonic_ms() + SLICE_MS;

	if (now_ms < c->due_ms || zone_policy_waits(z))
		return;
	while (c->next < z->count) {
		bool did = copy_zone(c, z, c->next++, crypto, now_s);
		if (did && clock_monotonic_ms() >= until_ms && c->next < z->count)
			return;
	}
	end_pass(c, now_ms);
	sweep_if_due(c, z, now_s, now_ms);
}
