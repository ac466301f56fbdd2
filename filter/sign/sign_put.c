/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/sign_put.h"

#include "sign/sign_memory.h"
#include "sign/sign_memory_zones.h"
#include "sign/sign_set.h"
#include "sign/sign_zone.h"
#include "sign/signer_private.h"

bool put_item(struct sign_job *job, struct sign_item item)
{
	if (job->item_count == SIGN_ITEMS_MAX)
		return signing_fail(job, SIGN_OUTCOME_UNEXPECTED);
	job->signer->items[job->item_count++] = item;
	return true;
}

static bool put_records(
        struct sign_job *job, const struct rrset *set, enum section section, uint32_t ttl_s)
{
	for (uint16_t i = set->first; i != RR_NONE; i = job->rrsets.next[i]) {
		const struct rr *rr = &job->m->rrs[i];
		if (!put_item(job, (struct sign_item){ .section = (uint8_t)section,
		                           .type = rr->type,
		                           .ttl_s = ttl_s,
		                           .rr = rr }))
			return false;
	}
	return true;
}

/* Adds each of the equal records once (RFC 2181, 5). The letters of names in them are small
 * then. */
static bool put_unequal_records(struct sign_job *job, const struct canonical_set *canonical,
        enum section section, uint32_t ttl_s)
{
	const struct rr *first = &job->m->rrs[canonical->set->first];

	for (unsigned i = 0; i < canonical->count; i++) {
		if (!put_item(job, (struct sign_item){ .section = (uint8_t)section,
		                           .type = first->type,
		                           .ttl_s = ttl_s,
		                           .rr = first,
		                           .has_rdata = true,
		                           .rdata = canonical->rdatas[i] }))
			return false;
	}
	return true;
}

/* Signs a set, and adds an RRSIG of each key that signs. `item` has what they have in common, and
 * is used up. */
static bool put_rrsigs(struct sign_job *job, const struct sign_zone *zone,
        const struct canonical_set *set, uint32_t original_ttl_s, struct sign_item *item)
{
	struct set_rrsigs made;

	if (!sign_set(job, zone, set, original_ttl_s, &made))
		return false;
	item->type = TYPE_RRSIG;
	item->has_rdata = true;
	for (unsigned i = 0; i < made.count; i++) {
		item->rdata = made.rdatas[i];
		if (!put_item(job, *item))
			return false;
	}
	return true;
}

/* Adds a set and its signatures. All records get one TTL (RFC 2181, 5.2), which is not above the
 * original TTL, because validators would reduce it to that (RFC 4035, 5.3.3). */
static bool put_signed(struct sign_job *job, const struct rrset *set, enum section section,
        const struct sign_zone *zone, struct set_ttls *ttls)
{
	struct canonical_set canonical;

	if (!canonical_set_build(&canonical, &job->rrsets, set, &job->signer->arena))
		return signing_fail(job, SIGN_OUTCOME_UNEXPECTED);
	uint32_t ttl_s = rrset_ttl(&job->rrsets, set);
	ttls->original_s = memory_ttl(job->signer, &canonical, ttl_s, zone->max_ttl_s);
	ttls->wire_s = least(ttl_s, ttls->original_s);
	if (!(canonical.count == set->count
	                    ? put_records(job, set, section, ttls->wire_s)
	                    : put_unequal_records(job, &canonical, section, ttls->wire_s)))
		return false;
	if (!job->asked->client.dnssec_ok)
		return true;
	return put_rrsigs(job, zone, &canonical, ttls->original_s,
	        &(struct sign_item){ .section = (uint8_t)section,
	                .is_extra = section == SECTION_ADDITIONAL,
	                .ttl_s = ttls->wire_s,
	                .rr = &job->m->rrs[set->first] });
}

bool put_set(struct sign_job *job, const struct rrset *set, enum section section,
        const struct sign_zone *zone)
{
	struct set_ttls ttls;

	return zone ? put_signed(job, set, section, zone, &ttls)
	            : put_records(job, set, section, rrset_ttl(&job->rrsets, set));
}

bool put_soa(struct sign_job *job, const struct rrset *set, const struct sign_zone *zone,
        struct set_ttls *denial)
{
	const struct rr *rr = &job->m->rrs[set->first];
	struct span rdata = message_rdata(job->m, rr);

