/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_signing.h"

#include <stdlib.h>
#include <string.h>

#include "base/least.h"
#include "daemon/zone_succession.h"

static struct sign_zone zone_of_entry(const struct zone_entry *e, bool has_keys)
{
	const struct config_zone *zone = &e->text.items[0];
	struct sign_zone made = { .apex = zone->apex,
		.max_ttl_s = has_keys ? zone->max_ttl_s : least(zone->max_ttl_s, SIGN_MAX_TTL_S),
		.nxdomain = (enum sign_nxdomain)zone->nxdomain,
		.empty_is_nodata = zone->empty,
		.ignores_cuts = zone->ignores_cuts,
		.servers = e->text.speakers,
		.server_count = zone->speaker_count };

	if (!has_keys)
		return made;
	made.key = e->keys.zsk.key;
	made.key_tag = e->keys.zsk.tag;
	made.next_key = e->keys.next_zsk.key;
	made.next_key_tag = e->keys.next_zsk.tag;
	made.next_from_s = e->keys.next_from_s;
	made.dnskey = e->keys.records.dnskey;
	made.cds = e->keys.records.cds;
	made.cdnskey = e->keys.records.cdnskey;
	made.ds_count = e->keys.ds_count;
	memcpy(made.ds, e->keys.ds, sizeof(made.ds));
	return made;
}

/* `before` is the zone in the former policy, or NULL. A zone whose entry stays is the same as before, with a ZSK that was
 * put off. */
static struct sign_zone zone_of_seat(
        const struct zone_seat *seat, const struct sign_zone *before, int64_t now_s)
{
	struct sign_zone made = zone_of_entry(seat->entry, zone_seat_has_keys(seat));

	if (!before || !before->key || !made.key)
		return made;
	if (seat->before->entry == seat->entry) {
		made.next_from_s = before->next_from_s;
		made.is_next_held = before->is_next_held;
	} else {
		zone_succession_hold(&made, before, now_s);
	}
	return made;
}

/* ---- Cuts ---- */

static struct sign_cut make_cut(const struct config_cut *cut)
{
	struct sign_cut made = { .name = cut->name, .ds_count = cut->ds_count };

	for (unsigned i = 0; i < cut->ds_count; i++)
		made.ds[i] = span_of(cut->ds[i].octets, cut->ds[i].len);
	return made;
}

/* Calls for each cut with the zone that it belongs to: the one with the longest apex above it. A cut may itself be a zone
 * here, with a file of its own. Then its DS records count only if the zone has none: they must not get lost, or their
 * signed absence would make a secure zone insecure. */
static void visit_cuts(struct zone_signing *s, const struct zone_seat *seats,
        void (*visit)(struct zone_signing *s, struct sign_zone *zone, const struct config_cut *cut))
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

static void count_cut(struct zone_signing *s, struct sign_zone *zone, const struct config_cut *cut)
{
	(void)s;
	(void)cut;
	zone->cut_count++;
}

static void place_cut(struct zone_signing *s, struct sign_zone *zone, const struct config_cut *cut)
{
	s->cuts[zone->cuts - s->cuts + zone->cut_count++] = make_cut(cut);
}

/* Gives each zone its cuts: first their number, then their places, then the cuts. */
static bool give_cuts(struct zone_signing *s, const struct zone_seat *seats)
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

bool zone_signing_make(struct zone_signing *s, const struct zone_seat *seats, unsigned count,
        const struct zone_signing *former, const struct zone_seat *former_seats, int64_t now_s)
{
	*s = (struct zone_signing){ .zones = calloc(count + 1, sizeof(*s->zones)) };
	if (!s->zones)
		return false;
	for (; s->count < count; s->count++) {
		const struct zone_seat *seat = &seats[s->count];
		const struct sign_zone *before =
		        seat->before ? &former->zones[seat->before - former_seats] : NULL;
		s->zones[s->count] = zone_of_seat(seat, before, now_s);
	}
	return give_cuts(s, seats);
}

void zone_signing_fini(struct zone_signing *s)
{
	free(s->zones);
	free(s->cuts);
	*s = (struct zone_signing){ 0 };
}
