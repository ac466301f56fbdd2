/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trust/observation.h"

#include "base/least.h"

/* A DNSKEY RRset being read. */
struct keys_reading {
	struct verifier v;
	const struct trust_point *point;
	struct rrsets sets;
	const struct rrset *set;
	struct budget budget;
	uint32_t trusted;
	struct observation *out;
};

/* True if this key itself has signed the RRset. A keyset is built for it alone, because
 * keyset_add() takes no revoked key. The signature has the key's tag with the REVOKE bit. */
static bool has_signed(struct keys_reading *r, const struct dnskey *key, struct proved *proved)
{
	struct keyset *alone = keyset_new(&r->point->zone);
	struct pubkey *pubkey = pubkey_new(key->algorithm, key->public_key);
	struct outcome outcome = outcome_of(STATUS_BOGUS, REASON_RRSIG_NO_KEY);

	if (alone && pubkey) {
		alone->keys[alone->count++] = (struct zone_key){ pubkey, key->tag, key->algorithm };
		outcome = rrset_verify(&r->v, r->set, alone, proved);
	} else {
		pubkey_free(pubkey);
	}
	keyset_free(alone);
	return outcome.status == STATUS_SECURE;
}

/* Sets `plain` to the key without the REVOKE bit, which changes the tag too. Returns false if
 * memory is short. */
static bool clear_revoke(struct keys_reading *r, const struct dnskey *key, struct dnskey *plain)
{
	uint8_t *rdata = arena_take(r->v.arena, key->rdata.len);

	if (!rdata)
		return false;
	memcpy(rdata, key->rdata.base, key->rdata.len);
	rdata[1] &= (uint8_t)~DNSKEY_REVOKE;
	return dnskey_read(span_of(rdata, key->rdata.len), plain);
}

/* Returns the bits of the key's places in the trust point. There are several if it was configured
 * with several digests. */
static uint32_t places_of(const struct keys_reading *r, const struct dnskey *plain)
{
	uint32_t places = 0;

	for (unsigned i = 0; i < r->point->count; i++) {
		if (ds_matches(r->v.crypto, &r->point->keys[i].ds, &r->point->zone, plain))
			places |= UINT32_C(1) << i;
	}
	return places;
}

/* Notes a new SEP key. Ignores an unusable key, which could not replace another. */
static void note_new_key(struct keys_reading *r, const struct dnskey *key)
{
	struct observation *o = r->out;
	struct pubkey *pubkey = NULL;

	if (key->flags & DNSKEY_SEP)
		pubkey = pubkey_new(key->algorithm, key->public_key);
	if (pubkey && ds_of_dnskey(r->v.crypto, &r->point->zone, key, &o->new_keys[o->new_count]))
		o->new_count++;
	pubkey_free(pubkey);
}

static void read_present(struct keys_reading *r, const struct dnskey *key, uint32_t places)
{
	struct observation *o = r->out;
	struct proved proved;

	o->present |= places;
	if (!places)
		note_new_key(r, key);
	if (!(places & r->trusted) || !has_signed(r, key, &proved))
		return;
	o->signers |= places & r->trusted;
	o->original_ttl_s = least(o->original_ttl_s, proved.original_ttl_s);
	o->left_s = least(o->left_s, proved.left_s);
}

/* A key with the REVOKE bit. A key that is not followed cannot be revoked, so its signature need
 * not be checked. */
static void read_marked(struct keys_reading *r, const struct dnskey *key, uint32_t places)
{
	struct proved proved;

	r->out->marked |= places;
	if (places && has_signed(r, key, &proved))
		r->out->revoked |= places;
}

static void observation_read_key(struct keys_reading *r, const struct rr *rr)
{
	size_t mark = arena_mark(r->v.arena);
	struct dnskey key, plain;

	if (dnskey_read(message_rdata(r->sets.m, rr), &key) && (key.flags & DNSKEY_ZONE) &&
	        key.protocol == DNSKEY_PROTOCOL && clear_revoke(r, &key, &plain)) {
		uint32_t places = places_of(r, &plain);
		if (key.flags & DNSKEY_REVOKE)
			read_marked(r, &key, places);
		else
			read_present(r, &key, places);
	}
	arena_reset(r->v.arena, mark);
}

static bool observation_find_keys(struct keys_reading *r, const struct message *m)
{
	if (!(m->flags & FLAG_QR) || (m->flags & FLAG_TC) || message_rcode(m) != RCODE_NOERROR ||
	        !rrsets_group(&r->sets, m, r->v.arena))
		return false;
	r->set = rrsets_find(&r->sets, SECTION_ANSWER, &r->point->zone, TYPE_DNSKEY);
	return r->set && r->set->count <= LIMIT_KEYS;
}

bool observation_read(struct observation *o, struct crypto *crypto, struct arena *arena,
        const struct message *m, const struct trust_point *p, int64_t now_s)
{
	size_t mark = arena_mark(arena);
	struct keys_reading r = {
		.point = p, .budget = budget_full(), .trusted = rollover_trusted(p), .out = o
	};

	r.v = (struct verifier){ .crypto = crypto,
		.arena = arena,
		.budget = &r.budget,
		.sets = &r.sets,
		.now_s = now_s };
	*o = (struct observation){ .original_ttl_s = UINT32_MAX, .left_s = UINT32_MAX };
	r.budget.work = LIMIT_WORK_ALL; /* this runs at most once an hour */
	bool found = observation_find_keys(&r, m);
	for (uint16_t i = found ? r.set->first : RR_NONE; i != RR_NONE; i = r.sets.next[i])
		observation_read_key(&r, &m->rrs[i]);
	arena_reset(arena, mark);
	return found;
}
