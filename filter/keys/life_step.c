/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/life_step.h"

#include "keys/life_move.h"
#include "keys/life_trust.h"
#include "keys/life_zsk.h"

/* Each move has a condition that the move before may have made true. */
#define ROUNDS_MAX (LIFE_KEYS_MAX * LIFE_RECORDS)

#define LIFE_BLIND_MOST_S                                                                          \
	(3 * 86400) /* a wait for a DS that is as old has begun anew often enough */

int64_t life_kept_s(const struct life_policy *policy)
{
	return 2 * policy->ahead_s;
}

static bool is_dead(const struct life *life, const struct life_key *k)
{
	return k->is_leaving && life_is_gone(k) && !life_zsk_is_owed(life, k);
}

static int64_t last_change_s(const struct life_key *k)
{
	int64_t last_s = k->made_s;

	for (unsigned r = 0; r < LIFE_RECORDS; r++)
		if (k->marks[r].changed_s > last_s)
			last_s = k->marks[r].changed_s;
	return last_s;
}

static bool forget_keys(struct life *life, const struct life_policy *policy, int64_t now_s)
{
	bool forgot = false;

	for (unsigned i = life->count; i-- > 0;) {
		const struct life_key *k = &life->keys[i];
		if (!is_dead(life, k) || now_s - last_change_s(k) < life_kept_s(policy))
			continue;
		life_remove(life, i);
		forgot = true;
	}
	return forgot;
}

/* Forgets dead keys until there is room for `count` keys, those first that died first. Returns true
 * if it forgot one. */
static bool bury_keys(struct life *life, unsigned count)
{
	bool forgot = false;

	while (life->count + count > LIFE_KEYS_MAX) {
		int oldest = -1;
		for (unsigned i = 0; i < life->count; i++)
			if (is_dead(life, &life->keys[i]) &&
			        (oldest < 0 || last_change_s(&life->keys[i]) <
			                               last_change_s(&life->keys[oldest])))
				oldest = (int)i;
		if (oldest < 0)
			break;
		life_remove(life, (unsigned)oldest);
		forgot = true;
	}
	return forgot;
}

/* What happens only if a keeper looks on, and if the vault can sign what follows. */
static bool move_all(struct life *life, const struct life_policy *policy,
        const struct life_observation *look, int64_t now_s)
{
	bool moved = forget_keys(life, policy, now_s);

	for (unsigned n = 0; n < ROUNDS_MAX; n++) {
		bool any = life_settle(life, policy, now_s);
		any |= life_zsk_advance(life, policy, now_s);
		any |= life_begin_rolls(life, policy, now_s);
		any |= life_move(life, look, now_s);
		if (!any)
			break;
		moved = true;
	}
	return moved;
}

/* Servers made the moves that are in their timeline, each at its time, and none behind its end.
 * Returns true if that moved a record. */
static bool let_time_pass(struct life *life, const struct life_policy *policy,
        const struct life_observation *look, int64_t now_s, int64_t slack_s)
{
	int64_t until_s = now_s + slack_s;

	life_zsk_forget(life, policy, look, now_s);
	return life_zsk_advance(life, policy, until_s < look->end_s ? until_s : look->end_s - 1);
}

/* A server whose clock is a little ahead may already do what is due in a moment. */
static bool step_is_trusted(const struct life *life, const struct life_policy *policy,
        const struct life_observation *look, int64_t now_s, struct life_report *report)
{
	struct life soon = *life;

	let_time_pass(&soon, policy, look, now_s, LIFE_CLOCK_SLACK_S);
	report->is_trusted = false;
	if (!life_is_trusted(&soon, policy, look, now_s, &report->reason) ||
	        !life_explains_parents(&soon, look, &report->reason))
		return false;
	if (!life_explains_servers(&soon, look, &report->reason))
		report->is_held = life_may_extend(&soon, policy, look, now_s);
	else if (!life_is_confirmed(&soon, look, &report->reason)) {
		report->is_unconfirmed = true;
		report->is_held = life_may_extend_unconfirmed(policy, look, now_s);
	} else
		report->is_trusted = true;
	return report->is_trusted;
}

