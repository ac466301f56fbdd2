/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/zone_turn.h"

#include <inttypes.h>

#include "keeper/key_forget.h"
#include "keeper/key_make.h"
#include "keeper/shared_theft.h"
#include "keeper/timeline_make.h"
#include "keeper/turn_due.h"
#include "keys/key_text.h"
#include "keys/life_plan.h"

#define ROUNDS_MAX 4 /* steps of one turn: each may ask for keys */
#define WRITINGS                                                                                   \
	4 /* of the state in the time of one renewal: by it a clock is judged after a restart */

/* What a turn is made with. Without the vault a zone can still become unsigned: each later way has
 * less than the one before. */
enum turn_way {
	WAY_VAULT,      /* all that is needed is signed anew */
	WAY_SIGNED,     /* what the timeline in place has signed goes on until its end */
	WAY_NO_CDS,     /* the same, and no CDS asks the parent to keep a DS that is to go */
	WAY_STATE_ALONE /* servers are given nothing new */
};

/* A turn that is tried on a copy of the state. Nothing of it counts before it is written. */
struct turn_try {
	const struct turn_order *order;
	struct kept_zone *zone;
	enum turn_way way;
	struct life_policy policy; /* that of the order, but for what the way leaves out */
	struct life life;
	struct life_observation look;
	struct life_report report; /* of the last step */
	bool is_changed;
	struct made_keys made;
	struct turn_result *result;
};

static bool try_fails(struct turn_try *t, enum vault_fault fault)
{
	t->result->fault = fault;
	t->result->has_failed = fault == VAULT_GOOD;
	return false;
}

static void begin_try(struct turn_try *t, bool has_vault, enum turn_way way)
{
	const struct turn_order *order = t->order;
	const struct kept_zone *z = t->zone;

	t->way = way;
	t->policy = *order->policy;
	t->policy.has_cds &= way < WAY_NO_CDS;
	t->life = z->life;
	t->is_changed = false;
	t->made = (struct made_keys){ .count = 0 };
	t->look = order->seen ? *order->seen : (struct life_observation){ .server_count = 0 };
	t->look.in_place = z->in_place < UINT32_MAX ? (uint32_t)z->in_place : UINT32_MAX;
	t->look.end_s = z->end_s;
	t->look.uptime_s = order->uptime_s;
	t->look.unseen_s = order->unseen_s;
	t->look.has_vault = has_vault;
	t->look.is_refused = order->is_refused;
	t->look.is_clock_trusted = order->is_clock_trusted;
	t->look.is_synchronised = order->is_clock_synchronised;
	t->look.is_vouched = z->is_vouched;
	t->look.awake_s = z->trusted_s < 0 ? -1 : order->uptime_s - z->trusted_s;
}

/* ---- Steps and keys ---- */

/* A vault keeps each KSK that it made, and files of a ZSK may stay. So none is made while the disk
 * is full, which would be one an hour. */
static bool can_write(struct turn_try *t)
{
	const struct life same = t->zone->life;
	const struct kept_writing w = { .life = &same };

	return kept_zone_write(t->zone, t->order->store, &w, &t->result->why);
}

static bool make_asked_keys(struct turn_try *t)
{
	const struct key_making making = { .directory = t->order->store->directory,
		.zone = &t->zone->name,
		.vault = t->order->vault,
		.generation = t->zone->life.generation,
		.now_s = t->order->now_s,
		.shares_ksk = t->order->shares_ksk,
		.ksk_life_s = t->order->policy->ksk_life_s };

	if (!can_write(t))
		return try_fails(t, VAULT_GOOD);
	for (unsigned i = 0; i < t->report.make_count; i++) {
		const struct life_make *make = &t->report.makes[i];
		if (!key_make(&t->made, &t->life, make, &making, &t->result->why))
			return try_fails(t, t->made.fault);
	}
	return true;
}

