/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/life_look.h"

/* What all servers say together of one change. */
enum shown { SHOWN_BY_ALL, SHOWN_NOT_BY_ALL, SHOWN_OTHERWISE };

bool life_tags_have(const struct life_tags *tags, uint16_t tag)
{
	for (unsigned i = 0; i < tags->count; i++)
		if (tags->tags[i] == tag)
			return true;
	return false;
}

bool life_ds_is_seen(const struct life_observation *look, const struct life_key *k)
{
	for (unsigned i = 0; i < look->parent_count; i++)
		if (look->parents[i].is_reached && life_tags_have(&look->parents[i].ds, k->tag))
			return true;
	return false;
}

static bool servers_are_reached(const struct life_observation *look)
{
	for (unsigned i = 0; i < look->server_count; i++)
		if (!look->servers[i].is_reached)
			return false;
	return look->server_count > 0;
}

bool life_parents_have(const struct life_observation *look, const struct life_key *k)
{
	for (unsigned i = 0; i < look->parent_count; i++)
		if (!look->parents[i].is_reached || !life_tags_have(&look->parents[i].ds, k->tag))
			return false;
	return look->parent_count > 0;
}

bool life_parents_are_bare(const struct life_observation *look)
{
	for (unsigned i = 0; i < look->parent_count; i++)
		if (!look->parents[i].is_reached || look->parents[i].ds.count > 0 ||
		        look->parents[i].has_misfit)
			return false;
	return look->parent_count > 0;
}

bool life_may_begin(
        const struct life_observation *look, enum life_actor *who, struct complaint *why)
{
	for (unsigned i = 0; i < look->parent_count; i++) {
		if (!look->parents[i].is_reached || look->parents[i].ds.count == 0)
			continue;
		*who = LIFE_BY_OPERATOR;
		complaint_set(why,
		        "the parent has a DS with the tag %u, and the zone has no keys here: "
		        "import the key of the DS, or have the registrar remove it",
		        look->parents[i].ds.tags[0]);
		return false;
	}
	if (!servers_are_reached(look)) {
		*who = LIFE_BY_SERVERS;
		complaint_set(why, "not every server of the zone was reached");
		return false;
	}
	if (!life_parents_are_bare(look)) {
		*who = LIFE_BY_PARENT;
		complaint_set(why, "not every server of the parent has proved that there is no DS");
		return false;
	}
	return true;
}

static bool server_has(
        const struct life_server *server, const struct life_key *k, enum life_record record)
{
	switch (record) {
	case LIFE_DNSKEY:
		return life_tags_have(&server->dnskey, k->tag);
	case LIFE_KRRSIG:
		return life_tags_have(&server->ksk_signers, k->tag);
	default:
		return life_tags_have(&server->zsk_signers, k->tag);
	}
}

/* Who was not reached neither confirms nor contradicts. */
static enum shown shown_by_servers(const struct life_observation *look, const struct life_key *k,
        enum life_record record, bool is_out)
{
	bool all = look->server_count > 0;

	for (unsigned i = 0; i < look->server_count; i++) {
		if (!look->servers[i].is_reached)
			all = false;
		else if (server_has(&look->servers[i], k, record) != is_out)
			return SHOWN_OTHERWISE;
	}
	return all ? SHOWN_BY_ALL : SHOWN_NOT_BY_ALL;
}

/* A parent that polls asks any server. One that lags asks it to go back: then it may, whatever it
 * shows now. */
static bool cds_agree(const struct life_policy *policy, const struct life_observation *look,
        const struct life_key *k, bool is_out)
{
	for (unsigned i = 0; policy->has_cds && i < look->server_count; i++)
		if (!look->servers[i].is_reached ||
		        life_tags_have(&look->servers[i].cds, k->tag) != is_out)
			return false;
	return true;
}

static enum shown shown_by_parents(
        const struct life_observation *look, const struct life_key *k, bool is_out)
{
	bool all = look->parent_count > 0;

	for (unsigned i = 0; i < look->parent_count; i++) {
		if (!look->parents[i].is_reached)
			all = false;
		else if (life_tags_have(&look->parents[i].ds, k->tag) != is_out)
			return SHOWN_OTHERWISE;
	}
	return all ? SHOWN_BY_ALL : SHOWN_NOT_BY_ALL;
}

/* A server that shows otherwise while the change is on its way is no reason for doubt. */
static bool look_at_record(
        struct life_mark *mark, int64_t doubt_from_s, enum shown shown, int64_t now_s)
{
	struct life_mark before = *mark;

	if (shown == SHOWN_BY_ALL && !mark->seen_s)
		mark->seen_s = now_s;
	if (shown == SHOWN_OTHERWISE) {
		mark->seen_s = 0;
		mark->is_doubted |= now_s >= doubt_from_s;
	}
	return before.seen_s != mark->seen_s || before.is_doubted != mark->is_doubted;
}

