/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/signed_zones.h"

#include "daemon/listing.h"
#include "daemon/service.h"
#include "daemon/zone_succession.h"
#include "keys/life_needs.h"

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
	int64_t lasts_s = sign_periods_last_s(&zone->periods, now_s);
	const struct sign_period *period = sign_zone_period(zone, now_s);

	control_add_number(reply, "key_tag", period->keys[0].tag);
	if (period->key_count > 1) /* while the zone changes its algorithm */
		control_add_number(reply, "second_key_tag", period->keys[1].tag);
	int64_t late_s = zone_succession_late_until_s(&zone->periods, now_s);
	if (late_s > 0)
		listing_add_time(reply, "new_keys_from", late_s);
	control_add_number(reply, "presigned_left_days", lasts_s < 0 ? -1 : lasts_s / 86400);
}

/* A listing of zones that is being made. */
struct zone_rows {
	const struct service *service;
	const struct name *top;
	struct control_reply *reply;
	unsigned shown, left_out;
};

/* Adds an alarm that rings. */
static void add_zone_alarm(struct control_reply *reply, enum zone_alarm alarm)
{
	if (alarm != ZONE_ALARM_NONE)
		control_add_text(reply, "alarm",
		        alarm == ZONE_ALARM_FAILED ? LIFE_ALARM_FAILED : LIFE_ALARM_NEEDS);
}

/* Adds a zone by its index. `fault` says what is wrong, or is NULL. */
static void add_zone_row(struct zone_rows *rows, unsigned index, const char *fault)
{
	const struct zone_keeper *k = rows->service->zones;
	const struct sign_zone *zone = &zone_keeper_policy(k)->zones[index];
	const char *unsigned_why = zone_keeper_unsigned(k, index);
	struct control_reply *reply = rows->reply;
	char name[NAME_TEXT_SIZE];

	if (!control_begin_row(reply)) {
		rows->left_out++;
		return;
	}
	control_add_text(reply, "name", name_text(&zone->apex, name));
	if (fault) {
		control_add_text(reply, "status", "broken");
		control_add_text(reply, "why", fault);
	} else if (unsigned_why) {
		control_add_text(reply, "status", "unsigned");
		control_add_text(reply, "why", unsigned_why);
	}
	int64_t now_s = service_now_s(rows->service);
	add_zone_alarm(reply, zone_keeper_alarm(k, index, now_s));
	if (sign_zone_period(zone, now_s)->key_count > 0)
		add_keys_of_zone(reply, zone, now_s);
	control_add_number(reply, "cuts", zone->cut_count);
	rows->shown++;
}

/* Adds lines for the zones that are broken, or for the others. */
static void add_zone_rows(struct zone_rows *rows, bool is_broken)
{
	const struct zone_keeper *k = rows->service->zones;
	const struct sign_policy *p = zone_keeper_policy(k);

	for (unsigned i = 0; i < p->zone_count; i++) {
		const char *fault = zone_keeper_fault(k, i);
		if ((fault != NULL) == is_broken && name_within(&p->zones[i].apex, rows->top))
			add_zone_row(rows, i, fault);
	}
}

/* Adds lines for files that are no zones. */
static void add_strays(struct zone_rows *rows)
{
	const char *fault;

	for (unsigned n = 0; (fault = zone_keeper_stray(rows->service->zones, n)); n++) {
		if (!control_begin_row(rows->reply)) {
			rows->left_out++;
			continue;
		}
		control_add_text(rows->reply, "name", "-");
		control_add_text(rows->reply, "status", "broken");
		control_add_text(rows->reply, "why", fault);
		rows->shown++;
	}
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
		struct zone_rows rows = { s, &top, reply, 0, told.all.left_out };
		control_begin_rows(reply, cuts.key);
		if (top.labels == 0)
			add_strays(&rows);
		add_zone_rows(&rows, true);
		add_zone_rows(&rows, false);
		rows.shown += listing_add(&cuts, told.rows, told.count, &rows.left_out, reply);
		listing_end(reply, rows.shown, rows.left_out);
	}
	listing_rows_fini(&told);
}
