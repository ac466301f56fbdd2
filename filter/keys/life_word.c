/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/life_word.h"

#include "base/encoding.h"
#include "keys/life_move.h"

/* True if the record waits for servers longer than they may take: one is not reached, or has old
 * data. */
static bool servers_are_late(
        const struct life_policy *policy, const struct life_mark *mark, int64_t now_s)
{
	int64_t there_s = mark->changed_s > mark->announced_s ? mark->changed_s : mark->announced_s;

	if (mark->seen_s || (mark->announced_s && !mark->is_doubted))
		return false;
	return now_s - there_s > policy->zone_spread_s + life_renewal_s(policy);
}

static bool key_waits_for_servers(
        const struct life_policy *policy, const struct life_key *k, int64_t now_s)
{
	for (unsigned r = 0; r < LIFE_RECORDS; r++)
		if (r != LIFE_DS && life_is_uncertain(k, r) &&
		        servers_are_late(policy, &k->marks[r], now_s))
			return true;
	return false;
}

/* True until every server of the parent has removed the DS. */
static bool is_relied_on_by_parent(const struct life_key *k)
{
	return life_is_out(k, LIFE_DS) ||
	       (!life_is_hidden(k, LIFE_DS) && !k->marks[LIFE_DS].seen_s);
}

/* A roll that is due begins at once, unless another change of KSKs does not end: the parent keeps a
 * DS that is to go. */
static bool is_overdue(const struct life *life, const struct life_policy *policy,
        const struct life_key *k, int64_t now_s)
{
	return life->is_signed && policy->ksk_life_s && !k->is_leaving && !k->is_standby &&
	       life_is_out(k, LIFE_KRRSIG) &&
	       now_s - k->made_s > policy->ksk_life_s + LIFE_PATIENCE_S;
}

static unsigned needs_of_ksk(const struct life *life, const struct life_policy *policy,
        const struct life_observation *look, const struct life_key *k, int64_t now_s)
{
	const struct life_mark *ds = &k->marks[LIFE_DS];
	bool is_late = ds->changed_s && !ds->seen_s && now_s - ds->changed_s > LIFE_PATIENCE_S;
	unsigned needs = 0;

	if (ds->stage == LIFE_RUMOURED && is_late)
		needs |= LIFE_NEEDS_DS;
	if (ds->stage == LIFE_UNRETENTIVE && is_late)
		needs |= LIFE_NEEDS_NO_DS;
	if (ds->stage == LIFE_HIDDEN && ds->changed_s && life_ds_is_seen(look, k))
		needs |= LIFE_NEEDS_NO_DS;
	if (is_overdue(life, policy, k, now_s))
		needs |= LIFE_NEEDS_ROLL;
	if (life->is_signed && k->is_compromised && is_relied_on_by_parent(k))
		needs |= LIFE_NEEDS_NEW_KSK;
	return needs;
}

/* A DS that no key of ours explains. */
static unsigned needs_of_parent(const struct life *life, const struct life_observation *look)
{
	unsigned needs = 0;

	for (unsigned p = 0; p < look->parent_count; p++) {
		needs |= look->parents[p].has_misfit ? LIFE_NEEDS_FITTING_DS : 0;
		for (unsigned t = 0; t < look->parents[p].ds.count; t++) {
			bool is_ours = false;
			for (unsigned i = 0; i < life->count; i++)
				is_ours |= life->keys[i].role == LIFE_KSK &&
				           life->keys[i].tag == look->parents[p].ds.tags[t];
			if (!is_ours)
				needs |= life->count > 0 ? LIFE_NEEDS_OTHER_DS : LIFE_NEEDS_KEY;
		}
	}
	return needs;
}

/* A zone that a DS carried, whose servers of the parent all answer, and that has none. */
static unsigned needs_ds_back(const struct life *life, const struct life_observation *look)
{
	bool was_carried = false;

	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *k = &life->keys[i];
		if (k->role != LIFE_KSK)
			continue;
		if (life_ds_is_seen(look, k))
			return 0;
		was_carried |=
		        life_is_out(k, LIFE_DS) && (k->is_leaving || k->marks[LIFE_DS].is_doubted);
	}
	for (unsigned p = 0; p < look->parent_count; p++)
		if (!look->parents[p].is_reached)
			return 0;
	return was_carried && life->is_signed && look->parent_count ? LIFE_NEEDS_DS_BACK : 0;
}