	if (rdata.len < 4 || !put_signed(job, set, SECTION_AUTHORITY, zone, denial))
		return signing_fail(job, SIGN_OUTCOME_UNEXPECTED);
	struct cursor c = cursor_at(rdata, rdata.len - 4);
	uint32_t minimum_s = cursor_u32(&c);
	*denial = denial_ttls(denial, minimum_s);
	return true;
}

bool put_learned_soa(struct sign_job *job, const struct sign_zone *zone, struct set_ttls *denial)
{
	const struct zone_memory *z = memory_zone(job->signer, zone);
	struct span rdata = span_of(z->soa, z->len);

	if (!z->has_soa)
		return signing_fail(job, SIGN_OUTCOME_NO_SOA);
	const struct set_ttls ttls = { z->ttl_s, z->original_ttl_s };
	*denial = denial_ttls(&ttls, z->minimum_s);
	return put_made(job, zone,
	        &(struct made_set){ &zone->apex, TYPE_SOA, SECTION_AUTHORITY, ttls, &rdata, 1 });
}

bool put_made(struct sign_job *job, const struct sign_zone *zone, const struct made_set *made)
{
	const struct rrset set = { .owner = *made->owner, .type = made->type };
	const struct canonical_set canonical = { &set, made->rdatas, made->count };
	struct name *owner = arena_take(&job->signer->arena, sizeof(*owner));
	struct sign_item item = { .section = (uint8_t)made->section,
		.type = made->type,
		.ttl_s = made->ttls.wire_s,
		.owner = owner,
		.has_rdata = true };

	if (!owner)
		return signing_fail(job, SIGN_OUTCOME_FAILED);
	*owner = *made->owner;
	for (unsigned i = 0; i < made->count; i++) {
		item.rdata = made->rdatas[i];
		if (!put_item(job, item))
			return false;
	}
	if (!zone || !job->asked->client.dnssec_ok)
		return true;
	return put_rrsigs(job, zone, &canonical, made->ttls.original_s, &item);
}

bool put_nsec(struct sign_job *job, const struct sign_zone *zone, const struct made_nsec *nsec)
{
	uint8_t *room = arena_take(&job->signer->arena, NSEC_RDATA_MAX);
	struct writer w = writer_over(room, room ? NSEC_RDATA_MAX : 0);
	struct span rdata;

	if (!job->asked->client.dnssec_ok)
		return true;
	if (!room)
		return signing_fail(job, SIGN_OUTCOME_FAILED);
	nsec_write(&w, nsec->next, &nsec->types);
	rdata = writer_span(&w);
	return put_made(job, zone,
	        &(struct made_set){ nsec->owner, TYPE_NSEC, nsec->section, nsec->ttls, &rdata, 1 });
}

/* True if an additional set may get a signature: an address in the zone and not below a cut.
 * What a server adds to an answer proves little: it may be glue, or come from a poisoned cache.
 * So no new signature is made for it. It gets a remembered one if the server gave the same set
 * as an answer. */
static bool is_worth_signing(
        const struct sign_job *job, const struct rrset *set, const struct sign_zone *zone)
{
	return zone && (set->type == TYPE_A || set->type == TYPE_AAAA) &&
	       zone_of(job, &set->owner) == zone && !is_below_cut(job, zone, &set->owner);
}

bool put_additional(struct sign_job *job, const struct sign_zone *zone)
{
	for (unsigned i = 0; i < job->rrsets.count; i++) {
		const struct rrset *set = &job->rrsets.sets[i];
		if (set->section != SECTION_ADDITIONAL || set->count == 0)
			continue;
		unsigned before = job->item_count;
		job->makes_none = true;
		bool good = put_set(job, set, SECTION_ADDITIONAL,
		        is_worth_signing(job, set, zone) ? zone : NULL);
		job->makes_none = false;
		if (!good) {
			/* The set is useful without a signature, too. */
			job->trouble = SIGN_OUTCOME_COUNT;
			job->item_count = before;
			if (!put_set(job, set, SECTION_ADDITIONAL, NULL))
				return false;
		}
	}
	return true;
}
