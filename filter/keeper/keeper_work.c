/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/keeper_work.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "keeper/keeper_tools.h"
#include "keeper/keeper_zones.h"
#include "keeper/key_material.h"
#include "keeper/look_life.h"

#define WAIT_MOST_S  60  /* a clock that was set moves what is due */
#define LOOK_AGAIN_S 600 /* after a look that failed */

/* Counts on while the machine sleeps, and nobody sets it. */
static int64_t uptime_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec;
}

/* ---- Looking ---- */

/* A look, in the words of the life of keys. */
struct keeper_look {
	struct zone_look *look;
	struct look_life life;
	struct life_observation seen;
	bool is_seen; /* false: nothing is known of the servers */
};

/* Says it once, and again only after it has changed. */
static void tell_fault(
        const struct keeper_zone *zone, struct complaint *told, const char *what, const char *why)
{
	char name[NAME_TEXT_SIZE];

	if (strcmp(told->text, why) == 0)
		return;
	snprintf(told->text, sizeof(told->text), "%s", why);
	log_warning("%s: %s: %s", name_text(&zone->kept.name, name), what, why);
}

static void look_at_zone(struct keeper_look *l, const struct keeper_tools *tools,
        const struct keeper_job *job, struct keeper_zone *zone)
{
	struct complaint why;
	const struct look_order order = { .zone = &zone->kept.name,
		.resolvers = tools->config->resolvers.items,
		.resolver_count = tools->config->resolvers.count,
		.judge = tools->judge,
		.stop_fd = job->stop_fd,
		.now_s = clock_wall_s() };
	struct key_material *m =
	        key_material_load(tools->store.directory, &zone->kept.name, &zone->kept.life, &why);

	*l = (struct keeper_look){ .look = m ? look_at(&order, &why) : NULL };
	if (l->look) {
		const struct look_keys keys = {
			.keys = m->keys, .count = m->count, .crypto = tools->crypto
		};
		look_life_fill(&l->life, &l->seen, l->look, &keys);
		l->is_seen = true;
		zone->told_look.text[0] = '\0';
	} else {
		tell_fault(zone, &zone->told_look, "its servers cannot be looked at", why.text);
	}
	key_material_free(m);
}

/* ---- Turns ---- */

/* True if nobody has ever given the zone keys: there is no state. */
static bool is_untouched(const struct life *life)
{
	return life->count == 0 && life->generation == 0 && life->next_id == 1 && !life->is_signed;
}

static bool any_server_is_reached(const struct keeper_look *l)
{
	for (unsigned i = 0; l->is_seen && i < l->seen.server_count; i++) {
		if (l->seen.servers[i].is_reached)
			return true;
	}
	return false;
}

/* keeper = true is the order to sign. It is taken after a look: the zone may have keys of somebody else, and then the turn
 * refuses to go on. */
static void begin_zone(
        struct keeper_tools *tools, struct keeper_zone *zone, const struct keeper_look *l)
{
	struct complaint why;

	if (!zone->kept.is_read || !is_untouched(&zone->kept.life) || !any_server_is_reached(l))
		return;
	if (!kept_zone_order(&zone->kept, &tools->store, &zone->policy, LIFE_ORDER_SIGN, 0, &why))
		tell_fault(zone, &zone->told, "it cannot be signed", why.text);
}

static void tell_result(
        struct keeper_zone *zone, const struct turn_result *r, const struct keeper_tools *tools)
{
	bool failed = !r->is_trusted || r->has_failed || r->fault != VAULT_GOOD;
	char name[NAME_TEXT_SIZE];

	if (failed)
		tell_fault(zone, &zone->told,
		        r->fault == VAULT_GOOD ? "its keys do not move" : "the vault",
		        r->fault != VAULT_GOOD && !tools->vault ? tools->vault_why.text
		                                                : r->why.text);
	else
		zone->told.text[0] = '\0';
	if (zone->was_turned && zone->word == r->word)
		return;
	zone->was_turned = true;
	zone->word = r->word;
	log_line(r->alarms.has_failed || r->alarms.needs ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO,
	        "%s: %s", name_text(&zone->kept.name, name), life_word_text(r->word));
}

static void turn_zone(
        struct keeper_tools *tools, const struct keeper_job *job, struct keeper_zone *zone)
{
	struct complaint ignored;
	struct keeper_look l = { .look = NULL };
	struct turn_result result;

	tools->store.timelines = zone->timelines;
	/* The turn tells why a zone cannot be read. */
	if (zone->kept.is_read ||
	        kept_zone_read(&zone->kept, &tools->store, &zone->policy, tools->crypto, &ignored))
		look_at_zone(&l, tools, job, zone);
	begin_zone(tools, zone, &l);
	keeper_tools_open_vault(tools);
	const struct turn_order order = { .store = &tools->store,
		.policy = &zone->policy,
		.vault = tools->vault,
		.crypto = tools->crypto,
		.seen = l.is_seen ? &l.seen : NULL,
		.now_s = clock_wall_s(),
		.uptime_s = uptime_s(),
		.is_clock_trusted = job->clock_is_trusted(job->context) };
	zone_turn(&zone->kept, &order, &result);
	look_free(l.look);
	zone->due_s = result.next_s;
	if (!l.is_seen && zone->due_s > order.now_s + LOOK_AGAIN_S)
		zone->due_s = order.now_s + LOOK_AGAIN_S;
	tell_result(zone, &result, tools);
}

/* ---- The work ---- */

/* Waits until the time, or for a minute. Returns false if the work is to end. */
static bool wait_until(int64_t due_s, int stop_fd)
{
	struct pollfd fd = { .fd = stop_fd, .events = POLLIN };
	int64_t wait_s = due_s - clock_wall_s();

	wait_s = wait_s < 0 ? 0 : wait_s > WAIT_MOST_S ? WAIT_MOST_S : wait_s;
	return poll(&fd, 1, (int)wait_s * 1000) <= 0;
}

static void work_on(
        struct keeper_tools *tools, const struct keeper_job *job, struct keeper_zones *zones)
{
	for (;;) {
		struct keeper_zone *zone = keeper_zones_next(zones);
		if (!wait_until(zone->due_s, job->stop_fd))
			return;
		if (zone->due_s <= clock_wall_s())
			turn_zone(tools, job, zone);
	}
}

bool keeper_work(const struct keeper_job *job, struct complaint *error)
{
	struct keeper_zones zones;
	struct keeper_tools tools;

	if (!keeper_zones_list(&zones, job->config, error))
		return false;
	if (zones.count == 0)
		complaint_set(
		        error, "no zone has keeper = true (sign.zones, sign.zones_directory)");
	bool good = zones.count > 0 &&
	            keeper_tools_init(&tools, job->config, job->vault_program, error);
	if (good) {
		log_info("looking after the keys of %u zone%s", zones.count,
		        zones.count == 1 ? "" : "s");
		work_on(&tools, job, &zones);
		keeper_tools_fini(&tools);
	}
	keeper_zones_fini(&zones);
	return good;
}