int64_t life_left_s(const struct life_policy *policy)
{
	return policy->ahead_s * 7 / 15;
}

int64_t life_failing_s(const struct life_policy *policy)
{
	return policy->ahead_s / 5;
}

/* Without this, each restart of a machine would ring. Nothing moves meanwhile, and the alarm of a
 * timeline that ends is another one. */
static bool may_still_start(const struct life_observation *look, const struct life_report *report)
{
	return report->is_unconfirmed && look->unseen_s < LIFE_START_S;
}

struct life_alarms life_judge(const struct life *life, const struct life_policy *policy,
        const struct life_observation *look, const struct life_report *report, int64_t now_s,
        int64_t end_s)
{
	bool is_stopped = !report->is_trusted && !may_still_start(look, report);
	struct life_alarms alarms = { .has_failed = is_stopped || look->is_refused };

	if (report->was_blind)
		alarms.needs |= LIFE_NEEDS_LOOKS;
	if (look->is_silent)
		alarms.needs |= LIFE_NEEDS_ADDRESS;
	if (look->is_unproved)
		alarms.needs |= LIFE_NEEDS_PROOF;
	if (end_s && end_s - now_s < life_failing_s(policy))
		alarms.has_failed = true;
	if (end_s && !look->has_vault && end_s - now_s < life_left_s(policy))
		alarms.needs |= LIFE_NEEDS_VAULT;
	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *k = &life->keys[i];
		if (k->role == LIFE_KSK)
			alarms.needs |= needs_of_ksk(life, policy, look, k, now_s);
		if (key_waits_for_servers(policy, k, now_s))
			alarms.needs |= LIFE_NEEDS_SERVER;
	}
	alarms.needs |= needs_of_parent(life, look);
	if (needs_ds_back(life, look)) /* it says more than that there is none yet */
		alarms.needs = (alarms.needs & ~(unsigned)LIFE_NEEDS_DS) | LIFE_NEEDS_DS_BACK;
	return alarms;
}

unsigned life_needs_ds_removed(const struct life *life)
{
	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *k = &life->keys[i];
		if (!life_is_hidden(k, LIFE_DS) && !k->marks[LIFE_DS].seen_s)
			return LIFE_NEEDS_DS_REMOVED;
	}
	return 0;
}

enum life_word life_word_for(const struct life *life, struct life_alarms alarms)
{
	bool is_out = false, waits = false;

	for (unsigned i = 0; i < life->count; i++) {
		is_out |= !life_is_gone(&life->keys[i]);
		waits |= life_is_uncertain(&life->keys[i], LIFE_DS) &&
		         !life->keys[i].marks[LIFE_DS].seen_s;
	}
	if (alarms.has_failed)
		return LIFE_INTERNAL_FAILURE;
	if (alarms.needs & LIFE_NEEDS_KEY)
		return LIFE_ACTION_NEEDED;
	if (!life->is_signed && !is_out)
		return LIFE_UNSIGNED;
	if (alarms.needs)
		return LIFE_ACTION_NEEDED;
	if (!life->is_signed)
		return LIFE_UNSIGNING;
	return waits ? LIFE_WAITING_FOR_PARENT : LIFE_SIGNING;
}

const char *life_word_text(enum life_word word)
{
	static const char *const words[] = { "signing", "waiting for the parent", "action needed",
		"internal failure", "unsigning", "unsigned" };
	return words[word];
}

