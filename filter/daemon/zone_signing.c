/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_signing.h"

#include <stdlib.h>

#include "base/cursor.h"
#include "base/least.h"
#include "dnssec/dnskey.h"
#include "keys/succession.h"

/* A worker has a new policy some time after `now_s`, which is a whole second, and resolvers count
 * in whole seconds, too. All gateways have the same timeline, so no more is needed. */
#define ROUNDING_S 2

static struct sign_zone zone_without_periods(const struct zone_entry *e, bool has_keys)
{
	const struct config_zone *zone = &e->text.items[0];

	return (struct sign_zone){ .apex = zone->apex,
		.max_ttl_s = has_keys ? zone->max_ttl_s : least(zone->max_ttl_s, SIGN_MAX_TTL_S),
		.nxdomain = (enum sign_nxdomain)zone->nxdomain,
		.empty_is_nodata = zone->empty,
		.ignores_cuts = zone->ignores_cuts,
		.servers = e->text.speakers,
		.server_count = zone->speaker_count };
}

/* ---- Periods ---- */

static void take_ds(struct sign_period *made, const struct presigned *set)
{
	made->ds = set->rdatas;
	made->ds_count = (unsigned)least(set->count, LIMIT_DS);
}

/* CDS 0 0 0 00 asks the parent to have no DS (RFC 8078, 4). */
static bool deletes_ds(const struct presigned *cds)
{
	struct cursor c = cursor_over(cds->rdatas[0]);

	cursor_u16(&c); /* the tag */
	return cursor_u8(&c) == 0;
}

/* True if a DS record is that of a key in the DNSKEY RRset. */
static bool leads_to_key(const struct sign_period *made)
{
	for (unsigned d = 0; d < made->ds_count; d++) {
		struct cursor c = cursor_over(made->ds[d]);
		uint16_t tag = cursor_u16(&c);
		uint8_t algorithm = cursor_u8(&c);
		for (unsigned i = 0; i < made->dnskey.count; i++) {
			struct dnskey key;
			if (dnskey_read(made->dnskey.rdatas[i], &key) &&
			        key.algorithm == algorithm &&
			        dnskey_tag(made->dnskey.rdatas[i]) == tag)
				return true;
		}
	}
	return false;
}

/* The CDS records are the DS records that the parent should have (RFC 7344, 3.1). That there are
 * none means no change, and so the DS of the period before stays, as long as it leads to a key.
 * Without CDS the timeline has the DS itself. */
static void give_ds(
        struct sign_period *made, const struct timeline_period *p, const struct sign_period *before)
{
	if (made->cds.count > 0 && !deletes_ds(&made->cds))
		take_ds(made, &made->cds);
	else if (made->cds.count == 0)
		take_ds(made, &p->records->ds);
	if (made->cds.count > 0 || made->ds_count > 0 || !before)
		return;
	made->ds = before->ds;
	made->ds_count = before->ds_count;
	if (!leads_to_key(made))
		made->ds_count = 0;
}

static struct sign_period make_period(
        const struct timeline_period *p, const struct sign_period *before)
{
	struct sign_period made = { .from_s = p->from_s,
		.key_count = p->signer_count,
		.dnskey = p->records->dnskey,
		.cds = p->records->cds,
		.cdnskey = p->records->cdnskey };

	for (unsigned i = 0; i < p->signer_count; i++)
		made.keys[i] = (struct sign_key){ p->signers[i]->key, p->signers[i]->tag };
	give_ds(&made, p, before);
	return made;
}

/* Returns NULL if memory is short. */
static struct sign_period *make_periods(const struct timeline *t)
{
	struct sign_period *made = calloc(t->period_count, sizeof(*made));

	for (unsigned i = 0; made && i < t->period_count; i++)
		made[i] = make_period(&t->periods[i], i > 0 ? &made[i - 1] : NULL);
	return made;
}

_Static_assert(SIGN_KEYS_MAX > TIMELINE_SIGNERS, "all that sign have room, and one of before");

