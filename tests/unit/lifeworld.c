/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lifeworld.h"
#include "lifecaches.h"
#include "lifetroubles.h"

#include <stdio.h>
#include <string.h>

unsigned world_draw(struct world *w, unsigned below)
{
	w->random = w->random * 6364136223846793005u + 1442695040888963407u;
	return below ? (unsigned)(w->random >> 33) % below : 0;
}

void world_init(struct world *w, const struct scenario *given)
{
	memset(w, 0, sizeof(*w));
	w->given = given;
	w->random = given->seed * 2654435761u + 1;
	w->now_s = WORLD_START;
	life_policy_init(&w->policy);
	w->policy.zone_spread_s = w->policy.parent_spread_s = given->spread_s;
	w->policy.publish_safety_s = w->policy.retire_safety_s = given->safety_s;
	w->policy.has_cds = given->has_cds;
	w->policy.has_standby = given->has_standby;
	life_init(&w->life);
	w->disk = w->life;
	w->gateways[WORLD_GATEWAYS - 1].lag_s = w->policy.zone_spread_s;
	w->parents[WORLD_PARENTS - 1].lag_s = w->policy.parent_spread_s;
	w->sets[w->set_count++] = (struct parent_set){ 0, 0 };
}

/* ---- The keeper ---- */

static uint64_t numbers(const struct life *life, uint32_t keys)
{
	uint64_t set = 0;

	for (unsigned i = 0; i < life->count; i++)
		if (keys >> i & 1)
			set |= (uint64_t)1 << (life->keys[i].tag - WORLD_FIRST_TAG);
	return set;
}

static void save(struct world *w)
{
	w->disk = w->life;
	w->disk_place = w->in_place;
}

static void write_timeline(struct world *w)
{
	struct life_period periods[LIFE_PERIODS_MAX];
	struct written_timeline *t = &w->timelines[w->written++ % WORLD_HISTORY];

	t->count = life_plan(&w->life, &w->policy, periods);
	t->written_s = w->last_write_s = w->now_s;
	t->generation = w->life.generation;
	t->until_s = t->count ? periods[t->count - 1].until_s : 0;
	w->in_place = w->disk_place = (struct place){ t->generation, t->until_s };
	for (unsigned i = 0; i < t->count; i++)
		t->periods[i] = (struct composition){
			.from_s = periods[i].from_s,
			.dnskey = numbers(&w->life, periods[i].published),
			.ksk_signers = numbers(&w->life, periods[i].ksk_signers),
			.zsk_signers = numbers(&w->life, periods[i].zsk_signers),
			.synced = numbers(&w->life, periods[i].synced),
			.has_delete = periods[i].has_delete,
		};
}

static struct life_tags tags_of(uint64_t set)
{
	struct life_tags tags = { .count = 0 };

	for (unsigned n = 0; n < WORLD_KEYS; n++)
		if (set >> n & 1 && tags.count < LIFE_TAGS_MAX)
			tags.tags[tags.count++] = (uint16_t)(WORLD_FIRST_TAG + n);
	return tags;
}

static void look_around(struct world *w, struct life_observation *look,
        struct life_server servers[WORLD_GATEWAYS], struct life_parent parents[WORLD_PARENTS])
{
	for (unsigned g = 0; g < WORLD_GATEWAYS - 1; g++) {
		struct composition c = world_served_by(w, g);
		servers[g] = (struct life_server){ !w->gateways[g].is_unreached, tags_of(c.dnskey),
			tags_of(c.ksk_signers), tags_of(c.zsk_signers), tags_of(c.synced) };
	}
	for (unsigned p = 0; p < WORLD_PARENTS - 1; p++)
		parents[p] = (struct life_parent){ .is_reached = !w->parents[p].is_unreached,
			.ds = tags_of(world_ds_of(w, p)) };
	*look = (struct life_observation){
		.servers = servers,
		.server_count = WORLD_GATEWAYS - 1,
		.parents = parents,
		.parent_count = WORLD_PARENTS - 1,
		.key_ttl_s = w->policy.key_ttl_s,
		.zone_ttl_s = w->policy.zone_ttl_s,
		.ds_ttl_s = w->policy.ds_ttl_s,
		.in_place = w->in_place.generation,
		.end_s = w->in_place.end_s,
		.has_vault = w->vault_away_s <= w->now_s,
		.is_clock_trusted = !w->was_restarted || !w->clock_off_s, /* as NTP says */
		.is_synchronised = true,
		.uptime_s = w->now_s - WORLD_START,
		.awake_s = w->was_restarted ? -1 : w->now_s - w->last_step_s,
	};
}

