/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/look_life.h"

#include "dnssec/ds.h"
#include "keeper/look_spread.h"

/* Returns false if there is no room. */
static bool add_tag(struct life_tags *tags, uint16_t tag)
{
	if (life_tags_have(tags, tag))
		return true;
	if (tags->count == LIFE_TAGS_MAX)
		return false;
	tags->tags[tags->count++] = tag;
	return true;
}

static const struct keypair *own_key_of_tag(const struct look_keys *keys, uint16_t tag)
{
	for (unsigned i = 0; i < keys->count; i++) {
		if (keys->keys[i].tag == tag)
			return &keys->keys[i];
	}
	return NULL;
}

static bool add_dnskeys(
        struct life_tags *tags, const struct look_set *set, const struct look_keys *keys)
{
	for (unsigned i = 0; i < set->count; i++) {
		uint16_t tag = dnskey_tag(set->rdatas[i]);
		const struct keypair *own = own_key_of_tag(keys, tag);
		bool is_foreign =
		        keys->foreign && presigned_has(&keys->foreign->dnskey, set->rdatas[i]);
		bool is_other =
		        own && own->rdata_len && !span_equal(keypair_rdata(own), set->rdatas[i]);
		if (!is_foreign && !is_other && !add_tag(tags, tag))
			return false;
	}
	return true;
}

static bool add_signers(struct life_tags *tags, const struct look_set *set)
{
	for (unsigned i = 0; i < set->signer_count; i++) {
		if (!add_tag(tags, set->signers[i]))
			return false;
	}
	return true;
}

/* True if the DS or CDS is of the key with its tag. */
static bool is_ds_of(const struct keypair *own, const struct ds *ds, const struct look_keys *keys)
{
	struct dnskey key;

	return dnskey_read(keypair_rdata(own), &key) &&
	       ds_matches(keys->crypto, ds, &own->zone, &key);
}

/* True if the DS may be of the key: only who has its digest type can tell. Such a DS is ignored,
 * beside one of another type (RFC 4035, 5.2). */
static bool may_be_ds_of(const struct keypair *own, const struct ds *ds)
{
	return own->algorithm == ds->algorithm && !digest_is_supported(ds->digest_type);
}

/* Adds the tags of DS or CDS records; those that are of no key of ours too, unless they are of
 * another signer. A record that nobody can read, or that has the tag of a key of ours and does not
 * fit it, sets `*has_misfit`; one of an unknown digest type does if no other one fits that key. */
static bool add_ds_tags(struct life_tags *tags, bool *has_misfit, const struct look_set *set,
        const struct look_keys *keys)
{
	struct life_tags unjudged = { .count = 0 };
	struct ds ds;

	for (unsigned i = 0; i < set->count; i++) {
		if (keys->foreign && presigned_has(&keys->foreign->cds, set->rdatas[i]))
			continue;
		bool is_read = ds_read(set->rdatas[i], &ds);
		const struct keypair *own = is_read ? own_key_of_tag(keys, ds.tag) : NULL;
		bool is_unjudged = own && may_be_ds_of(own, &ds);
		if (!is_read || (own && !is_unjudged && !is_ds_of(own, &ds, keys)))
			*has_misfit = true;
		else if (!add_tag(is_unjudged ? &unjudged : tags, ds.tag))
			return false;
	}
	for (unsigned i = 0; i < unjudged.count; i++)
		*has_misfit |= !life_tags_have(tags, unjudged.tags[i]);
	return true;
}

static bool fill_server(
        struct life_server *to, const struct look_server *server, const struct look_keys *keys)
{
	const struct look_set *sets = server->sets;
	bool has_misfit; /* a CDS that fits no key is as none: its server lags */

	for (unsigned q = 0; q < LOOK_QUESTIONS; q++) {
		if (sets[q].fault != LOOK_SEEN)
			return false;
	}
	return add_dnskeys(&to->dnskey, &sets[LOOK_DNSKEY], keys) &&
	       add_signers(&to->ksk_signers, &sets[LOOK_DNSKEY]) &&
	       add_signers(&to->zsk_signers, &sets[LOOK_SOA]) &&
	       add_ds_tags(&to->cds, &has_misfit, &sets[LOOK_CDS], keys);
}

/* True if there are servers of which the look has no address, or too many of them. */
static bool is_incomplete(const struct look_servers *servers)
{
	for (unsigned i = 0; i < servers->name_count; i++) {
		if (!servers->has_address[i])
			return true;
	}
	return servers->is_cut;
}

static void fill_servers(
        struct look_life *to, const struct zone_look *look, const struct look_keys *keys)
{
	const struct look_servers *servers = &look->servers;

	for (unsigned i = 0; i < servers->count; i++) {
		struct life_server seen = { 0 };
		if (look_is_beside(servers, &servers->at[i], LOOK_DNSKEY))
			continue;
		if (fill_server(&seen, &servers->at[i], keys))
			seen.is_reached = true;
		else
			seen = (struct life_server){ 0 };
		to->servers[to->server_count++] = seen;
	}
	if (is_incomplete(servers))
		to->servers[to->server_count++] = (struct life_server){ 0 };
}

static void fill_parents(
        struct look_life *to, const struct zone_look *look, const struct look_keys *keys)
{
	const struct look_servers *servers = &look->parents;

	for (unsigned i = 0; i < servers->count; i++) {
		const struct look_set *set = &servers->at[i].sets[LOOK_DS];
		struct life_parent seen = { 0 };
		if (look_is_beside(servers, &servers->at[i], LOOK_DS))
			continue;
		seen.is_reached = set->fault == LOOK_SEEN &&
		                  add_ds_tags(&seen.ds, &seen.has_misfit, set, keys);
		to->parents[to->parent_count++] = seen;
	}
	if (is_incomplete(servers))
		to->parents[to->parent_count++] = (struct life_parent){ 0 };
}

const struct look_set *look_life_unproved(const struct zone_look *look)
{
	const struct look_set *unproved = NULL;

	for (unsigned i = 0; i < look->parents.count; i++) {
		const struct look_set *set = &look->parents.at[i].sets[LOOK_DS];
		if (set->fault == LOOK_SEEN)
			return NULL;
		if (set->fault == LOOK_UNPROVED)
			unproved = set;
	}
	return unproved;
}

void look_life_fill(struct look_life *to, struct life_observation *observation,
        const struct zone_look *look, const struct look_keys *keys)
{
	to->server_count = to->parent_count = 0;
	fill_servers(to, look, keys);
	fill_parents(to, look, keys);
	observation->servers = to->servers;
	observation->server_count = to->server_count;
	observation->parents = to->parents;
	observation->parent_count = to->parent_count;
	observation->key_ttl_s = look_ttl_s(&look->servers, LOOK_DNSKEY);
	observation->zone_ttl_s = look_ttl_s(&look->servers, LOOK_SOA);
	observation->ds_ttl_s = look_ttl_s(&look->parents, LOOK_DS);
}
