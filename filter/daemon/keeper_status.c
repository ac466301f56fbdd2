/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/keeper_status.h"

#include "base/encoding.h"
#include "crypto/crypto.h"
#include "keeper/key_material.h"
#include "keeper/zone_order.h"
#include "keys/life_needs.h"
#include "keys/life_next.h"
#include "keys/life_phase.h"

static void add_time(struct control_reply *reply, const char *key, int64_t time_s)
{
	if (time_s)
		control_add_number(reply, key, time_s);
}

static void add_sentence(struct control_reply *reply, const char *key, const char *text)
{
	if (text[0])
		control_add_text(reply, key, text);
}

/* ---- A zone ---- */

static void add_alarms(const struct turn_result *r, struct control_reply *reply)
{
	struct complaint needs;

	control_add_flag(reply, LIFE_ALARM_FAILED, r->alarms.has_failed);
	control_add_flag(reply, LIFE_ALARM_NEEDS, r->alarms.needs != 0);
	if (life_needs_tell(r->alarms.needs, &needs))
		control_add_text(reply, "needs", needs.text);
}

/* Without the vault a person acts alone, and has as long as the timeline lasts. */
static void find_next(const struct keeper_zone *zone, struct life_next *next)
{
	struct life_policy policy = zone->policy;
	char digits[DIGITS_TIME_SIZE];

	policy.has_cds &= !zone->last.is_by_hand;
	life_find_next(&zone->kept.life, &policy, next);
	if (zone->last.is_by_hand && next->actor == LIFE_BY_OPERATOR && zone->kept.end_s) {
		const struct complaint what = next->what;
		complaint_set(&next->what, "%.300s; the timeline ends at %s", what.text,
		        digits_time_write(zone->kept.end_s, digits));
	}
}

static void add_next(const struct keeper_zone *zone, struct control_reply *reply)
{
	struct life_next next;

	if (zone_is_untouched(&zone->kept) && zone->begins_by != LIFE_BY_ITSELF)
		next = (struct life_next){ .actor = zone->begins_by,
			.what = { "the zone can be signed" } };
	else
		find_next(zone, &next);
	add_sentence(reply, "next", next.what.text);
	add_time(reply, "next_s", next.at_s);
	control_add_text(reply, "who", life_actor_word(next.actor));
}

/* What validators say of the zone's servers. */
static void add_check(const struct self_check_state *check, struct control_reply *reply)
{
	struct complaint told;

	add_time(reply, "checked_s", check->checked_s);
	if (check->failures.count == 0)
		return;
	self_check_state_tell(check, &told);
	control_add_text(reply,
	        check->is_failing || check->is_silent ? "check_failed" : "check_doubt", told.text);
}

static void add_kept(const struct keeper_zone *zone, struct control_reply *reply)
{
	char name[NAME_TEXT_SIZE];

	control_add_text(reply, "zone", name_text(&zone->kept.name, name));
	control_add_text(
	        reply, "word", zone->turned_s ? life_word_text(zone->last.word) : LIFE_NO_WORD_YET);
	add_alarms(&zone->last, reply);
	add_next(zone, reply);
	add_time(reply, "timeline_end_s", zone->kept.end_s);
	add_time(reply, "looked_s", zone->looked_s);
	add_time(reply, "turned_s", zone->turned_s);
	add_time(reply, "due_s", zone->due_s);
	add_sentence(reply, "fault", zone->told.text);
	add_sentence(reply, "look_fault", zone->told_look.text);
	add_check(&zone->check, reply);
	if (zone->last.fault != VAULT_GOOD)
		control_add_text(reply, "vault_fault", vault_fault_word(zone->last.fault));
}

void keeper_status_zones(const struct keeper *k, unsigned from, struct control_reply *reply)
{
	unsigned i = from;

	control_begin_rows(reply, "zones");
	for (; i < k->zones.count && control_begin_row(reply); i++)
		add_kept(k->zones.items[i], reply);
	control_end_rows(reply);
	if (i < k->zones.count)
		control_add_number(reply, "more", i);
}

/* ---- Keys ---- */