/* Sets the periods of an entry. `former` is NULL if nothing was in force. Returns false if memory
 * is short. */
static bool give_periods(struct sign_periods *given, struct zone_bridge *bridge,
        const struct zone_entry *e, const struct former_periods *former, int64_t now_s)
{
	const struct timeline *t = &e->keys.timeline;
	const struct bridge_time time = { now_s, t->is_planned ? ROUNDING_S : SUCCESSION_SPREAD_S,
		e->text.items[0].max_ttl_s };
	struct sign_period *periods = make_periods(t);

	*given = (struct sign_periods){ periods ? t->period_count : 0, periods };
	return periods && (!former || zone_bridge_make(bridge, given, e, former, &time));
}

/* ---- Cuts ---- */

static struct sign_cut make_cut(const struct config_cut *cut)
{
	struct sign_cut made = { .name = cut->name, .ds_count = cut->ds_count };

	for (unsigned i = 0; i < cut->ds_count; i++)
		made.ds[i] = span_of(cut->ds[i].octets, cut->ds[i].len);
	return made;
}

/* Calls for each cut with the zone that it belongs to: the one with the longest apex above it. A
 * cut may itself be a zone here, with a file of its own. Then its DS records count only if the zone
 * has none: they must not get lost, or their signed absence would make a secure zone insecure. */
static void visit_cuts(struct made_zones *s, const struct zone_seat *seats,
        void (*visit)(struct made_zones *s, struct sign_zone *zone, const struct config_cut *cut))
{
	const struct sign_policy all = { .zones = s->zones, .zone_count = s->count };

	for (unsigned i = 0; i < s->count; i++) {
		const struct config_zones *text = &seats[i].entry->text;
		for (unsigned k = 0; k < text->cut_count; k++) {
			struct name above;
			name_parent(&text->cuts[k].name, &above);
			const struct sign_zone *zone = sign_policy_zone(&all, &above);
			visit(s, &s->zones[zone - s->zones], &text->cuts[k]);
		}
	}
}

static void count_cut(struct made_zones *s, struct sign_zone *zone, const struct config_cut *cut)
{
	(void)s;
	(void)cut;
	zone->cut_count++;
}

static void place_cut(struct made_zones *s, struct sign_zone *zone, const struct config_cut *cut)
{
	s->cuts[zone->cuts - s->cuts + zone->cut_count++] = make_cut(cut);
}

/* Gives each zone its cuts: first their number, then their places, then the cuts. */
static bool give_cuts(struct made_zones *s, const struct zone_seat *seats)
{
	unsigned count = 0;

	visit_cuts(s, seats, count_cut);
	for (unsigned i = 0; i < s->count; i++)
		count += s->zones[i].cut_count;
	s->cuts = calloc(count + 1, sizeof(*s->cuts));
	if (!s->cuts)
		return false;
	count = 0;
	for (unsigned i = 0; i < s->count; i++) {
		s->zones[i].cuts = s->cuts + count;
		count += s->zones[i].cut_count;
		s->zones[i].cut_count = 0;
	}
	visit_cuts(s, seats, place_cut);
	return true;
}

static bool make_zone(struct made_zones *s, const struct zone_seat *seat,
        const struct former_periods *former, int64_t now_s)
{
	struct sign_zone *zone = &s->zones[s->count];
	struct zone_bridge *bridge = &s->bridges[s->count++];
	bool has_keys = zone_seat_has_keys(seat);
	bool has_former = former->periods && former->periods->count > 0;

	*zone = zone_without_periods(seat->entry, has_keys);
	zone->is_unsigned = zone_seat_is_unsigned(seat);
	if (has_keys && (seat->entry->since_s == 0 || seat->entry->since_s > now_s))
		seat->entry->since_s = now_s;
	return !has_keys || zone->is_unsigned ||
	       give_periods(&zone->periods, bridge, seat->entry, has_former ? former : NULL, now_s);
}

/* ---- After a start ---- */

/* What was in force at a time before the start, and what caches had then. */
struct replay {
	struct sign_periods periods; /* owned */
	struct zone_bridge bridge;
	struct zone_entry *entry;
};

