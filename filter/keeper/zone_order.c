/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/zone_order.h"

#include "base/advice.h"
#include "base/clock.h"
#include "keeper/keeper_vault.h"
#include "keeper/key_material.h"
#include "keys/life_trust.h"

/* An order in the middle of a turn would be lost: the turn writes what it has decided without
 * it. */
bool zone_order_must_wait(const struct keeper *k, const struct keeper_zone *zone)
{
	return k->turning == zone || zone->is_ordered;
}

static bool read_before_order(struct keeper *k, struct keeper_zone *zone, struct complaint *error)
{
	struct keeper_tools *tools = &k->tools;

	if (zone_order_must_wait(k, zone)) {
		complaint_set(error, "the keeper waits for the vault, for a turn or an order of "
		                     "this zone: give the order again in half a minute");
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

/* Returns the index of a KSK that signs the DNSKEY RRset, and that the vault does not have; -1 if
 * there is none. */
static int find_lost_ksk(const struct life *life, const struct key_material *m, struct vault *vault)
{
	for (unsigned i = 0; i < life->count; i++) {
		if (life->keys[i].role == LIFE_KSK && life_is_out(&life->keys[i], LIFE_KRRSIG) &&
		        key_material_is_lost(&m->keys[i], m->vault_names[i], vault))
			return (int)i;
	}
	return -1;
}

/* Whatever changes the DNSKEY RRset needs the signature of the KSK that the parent's DS names. */
static bool has_ksk(struct keeper *k, const struct keeper_zone *zone, struct complaint *error)
{
	const struct life *life = &zone->kept.life;
	char name[NAME_TEXT_SIZE];
	struct complaint ignored;

	if (zone->last.fault == VAULT_HANGS)
		return true;
	keeper_vault_prepare(k);
	struct key_material *m =
	        key_material_load_named(k->tools.store.directory, &zone->kept.name, life, &ignored);
	int lost = m ? find_lost_ksk(life, m, k->tools.vault) : -1;
	if (lost >= 0)
		complaint_set(error,
		        "the vault has no key %s, which is the KSK %u, and without it no other key "
		        "can follow: bring it back, or give up the zone's DS with `sealgate keys "
		        "unsign %s%s`",
		        m->vault_names[lost], life->keys[lost].tag,
		        name_text(&zone->kept.name, name), advice_options());
	key_material_free(m);
	return lost < 0;
}

/* Who stole a key does not wait until the vault is found, so a theft is known at once, and what can
 * be done without the KSK is done. Without a DS a zone needs no signature. */
static bool needs_ksk(enum life_order order)
{
	return order != LIFE_ORDER_UNSIGN && order != LIFE_ORDER_COMPROMISED;
}

/* The same, while other orders are served: none of this zone, because it would change what is
 * judged here. */
static bool can_be_signed(struct keeper *k, struct keeper_zone *zone, struct complaint *error)
{
	zone->is_ordered = true;
	bool is_there = has_ksk(k, zone, error);
	zone->is_ordered = false;
	return is_there;
}

bool zone_order_take(struct keeper *k, struct keeper_zone *zone, enum life_order order,
        uint16_t tag, struct complaint *error)
{
	if (!read_before_order(k, zone, error) || !is_ready_for(zone, order, error) ||
	        (needs_ksk(order) && !can_be_signed(k, zone, error)))
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
	return life->count > 0 && (was_left || life->doubted_s != 0 || zone->last.is_unconfirmed);
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
	if (zone->turned_s && zone_order_trust_helps(zone, clock_wall_s()))
		return true;
	if (zone->turned_s && !zone->last.is_trusted) {
		complaint_set(error, "that is doubted for a reason which no order settles: %.400s",
		        zone->last.why.text);
		return false;
	}
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
	zone->kept.is_vouched = true;
	zone->due_s = 0;
	return true;
}
