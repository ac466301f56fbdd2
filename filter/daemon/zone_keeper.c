/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_keeper.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/advice.h"
#include "base/clock.h"
#include "base/complaint.h"
#include "base/encoding.h"
#include "base/log.h"
#include "daemon/timeline_watch.h"
#include "daemon/workers_wait.h"
#include "daemon/zone_copies.h"
#include "daemon/zone_succession.h"
#include "daemon/zone_unsigned.h"
#include "worker/worker_orders.h"

#define DAY_MS (86400 * UINT64_C(1000))

/* How long pre-made signatures are checked in a reload, before it ends; and at a time, with pauses
 * in between. A zone takes some 4 ms, so what a reload changes is mostly checked at once. */
#define CHECK_RELOAD_MS 30
#define CHECK_SLICE_MS  20
#define CHECK_PAUSE_MS  20

#define LINES_MAX 20 /* of one kind in the log at a time: there may be thousands of zones */

struct zone_keeper {
	struct zone_policy *current;
	struct zone_policy *former; /* a worker may still use it; or NULL */
	const struct config *config;
	struct timeline_watch watch;
	struct zone_copies copies;
	struct crypto *crypto;
	struct worker *const *workers;
	unsigned worker_count;
	bool missed_timeline; /* a new one could not be read, and the log says so */
	bool has_looked;
	bool has_new_zones; /* whose end nobody was warned of yet */
	uint64_t looked_ms;
	unsigned news_count;   /* what the last reload, or a check after it, found broken */
	struct complaint news; /* the first of that */
};

/* `faults` has the first of `count` faults. */
static void tell_faults(const char *const faults[LINES_MAX], unsigned count)
{
	for (unsigned n = 0; n < count && n < LINES_MAX; n++)
		log_error("broken zone: %s", faults[n]);
	if (count > LINES_MAX)
		log_error("%u more zones are broken: `sealgate ctl zones%s` begins with them",
		        count - LINES_MAX, advice_options());
}

/* Tells what is broken of late. */
static void tell_news(struct zone_keeper *k)
{
	const char *news[LINES_MAX];

	k->news_count = zone_policy_news(k->current, news, LINES_MAX);
	tell_faults(news, k->news_count);
	if (k->news_count > 0)
		complaint_set(&k->news, "%s", news[0]);
}

static void tell_broken(const struct zone_keeper *k)
{
	unsigned broken = zone_policy_counts(k->current).broken;
	const char *faults[LINES_MAX];

	for (unsigned n = 0; n < broken && n < LINES_MAX; n++)
		faults[n] = zone_policy_nth_fault(k->current, n);
	tell_faults(faults, broken);
}

struct zone_keeper *zone_keeper_new(const struct config *c, struct complaint *why)
{
	struct zone_keeper *k = calloc(1, sizeof(*k));

	if (k)
		k->crypto = crypto_new();
	if (!k || !k->crypto) {
		complaint_no_memory(why);
		zone_keeper_free(k);
		return NULL;
	}
	k->config = c;
	zone_copies_init(&k->copies, c->timeline_state);
	k->current = zone_policy_make(c, NULL, clock_wall_s(), ZONE_POLICY_CHECK_START, why);
	if (k->current && zone_policy_is_all_broken(k->current))
		complaint_set(why, "%s", zone_policy_nth_fault(k->current, 0));
	else if (k->current) {
		tell_news(k);
		zone_unsigned_tell(k->current, NULL);
		if (zone_keeper_policy(k)->zone_count == 0)
			log_warning("there is no zone to sign yet: put files into "
			            "sign.zones_directory, then run `sealgate ctl reload%s`",
			        advice_options());
		return k;
	}
	zone_keeper_free(k);
	return NULL;
}

const struct sign_policy *zone_keeper_policy(const struct zone_keeper *k)
{
	return zone_policy_signing(k->current);
}

const char *zone_keeper_fault(const struct zone_keeper *k, unsigned zone)
{
	return zone_policy_fault(k->current, zone);
}

const char *zone_keeper_unsigned(const struct zone_keeper *k, unsigned zone)
{
	return zone_policy_unsigned(k->current, zone);
}