/* The time passes, and the parent counts: what servers show does not. */
static void step_held(struct life *life, const struct life_policy *policy,
        const struct life_observation *look, int64_t now_s)
{
	struct life_observation parents = *look;

	parents.has_vault = false;
	let_time_pass(life, policy, look, now_s, 0);
	life_look(life, policy, &parents, now_s);
	life->last_s = now_s;
}

/* Did the time pass, or is the clock wrong now? Servers have clocks of their own: they show whether
 * what was due in between has happened. If nothing was due, they need not. `moved` says whether
 * `next` is another state. */
static bool jump_is_believed(struct life *life, const struct life *next, bool moved,
        const struct life_observation *look, int64_t now_s)
{
	return life_clock_is_believed(life, look, now_s) &&
	       (!moved || life_has_witness(next, look) || life_has_witness(life, look));
}

/* After a restart nobody has counted the time. If every server that was reached still serves what
 * it did before, though something was due, the clock is ahead; but not if what was due is in the
 * state alone, after a crash. */
static bool servers_deny(const struct life *life, const struct life *next, bool moved,
        const struct life_observation *look)
{
	return look->awake_s < 0 && moved && life->generation <= look->in_place &&
	       life_has_witness(life, look) && !life_has_witness(next, look);
}

static void step_after_jump(struct life *life, const struct life *next, bool moved,
        const struct life_observation *look, int64_t now_s)
{
	if (moved && life_has_witness(next, look))
		*life = *next;
	life_begin_anew(life, look, now_s);
}

static void refuse_jump(struct life_report *report, const struct life *life,
        const struct life_observation *look, int64_t now_s, int64_t jump_s)
{
	bool is_uncounted = life_clock_is_uncounted(life, look, now_s);

	report->is_trusted = false;
	if (is_uncounted)
		complaint_set(&report->reason,
		        "the last step of the keys was %lld hours ago by the clock, which no time "
		        "server has set as far as the kernel knows: no key moves until one has, or "
		        "the clock has run for a day, or an operator says that it is right",
		        (long long)(jump_s / 3600));
	else
		complaint_set(&report->reason,
		        "the clock stepped by %lld s after the last step of the keys, %lld s ago "
		        "by it: no "
		        "key "
		        "moves until it steps back, or was right for a day and servers show what "
		        "is due by "
		        "it, "
		        "or an operator says that it is right",
		        (long long)jump_s, (long long)(now_s - life->last_s));
}

/* No server can be a witness that is not explained. What was due in between has to wait for one, or
 * for an operator. */
static void hold_after_jump(struct life *life, bool moved, const struct life_observation *look,
        int64_t now_s, int64_t jump_s, struct life_report *report)
{
	if (life_clock_is_believed(life, look, now_s) && !moved) {
		life_begin_anew(life, look, now_s);
		report->has_jumped = true;
		return;
	}
	refuse_jump(report, life, look, now_s, jump_s);
	report->is_held = false;
}

/* True if looks are too far apart though the process runs. Once is no fault: the machine may have
 * slept. */
static bool was_blind(const struct life *life, const struct life_observation *look, int64_t now_s)
{
	if (look->awake_s < 0 || now_s - life->last_s <= LIFE_BLIND_S)
		return false;
	for (unsigned i = 0; i < life->count; i++) {
		const struct life_mark *ds = &life->keys[i].marks[LIFE_DS];
		if (life_is_uncertain(&life->keys[i], LIFE_DS) && ds->seen_s &&
		        now_s - ds->changed_s > LIFE_BLIND_MOST_S)
			return true;
	}
	return false;
}

/* When such a wait begins is in no timeline, so the state alone is written. */
static bool ds_waits_differ(const struct life *a, const struct life *b)
{
	for (unsigned i = 0; i < a->count; i++)
		if (a->keys[i].marks[LIFE_DS].seen_s != b->keys[i].marks[LIFE_DS].seen_s)
			return true;
	return false;
}

