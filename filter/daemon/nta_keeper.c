/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/nta_keeper.h"

#include <string.h>

#include "base/advice.h"
#include "base/least.h"
#include "base/log.h"
#include "config/nta_text.h"
#include "daemon/workers_wait.h"
#include "worker/worker_orders.h"

#define IDLE_MS 60000 /* between looks if none ends earlier */

/* The two clocks may differ by this much because one of them is corrected. */
#define APART_S 5

/* ---- Which are in force ---- */

const char *nta_state_word(enum nta_state state)
{
	static const char *const words[] = { [NTA_IN_FORCE] = "in-force",
		[NTA_OVER] = "over",
		[NTA_NO_CLOCK] = "clock-not-set",
		[NTA_EARLY] = "not-begun" };

	return words[state];
}

static enum nta_state state_of_end(const struct nta *nta, struct nta_now now)
{
	if (nta->expires_s == NTA_FOREVER)
		return NTA_IN_FORCE;
	if (now.wall_s < 0)
		return NTA_NO_CLOCK;
	return nta->expires_s > now.wall_s ? NTA_IN_FORCE : NTA_OVER;
}

static enum nta_state state_of_added(const struct added_nta *added, struct nta_now now)
{
	if (now.mono_ms >= added->end_ms)
		return NTA_OVER;
	if (now.wall_s >= 0 && now.wall_s < added->since_s)
		return NTA_EARLY;
	return state_of_end(&added->nta, now);
}

bool nta_keeper_at(const struct nta_keeper *k, unsigned i, struct nta_now now, struct nta_row *row)
{
	bool is_added = i >= k->configured.count;
	unsigned nth = is_added ? i - k->configured.count : i;

	if (is_added && nth >= k->added.count)
		return false;
	const struct added_nta *added =
	        is_added ? &k->added.items[nth] : &k->configured.items[nth].ends;
	*row = (struct nta_row){ &added->nta, is_added, state_of_added(added, now) };
	return true;
}

static bool are_near(int64_t a_s, int64_t b_s)
{
	return a_s <= b_s + APART_S && b_s <= a_s + APART_S;
}

/* The earlier end counts. A clock that was not set says nothing of the time of day; once it is set,
 * it may show less than the whole span that was assumed. A clock that was set back must not show
 * more than is left; if it is set right again, nothing is lost. Returns true if the time of day is
 * another one now. */
static bool tighten(struct added_nta *added, struct nta_now now)
{
	int64_t until_s = added->said_s;

	if (until_s == NTA_FOREVER || now.wall_s < 0 || now.wall_s < added->since_s)
		return false;
	uint64_t by_wall_ms = until_s > now.wall_s ? 1000 * (uint64_t)(until_s - now.wall_s) : 0;
	uint64_t by_mono_ms = added->end_ms > now.mono_ms ? added->end_ms - now.mono_ms : 0;

	if (by_wall_ms < by_mono_ms)
		added->end_ms = now.mono_ms + by_wall_ms;
	else if (!are_near(until_s, now.wall_s + (int64_t)(by_mono_ms / 1000)))
		until_s = now.wall_s + (int64_t)(by_mono_ms / 1000);
	if (until_s == added->nta.expires_s ||
	        (until_s != added->said_s && are_near(until_s, added->nta.expires_s)))
		return false;
	added->nta.expires_s = until_s;
	return true;
}

/* A zone that is named twice gets the later end: both are in force. */
static void fill_list(const struct nta_keeper *k, struct nta_now now, struct nta_list *list)
{
	struct nta_row row;

	list->count = 0;
	for (unsigned i = 0; nta_keeper_at(k, i, now, &row); i++) {
		const struct nta *known = nta_find(list, &row.nta->zone);
		if (row.state == NTA_IN_FORCE && (!known || known->expires_s < row.nta->expires_s))
			nta_add(list, &row.nta->zone, row.nta->expires_s);
	}
}

static bool lists_equal(const struct nta_list *a, const struct nta_list *b)
{
	for (unsigned i = 0; i < a->count && a->count == b->count; i++) {
		if (a->items[i].expires_s != b->items[i].expires_s ||
		        !name_equal(&a->items[i].zone, &b->items[i].zone))
			return false;
	}
	return a->count == b->count;
}

/* ---- Giving them to the workers ---- */

const struct nta_list *nta_keeper_list(const struct nta_keeper *k)
{
	return &k->lists[k->current];
}

void nta_keeper_serve(struct nta_keeper *k, struct worker *const workers[], unsigned count)
{
	k->workers = workers;
	k->worker_count = count;
}

/* Then the other list is free. */
bool nta_keeper_is_settled(const struct nta_keeper *k)
{
	for (unsigned i = 0; i < k->worker_count; i++) {
		if (worker_ntas(k->workers[i]) != nta_keeper_list(k))
			return false;
	}
	return true;
}

