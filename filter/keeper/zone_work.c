/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/zone_work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/advice.h"
#include "base/clock.h"
#include "base/log.h"
#include "keeper/cds_notice.h"
#include "keeper/keeper_vault.h"
#include "keeper/key_material.h"
#include "keeper/look_life.h"
#include "keeper/turn_due.h"
#include "keeper/zone_job.h"
#include "keeper/zone_order.h"
#include "keeper/zone_pace.h"
#include "keys/life_needs.h"

#define LOOK_EACH_S 3600 /* also if nothing is waited for: servers and DS may change */
#define UNPROVED_S  3600 /* then somebody must find out why nothing is proved of the parent */

/* Counts on while the machine sleeps, and nobody sets it. */
static int64_t uptime_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec;
}

/* What was seen, in the words of the life of keys. */
struct zone_seen {
	struct look_life life;
	struct life_observation seen;
	bool is_seen; /* false: nothing is known of the servers */
};

/* True if two texts differ in nothing but numbers, which may be times. */
static bool is_same_but_numbers(const char *a, const char *b)
{
	static const char digits[] = "0123456789";

	for (;;) {
		a += strspn(a, digits);
		b += strspn(b, digits);
		if (*a != *b)
			return false;
		if (!*a)
			return true;
		a++;
		b++;
	}
}

/* Says it once, and again only after it has changed. */
static void tell_fault(
        const struct keeper_zone *zone, struct complaint *told, const char *what, const char *why)
{
	char name[NAME_TEXT_SIZE];

	if (is_same_but_numbers(told->text, why))
		return;
	snprintf(told->text, sizeof(told->text), "%s", why);
	log_warning("%s: %s: %s", name_text(&zone->kept.name, name), what, why);
}

/* ---- Looking ---- */

/* Returns false with a complaint if the keys of the zone cannot be read. */
static bool read_look(struct zone_seen *s, const struct keeper_tools *tools,
        struct keeper_zone *zone, const struct zone_look *look, struct complaint *why)
{
	struct key_material *m = key_material_load_public(
	        tools->store.directory, &zone->kept.name, &zone->kept.life, why);

	if (!m)
		return false;
	const struct look_keys keys = {
		.keys = m->keys, .count = m->count, .crypto = tools->crypto
	};
	look_life_fill(&s->life, &s->seen, look, &keys);
	zone_sight_take(&zone->sight, look, m, tools->crypto);
	key_material_free(m);
	return true;
}

/* Why nothing is proved of the parent is told at once. The alarm waits: a resolver may fail for a
 * moment. */
static void take_proof(struct zone_seen *s, struct keeper_zone *zone, const struct zone_look *look)
{
	const struct look_set *set = look_life_unproved(look);
	char why[sizeof(zone->told_look.text)];

	if (!set) {
		zone->told_look.text[0] = '\0';
		zone->unproved_s = 0;
		return;
	}
	snprintf(why, sizeof(why), "no server of the parent can be proved: %s: %s",
	        status_text(set->outcome.status), reason_sentence(set->outcome.reason));
	tell_fault(zone, &zone->told_look, "its DS is not known", why);
	if (!zone->unproved_s || zone->unproved_s > look->at_s) /* the clock may be set */
		zone->unproved_s = look->at_s;
	s->seen.is_unproved = look->at_s - zone->unproved_s >= UNPROVED_S;
}

static void take_look(struct zone_seen *s, struct keeper_zone *zone,
        const struct keeper_tools *tools, const struct zone_look *look, const struct complaint *why)
{
	struct complaint unread;

	s->is_seen = look && read_look(s, tools, zone, look, &unread);
	if (s->is_seen) {
		take_proof(s, zone, look);
		s->seen.is_silent = zone->check.is_silent;
		zone->looked_s = look->at_s;
	} else if (look || why) {
		tell_fault(zone, &zone->told_look, "its servers cannot be looked at",
		        look ? unread.text : why->text);
	}
}

/* A look in a thread of the pool. */
struct look_work {
	struct zone_job of_zone;
	struct name name;
	struct zone_look *look; /* NULL: it failed, and `why` says why */
	struct complaint why;
};

static void run_look(struct look_job *job, const struct look_means *means)
{
	struct look_work *w = (struct look_work *)job;
	const struct look_order order = look_means_order(means, &w->name);

	w->look = look_at(&order, &w->why);
}