/* Steps until no more keys are asked for. Returns false if a key cannot be made. */
static bool step_to_rest(struct turn_try *t)
{
	for (unsigned n = 0; n < ROUNDS_MAX; n++) {
		life_step(&t->life, &t->policy, &t->look, t->order->now_s, &t->report);
		t->is_changed |= t->report.is_changed || t->report.make_count > 0;
		if (t->report.make_count == 0) /* as whenever nothing may move */
			return true;
		if (!make_asked_keys(t))
			return false;
	}
	return true;
}

/* ---- Writing ---- */

/* True if the timeline in place is to reach further, by a day as a rule. */
static bool is_too_short(const struct turn_try *t)
{
	const struct life_policy *policy = &t->policy;

	return t->way == WAY_VAULT && t->zone->end_s &&
	       t->order->now_s + policy->ahead_s - t->zone->end_s >= life_renewal_s(policy);
}

/* True if a timeline is to be written. One with another content has another generation. */
static bool needs_timeline(struct turn_try *t)
{
	if (!t->is_changed && t->zone->in_place >= t->life.generation && !is_too_short(t))
		return false;
	life_renew(&t->life, t->order->now_s);
	return true;
}

/* True if the state alone is to be written, though no timeline follows: something was decided; a
 * wait for a DS has begun or goes on; or nobody has looked after the zone for as long as timelines
 * last, and so it is not touched any more. A crash loses the looks since then, which is safe: if
 * the last one that is known is LIFE_BLIND_S ago, the wait begins anew, and is only longer. Until
 * the parent has the DS, which may take months, there is no wait that could. */
static bool needs_state(const struct turn_try *t)
{
	int64_t age_s = t->zone->on_disk_s ? t->life.last_s - t->zone->on_disk_s : 0;

	return t->report.is_watching || t->is_changed ||
	       (age_s > LIFE_BLIND_S / 2 && life_counts_for_ds(&t->life)) ||
	       (t->zone->on_disk_s && age_s >= life_renewal_s(t->order->policy) / WRITINGS);
}

/* When the life has forgotten a key, files of keys may be there that nothing names. If the timeline
 * cannot be read, they stay until the next time. */
static void forget_files(struct turn_try *t, unsigned keys_before)
{
	const struct turn_order *order = t->order;
	struct complaint ignored;
	struct timeline timeline;

	if (t->zone->life.count >= keys_before)
		return;
	int found =
	        kept_zone_read_timeline(t->zone, order->store, order->crypto, &timeline, &ignored);
	if (found >= 0)
		key_forget(order->store->directory, &t->zone->name, &t->zone->life,
		        found ? &timeline : NULL, order->now_s);
	if (found > 0)
		timeline_fini(&timeline);
}

static bool write_turn(struct turn_try *t, const struct made_timeline *made)
{
	unsigned keys_before = t->zone->life.count;
	const struct kept_writing w = { .life = &t->life,
		.timeline = made ? made->text : NULL,
		.end_s = made ? made->end_s : 0 };

	if (!kept_zone_write(t->zone, t->order->store, &w, &t->result->why)) {
		t->result->has_failed = true;
		return false;
	}
	forget_files(t, keys_before);
	t->result->wrote_state = true;
	t->result->wrote_timeline = made != NULL;
	t->result->signatures = made ? made->signatures : 0;
	return true;
}

/* What is in place is what this process has written or read last, or nothing. Else somebody else
 * writes here, too, and the zone is read again before anything: what is newer than the state is not
 * replaced. */
static bool is_expected(struct turn_try *t, int found, const struct timeline *former)
{
	if (found == 0 || (found > 0 && former->generation == t->zone->in_place))
		return true;
	if (found == KEPT_DAMAGED && t->zone->is_damaged)
		return true;
	t->zone->is_read = false;
	if (found > 0)
		complaint_set(&t->result->why,
		        "the timeline in place has generation %" PRIu64
		        ", and the keeper has written %" PRIu64
		        " last: another keeper writes timelines of this zone, or somebody put a "
		        "file there",
		        former->generation, t->zone->in_place);
	return false;
}