/* The lowest number that no state has, not even the backup: a tag is not given again before the key
 * of it is gone. */
static unsigned free_number(const struct world *w)
{
	const struct life *states[] = { &w->life, &w->disk, &w->backup };
	uint64_t taken = 0;

	for (unsigned s = 0; s < 3; s++)
		for (unsigned i = 0; i < states[s]->count; i++)
			taken |= (uint64_t)1 << (states[s]->keys[i].tag - WORLD_FIRST_TAG);
	for (unsigned i = 0; i < w->key_sets.count; i++)
		taken |= w->key_sets.views[i].a;
	for (unsigned i = 0; i < w->ds_sets.count; i++)
		taken |= w->ds_sets.views[i].a;
	for (unsigned i = 0; i < w->signatures.count; i++)
		taken |= w->signatures.views[i].a;
	return (unsigned)__builtin_ctzll(~taken);
}

static bool make_keys(struct world *w, const struct life_report *report, int64_t clock_s)
{
	for (unsigned i = 0; i < report->make_count; i++) {
		unsigned number = free_number(w);
		w->algorithms[number] = report->makes[i].algorithm;
		if (life_made(&w->life, &report->makes[i], (uint16_t)(WORLD_FIRST_TAG + number),
		            clock_s))
			w->made[report->makes[i].role]++;
	}
	return report->make_count > 0;
}

/* A crash is before the state is on disk, or between that and the timeline. */
static void keep(struct world *w)
{
	struct life_server servers[WORLD_GATEWAYS];
	struct life_parent parents[WORLD_PARENTS];
	struct life_observation look;
	struct life_report report;
	int64_t clock_s = w->now_s + w->clock_off_s;
	bool changed = false;

	for (unsigned n = 0; n < 4; n++) {
		look_around(w, &look, servers, parents);
		look.awake_s = n ? 0 : look.awake_s;
		life_step(&w->life, &w->policy, &look, clock_s, &report);
		w->steps++;
		changed |= report.is_changed;
		if (!report.is_trusted || !make_keys(w, &report, clock_s))
			break;
		changed = true;
	}
	if (report.is_trusted) {
		w->last_step_s = w->now_s;
		w->was_restarted = false;
	}
	w->distrusted += !report.is_trusted;
	if (!report.is_trusted || !look.has_vault)
		return;
	changed |= look.in_place < w->life.generation;
	if (!changed && w->now_s - w->last_write_s >= DAY) {
		life_renew(&w->life, w->now_s);
		changed = true;
	}
	if (!changed &&
	        (report.is_watching || (w->life.last_s - w->disk.last_s > LIFE_BLIND_S / 2 &&
	                                       life_counts_for_ds(&w->life))))
		save(w);
	if (!changed)
		return;
	unsigned crash = w->given->crashes && !w->parents[1].frozen_s &&
	                                 world_draw(w, w->given->crashes) == 0
	                         ? 1 + world_draw(w, 2)
	                         : 0;
	if (crash != 1)
		save(w);
	if (!crash)
		write_timeline(w);
	w->life = w->disk;
	w->was_restarted |= crash != 0;
}

/* ---- The parent ---- */

static uint64_t wanted_ds(const struct world *w)
{
	uint32_t wanted = 0;

	for (unsigned i = 0; i < w->life.count; i++)
		if (w->life.keys[i].role == LIFE_KSK && life_is_out(&w->life.keys[i], LIFE_DS))
			wanted |= 1u << i;
	return numbers(&w->life, wanted);
}

/* It copies the CDS that a gateway serves, or does what the operator is told. It never takes a set
 * away without being asked to. */
static void parent_acts(struct world *w)
{
	struct composition c = world_served_by(w, world_draw(w, WORLD_GATEWAYS));
	uint64_t had = w->sets[(w->set_count - 1) % WORLD_HISTORY].ds, will = had;

	if (!w->given->has_cds)
		will = wanted_ds(w);
	else if (c.has_delete)
		will = 0;
	else if (c.synced)
		will = c.synced;
	if (will == had || w->given->has_no_parent) {
		w->parent_acts_s = 0;
		return;
	}
	if (!w->parent_acts_s) {
		unsigned hours = w->given->slow_parent_days * 24;
		w->parent_acts_s =
		        w->now_s + (world_draw(w, 2) ? world_draw(w, hours + 1) * HOUR : 0);
	}
	if (w->parent_acts_s > w->now_s)
		return;
	w->sets[w->set_count++ % WORLD_HISTORY] = (struct parent_set){ w->now_s, will };
	w->parent_acts_s = 0;
}

