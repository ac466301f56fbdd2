/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_crossing.h"

#include <string.h>

#include "daemon/crossing_records.h"

#define POOL_MAX       (2 * SIGN_KEYS_MAX) /* keys from which those that sign are chosen */
#define EARLIER_MOST   3 /* periods of before in the timeline, whose records may be shown */
#define FOR_EVER_S     (INT64_MAX / 4)
#define LASTS_AT_LEAST 1

/* Why one way to serve is worse than another: the first difference counts. */
enum cost {
	COST_REJECTED, /* seconds in which validators may reject something, added up */
	COST_STRICT,   /* likewise those that want each algorithm */
	/* 0: the records that are to be shown; 1: those of before; more: still others */
	COST_RECORDS,
	COST_NEEDED, /* 0: the answers are good with the records that are to follow */
	COST_NEEDED_STRICT,
	COST_SIGNERS, /* 0: the keys that are to sign */
	COST_KEYS,    /* as many sign */
	COSTS
};

/* A way to serve. */
struct choice {
	const struct sign_period *records;
	struct cached_keys shown, signed_by;
	unsigned key_count;
	struct sign_key keys[SIGN_KEYS_MAX];
	int64_t cost[COSTS];
	int64_t refused_s; /* validators may reject something for so long */
};

/* A walk through time. */
struct course {
	const struct zone_crossing *c;
	struct zone_caches caches; /* what was served before `now` */
	struct sign_period now;    /* what is served, */
	struct cached_keys shown, signed_by;
	int64_t at_s; /* at this time */

	unsigned target; /* what is to be served: a period of the plan */
	struct cached_keys target_shown, target_signed_by;
	unsigned pool_count;
	struct sign_key pool[POOL_MAX];
	bool is_strict; /* a way exists that pleases strict validators */

	struct sign_period *made;
	unsigned made_count, made_from;
	int64_t refused_until_s;
};

static const struct sign_period *way_target(const struct course *w)
{
	return &w->c->plan[w->target];
}

/* ---- Costs ---- */

/* Adds that the pair is not good until then. */
static void add_pair(
        struct choice *choice, const struct course *w, enum cached_check check, int64_t until_s)
{
	int64_t lasts_s = until_s - w->at_s;

	if (check == CACHED_REJECTED) {
		choice->cost[COST_REJECTED] += lasts_s;
		if (lasts_s > choice->refused_s)
			choice->refused_s = lasts_s;
	} else if (check == CACHED_LAX && w->is_strict) {
		choice->cost[COST_STRICT] += lasts_s;
	}
}

static int64_t dnskey_life_s(const struct course *w, const struct sign_period *p)
{
	return p->dnskey.ttl_s + w->c->spread_s;
}

static int64_t answer_life_s(const struct course *w)
{
	return w->c->max_ttl_s + w->c->spread_s;
}

/* Judges what is served against each other, and against all in caches. */
static void judge_pairs(struct choice *choice, const struct course *w)
{
	const struct zone_caches *caches = &w->caches;

	choice->cost[COST_REJECTED] = choice->cost[COST_STRICT] = choice->refused_s = 0;
	add_pair(choice, w, cached_check(&choice->shown, &choice->signed_by), w->at_s + FOR_EVER_S);
	add_pair(choice, w, cached_check(&w->shown, &choice->signed_by),
	        w->at_s + dnskey_life_s(w, &w->now));
	add_pair(
	        choice, w, cached_check(&choice->shown, &w->signed_by), w->at_s + answer_life_s(w));
	for (unsigned i = 0; i < caches->count[CACHED_DNSKEY]; i++) {
		const struct cached_keys *item = &caches->items[CACHED_DNSKEY][i];
		add_pair(choice, w, cached_check(item, &choice->signed_by), item->until_s);
	}
	for (unsigned i = 0; i < caches->count[CACHED_ANSWER]; i++) {
		const struct cached_keys *item = &caches->items[CACHED_ANSWER][i];
		add_pair(choice, w, cached_check(&choice->shown, item), item->until_s);
	}
}

static bool signs_as_target(const struct choice *choice, const struct course *w)
{
	const struct sign_period as = { .key_count = choice->key_count,
		.keys = { choice->keys[0], choice->keys[1], choice->keys[2] } };

	return sign_period_signs_as(&as, way_target(w));
}

/* `rank` is how far the records are from those to be shown. */
static void judge(struct choice *choice, const struct course *w, unsigned rank)
{
	enum cached_check next = cached_check(&w->target_shown, &choice->signed_by);

	judge_pairs(choice, w);
	choice->cost[COST_RECORDS] = rank;
	choice->cost[COST_NEEDED] = rank > 0 && next == CACHED_REJECTED;
	choice->cost[COST_NEEDED_STRICT] = rank > 0 && next == CACHED_LAX;
	choice->cost[COST_SIGNERS] = !signs_as_target(choice, w);
	choice->cost[COST_KEYS] = choice->key_count;
}