static void end_look(struct keeper *k, struct zone_job *job)
{
	struct look_work *w = (struct look_work *)job;

	job->zone->look_is_slow = job->job.took_ms >= LOOK_POOL_SLOW_MS;
	zone_work_end(k, job->zone, w->look, &w->why);
	free(w);
}

static void drop_look(struct zone_job *job)
{
	struct look_work *w = (struct look_work *)job;

	look_free(w->look);
	free(w);
}

static void give_look(struct keeper *k, struct keeper_zone *zone)
{
	struct look_work *w = calloc(1, sizeof(*w));
	struct complaint why;

	if (!w) {
		complaint_no_memory(&why);
		zone_work_end(k, zone, NULL, &why);
		return;
	}
	w->of_zone = (struct zone_job){ .job = { .run = run_look, .is_slow = zone->look_is_slow },
		.zone = zone,
		.end = end_look,
		.drop = drop_look };
	w->name = zone->kept.name;
	zone->is_looked_at = true;
	zone->look_began_ms = clock_monotonic_ms();
	look_pool_give(k->tools.pool, &w->of_zone.job);
}

void zone_work_begin(struct keeper *k, struct keeper_zone *zone)
{
	struct keeper_tools *tools = &k->tools;
	struct complaint why;

	if (zone->kept.is_read || kept_zone_read(&zone->kept, &tools->store, tools->crypto, &why))
		give_look(k, zone);
	else
		zone_work_end(k, zone, NULL, NULL);
}

/* ---- Turns ---- */

/* If the zone has keys of somebody else, the turn refuses to go on. Otherwise `why` says why a zone
 * without keys stays unsigned, or is "". */
static void begin_zone(struct keeper_tools *tools, struct keeper_zone *zone,
        const struct zone_seen *s, struct complaint *why)
{
	why->text[0] = '\0';
	if (!zone->kept.is_read || !zone_is_untouched(&zone->kept) || !s->is_seen)
		return;
	zone->begins_by = LIFE_BY_ITSELF;
	if (life_may_begin(&s->seen, &zone->begins_by, why))
		kept_zone_order(&zone->kept, &tools->store, &zone->policy, LIFE_ORDER_SIGN, 0, why);
}

/* Writes the names of the alarms that ring, and what to do. */
static void write_alarms(const struct turn_result *r, struct complaint *text)
{
	struct complaint needs;

	text->text[0] = '\0';
	if (r->alarms.has_failed && life_needs_tell(r->alarms.needs, &needs))
		complaint_set(
		        text, ": " LIFE_ALARM_FAILED ", " LIFE_ALARM_NEEDS " (%.400s)", needs.text);
	else if (r->alarms.has_failed)
		complaint_set(text, ": " LIFE_ALARM_FAILED);
	else if (life_needs_tell(r->alarms.needs, &needs))
		complaint_set(text, ": " LIFE_ALARM_NEEDS " (%.500s)", needs.text);
}

static void tell_word(struct keeper_zone *zone, const struct turn_result *r)
{
	const struct turn_result *before = &zone->last;
	bool is_same = zone->turned_s && before->word == r->word &&
	               before->alarms.has_failed == r->alarms.has_failed &&
	               before->alarms.needs == r->alarms.needs;
	struct complaint alarms;
	char name[NAME_TEXT_SIZE];

	if (is_same)
		return;
	write_alarms(r, &alarms);
	log_line(alarms.text[0] ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, "%s: %s%s",
	        name_text(&zone->kept.name, name), life_word_text(r->word), alarms.text);
}

/* Nothing moves: why, and whether the word of an operator would help. */
static void tell_doubt(struct keeper_zone *zone, const struct turn_result *r, int64_t now_s)
{
	char name[NAME_TEXT_SIZE];
	struct complaint why = r->why;

	if (!r->is_trusted && zone_order_trust_helps(zone, now_s))
		complaint_set(&why,
		        "%.400s; if both the state and the clock are right, say so: `sealgate keys "
		        "trust %s%s`",
		        r->why.text, name_text(&zone->kept.name, name), advice_options());
	tell_fault(zone, &zone->told, "its keys do not move", why.text);
}

/* `unbegun`: why the zone is not signed, or "". While nobody has seen its servers, what was told of
 * that stays. */
