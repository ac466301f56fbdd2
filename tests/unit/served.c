/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "served.h"

#include "test.h"

#include "keys/timeline_check.h"

static void serve_tag(struct life_tags *tags, uint16_t tag)
{
	assert_true(tags->count < LIFE_TAGS_MAX);
	tags->tags[tags->count++] = tag;
}

static void serve_period(struct life_server *server, const struct timeline_period *p, int64_t now_s)
{
	const struct key_records *r = p->records;
	const struct presigned_rrsig *chosen[LIMIT_DS];
	unsigned count = presigned_choose(&r->dnskey, now_s, chosen);

	assert_true(count > 0);
	for (unsigned i = 0; i < count; i++)
		serve_tag(&server->ksk_signers, chosen[i]->tag);
	for (unsigned i = 0; i < r->dnskey.count; i++)
		serve_tag(&server->dnskey, dnskey_tag(r->dnskey.rdatas[i]));
	for (unsigned i = 0; i < p->signer_count; i++)
		serve_tag(&server->zsk_signers, p->signers[i]->tag);
	for (unsigned i = 0; i < r->cds.count; i++)
		serve_tag(&server->cds,
		        (uint16_t)(r->cds.rdatas[i].base[0] << 8 | r->cds.rdatas[i].base[1]));
}

bool served_timeline(const struct kept_zone *zone, const struct keeper_store *store,
        struct crypto *crypto, struct timeline *t)
{
	struct complaint error = { "" };
	unsigned line;
	int found = kept_zone_read_timeline(zone, store, crypto, t, &error);

	if (found < 0)
		fail_msg("%s", error.text);
	if (found == 0)
		return false;
	const char *fault = timeline_check(crypto, t, &line);
	if (fault)
		fail_msg("line %u of the timeline: %s", line, fault);
	return true;
}

void served_at(struct life_server *server, const struct kept_zone *zone,
        const struct keeper_store *store, struct crypto *crypto, int64_t now_s)
{
	struct timeline t;

	*server = (struct life_server){ .is_reached = true };
	if (!served_timeline(zone, store, crypto, &t))
		return;
	if (!timeline_is_unsigned(&t)) {
		assert_true(timeline_lasts_s(&t, now_s) > 0);
		serve_period(server, timeline_at(&t, now_s), now_s);
	}
	timeline_fini(&t);
}

void served_take_cds(struct life_tags *ds, const struct life_server *server)
{
	if (server->cds.count == 0)
		return;
	*ds = server->cds;
	if (server->cds.tags[0] == 0)
		ds->count = 0;
}

void served_turn(struct kept_zone *zone, struct turn_order order, const struct life_server *server,
        const struct life_tags *ds, struct turn_result *result)
{
	const struct life_parent parent = { .is_reached = true, .ds = *ds };
	const struct life_observation seen = { .servers = server,
		.server_count = 1,
		.parents = &parent,
		.parent_count = 1,
		.key_ttl_s = order.policy->key_ttl_s,
		.zone_ttl_s = order.policy->zone_ttl_s,
		.ds_ttl_s = order.policy->ds_ttl_s };

	order.seen = &seen;
	zone_turn(zone, &order, result);
}