static void add_kept_key(
        const struct keeper_zone *zone, const struct life_key *k, struct control_reply *reply)
{
	const struct life *life = &zone->kept.life;
	struct complaint waits;

	control_add_text(reply, "role", k->role == LIFE_KSK ? "KSK" : "ZSK");
	control_add_number(reply, "tag", k->tag);
	control_add_text(reply, "algorithm", algorithm_text(k->algorithm));
	control_add_text(reply, "phase", life_phase_word(life_phase_of(k)));
	add_time(reply, "since_s", life_phase_since_s(k));
	add_time(reply, "ends_s", life_phase_ends_s(life, &zone->policy, k));
	add_time(reply, "made_s", k->made_s);
	control_add_flag(reply, "compromised", k->is_compromised);
	for (unsigned r = 0; r < LIFE_RECORDS; r++) {
		if (k->role == LIFE_KSK ? r != LIFE_ZRRSIG : r == LIFE_DNSKEY || r == LIFE_ZRRSIG)
			control_add_text(
			        reply, life_record_word(r), life_stage_word(k->marks[r].stage));
	}
	if (life_tell(life, &zone->policy, k, &waits))
		control_add_text(reply, "waits", waits.text);
}

/* Adds a row for each key, from the key number `from` on. Returns the number of the first that has
 * no room. */
static unsigned add_kept_keys(
        const struct keeper_zone *zone, unsigned from, struct control_reply *reply)
{
	const struct life *life = &zone->kept.life;
	char name[NAME_TEXT_SIZE];
	unsigned i = from;

	for (; i < life->count && control_begin_row(reply); i++) {
		control_add_text(reply, "zone", name_text(&zone->kept.name, name));
		add_kept_key(zone, &life->keys[i], reply);
	}
	return i;
}

void keeper_status_keys(const struct keeper *k, unsigned from, struct control_reply *reply)
{
	unsigned before = 0; /* keys of the zones before this one */

	control_begin_rows(reply, "keys");
	for (unsigned i = 0; i < k->zones.count; i++) {
		unsigned count = k->zones.items[i]->kept.life.count;
		unsigned first = from > before ? from - before : 0;
		unsigned end =
		        first < count ? add_kept_keys(k->zones.items[i], first, reply) : count;
		if (end < count) {
			control_end_rows(reply);
			control_add_number(reply, "more", before + end);
			return;
		}
		before += count;
	}
	control_end_rows(reply);
}

void keeper_status_zone(const struct keeper_zone *zone, struct control_reply *reply)
{
	add_kept(zone, reply);
	control_begin_rows(reply, "keys");
	add_kept_keys(zone, 0, reply);
	control_end_rows(reply);
}

/* ---- What the parent needs ---- */

static void add_ksk(const struct keeper_zone *zone, const struct life_key *k,
        const struct keypair *pair, struct control_reply *reply)
{
	const struct life *life = &zone->kept.life;
	int64_t from_s = life_ds_from_s(life, &zone->policy, k);
	char text[BASE64_SIZE(sizeof(pair->rdata))];
	enum life_ds_claim claim = life_ds_claim(life, &zone->policy, k);
	struct complaint waits;

	control_add_number(reply, "tag", k->tag);
	control_add_text(reply, "phase", life_phase_word(life_phase_of(k)));
	control_add_text(reply, "dnskey", base64_encode(keypair_rdata(pair), text));
	control_add_flag(reply, "give_ds", claim == LIFE_DS_GIVE || claim == LIFE_DS_KEEP);
	control_add_flag(reply, "keep_ds", claim == LIFE_DS_KEEP);
	control_add_flag(reply, "replace_ds", claim == LIFE_DS_REPLACE);
	control_add_flag(reply, "parent_has_ds", life_is_known(k, LIFE_DS));
	control_add_flag(
	        reply, "parent_has_misfit", (zone->last.alarms.needs & LIFE_NEEDS_FITTING_DS) != 0);
	control_add_flag(reply, "published", life_is_out(k, LIFE_DNSKEY));
	control_add_flag(reply, "leaves", claim == LIFE_DS_REMOVE);
	add_time(reply, "give_ds_from_s", from_s == INT64_MAX ? 0 : from_s);
	if (life_tell(life, &zone->policy, k, &waits))
		control_add_text(reply, "waits", waits.text);
}

void keeper_status_ds(
        const struct keeper *k, const struct keeper_zone *zone, struct control_reply *reply)
{
	const struct life *life = &zone->kept.life;
	struct key_material *m = key_material_load_named(
	        k->tools.store.directory, &zone->kept.name, life, &reply->error);

	if (!m) {
		reply->code = CONTROL_NO;
		return;
	}
	control_begin_rows(reply, "ksks");
	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *key = &life->keys[i];
		if (key->role == LIFE_KSK && life_phase_of(key) != LIFE_RETIRED &&
		        control_begin_row(reply))
			add_ksk(zone, key, &m->keys[i], reply);
	}
	control_end_rows(reply);
	key_material_free(m);
}