static void tell_result(struct keeper_zone *zone, const struct turn_result *r,
        const struct keeper_tools *tools, const struct complaint *unbegun, int64_t now_s)
{
	if (r->fault != VAULT_GOOD)
		tell_fault(zone, &zone->told, "the vault",
		        tools->vault ? r->why.text : tools->vault_why.text);
	else if (!r->is_trusted || r->has_failed)
		tell_doubt(zone, r, now_s);
	else if (unbegun->text[0])
		tell_fault(zone, &zone->told, "it is not signed", unbegun->text);
	else if (!zone_is_untouched(&zone->kept))
		zone->told.text[0] = '\0';
	tell_word(zone, r);
}

static void tell_damage(struct keeper_zone *zone)
{
	struct complaint *damage = &zone->kept.damage;
	char name[NAME_TEXT_SIZE];

	if (!damage->text[0])
		return;
	log_warning("%s: the timeline in place makes no sense, and is made anew from the state: %s",
	        name_text(&zone->kept.name, name), damage->text);
	damage->text[0] = '\0';
}

static void tell_lack(const struct keeper_zone *zone, const struct turn_result *r)
{
	char name[NAME_TEXT_SIZE];

	if (r->lacks.text[0])
		log_warning("%s: the timeline in place stands in for a file of a key; restore the "
		            "file from a backup: %s",
		        name_text(&zone->kept.name, name), r->lacks.text);
}

static int64_t least_s(int64_t a_s, int64_t b_s)
{
	return a_s < b_s ? a_s : b_s;
}

/* The gateway of the zone, or the network, may start later. Until then its servers are looked at
 * again and again. */
static bool is_unseen(const struct keeper_zone *zone, const struct zone_seen *s)
{
	return !s->is_seen || zone_is_untouched(&zone->kept) || zone->kept.trusted_s < 0;
}

/* Returns for how long that has been so. */
static int64_t note_sight(struct keeper_zone *zone, bool unseen, int64_t uptime_now_s)
{
	if (!unseen)
		zone->unseen_since_s = -1;
	else if (zone->unseen_since_s < 0)
		zone->unseen_since_s = uptime_now_s;
	return unseen ? uptime_now_s - zone->unseen_since_s : 0;
}

static void turn_zone(struct keeper *k, struct keeper_zone *zone, const struct zone_seen *s,
        const struct complaint *unbegun)
{
	struct keeper_tools *tools = &k->tools;
	struct turn_result result;

	keeper_vault_prepare(k);
	/* first, because this looks at the kernel's clock for the question that follows */
	bool is_clock_trusted = k->job->clock_is_trusted(k->job->context);
	const struct turn_order order = { .store = &tools->store,
		.policy = &zone->policy,
		.vault = tools->vault,
		.crypto = tools->crypto,
		.seen = s->is_seen ? &s->seen : NULL,
		.is_refused = zone->check.is_failing,
		.now_s = clock_wall_s(),
		.uptime_s = uptime_s(),
		.unseen_s = zone->unseen_since_s < 0 ? 0 : uptime_s() - zone->unseen_since_s,
		.is_clock_trusted = is_clock_trusted,
		.is_clock_synchronised = k->job->clock_is_synchronised &&
		                         k->job->clock_is_synchronised(k->job->context),
		.shares_ksk = tools->config->keeper_shared_ksk };
	k->turning = zone;
	zone_turn(&zone->kept, &order, &result);
	k->turning = NULL;
	tell_damage(zone);
	tell_lack(zone, &result);
	if (result.has_theft)
		keeper_zones_hasten(&k->zones);
	zone->due_s =
	        least_s(result.next_s, zone_pace_next(&zone->kept.name, LOOK_EACH_S, order.now_s));
	bool unseen = is_unseen(zone, s);
	int64_t unseen_s = note_sight(zone, unseen, order.uptime_s);
	if (unseen)
		zone->due_s = least_s(zone->due_s, order.now_s + turn_due_unseen_s(unseen_s));
	tell_result(zone, &result, tools, unbegun, order.now_s);
	zone->last = result;
	zone->turned_s = order.now_s;
}

void zone_work_end(struct keeper *k, struct keeper_zone *zone, struct zone_look *look,
        const struct complaint *why)
{
	struct zone_seen s = { .is_seen = false };
	struct complaint unbegun;

	zone->is_looked_at = false;
	take_look(&s, zone, &k->tools, look, why);
	begin_zone(&k->tools, zone, &s, &unbegun);
	turn_zone(k, zone, &s, &unbegun);
	if (s.is_seen)
		cds_notice_begin_due(k, zone, &s.seen);
	look_free(look);
}