/* ---- What is ordered ---- */

/* An order that is taken is on the disk. */
static void order(struct world *w, enum life_order what, uint16_t tag)
{
	struct complaint error;

	if (life_take_order(&w->life, &w->policy, what, tag, &error))
		save(w);
}

static void give_orders(struct world *w)
{
	const struct scenario *given = w->given;

	if (w->restored_s)
		return;
	if (w->now_s == WORLD_START)
		order(w, LIFE_ORDER_SIGN, 0);
	if (world_happens(w, given->zsk_orders))
		order(w, LIFE_ORDER_ROLL_ZSK, 0);
	if (world_happens(w, given->ksk_orders))
		order(w, LIFE_ORDER_ROLL_KSK, 0);
	if (world_happens(w, given->thefts) && w->life.count)
		order(w, LIFE_ORDER_COMPROMISED, w->life.keys[world_draw(w, w->life.count)].tag);
	if (given->unsignings && world_happens(w, w->life.is_signed ? given->unsignings : 8))
		order(w, w->life.is_signed ? LIFE_ORDER_UNSIGN : LIFE_ORDER_SIGN, 0);
	if (world_happens(w, given->algorithm_changes))
		w->policy.algorithm = w->policy.algorithm == 13 ? 15 : 13;
}

/* ---- Time ---- */

static void sooner(int64_t *next_s, int64_t at_s, int64_t now_s)
{
	if (at_s > now_s && at_s < *next_s)
		*next_s = at_s;
}

/* The next full hour, or what happens before: the change of a period, a timeline or DS that arrives
 * late, the end of a wait; and a second after a change somebody looks. So no wait ends later than
 * it may. */
static int64_t next_moment_s(const struct world *w)
{
	int64_t next_s = w->now_s - w->now_s % HOUR + HOUR;

	for (unsigned g = 0; g < WORLD_GATEWAYS; g++) {
		const struct written_timeline *t = world_timeline_of(w, g);
		for (unsigned i = 0; t && i < t->count; i++)
			sooner(&next_s, t->periods[i].from_s, w->now_s);
	}
	for (unsigned i = 1; i <= 16; i++) {
		int64_t written_s = w->timelines[(w->written - i) % WORLD_HISTORY].written_s;
		int64_t since_s = w->sets[(w->set_count - i) % WORLD_HISTORY].since_s;
		sooner(&next_s, written_s + 1, w->now_s);
		sooner(&next_s, since_s + 1, w->now_s);
		sooner(&next_s, written_s + w->policy.zone_spread_s, w->now_s);
		sooner(&next_s, since_s + w->policy.parent_spread_s, w->now_s);
	}
	for (unsigned i = 0; i < w->life.count; i++)
		for (unsigned r = 0; r < LIFE_RECORDS; r++)
			if (life_is_uncertain(&w->life.keys[i], r))
				sooner(&next_s,
				        life_due_s(&w->life, &w->policy, &w->life.keys[i], r, true),
				        w->now_s);
	return next_s;
}

/* How long a change has been on its way, and what the keeper waits for must come some day. */
static void look_for_standstill(struct world *w)
{
	for (unsigned i = 0; i < w->life.count; i++)
		for (unsigned r = 0; r < LIFE_RECORDS; r++) {
			int64_t age_s = w->now_s - w->life.keys[i].marks[r].changed_s;
			if (life_is_uncertain(&w->life.keys[i], r) && age_s > w->longest_s)
				w->longest_s = age_s;
		}
}

bool world_live(struct world *w, int64_t until_s)
{
	while (w->now_s < until_s && !*w->broken) {
		world_go_wrong(w);
		give_orders(w);
		if (w->absent_s <= w->now_s)
			keep(w);
		parent_acts(w);
		world_cache(w, w->now_s);
		world_check_validators(w);
		look_for_standstill(w);
		/* What is served now is served until the next moment. */
		int64_t next_s = next_moment_s(w);
		world_cache(w, next_s);
		w->now_s = next_s;
	}
	return !*w->broken;
}