static void step_on(struct life *life, const struct life_policy *policy,
        const struct life_observation *look, int64_t now_s, struct life_report *report)
{
	const struct life before = *life;

	report->was_blind = was_blind(life, look, now_s);
	report->is_changed = life_look(life, policy, look, now_s);
	/* a look keeps keys in their places */
	report->is_watching = ds_waits_differ(&before, life);
	life->last_s = now_s;
	life->doubted_s = 0;
	life_count_up(life);
	if (look->has_vault) {
		report->is_changed |= move_all(life, policy, look, now_s);
		report->make_count = life_missing(life, policy, now_s, report->makes);
		report->is_changed |= bury_keys(life, report->make_count);
	}
	if (!report->is_changed)
		life->generation = before.generation;
}

/* True if a key that is stolen is in use. */
static bool is_robbed(const struct life *life)
{
	for (unsigned i = 0; i < life->count; i++)
		if (life->keys[i].is_compromised && !life_is_gone(&life->keys[i]))
			return true;
	return false;
}

/* Who stole a key may stand on the path to a server, too, and show what holds all keys: then the
 * stolen one stayed. So a process that knows its state goes on by what the other servers show.
 * Returns false if that cannot be. */
static bool step_beside_thief(struct life *life, const struct life_policy *policy,
        const struct life_observation *look, int64_t now_s, struct life_report *report)
{
	struct life_server explained[LIFE_SERVERS_MAX];
	struct life_observation others = *look;
	struct life next = *life;

	if (look->awake_s < 0 || !is_robbed(life))
		return false;
	others.servers = explained;
	let_time_pass(&next, policy, look, now_s, 0);
	others.server_count = life_explained_servers(&next, look, explained);
	if (others.server_count == 0)
		return false;
	*life = next;
	step_on(life, policy, &others, now_s, report);
	return true;
}

void life_step(struct life *life, const struct life_policy *policy,
        const struct life_observation *look, int64_t now_s, struct life_report *report)
{
	struct life next = *life;

	*report = (struct life_report){ .make_count = 0 };
	int64_t jump_s = life_clock_jump_s(life, look, now_s);
	if (life_clock_is_uncounted(life, look, now_s))
		jump_s = now_s - life->last_s;
	bool is_trusted = step_is_trusted(life, policy, look, now_s, report);
	bool moved = let_time_pass(&next, policy, look, now_s, 0);
	if (!is_trusted) {
		if (report->is_held && jump_s)
			hold_after_jump(life, moved, look, now_s, jump_s, report);
		else if (report->is_held && !step_beside_thief(life, policy, look, now_s, report))
			step_held(life, policy, look, now_s);
		return;
	}
	if (jump_s == 0 && servers_deny(life, &next, moved, look))
		jump_s = now_s - life->last_s;
	if (jump_s == 0) {
		*life = next;
		step_on(life, policy, look, now_s, report);
	} else if (jump_is_believed(life, &next, moved, look, now_s)) {
		step_after_jump(life, &next, moved, look, now_s);
		report->has_jumped = report->is_changed = true;
	} else {
		refuse_jump(report, life, look, now_s, jump_s);
	}
}

void life_renew(struct life *life, int64_t now_s)
{
	bool is_later = now_s > life->generation && now_s <= UINT32_MAX;

	if (is_later)
		life->generation = (uint32_t)now_s;
	else
		life_count_up(life);
}

bool life_made(struct life *life, const struct life_make *make, uint16_t tag, int64_t now_s)
{
	for (unsigned i = 0; i < life->count; i++)
		if (life->keys[i].tag == tag)
			return false;
	struct life_key *k =
	        life_add(life, make->role, make->algorithm, tag, now_s, make->publish_s);
	if (!k)
		return false;
	k->is_standby = make->is_standby;
	k->announced_s = make->is_announced ? make->publish_s : 0;
	life_count_up(life);
	k->marks[LIFE_DNSKEY].generation = life->generation;
	if (make->role == LIFE_ZSK && !make->is_announced)
		life->wants_zsk_roll = false;
	return true;
}