/* Nobody signs what is behind the end of the timeline in place. The plan of a zone that is unsigned
 * has no end. */
static void end_with_former(struct life_policy *policy, const struct turn_try *t)
{
	int64_t left_s = t->zone->end_s - t->life.last_s;

	if (t->way != WAY_VAULT && left_s < policy->ahead_s)
		policy->ahead_s = left_s > 0 ? left_s : 1;
}

static bool make_timeline_after(
        struct turn_try *t, const struct timeline *former, struct made_timeline *made)
{
	const struct turn_order *order = t->order;
	struct complaint *why = &t->result->why;
	struct life_policy policy = t->policy;
	struct key_material *material =
	        key_material_load(order->store->directory, &t->zone->name, &t->life, former, why);
	const struct timeline_making making = { .zone = &t->zone->name,
		.life = &t->life,
		.policy = &policy,
		.material = material,
		.former = former,
		.vault = t->way == WAY_VAULT ? order->vault : NULL,
		.crypto = order->crypto,
		.now_s = order->now_s };

	end_with_former(&policy, t);
	bool good = material && timeline_make(made, &making, why);
	if (material)
		t->result->lacks = material->lacks;
	key_material_free(material);
	return good;
}

static bool make_timeline(struct turn_try *t, struct made_timeline *made)
{
	const struct turn_order *order = t->order;
	struct timeline former;
	int found = kept_zone_read_timeline(
	        t->zone, order->store, order->crypto, &former, &t->result->why);

	*made = (struct made_timeline){ .text = NULL };
	bool good = is_expected(t, found, &former) &&
	            make_timeline_after(t, found > 0 ? &former : NULL, made);
	if (found > 0)
		timeline_fini(&former);
	return good || try_fails(t, made->fault);
}

/* What is decided is written, the state first. What was seen is kept in memory, and written if a
 * wait for a DS begins. Returns false if there is no timeline, for want of the vault. */
static bool write_decided(struct turn_try *t)
{
	struct made_timeline made;

	if (t->way == WAY_STATE_ALONE || !needs_timeline(t)) {
		if (!needs_state(t) || write_turn(t, NULL))
			t->zone->life = t->life;
		return true;
	}
	if (!make_timeline(t, &made))
		return false;
	write_turn(t, &made);
	key_text_free(made.text);
	return true;
}

/* ---- The turn ---- */

/* Returns false if the vault is needed and fails, or a file of the keys does; then nothing has
 * happened. */
static bool try_to_move(struct turn_try *t, enum turn_way way)
{
	begin_try(t, true, way);
	bool good = step_to_rest(t);
	if (good && !t->report.is_trusted && !t->report.is_held)
		t->zone->life = t->life;
	else
		good = good && write_decided(t);
	made_keys_end(&t->made, t->order->store->directory, !good);
	return good;
}

/* A zone that is to be unsigned needs no KSK any more, which may be lost for ever: a person has the
 * DS removed. The result has the fault of the vault. Returns false if the zone is to stay signed,
 * or if a file failed. */
static bool try_to_unsign(struct turn_try *t)
{
	const struct turn_result before = *t->result;

	if (before.fault == VAULT_GOOD || t->zone->life.is_signed || !t->zone->is_read)
		return false;
	for (enum turn_way way = WAY_SIGNED; way <= WAY_STATE_ALONE; way++) {
		if (!try_to_move(t, way)) {
			if (t->result->has_failed)
				return false;
			continue;
		}
		t->result->is_by_hand = true;
		if (!t->result->has_failed) {
			t->result->fault = before.fault;
			t->result->why = before.why;
		}
		return true;
	}
	return false;
}

