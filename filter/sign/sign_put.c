/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes out, record by record, each set followed by its signature. */
#include "sign/sign_put.h"

#include "sign/sign_memory.h"
#include "sign/sign_set.h"
#include "sign/sign_walk.h"
#include "sign/signer_private.h"

bool put_item(struct signing *g, struct sign_item item)
{
	if (g->item_count == SIGN_ITEMS_MAX)
		return signing_fail(g, SIGN_OUTCOME_UNEXPECTED);
	g->signer->items[g->item_count++] = item;
	return true;
}

static bool put_records(
        struct signing *g, const struct rrset *set, enum section section, uint32_t ttl_s)
{
	for (uint16_t i = set->first; i != RR_NONE; i = g->sets.next[i]) {
		const struct rr *rr = &g->m->rrs[i];
		if (!put_item(g, (struct sign_item){ .section = (uint8_t)section,
		                         .type = rr->type,
		                         .ttl_s = ttl_s,
		                         .rr = rr }))
			return false;
	}
	return true;
}

/* Adds a set and its signature. TTLs of one set are made equal (RFC 2181, 5.2); above the original
 * TTL none can be, since validators would cut it down (RFC 4035, 5.3.3). */
static bool put_signed(struct signing *g, const struct rrset *set, enum section section,
        const struct sign_zone *zone, struct set_ttls *ttls)
{
	struct canonical_set canonical;
	struct span rrsig;

	if (!canonical_set_build(&canonical, &g->sets, set, &g->signer->arena))
		return signing_fail(g, SIGN_OUTCOME_UNEXPECTED);
	uint32_t ttl_s = rrset_ttl(&g->sets, set);
	ttls->original_s = memory_ttl(g->signer, &canonical, ttl_s, zone->max_ttl_s);
	ttls->wire_s = least(ttl_s, ttls->original_s);
	if (!put_records(g, set, section, ttls->wire_s))
		return false;
	if (!g->asked->asked.dnssec_ok)
		return true;
	return sign_set(g, zone, &canonical, ttls->original_s, false, &rrsig) &&
	       put_item(g, (struct sign_item){ .section = (uint8_t)section,
	                           .is_extra = section == SECTION_ADDITIONAL,
	                           .type = TYPE_RRSIG,
	                           .ttl_s = ttls->wire_s,
	                           .rr = &g->m->rrs[set->first],
	                           .has_rdata = true,
	                           .rdata = rrsig });
}

bool put_set(struct signing *g, const struct rrset *set, enum section section,
        const struct sign_zone *zone)
{
	struct set_ttls ttls;

	return zone ? put_signed(g, set, section, zone, &ttls)
	            : put_records(g, set, section, rrset_ttl(&g->sets, set));
}

bool put_soa(struct signing *g, const struct rrset *set, const struct sign_zone *zone,
        struct set_ttls *denial)
{
	const struct rr *rr = &g->m->rrs[set->first];
	struct span rdata = message_rdata(g->m, rr);

	if (rdata.len < 4 || !put_signed(g, set, SECTION_AUTHORITY, zone, denial))
		return signing_fail(g, SIGN_OUTCOME_UNEXPECTED);
	struct cursor c = cursor_at(rdata, rdata.len - 4);
	uint32_t minimum_s = cursor_u32(&c);
	*denial = denial_ttls(denial, minimum_s);
	return true;
}

bool put_learned_soa(struct signing *g, const struct sign_zone *zone, struct set_ttls *denial)
{
	const struct zone_memory *z = memory_zone(g->signer, zone);
	struct span rdata = span_of(z->soa, z->len);

	if (!z->has_soa)
		return signing_fail(g, SIGN_OUTCOME_NO_SOA);
	const struct set_ttls ttls = { z->ttl_s, z->original_ttl_s };
	*denial = denial_ttls(&ttls, z->minimum_s);
	return put_made(g, zone,
	        &(struct made_set){ &zone->apex, TYPE_SOA, SECTION_AUTHORITY, ttls, &rdata, 1 });
}

bool put_made(struct signing *g, const struct sign_zone *zone, const struct made_set *made)
{
	const struct rrset set = { .owner = *made->owner, .type = made->type };
	const struct canonical_set canonical = { &set, made->rdatas, made->count };
	struct name *owner = arena_take(&g->signer->arena, sizeof(*owner));
	struct sign_item item = { .section = (uint8_t)made->section,
		.type = made->type,
		.ttl_s = made->ttls.wire_s,
		.owner = owner,
		.has_rdata = true };

	if (!owner)
		return signing_fail(g, SIGN_OUTCOME_FAILED);
	*owner = *made->owner;
	for (unsigned i = 0; i < made->count; i++) {
		item.rdata = made->rdatas[i];
		if (!put_item(g, item))
			return false;
	}
	if (!zone || !g->asked->asked.dnssec_ok)
		return true;
	item.type = TYPE_RRSIG;
	return sign_set(g, zone, &canonical, made->ttls.original_s, made->type == TYPE_NSEC,
	               &item.rdata) &&
	       put_item(g, item);
}

bool put_nsec(struct signing *g, const struct sign_zone *zone, const struct name *owner,
        const struct name *next, const struct sign_types *types, enum section section,
        const struct set_ttls *ttls)
{
	size_t size = NAME_MAX_OCTETS + sizeof(types->bits) + 4;
	uint8_t *room = arena_take(&g->signer->arena, size);
	struct writer w = writer_over(room, room ? size : 0);
	struct span rdata;

	if (!g->asked->asked.dnssec_ok)
		return true;
	if (!room)
		return signing_fail(g, SIGN_OUTCOME_FAILED);
	nsec_write(&w, next, types);
	rdata = writer_span(&w);
	return put_made(g, zone, &(struct made_set){ owner, TYPE_NSEC, section, *ttls, &rdata, 1 });
}

/* What a server adds of its own accord proves little: of another zone it may know nothing, it may
 * be glue, or what somebody made a cache believe. So no signature is made for it; it has one where
 * the server gave the very same set as an answer. */
static bool is_worth_signing(
        const struct signing *g, const struct rrset *set, const struct sign_zone *zone)
{
	return zone && (set->type == TYPE_A || set->type == TYPE_AAAA) &&
	       zone_of(g, &set->owner) == zone && !is_below_cut(g, zone, &set->owner);
}

bool put_additional(struct signing *g, const struct sign_zone *zone)
{
	for (unsigned i = 0; i < g->sets.count; i++) {
		const struct rrset *set = &g->sets.sets[i];
		if (set->section != SECTION_ADDITIONAL || set->count == 0)
			continue;
		unsigned before = g->item_count;
		g->makes_none = true;
		bool good = put_set(
		        g, set, SECTION_ADDITIONAL, is_worth_signing(g, set, zone) ? zone : NULL);
		g->makes_none = false;
		if (!good) {
			/* It serves without a signature too, until there is one. */
			g->signer->recall.depends[LESSON_MADE] = true;
			g->trouble = SIGN_OUTCOME_COUNT;
			g->item_count = before;
			if (!put_set(g, set, SECTION_ADDITIONAL, NULL))
				return false;
		}
	}
	return true;
}
