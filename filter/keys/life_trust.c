/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/life_trust.h"

#include "keys/life_word.h"

static bool clock_is_trusted(const struct life *life, const struct life_policy *policy,
        const struct life_observation *look, int64_t now_s, struct complaint *reason)
{
	if (!look->is_clock_trusted) {
		complaint_set(reason, "the clock is not set: no key moves until it is");
		return false;
	}
	if (life->last_s == 0)
		return true;
	if (now_s - life->last_s > policy->ahead_s && life->count > 0) {
		complaint_set(reason,
		        "nothing looked after the keys for %lld days, and timelines reach %lld "
		        "days: "
		        "the clock is wrong, or the zone has no signatures left; an operator must "
		        "say "
		        "that the clock is right",
		        (long long)((now_s - life->last_s) / 86400),
		        (long long)(policy->ahead_s / 86400));
		return false;
	}
	return true;
}

/* True if the state can explain that a server serves the DNSKEY: it has published a key of the tag,
 * or a timeline that the server still has was to publish it. */
static bool may_be_served(const struct life *life, uint16_t tag)
{
	for (unsigned i = 0; i < life->count; i++)
		if (life->keys[i].tag == tag &&
		        (life->keys[i].marks[LIFE_DNSKEY].changed_s || life->keys[i].is_leaving))
			return true;
	return false;
}

/* The same of a signature over the SOA. */
static bool may_have_signed(const struct life *life, uint16_t tag)
{
	for (unsigned i = 0; i < life->count; i++)
		if (life->keys[i].tag == tag &&
		        (life->keys[i].marks[LIFE_ZRRSIG].changed_s || life->keys[i].is_leaving))
			return true;
	return false;
}

static bool explains_server(
        const struct life *life, const struct life_server *server, struct complaint *reason)
{
	for (unsigned i = 0; i < server->dnskey.count; i++)
		if (!may_be_served(life, server->dnskey.tags[i])) {
			complaint_set(reason,
			        "a server has a DNSKEY with the tag %u that this state has not "
			        "published: the state is an old backup, or somebody else signs",
			        server->dnskey.tags[i]);
			return false;
		}
	for (unsigned i = 0; i < server->zsk_signers.count; i++)
		if (!may_have_signed(life, server->zsk_signers.tags[i])) {
			complaint_set(reason,
			        "a server has signatures of the key with the tag %u, which does "
			        "not "
			        "sign yet by this state: the state is an old backup, or somebody "
			        "else "
			        "signs",
			        server->zsk_signers.tags[i]);
			return false;
		}
	return true;
}

static bool has_signed_as_ksk(const struct life *life, uint16_t tag)
{
	for (unsigned i = 0; i < life->count; i++)
		if (life->keys[i].role == LIFE_KSK && life->keys[i].tag == tag &&
		        life->keys[i].marks[LIFE_KRRSIG].changed_s)
			return true;
	return false;
}

static bool any_ksk_signs(const struct life *life)
{
	for (unsigned i = 0; i < life->count; i++)
		if (life->keys[i].role == LIFE_KSK && life_is_out(&life->keys[i], LIFE_KRRSIG))
			return true;
	return false;
}

/* A DS of a KSK that has signed and signs no more is one of a parent that lags: no backup knows of
 * it. */
static bool explains_parent(const struct life *life, const struct life_parent *parent)
{
	for (unsigned i = 0; i < parent->ds.count; i++)
		if (has_signed_as_ksk(life, parent->ds.tags[i]))
			return true;
	return parent->ds.count == 0;
}

bool life_explains_parents(
        const struct life *life, const struct life_observation *look, struct complaint *reason)
{
	if (look->awake_s >= 0 || !any_ksk_signs(life))
		return true;
	for (unsigned i = 0; i < look->parent_count; i++) {
		const struct life_parent *parent = &look->parents[i];
		if (!parent->is_reached || explains_parent(life, parent))
			continue;
		complaint_set(reason,
		        "the parent has a DS with the tag %u, and none of a KSK that has signed by "
		        "this state: the state is an old backup, or the DS is wrong; restore the "
		        "newest state, or have the registrar mend the DS",
		        parent->ds.tags[0]);
		return false;
	}
	return true;
}

bool life_is_confirmed(
        const struct life *life, const struct life_observation *look, struct complaint *reason)
{
	if (look->awake_s >= 0 || look->is_vouched || life->count == 0 || look->end_s == 0)
		return true;
	for (unsigned i = 0; i < look->server_count; i++)
		if (look->servers[i].is_reached)
			return true;
	complaint_set(reason,
	        "no server of the zone was reached since the keeper started, so nobody shows that "
	        "the state is no old backup: no key moves, and the timeline is made longer when a "
	        "server is reached, or when it is near its end");
	return false;
}

bool life_is_trusted(const struct life *life, const struct life_policy *policy,
        const struct life_observation *look, int64_t now_s, struct complaint *reason)
{
	if (!clock_is_trusted(life, policy, look, now_s, reason))
		return false;
	if (look->in_place > life->generation) {
		complaint_set(reason,
		        "the state has generation %u, and the timeline in place %u: the state is "
		        "an "
		        "old backup; restore the one that belongs to the timeline",
		        life->generation, look->in_place);
		return false;
	}
	return true;
}

bool life_explains_servers(
        const struct life *life, const struct life_observation *look, struct complaint *reason)
{
	for (unsigned i = 0; i < look->server_count; i++)
		if (look->servers[i].is_reached &&
		        !explains_server(life, &look->servers[i], reason))
			return false;
	return true;
}

unsigned life_explained_servers(const struct life *life, const struct life_observation *look,
        struct life_server explained[static LIFE_SERVERS_MAX])
{
	unsigned count = 0;
	bool any = false;
	struct complaint ignored;

