/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/signed_zones.h"

#include "daemon/listing.h"
#include "daemon/service.h"

static int order_cuts(const void *a, const void *b)
{
	const union inquiry_row *one = *(const union inquiry_row *const *)a;
	const union inquiry_row *other = *(const union inquiry_row *const *)b;

	return name_order(&one->cut.name, &other->cut.name);
}

static bool join_cuts(const union inquiry_row *a, const union inquiry_row *b)
{
	return order_cuts(&a, &b) == 0;
}

static void write_cut(
        struct control_reply *reply, const union inquiry_row *const rows[], unsigned count)
{
	char name[NAME_TEXT_SIZE];
	int64_t until_s = 0;

	for (unsigned i = 0; i < count; i++)
		until_s = rows[i]->cut.until_s > until_s ? rows[i]->cut.until_s : until_s;
	control_add_text(reply, "name", name_text(&rows[0]->cut.name, name));
	control_add_text(reply, "status", "learned-cut");
	listing_add_time(reply, "until", until_s);
	control_add_number(reply, "workers", count);
}

static void add_keys_of_zone(
        struct control_reply *reply, const struct sign_zone *zone, int64_t now_s)
{
	int64_t lasts_s = zone_keeper_zone_lasts_s(zone, now_s);

	control_add_number(reply, "key_tag", sign_zone_key_tag(zone, now_s));
	control_add_number(reply, "presigned_left_days", lasts_s < 0 ? -1 : lasts_s / 86400);
}

/* Adds lines for the zones of the configuration. Returns how many had room. */
static unsigned add_signed_zones(const struct service *s, const struct name *top,
        unsigned *left_out, struct control_reply *reply)
{
	const struct sign_policy *p = zone_keeper_policy(s->zones);
	char name[NAME_TEXT_SIZE];
	unsigned shown = 0;

	for (unsigned i = 0; i < p->zone_count; i++) {
		const struct sign_zone *zone = &p->zones[i];
		if (!name_within(&zone->apex, top))
			continue;
		if (!control_begin_row(reply)) {
			++*left_out;
			continue;
		}
		control_add_text(reply, "name", name_text(&zone->apex, name));
		if (zone_keeper_fault(s->zones, i)) {
			control_add_text(reply, "status", "broken");
			control_add_text(reply, "why", zone_keeper_fault(s->zones, i));
		}
		if (zone->key)
			add_keys_of_zone(reply, zone, service_now_s(s));
		control_add_number(reply, "cuts", zone->cut_count);
		shown++;
	}
	return shown;
}

void signed_zones_list(struct service *s, const char *top_text, struct control_reply *reply)
{
	static const struct listing cuts = { INQUIRY_CUTS, "zones", order_cuts, join_cuts,
		write_cut };
	struct listing_rows told;
	struct name top;

	if (!listing_top(top_text, &top, reply))
		return;
	if (listing_ask(s, &cuts, &top, &told, reply)) {
		unsigned left_out = told.all.left_out;
		control_begin_rows(reply, cuts.key);
		unsigned shown = add_signed_zones(s, &top, &left_out, reply);
		shown += listing_add(&cuts, told.rows, told.count, &left_out, reply);
		listing_end(reply, shown, left_out);
	}
	listing_rows_fini(&told);
}