static bool keeper_is_settled(void *keeper)
{
	return nta_keeper_is_settled(keeper);
}

/* To be called when the other list is free. Workers forget their messages for a new list, so an
 * equal one is not given. */
static void publish(struct nta_keeper *k, struct nta_now now)
{
	struct nta_list *next = &k->lists[!k->current];

	fill_list(k, now, next);
	if (lists_equal(next, nta_keeper_list(k)))
		return;
	k->current = !k->current;
	for (unsigned i = 0; i < k->worker_count; i++)
		worker_use_ntas(k->workers[i], next);
}

static int wait_for_room(struct nta_keeper *k, struct complaint *why)
{
	if (workers_wait(keeper_is_settled, k))
		return 0;
	complaint_set(why, "a worker does not yet use the negative trust anchors of the change "
	                   "before; try again");
	return -1;
}

static const struct configured_nta *find_configured(
        const struct configured_ntas *all, const struct name *zone)
{
	for (unsigned i = 0; i < all->count; i++) {
		if (name_equal(&all->items[i].ends.nta.zone, zone))
			return &all->items[i];
	}
	return NULL;
}

static void take_configured(
        struct nta_keeper *k, const struct nta_list *configured, struct nta_now now)
{
	struct configured_ntas before = k->configured;

	k->configured.count = 0;
	for (unsigned i = 0; configured && i < configured->count; i++) {
		const struct nta *nta = &configured->items[i];
		const struct configured_nta *known = find_configured(&before, &nta->zone);
		struct configured_nta *taken = &k->configured.items[k->configured.count++];
		*taken = (struct configured_nta){ { *nta, nta->expires_s, 0, UINT64_MAX }, false };
		if (known && known->ends.said_s == nta->expires_s)
			*taken = *known;
		tighten(&taken->ends, now);
		taken->was_over = state_of_added(&taken->ends, now) == NTA_OVER;
	}
}

void nta_keeper_use(struct nta_keeper *k, const struct nta_list *configured, struct nta_now now)
{
	take_configured(k, configured, now);
	publish(k, now);
}

/* ---- Changing them ---- */

static struct added_nta *find_added(struct nta_keeper *k, const struct name *zone)
{
	for (unsigned i = 0; i < k->added.count; i++) {
		if (name_equal(&k->added.items[i].nta.zone, zone))
			return &k->added.items[i];
	}
	return NULL;
}

static void remove_added(struct nta_keeper *k, struct added_nta *added)
{
	*added = k->added.items[--k->added.count];
}

static int save(struct nta_keeper *k, struct complaint *why)
{
	int error = nta_file_save(&k->added, k->path, why);

	k->is_unsaved = error != 0;
	return error;
}

static int publish_and_wait(struct nta_keeper *k, struct nta_now now, struct complaint *why)
{
	publish(k, now);
	if (workers_wait(keeper_is_settled, k))
		return 0;
	complaint_set(why, "it is noted, but a worker does not use it yet: does it hang?");
	return -1;
}

int nta_keeper_add(
        struct nta_keeper *k, const struct nta *nta, struct nta_now now, struct complaint *why)
{
	struct added_nta *added = find_added(k, &nta->zone);
	char name[NAME_TEXT_SIZE], end[NTA_END_SIZE];

	if (wait_for_room(k, why) != 0)
		return -1;
	if (!added && k->added.count == NTAS_ADDED_MAX) {
		complaint_set(why, "there are %d already: remove one first", NTAS_ADDED_MAX);
		return -1;
	}
	struct added_ntas before = k->added;
	if (!added)
		added = &k->added.items[k->added.count++];
	*added = (struct added_nta){ *nta, nta->expires_s, now.wall_s,
		now.mono_ms + 1000 * (uint64_t)(nta->expires_s - now.wall_s) };
	if (save(k, why) != 0) {
		/* it would be gone after a restart; or the file has it already */
		k->added = before;
		return -1;
	}
	log_warning("negative trust anchor %.255s until %s (sealgate ctl): whatever lies below "
	            "this name passes unproved",
	        name_text(&nta->zone, name), nta_end_write(nta->expires_s, end));
	return publish_and_wait(k, now, why);
}

int nta_keeper_remove(
        struct nta_keeper *k, const struct name *zone, struct nta_now now, struct complaint *why)
{
	struct added_nta *added = find_added(k, zone);
	char name[NAME_TEXT_SIZE];
	struct complaint unsaved;

	if (!added) {
		complaint_set(why,
		        find_configured(&k->configured, zone)
		                ? "it is one of the configuration: change negative_trust_anchors "
		                  "there, then `sealgate ctl reload%s`"
		                : "there is none for this name; see `sealgate ctl nta list%s`",
		        advice_options());
		return -1;
	}
	if (wait_for_room(k, why) != 0)
		return -1;
	remove_added(k, added);
	log_info("the negative trust anchor %.255s was removed (sealgate ctl)",
	        name_text(zone, name));
	int saved = save(k, &unsaved);
	if (publish_and_wait(k, now, why) != 0) {
		if (saved != 0)
			complaint_set(why,
			        "a worker still uses it: does it hang? And it will be in "
			        "force after a restart: %.400s",
			        unsaved.text);
		return -1;
	}
	if (saved != 0)
		complaint_set(why,
		        "it is not in force any more, but will be after a restart: %.400s",
		        unsaved.text);
	return saved != 0 ? -1 : 0;
}