	if (look->server_count > LIFE_SERVERS_MAX)
		return 0;
	for (unsigned i = 0; i < look->server_count; i++) {
		const struct life_server *server = &look->servers[i];
		if (server->is_reached && !explains_server(life, server, &ignored))
			continue;
		explained[count++] = *server;
		any |= server->is_reached;
	}
	return any ? count : 0;
}

/* Nobody counts the time from one process to the next: then the clock is believed, if it did not go
 * back. */
int64_t life_clock_jump_s(
        const struct life *life, const struct life_observation *look, int64_t now_s)
{
	int64_t passed_s = now_s - life->last_s;

	if (life->last_s == 0)
		return 0;
	if (passed_s < -LIFE_CLOCK_SLACK_S)
		return passed_s;
	if (look->awake_s < 0 || passed_s - look->awake_s <= LIFE_CLOCK_SLACK_S)
		return 0;
	return passed_s - look->awake_s;
}

bool life_clock_is_uncounted(
        const struct life *life, const struct life_observation *look, int64_t now_s)
{
	return look->awake_s < 0 && !look->is_synchronised && life->last_s && life->count > 0 &&
	       now_s - life->last_s > LIFE_AWAY_S && look->end_s - now_s > LIFE_LEFT_LEAST_S;
}

/* By how much the clock is off does not change while it is right. Before the first trusted step of
 * a process any other clock that never steps shows that. */
bool life_clock_is_believed(struct life *life, const struct life_observation *look, int64_t now_s)
{
	int64_t counted_s = look->awake_s < 0 ? look->uptime_s : look->awake_s;
	int64_t off_s = now_s - life->last_s - counted_s, more_s = off_s - life->doubted_s;

	if (!life->doubted_s || more_s > LIFE_CLOCK_SLACK_S || more_s < -LIFE_CLOCK_SLACK_S) {
		life->doubted_s = off_s ? off_s : 1; /* 0 would mean that there is no doubt */
		life->doubted_from_s = counted_s;
	}
	return counted_s - life->doubted_from_s >= LIFE_CLOCK_HOLD_S;
}

/* True if a server that has the timeline in place may show the record so. What was decided since
 * then is in no timeline: such a record is there, or is not. */
static bool may_show(
        const struct life_key *k, enum life_record record, bool is_shown, uint32_t in_place)
{
	return is_shown == life_is_out(k, record) ||
	       (life_is_uncertain(k, record) && k->marks[record].generation > in_place);
}

static bool is_witness(const struct life *life, const struct life_server *server, uint32_t in_place)
{
	unsigned keys = 0, signers = 0;

	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *k = &life->keys[i];
		bool has_key = life_tags_have(&server->dnskey, k->tag);
		bool has_signed = life_tags_have(&server->zsk_signers, k->tag);
		if (!may_show(k, LIFE_DNSKEY, has_key, in_place) ||
		        !may_show(k, LIFE_ZRRSIG, has_signed, in_place))
			return false;
		keys += has_key;
		signers += has_signed;
	}
	return keys == server->dnskey.count && signers == server->zsk_signers.count;
}

/* True if what the state signs with is what the parent's proven DS asks for, at each server of the
 * parent. */
static bool parents_rely_on(const struct life *life, const struct life_observation *look)
{
	bool any = false;

	for (unsigned p = 0; p < look->parent_count; p++) {
		const struct life_parent *parent = &look->parents[p];
		bool is_ours = !parent->is_reached;
		for (unsigned i = 0; i < life->count && !is_ours; i++)
			is_ours = life->keys[i].role == LIFE_KSK &&
			          life_is_out(&life->keys[i], LIFE_KRRSIG) &&
			          life_tags_have(&parent->ds, life->keys[i].tag);
		if (!is_ours)
			return false;
		any |= parent->is_reached;
	}
	return any;
}

bool life_may_extend(const struct life *life, const struct life_policy *policy,
        const struct life_observation *look, int64_t now_s)
{
	unsigned witnesses = 0, strangers = 0;
	struct complaint reason;

	for (unsigned i = 0; i < look->server_count; i++) {
		if (!look->servers[i].is_reached)
			continue;
		witnesses += is_witness(life, &look->servers[i], look->in_place);
		strangers += !explains_server(life, &look->servers[i], &reason);
	}
	return look->awake_s >= 0 || witnesses >= strangers ||
	       (look->end_s - now_s < life_failing_s(policy) && parents_rely_on(life, look));
}

bool life_may_extend_unconfirmed(
        const struct life_policy *policy, const struct life_observation *look, int64_t now_s)
{
	return look->end_s - now_s < policy->ahead_s / 15;
}

bool life_has_witness(const struct life *life, const struct life_observation *look)
{
	bool any = false;

	for (unsigned i = 0; i < look->server_count; i++) {
		if (!look->servers[i].is_reached)
			continue;
		if (!is_witness(life, &look->servers[i], UINT32_MAX))
			return false;
		any = true;
	}
	return any;
}

void life_begin_anew(struct life *life, const struct life_observation *look, int64_t now_s)
{
	life->last_s = now_s;
	life->doubted_s = 0;
	life->generation = look->in_place > life->generation ? look->in_place : life->generation;
	life_count_up(life);
	for (unsigned i = 0; i < life->count; i++) {
		struct life_key *k = &life->keys[i];
		for (unsigned r = 0; r < LIFE_RECORDS; r++) {
			if (!life_is_uncertain(k, r))
				continue;
			k->marks[r].changed_s = now_s;
			k->marks[r].seen_s = 0;
			k->marks[r].is_doubted |= r != LIFE_DS;
		}
	}
}
