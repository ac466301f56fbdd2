/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/zone_order.h"

#include "base/clock.h"
#include "keys/life_trust.h"

/* An order in the middle of a turn would be lost: the turn writes what it has decided without it. */
static bool read_before_order(struct keeper *k, struct keeper_zone *zone, struct complaint *error)
{
	struct keeper_tools *tools = &k->tools;

	if (k->turning == zone) {
		complaint_set(error, "the keeper waits for the vault, in a turn of this zone: give "
		                     "the order again in half a minute");
		return false;
	}
	return zone->kept.is_read ||
	       kept_zone_read(&zone->kept, &tools->store, tools->crypto, error);
}

bool zone_is_untouched(const struct kept_zone *z)
{
	const struct life *life = &z->life;

	return life->count == 0 && life->generation == 0 && life->next_id == 1 && !life->is_signed;
}

static bool is_ready_for(
        const struct keeper_zone *zone, enum life_order order, struct complaint *error)
{
	if (order != LIFE_ORDER_SIGN || !zone_is_untouched(&zone->kept))
		return true;
	complaint_set(error,
	        "the keeper signs the zone by itself, as soon as it has seen one of the zone's "
	        "servers%s%.300s",
	        zone->told_look.text[0] ? ": " : "", zone->told_look.text);
	return false;
}

bool zone_order_take(struct keeper *k, struct keeper_zone *zone, enum life_order order,
        uint16_t tag, struct complaint *error)
{
	if (!read_before_order(k, zone, error) || !is_ready_for(zone, order, error))
		return false;
	bool is_taken =
	        kept_zone_order(&zone->kept, &k->tools.store, &zone->policy, order, tag, error);
	/* if it could not be written, the turn reads what is on the disk */
	if (is_taken || !zone->kept.is_read)
		zone->due_s = 0;
	return is_taken;
}

/* True if the zone could not be read only because its timeline is newer than its state. */
static bool is_old_state(const struct kept_zone *z)
{
	return z->life.count > 0 && z->in_place > z->life.generation;
}

bool zone_order_trust_helps(const struct keeper_zone *zone, int64_t now_s)
{
	const struct life *life = &zone->kept.life;
	bool was_left = life->last_s && now_s - life->last_s > zone->policy.ahead_s;

	if (!zone->kept.is_read)
		return is_old_state(&zone->kept);
	return life->count > 0 && (was_left || life->doubted_s != 0);
}

static bool may_be_trusted(struct keeper *k, struct keeper_zone *zone, struct complaint *error)
{
	bool is_read = read_before_order(k, zone, error);

	if (!k->job->clock_is_trusted(k->job->context)) {
		complaint_set(error, "the clock is not set: set it first");
		return false;
	}
	if (!is_read)
		return is_old_state(&zone->kept);
	if (zone->turned_s && !zone->last.is_trusted)
		return true;
	complaint_set(error, zone->turned_s ? "nothing is doubted: neither the state of the zone "
	                                      "nor the clock"
	                                    : "the keeper has not looked at the zone yet");
	return false;
}

bool zone_order_trust(struct keeper *k, struct keeper_zone *zone, struct complaint *error)
{
	if (!may_be_trusted(k, zone, error))
		return false;
	struct life next = zone->kept.life;
	const struct life_observation look = { .in_place = zone->kept.in_place < UINT32_MAX
		                                                   ? (uint32_t)zone->kept.in_place
		                                                   : UINT32_MAX };
	const struct kept_writing w = { .life = &next };

	life_begin_anew(&next, &look, clock_wall_s());
	if (!kept_zone_write(&zone->kept, &k->tools.store, &w, error))
		return false;
	zone->due_s = 0;
	return true;
}