static struct former_periods replay_former(const struct replay *r)
{
	return (struct former_periods){ &r->periods, &r->bridge, r->entry,
		r->entry ? r->entry->text.items[0].max_ttl_s : 0 };
}

static void replay_fini(struct replay *r)
{
	free((struct sign_period *)(uintptr_t)r->periods.items);
	zone_bridge_fini(&r->bridge);
}

/* Returns when a copy came in force. No timeline does before it is made: then the clock was behind.
 * If that is not over yet, the clock was ahead, and nobody knows when. */
static int64_t replay_time_s(const struct zone_entry *copy, int64_t now_s)
{
	int64_t made_s = copy->keys.timeline.made_s;
	int64_t since_s = copy->since_s > made_s ? copy->since_s : made_s;

	return since_s < now_s ? since_s : now_s;
}

/* Lets a copy follow what was in force before, as it did then. Returns false if memory is short. */
static bool replay_copy(struct replay *r, struct zone_entry *copy, int64_t now_s)
{
	struct replay before = *r;
	const struct former_periods former = replay_former(&before);
	bool has_former = before.periods.count > 0, good = true;

	*r = (struct replay){ .entry = copy };
	if (!timeline_is_unsigned(&copy->keys.timeline))
		good = give_periods(&r->periods, &r->bridge, copy, has_former ? &former : NULL,
		        replay_time_s(copy, now_s));
	replay_fini(&before);
	return good;
}

/* What was served until the start is found by going the same way once more. So no wait begins anew,
 * and none is forgotten. Returns false if memory is short. */
static bool make_zone_after_start(struct made_zones *s, const struct zone_seat *seat, int64_t now_s)
{
	const struct zone_recall *recalled = &seat->recalled;
	bool goes_on = zone_seat_goes_on(seat), good = true;
	struct replay r = { .entry = NULL };

	for (unsigned i = 0; i < recalled->former_count && good; i++)
		good = replay_copy(&r, recalled->former[i], now_s);
	if (good && !goes_on)
		good = replay_copy(&r, recalled->last, now_s);
	const struct former_periods former = replay_former(&r);
	good = good &&
	       make_zone(s, seat, &former, goes_on ? replay_time_s(recalled->last, now_s) : now_s);
	replay_fini(&r);
	return good;
}

/* ---- All ---- */

/* Makes the next zone from a seat. Returns false if memory is short. */
static bool make_next_zone(struct made_zones *s, const struct zone_seat *seat,
        const struct made_zones *former, const struct zone_seat *former_seats, int64_t now_s)
{
	struct former_periods before = { .periods = NULL };

	if (seat->recalled.last)
		return make_zone_after_start(s, seat, now_s);
	if (seat->before) {
		size_t index = (size_t)(seat->before - former_seats);
		before = (struct former_periods){ &former->zones[index].periods,
			&former->bridges[index], seat->before->entry,
			former->zones[index].max_ttl_s };
	}
	return make_zone(s, seat, &before, now_s);
}

bool zone_signing_make(struct made_zones *s, const struct zone_seat *seats, unsigned count,
        const struct made_zones *former, const struct zone_seat *former_seats, int64_t now_s)
{
	*s = (struct made_zones){ .zones = calloc(count + 1, sizeof(*s->zones)),
		.bridges = calloc(count + 1, sizeof(*s->bridges)) };
	if (!s->zones || !s->bridges)
		return false;
	while (s->count < count) {
		if (!make_next_zone(s, &seats[s->count], former, former_seats, now_s))
			return false;
	}
	return give_cuts(s, seats);
}

void zone_signing_fini(struct made_zones *s)
{
	for (unsigned i = 0; i < s->count; i++) {
		free((struct sign_period *)(uintptr_t)s->zones[i].periods.items);
		zone_bridge_fini(&s->bridges[i]);
	}
	free(s->zones);
	free(s->bridges);
	free(s->cuts);
	*s = (struct made_zones){ 0 };
}