static bool is_cheaper(const struct choice *a, const struct choice *b)
{
	for (unsigned i = 0; i < COSTS; i++) {
		if (a->cost[i] != b->cost[i])
			return a->cost[i] < b->cost[i];
	}
	return false;
}

/* ---- Choices ---- */

static void take_keys(struct choice *choice, const struct sign_key *keys, unsigned count)
{
	memcpy(choice->keys, keys, count * sizeof(*keys));
	choice->key_count = count;
	cached_answer(&choice->signed_by, choice->keys, count);
}

/* Takes the keys of the pool that the bits say. Returns false if they are too many. */
static bool take_bits(struct choice *choice, const struct course *w, unsigned bits)
{
	struct sign_key keys[SIGN_KEYS_MAX];
	unsigned count = 0;

	for (unsigned i = 0; bits >> i; i++) {
		if (!(bits >> i & 1))
			continue;
		if (count == SIGN_KEYS_MAX)
			return false;
		keys[count++] = w->pool[i];
	}
	take_keys(choice, keys, count);
	return true;
}

static void add_to_pool(struct course *w, const struct sign_period *p)
{
	for (unsigned k = 0; k < p->key_count; k++) {
		const struct sign_period pool = { .key_count = 1, .keys = { p->keys[k] } };
		bool is_there = false;
		for (unsigned i = 0; i < w->pool_count && !is_there; i++)
			is_there = sign_period_has_key(&pool, w->pool[i].key);
		if (!is_there)
			w->pool[w->pool_count++] = p->keys[k];
	}
}

/* Tries each choice of keys with the records. */
static void try_records(
        struct choice *best, const struct course *w, const struct sign_period *p, unsigned rank)
{
	struct choice one = { .records = p };

	cached_dnskey(&one.shown, &p->dnskey);
	for (unsigned bits = 1; bits < 1u << w->pool_count; bits++) {
		if (!take_bits(&one, w, bits))
			continue;
		judge(&one, w, rank);
		if (is_cheaper(&one, best))
			*best = one;
	}
}

/* True if answers exist that are good with the records of now and with those that are to be shown,
 * for strict validators, too. If not, these are not waited for: the wait would have no end. */
static bool pleases_strict(const struct course *w)
{
	struct choice one;

	for (unsigned bits = 1; bits < 1u << w->pool_count; bits++) {
		if (take_bits(&one, w, bits) &&
		        cached_check(&w->shown, &one.signed_by) == CACHED_STRICT &&
		        cached_check(&w->target_shown, &one.signed_by) == CACHED_STRICT)
			return true;
	}
	return false;
}

/* The records of before count only while they have signatures, and a KSK that leads to those that
 * follow. */
static void try_before(
        struct choice *best, const struct course *w, const struct sign_period *p, unsigned rank)
{
	if (p->dnskey.rdatas != way_target(w)->dnskey.rdatas &&
	        crossing_records_last_s(p, w->at_s) >= LASTS_AT_LEAST &&
	        crossing_share_ksk(p, way_target(w)))
		try_records(best, w, p, rank);
}

/* Chooses what to serve now. */
static void choose_crossing(struct choice *best, struct course *w)
{
	const struct sign_period *target = way_target(w);

	w->pool_count = 0;
	add_to_pool(w, target);
	add_to_pool(w, &w->now);
	cached_dnskey(&w->target_shown, &target->dnskey);
	cached_answer(&w->target_signed_by, target->keys, target->key_count);
	w->is_strict = true;
	*best = (struct choice){ .records = target, .shown = w->target_shown };
	take_keys(best, target->keys, target->key_count);
	judge(best, w, 0);
	if (best->cost[COST_REJECTED] == 0 && best->cost[COST_STRICT] == 0)
		return;
	w->is_strict = pleases_strict(w);
	judge(best, w, 0);
	try_records(best, w, target, 0);
	try_before(best, w, &w->now, 1);
	for (unsigned i = 0; i < EARLIER_MOST && i < w->target; i++)
		try_before(best, w, &w->c->plan[w->target - 1 - i], 2 + i);
}

/* ---- DS records that a parent here gives ---- */

/* True if they lead to a key of each DNSKEY RRset, so that none in a cache is rejected. */
static bool leads_to_all(
        const struct course *w, const struct sign_period *p, const struct cached_keys *shown)
{
	struct cached_keys ds;
	bool leads = true;

	cached_ds(&ds, p->ds, p->ds_count);
	for (unsigned i = 0; leads && i < w->caches.count[CACHED_DNSKEY]; i++)
		leads = cached_have_common(&ds, &w->caches.items[CACHED_DNSKEY][i]);
	return leads && cached_have_common(&ds, shown) && cached_have_common(&ds, &w->shown);
}

static void choose_ds(struct sign_period *p, const struct course *w, const struct choice *choice)
{
	if (p->ds_count == 0 || leads_to_all(w, p, &choice->shown) ||
	        !leads_to_all(w, &w->now, &choice->shown))
		return;
	p->ds = w->now.ds;
	p->ds_count = w->now.ds_count;
}