/* True if the zone would die if nothing were written. */
static bool must_extend(const struct turn_try *t)
{
	return (t->report.is_trusted || t->report.is_held) && t->order->vault && t->zone->is_read &&
	       (is_too_short(t) || t->zone->is_damaged);
}

/* The keys stay as they are, and so does the plan for ZSKs that is in place already: it goes on for
 * longer. The result has the fault of this attempt, if it fails; otherwise that of the one
 * before. */
static void extend_in_place(struct turn_try *t)
{
	const struct turn_result before = *t->result;
	struct made_timeline made;

	life_renew(&t->life, t->order->now_s);
	if (!make_timeline(t, &made))
		return;
	if (write_turn(t, &made)) {
		t->result->fault = before.fault;
		t->result->has_failed = before.has_failed;
		t->result->why = before.why;
	}
	key_text_free(made.text);
}

/* The time passes without the vault, too; nothing is decided that it would have to sign. If it can
 * sign, and only something else is impossible, such as to make a key, what is in place reaches
 * further. */
static void turn_without_moves(struct turn_try *t)
{
	begin_try(t, false, WAY_VAULT);
	life_step(&t->life, &t->policy, &t->look, t->order->now_s, &t->report);
	struct life stepped = t->life;
	if (must_extend(t))
		extend_in_place(t);
	if (!t->result->wrote_timeline)
		t->zone->life = stepped;
}

static void judge_alarms(struct turn_try *t)
{
	struct turn_result *r = t->result;

	t->look.has_vault = r->fault == VAULT_GOOD || r->is_by_hand;
	r->alarms = life_judge(&t->zone->life, t->order->policy, &t->look, &t->report,
	        t->order->now_s, t->zone->end_s);
	r->alarms.has_failed |= r->has_failed;
	if (r->is_by_hand)
		r->alarms.needs |= life_needs_ds_removed(&t->zone->life);
	else if (!vault_fault_passes(r->fault))
		r->alarms.needs |= LIFE_NEEDS_VAULT;
}

static void judge_turn(struct turn_try *t)
{
	struct turn_result *r = t->result;
	const struct kept_zone *z = t->zone;

	r->is_trusted = t->report.is_trusted;
	r->is_unconfirmed = t->report.is_unconfirmed;
	if (!r->is_trusted)
		r->why = t->report.reason;
	if (r->is_trusted || t->report.is_held)
		t->zone->trusted_s = t->order->uptime_s;
	judge_alarms(t);
	r->word = life_word_for(&z->life, r->alarms);
	r->next_s = turn_due_s(z, t->order->policy, t->order->now_s);
	r->is_waiting = turn_is_waiting(&z->life);
	if (r->is_trusted && !r->has_failed && r->fault == VAULT_GOOD)
		r->why.text[0] = '\0';
	else
		r->next_s = turn_due_after_failure_s(t->order->policy, r->next_s, t->order->now_s);
}

static void refuse_turn(struct turn_result *r, const struct turn_order *order)
{
	r->has_failed = r->alarms.has_failed = true;
	r->word = LIFE_INTERNAL_FAILURE;
	r->next_s = turn_due_after_failure_s(order->policy, INT64_MAX, order->now_s);
}

void zone_turn(struct kept_zone *z, const struct turn_order *order, struct turn_result *result)
{
	struct turn_try t = { .order = order, .zone = z, .result = result };
	struct complaint unsettled;

	*result = (struct turn_result){ .fault = VAULT_GOOD };
	if (!z->is_read && !kept_zone_read(z, order->store, order->crypto, &result->why)) {
		refuse_turn(result, order);
		return;
	}
	bool is_settled =
	        shared_theft_settle(z, order->store, order->policy, &result->has_theft, &unsettled);
	if (!try_to_move(&t, WAY_VAULT) && !try_to_unsign(&t))
		turn_without_moves(&t);
	if (!is_settled) {
		result->has_failed = true;
		result->why = unsettled;
	}
	judge_turn(&t);
}