/* A record that a server still gives out is not gone, however long one waited. */
static bool look_at_hidden(struct life *life, struct life_key *k, enum life_record record,
        const struct life_observation *look, int64_t now_s)
{
	if (k->marks[record].changed_s == 0 && !k->is_leaving)
		return false;
	for (unsigned i = 0; i < look->server_count; i++) {
		if (!look->servers[i].is_reached || !server_has(&look->servers[i], k, record))
			continue;
		life_mark_set(life, k, record, LIFE_UNRETENTIVE, now_s);
		k->marks[record].is_doubted = true;
		return true;
	}
	return false;
}

static bool look_at_servers(struct life *life, const struct life_policy *policy, struct life_key *k,
        const struct life_observation *look, int64_t now_s)
{
	static const enum life_record records[] = { LIFE_DNSKEY, LIFE_KRRSIG, LIFE_ZRRSIG };
	bool changed = false;

	for (unsigned i = 0; i < 3; i++) {
		enum life_record r = records[i];
		if (life_is_hidden(k, r))
			changed |= look_at_hidden(life, k, r, look, now_s);
		if (!life_is_uncertain(k, r) || k->marks[r].generation > look->in_place)
			continue;
		enum shown shown = shown_by_servers(look, k, r, k->marks[r].stage == LIFE_RUMOURED);
		int64_t there_s = k->marks[r].changed_s;
		if (k->marks[r].announced_s > there_s)
			there_s = k->marks[r].announced_s;
		changed |=
		        look_at_record(&k->marks[r], there_s + policy->zone_spread_s, shown, now_s);
	}
	return changed;
}

/* What the parent has, resolvers have, asked for or not. When a wait begins is in no timeline: the
 * state alone is to be written then (is_watching). */
static bool look_at_ds(struct life *life, const struct life_policy *policy, struct life_key *k,
        const struct life_observation *look, int64_t now_s)
{
	bool was_blind = now_s - life->last_s > LIFE_BLIND_S;
	struct life_mark *mark = &k->marks[LIFE_DS];
	bool is_out = life_is_out(k, LIFE_DS);
	enum shown shown = shown_by_parents(look, k, is_out);

	if (mark->stage == LIFE_HIDDEN && shown == SHOWN_OTHERWISE) {
		life_mark_set(
		        life, k, LIFE_DS, k->is_leaving ? LIFE_UNRETENTIVE : LIFE_RUMOURED, now_s);
		return true;
	}
	if (mark->stage == LIFE_OMNIPRESENT && shown == SHOWN_OTHERWISE) {
		life_mark_set(life, k, LIFE_DS, LIFE_RUMOURED, now_s);
		mark->is_doubted = true;
		return true;
	}
	if (!life_is_uncertain(k, LIFE_DS))
		return false;
	if (shown != SHOWN_BY_ALL || was_blind)
		mark->seen_s = 0;
	if (shown == SHOWN_BY_ALL && !mark->seen_s && cds_agree(policy, look, k, is_out))
		mark->seen_s = now_s;
	return false;
}

/* A shorter TTL counts when the longer one has left all caches, and nobody looked for a day.
 * Whether it was configured or seen: what is configured anew does not shorten what caches have. A
 * TTL without measure is a mistake, or forged. */
static void look_at_ttl(
        struct life_ttl *known, uint32_t seen_s, uint32_t configured_s, int64_t now_s)
{
	uint32_t most_s = configured_s > LIFE_TTL_MAX_S ? configured_s : LIFE_TTL_MAX_S;
	uint32_t ttl_s = seen_s > configured_s ? seen_s : configured_s;

	if (ttl_s > most_s)
		ttl_s = most_s;
	if (ttl_s >= known->ttl_s || now_s - known->seen_s > (int64_t)known->ttl_s + LIFE_TURN_S)
		*known = (struct life_ttl){ ttl_s, now_s };
}

/* What servers were not given yet is not on its way. */
static void look_at_place(struct life_key *k, const struct life_observation *look, int64_t now_s)
{
	for (unsigned r = 0; r < LIFE_RECORDS; r++)
		if (r != LIFE_DS && life_is_uncertain(k, r) &&
		        k->marks[r].generation > look->in_place)
			k->marks[r].changed_s = now_s;
}

bool life_look(struct life *life, const struct life_policy *policy,
        const struct life_observation *look, int64_t now_s)
{
	bool changed = false;

	look_at_ttl(&life->key_ttl, look->key_ttl_s, policy->key_ttl_s, now_s);
	look_at_ttl(&life->zone_ttl, look->zone_ttl_s, policy->zone_ttl_s, now_s);
	look_at_ttl(&life->ds_ttl, look->ds_ttl_s, policy->ds_ttl_s, now_s);
	for (unsigned i = 0; i < life->count; i++) {
		struct life_key *k = &life->keys[i];
		if (look->has_vault) {
			look_at_place(k, look, now_s);
			changed |= look_at_servers(life, policy, k, look, now_s);
		}
		if (k->role == LIFE_KSK)
			changed |= look_at_ds(life, policy, k, look, now_s);
	}
	return changed;
}