/* ---- The walk ---- */

static bool serves_same(const struct sign_period *a, const struct sign_period *b)
{
	return a->dnskey.rdatas == b->dnskey.rdatas && a->cds.rdatas == b->cds.rdatas &&
	       a->ds == b->ds && sign_period_signs_as(a, b);
}

/* Puts what was served so far into caches. */
static void leave(struct course *w)
{
	w->shown.life_s = dnskey_life_s(w, &w->now);
	w->signed_by.life_s = answer_life_s(w);
	zone_caches_add(&w->caches, CACHED_DNSKEY, &w->shown, w->at_s);
	zone_caches_add(&w->caches, CACHED_ANSWER, &w->signed_by, w->at_s);
}

/* Serves what was chosen from now on. */
static void enter(struct course *w, const struct choice *choice)
{
	const struct sign_period *target = way_target(w);
	struct sign_period p = *choice->records;
	bool is_target = choice->records == target && signs_as_target(choice, w);

	if (!is_target) {
		p.key_count = choice->key_count;
		memcpy(p.keys, choice->keys, sizeof(p.keys));
	}
	choose_ds(&p, w, choice);
	is_target = is_target && p.ds == target->ds;
	p.from_s = is_target && w->made_count == w->made_from ? target->from_s : w->at_s;
	p.held_s =
	        signs_as_target(choice, w) && p.from_s > target->from_s ? w->at_s - w->c->now_s : 0;
	if (w->made_count > w->made_from && serves_same(&p, &w->now))
		return;
	leave(w);
	w->now = p;
	w->shown = choice->shown;
	w->signed_by = choice->signed_by;
	w->made[w->made_count++] = p;
}

/* Returns when something changes: a period is to begin, a set in caches is over, or signatures
 * are. */
static int64_t next_event_s(const struct course *w)
{
	int64_t next_s = zone_caches_next_s(&w->caches);
	int64_t lasts_s = crossing_records_last_s(&w->now, w->at_s);

	if (w->target + 1 < w->c->plan_count && w->c->plan[w->target + 1].from_s < next_s)
		next_s = w->c->plan[w->target + 1].from_s;
	if (w->now.dnskey.rdatas != way_target(w)->dnskey.rdatas && lasts_s >= LASTS_AT_LEAST &&
	        lasts_s < next_s - w->at_s)
		next_s = w->at_s + lasts_s;
	return next_s;
}

static void set_target(struct course *w)
{
	while (w->target + 1 < w->c->plan_count && w->c->plan[w->target + 1].from_s <= w->at_s)
		w->target++;
}

/* Serves the rest as planned, because there is no room for more between. */
static void follow_plan(struct course *w)
{
	w->made[w->made_count] = *way_target(w);
	w->made[w->made_count++].from_s = w->at_s;
	for (unsigned i = w->target + 1; i < w->c->plan_count; i++)
		w->made[w->made_count++] = w->c->plan[i];
}

static void note_refusals(struct course *w, const struct choice *choice)
{
	int64_t until_s = w->at_s + choice->refused_s;

	if (choice->refused_s > 0 && choice->refused_s < FOR_EVER_S && until_s > w->refused_until_s)
		w->refused_until_s = until_s;
}

static bool has_arrived(const struct course *w)
{
	return w->target + 1 == w->c->plan_count &&
	       w->now.dnskey.rdatas == way_target(w)->dnskey.rdatas &&
	       sign_period_signs_as(&w->now, way_target(w));
}

/* Goes on until nothing more changes. Each round forgets something, or serves something else. */
static void walk(struct course *w)
{
	struct choice best;

	for (;;) {
		set_target(w);
		if (w->made_count >= w->target + ZONE_CROSSING_MORE)
			break;
		choose_crossing(&best, w);
		note_refusals(w, &best);
		enter(w, &best);
		int64_t next_s = next_event_s(w);
		if (next_s == INT64_MAX)
			break;
		w->at_s = next_s;
		zone_caches_forget(&w->caches, next_s);
	}
	if (!has_arrived(w))
		follow_plan(w);
}

unsigned zone_crossing_make(
        struct sign_period *made, int64_t *refused_until_s, const struct zone_crossing *crossing)
{
	struct course w = { .c = crossing,
		.caches = *crossing->caches,
		.now = *crossing->from,
		.at_s = crossing->now_s,
		.made = made };

	cached_dnskey(&w.shown, &w.now.dnskey);
	cached_answer(&w.signed_by, w.now.keys, w.now.key_count);
	zone_caches_forget(&w.caches, w.at_s);
	set_target(&w);
	memcpy(made, crossing->plan, w.target * sizeof(*made));
	w.made_count = w.made_from = w.target;
	walk(&w);
	*refused_until_s = w.refused_until_s;
	return w.made_count;
}