int64_t life_ds_from_s(
        const struct life *life, const struct life_policy *policy, const struct life_key *k)
{
	static const enum life_record records[] = { LIFE_DNSKEY, LIFE_KRRSIG, LIFE_ZRRSIG };
	int64_t from_s = 0;

	if (life_may_have_ds(life, k) || !life_is_hidden(k, LIFE_DS))
		return 0;
	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *other = &life->keys[i];
		if (other->algorithm != k->algorithm || (other != k && other->role == LIFE_KSK))
			continue;
		for (unsigned n = 0; n < 3; n++) {
			if (other->marks[records[n]].stage != LIFE_RUMOURED)
				continue;
			int64_t due_s = life_due_s(life, policy, other, records[n], true);
			from_s = due_s > from_s ? due_s : from_s;
		}
	}
	return from_s ? from_s : INT64_MAX;
}

static bool tell_ds(const struct life *life, const struct life_policy *policy,
        const struct life_key *k, struct complaint *sentence)
{
	const struct life_mark *ds = &k->marks[LIFE_DS];
	int64_t time_s = life_is_uncertain(k, LIFE_DS) ? life_due_s(life, policy, k, LIFE_DS, false)
	                                               : life_ds_from_s(life, policy, k);
	bool has_time = time_s && time_s != INT64_MAX;
	char digits[DIGITS_TIME_SIZE];

	if (has_time)
		digits_time_write(time_s, digits);
	if (life_is_uncertain(k, LIFE_DS) && ds->seen_s)
		complaint_set(sentence,
		        "the parent %s the DS of the KSK %u; the next step is not before %s",
		        ds->stage == LIFE_RUMOURED ? "has" : "has removed", k->tag, digits);
	else if (ds->stage == LIFE_RUMOURED)
		complaint_set(sentence,
		        "not every server of the parent has the DS of the KSK %u: give it to the "
		        "parent, "
		        "or wait until the parent has read the CDS; nothing else goes on before",
		        k->tag);
	else if (ds->stage == LIFE_UNRETENTIVE)
		complaint_set(sentence,
		        "the parent still has the DS of the KSK %u: remove it there, or wait until "
		        "the "
		        "parent has read the CDS; nothing else goes on before",
		        k->tag);
	else if (ds->stage == LIFE_HIDDEN && !k->is_leaving && life->is_signed)
		complaint_set(sentence, "the parent must not have the DS of the KSK %u yet: %s%s",
		        k->tag, has_time ? "not before " : "not every server shows the key yet",
		        has_time ? digits : "");
	else
		return false;
	return true;
}

bool life_tell(const struct life *life, const struct life_policy *policy, const struct life_key *k,
        struct complaint *sentence)
{
	char digits[DIGITS_TIME_SIZE];

	if (k->role == LIFE_KSK && tell_ds(life, policy, k, sentence))
		return true;
	for (unsigned r = 0; r < LIFE_RECORDS; r++) {
		if (r == LIFE_DS || !life_is_uncertain(k, r))
			continue;
		int64_t due_s = life_due_s(life, policy, k, r, true);
		complaint_set(sentence, "the %s record of the %s %u is %s, %s%s",
		        life_record_word(r), k->role == LIFE_KSK ? "KSK" : "ZSK", k->tag,
		        life_stage_word(k->marks[r].stage),
		        due_s == INT64_MAX ? "and not every server shows it yet" : "until ",
		        due_s == INT64_MAX ? "" : digits_time_write(due_s, digits));
		return true;
	}
	if (k->role != LIFE_ZSK || k->is_leaving || k->marks[LIFE_DNSKEY].changed_s)
		return false;
	complaint_set(sentence, "the ZSK %u comes into the DNSKEY RRset at %s", k->tag,
	        digits_time_write(k->publish_s, digits));
	return true;
}

enum life_ds_claim life_ds_claim(
        const struct life *life, const struct life_policy *policy, const struct life_key *k)
{
	if (!life->is_signed)
		return LIFE_DS_REMOVE;
	if (k->is_compromised)
		return life_is_out(k, LIFE_DS) ? LIFE_DS_REPLACE : LIFE_DS_REMOVE;
	if (k->is_leaving)
		return life_is_out(k, LIFE_DS) ? LIFE_DS_KEEP : LIFE_DS_REMOVE;
	return life_ds_from_s(life, policy, k) == 0 ? LIFE_DS_GIVE : LIFE_DS_LATER;
}