/* ---- Their end ---- */

static void log_end(const struct nta *nta, const char *from)
{
	char name[NAME_TEXT_SIZE];

	log_info("the negative trust anchor %.255s is over (%s): names below it are judged again",
	        name_text(&nta->zone, name), from);
}

/* Those of the configuration stay in it; their end is logged once. */
static void end_configured(struct nta_keeper *k, struct nta_now now)
{
	for (unsigned i = 0; i < k->configured.count; i++) {
		struct configured_nta *c = &k->configured.items[i];
		bool is_over = state_of_added(&c->ends, now) == NTA_OVER;
		if (is_over && !c->was_over)
			log_end(&c->ends.nta, "configuration");
		c->was_over = is_over;
	}
}

static void tighten_all(struct nta_keeper *k, struct nta_now now)
{
	for (unsigned i = 0; i < k->configured.count; i++)
		tighten(&k->configured.items[i].ends, now);
	for (unsigned i = 0; i < k->added.count; i++)
		k->is_unsaved |= tighten(&k->added.items[i], now);
}

/* Returns true if any has ended. */
static bool end_added(struct nta_keeper *k, struct nta_now now)
{
	unsigned before = k->added.count;

	for (unsigned i = k->added.count; i > 0; i--) {
		struct added_nta *added = &k->added.items[i - 1];
		if (state_of_added(added, now) != NTA_OVER)
			continue;
		log_end(&added->nta, "sealgate ctl");
		remove_added(k, added);
	}
	return k->added.count < before;
}

void nta_keeper_look(struct nta_keeper *k, struct nta_now now)
{
	struct complaint why;
	bool was_unsaved = k->is_unsaved;

	tighten_all(k, now);
	if ((end_added(k, now) || k->is_unsaved) && save(k, &why) != 0 && !was_unsaved)
		log_error(
		        "the file of negative trust anchors has some that are over: %s", why.text);
	end_configured(k, now);
	if (nta_keeper_is_settled(k))
		publish(k, now);
}

static uint64_t left_ms(const struct nta *nta, struct nta_now now)
{
	bool ends = nta->expires_s != NTA_FOREVER && now.wall_s >= 0;

	return ends && nta->expires_s > now.wall_s ? 1000 * (uint64_t)(nta->expires_s - now.wall_s)
	                                           : IDLE_MS;
}

int nta_keeper_wait_ms(const struct nta_keeper *k, struct nta_now now)
{
	uint64_t wait_ms = IDLE_MS;
	struct nta_row row;

	for (unsigned i = 0; nta_keeper_at(k, i, now, &row); i++)
		wait_ms = least(wait_ms, left_ms(row.nta, now));
	return (int)wait_ms;
}

/* ---- At the start ---- */

/* Each gets its whole span by the monotonic clock, and less if the time of day shows that less is
 * left. */
static void add_ends(struct nta_keeper *k, struct nta_now now)
{
	for (unsigned i = 0; i < k->added.count; i++) {
		struct added_nta *added = &k->added.items[i];
		added->end_ms =
		        now.mono_ms + 1000 * (uint64_t)(added->nta.expires_s - added->since_s);
	}
	tighten_all(k, now);
}

void nta_keeper_init(struct nta_keeper *k, const struct config *c, struct nta_now now)
{
	struct complaint why;

	*k = (struct nta_keeper){ .path = c->nta_state };
	take_configured(k, c->ntas, now);
	if (nta_file_load(&k->added, k->path, &why) == NTA_FILE_DAMAGED)
		log_error("no negative trust anchor that was made at run time is in force: %s",
		        why.text);
	add_ends(k, now);
	fill_list(k, now, &k->lists[0]);
}

void nta_keeper_tell(const struct nta_keeper *k, struct nta_now now)
{
	char name[NAME_TEXT_SIZE], end[NTA_END_SIZE];
	struct nta_row row;

	for (unsigned i = 0; nta_keeper_at(k, i, now, &row); i++) {
		bool is_plain = row.nta->expires_s != NTA_FOREVER && row.nta->zone.labels > 0 &&
		                row.state == NTA_IN_FORCE;
		log_line(is_plain ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING,
		        "negative trust anchor %.255s until %s (%s): %s",
		        name_text(&row.nta->zone, name), nta_end_write(row.nta->expires_s, end),
		        row.is_added ? "sealgate ctl" : "configuration", nta_state_word(row.state));
	}
}