const char *zone_keeper_stray(const struct zone_keeper *k, unsigned n)
{
	return zone_policy_stray(k->current, n);
}

unsigned zone_keeper_news(const struct zone_keeper *k, const char **first)
{
	*first = k->news.text;
	return k->news_count;
}

struct zone_counts zone_keeper_counts(const struct zone_keeper *k)
{
	return zone_policy_counts(k->current);
}

const char **zone_keeper_key_directories(const struct zone_keeper *k, unsigned *count)
{
	return zone_policy_key_directories(k->current, count);
}

void zone_keeper_serve(struct zone_keeper *k, struct worker *const workers[], unsigned count)
{
	k->workers = workers;
	k->worker_count = count;
}

/* ---- Reading again ---- */

/* Frees the former keys once no worker uses them. Returns true if there are none left. */
static bool release_former(void *keeper)
{
	struct zone_keeper *k = keeper;

	for (unsigned i = 0; k->former && i < k->worker_count; i++) {
		if (worker_sign_policy(k->workers[i]) != zone_policy_signing(k->current))
			return false;
	}
	zone_policy_free(k->former);
	k->former = NULL;
	return true;
}

/* Gives the workers another policy. The one in force so far becomes the former one; there is none
 * yet. */
static void put_in_force(struct zone_keeper *k, struct zone_policy *fresh)
{
	k->former = k->current;
	k->current = fresh;
	zone_copies_renew(&k->copies);
	for (unsigned i = 0; i < k->worker_count; i++)
		worker_use_sign_policy(k->workers[i], zone_policy_signing(fresh));
}

static int64_t refused_until_s(const struct zone_keeper *k, unsigned zone)
{
	int64_t until_s = zone_policy_refused_until_s(k->current, zone);

	return until_s > clock_wall_s() ? until_s : 0;
}

static int64_t late_until_s(const struct zone_keeper *k, unsigned zone)
{
	return zone_succession_late_until_s(
	        &zone_keeper_policy(k)->zones[zone].periods, clock_wall_s());
}

/* Tells of zones that are new in the policy, and for which something lasts until a time; 0: it does
 * not. */
static void tell_lasting(const struct zone_keeper *k, enum log_level level, const char *what,
        int64_t (*until)(const struct zone_keeper *k, unsigned zone))
{
	const struct sign_policy *p = zone_keeper_policy(k);
	char name[NAME_TEXT_SIZE], digits[DIGITS_TIME_SIZE];
	unsigned told = 0;

	for (unsigned i = 0; i < p->zone_count && told < LINES_MAX; i++) {
		int64_t until_s = zone_policy_is_new(k->current, i) ? until(k, i) : 0;
		if (until_s == 0)
			continue;
		log_line(level, "%.255s: %s until %s", name_text(&p->zones[i].apex, name), what,
		        digits_time_write(until_s, digits));
		told++;
	}
}

static void tell_reload(struct zone_keeper *k)
{
	struct zone_counts n = zone_policy_counts(k->current);

	log_info("zones: %u; read again: %u, new: %u, gone: %u, broken: %u, to be checked: %u",
	        zone_policy_signing(k->current)->zone_count, n.changed, n.added, n.gone, n.broken,
	        n.unchecked);
	tell_lasting(k, LOG_LEVEL_INFO,
	        "resolvers do not know its new keys yet: those of before sign", late_until_s);
	tell_lasting(k, LOG_LEVEL_WARNING,
	        "its timeline came too late: validators may reject what caches have of before,",
	        refused_until_s);
	tell_news(k);
}

/* Two policies in use are the most: the former one, and the one in force. */
static bool has_policy_room(struct zone_keeper *k, struct complaint *why)
{
	if (workers_wait(release_former, k))
		return true;
	complaint_set(why, "a worker does not yet use the keys of the reload before; try again");
	return false;
}

/* `fresh` is NULL if there can be no policy. Returns 0 or -1. */
static int take_reloaded(struct zone_keeper *k, struct zone_policy *fresh)
{
	if (!fresh)
		return -1;
	put_in_force(k, fresh);
	k->has_new_zones = true;
	zone_unsigned_tell(k->current, k->former);
	tell_reload(k);
	return 0;
}

int zone_keeper_reload(struct zone_keeper *k, const struct config *c, struct complaint *why)
{
	if (!has_policy_room(k, why))
		return -1;
	k->config = c;
	return take_reloaded(
	        k, zone_policy_make(c, k->current, clock_wall_s(), CHECK_RELOAD_MS, why));
}

int zone_keeper_reload_zone(struct zone_keeper *k, const struct config *c, const struct name *apex,
        struct complaint *why)
{
	if (!has_policy_room(k, why))
		return -1;
	return take_reloaded(
	        k, zone_policy_remake(c, k->current, apex, clock_wall_s(), CHECK_RELOAD_MS, why));
}

/* Reads the zones whose timelines the keeper has written anew, one at each look: a former policy
 * may be in use. */
static void follow_timelines(struct zone_keeper *k, uint64_t now_ms)
{
	const struct name *changed =
	        k->former ? NULL : timeline_watch_look(&k->watch, k->current, now_ms);
	struct complaint why;
	struct name apex;

	if (!changed)
		return;
	apex = *changed;
	if (zone_keeper_reload_zone(k, k->config, &apex, &why) == 0) {
		timeline_watch_note(&k->watch);
		k->missed_timeline = false;
		return;
	}
	if (!k->missed_timeline)
		log_error("a new timeline is not read, and is tried again: %s", why.text);
	k->missed_timeline = true;
}

/* ---- Checking ---- */

/* The main loop has other work, so thousands of zones are checked in slices. Nothing here is
 * urgent: whoever can write these files can write valid signatures, too, so the check finds
 * mistakes, and no attacks. */
static void go_on_checking(struct zone_keeper *k, int64_t now_s)
{
	if (!zone_policy_waits(k->current) && zone_policy_is_settled(k->current))
		return;
	if (zone_policy_waits(k->current))
		zone_policy_check_some(
		        k->current, k->crypto, clock_monotonic_ms() + CHECK_SLICE_MS);
	tell_news(k);
	if (zone_policy_waits(k->current) || k->former || zone_policy_is_settled(k->current))
		return;
	struct zone_policy *next = zone_policy_settle(k->current, now_s);
	if (!next)
		return;
	put_in_force(k, next);
	zone_unsigned_tell(k->current, k->former);
	k->has_new_zones = true;
}

int zone_keeper_wait_ms(const struct zone_keeper *k)
{
	bool is_busy = zone_policy_waits(k->current) || !zone_policy_is_settled(k->current) ||
	               zone_copies_is_busy(&k->copies);

	return is_busy ? CHECK_PAUSE_MS : timeline_watch_wait_ms(&k->watch);
}

/* ---- What ends ---- */

const struct sign_zone *zone_keeper_first_to_end(const struct zone_keeper *k, int64_t now_s)
{
	return zone_expiry_first(zone_keeper_policy(k), now_s);
}

enum zone_alarm zone_keeper_alarm(const struct zone_keeper *k, unsigned zone, int64_t now_s)
{
	return zone_expiry_alarm(k->current, zone, now_s);
}

void zone_keeper_look(struct zone_keeper *k, int64_t now_s, uint64_t now_ms)
{
	release_former(k);
	go_on_checking(k, clock_wall_s());
	follow_timelines(k, now_ms);
	zone_copies_look(&k->copies, k->current, k->crypto, now_s, now_ms);
	if (now_s < 0)
		return;
	bool is_due = !k->has_looked || now_ms - k->looked_ms >= DAY_MS;
	if (is_due || k->has_new_zones)
		zone_expiry_tell(k->current, is_due, now_s);
	k->has_new_zones = false;
	if (!is_due)
		return;
	if (k->has_looked)
		tell_broken(k);
	k->has_looked = true;
	k->looked_ms = now_ms;
}

void zone_keeper_free(struct zone_keeper *k)
{
	if (!k)
		return;
	timeline_watch_fini(&k->watch);
	zone_policy_free(k->former);
	zone_policy_free(k->current);
	zone_copies_fini(&k->copies);
	crypto_free(k->crypto);
	free(k);
}
