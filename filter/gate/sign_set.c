/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signatures: made once for each RRset and period, and remembered. */
#include "gate/signing.h"

#include <errno.h>

#define RRSIG_FIXED_OCTETS 18 /* RFC 4034, 3.1: what stands before the signer */

/* Remembered under the fingerprint of the key and all that is signed, times and TTL too: so it can
 * only be found for the octets that it is the signature of. */
struct kept_signature {
	uint8_t id[FINGERPRINT_OCTETS];
	uint16_t len;
	uint8_t octets[];
};

int signatures_init(struct table *t, size_t octets, uint32_t count)
{
	return table_init(t, sizeof(struct kept_signature) + octets, count);
}

bool signing_fail(struct signing *g, enum sign_outcome trouble)
{
	if (g->trouble == SIGN_OUTCOME_COUNT)
		g->trouble = trouble;
	return false;
}

static bool is_same_id(const void *entry, const void *key)
{
	return memcmp(entry, key, FINGERPRINT_OCTETS) == 0;
}

static uint64_t hash_of(const uint8_t id[static FINGERPRINT_OCTETS])
{
	uint64_t hash;
	memcpy(&hash, id, sizeof(hash));
	return hash;
}

/* Time is cut into periods that begin at another moment for each name, so that not all signatures
 * end at once; and every signer with the same key cuts it alike. */
static uint32_t period_start(const struct signer *s, const struct name *owner, int64_t now_s)
{
	uint32_t spread_s = name_quick_hash(owner) % s->period_s;

	return (uint32_t)(now_s - (now_s - spread_s) % s->period_s);
}

static void write_fixed(struct writer *w, const struct signing *g, const struct sign_zone *zone,
        const struct canonical_set *set, uint32_t original_ttl_s)
{
	const struct name *owner = &set->set->owner;
	uint32_t start = period_start(g->signer, owner, g->now_s);

	writer_u16(w, set->set->type);
	writer_u8(w, signkey_algorithm(zone->key));
	writer_u8(w, (uint8_t)(owner->labels - name_is_wildcard(owner))); /* RFC 4034, 3.1.3 */
	writer_u32(w, original_ttl_s);
	writer_u32(w, start + g->signer->policy->life_s);
	writer_u32(w, start - SIGN_INCEPTION_S);
	writer_u16(w, zone->key_tag);
}

/* Signs anew, within the limits, and remembers it. */
static bool make(struct signing *g, const struct signkey *key, struct span data,
        const uint8_t id[static FINGERPRINT_OCTETS], struct table *cache, struct writer *out)
{
	struct signer *s = g->signer;
	uint8_t signature[SIGNATURE_MAX_OCTETS];
	struct kept_signature *kept;

	if (!budget_take(s, g->peers->client, g->is_stream, g->now_ms))
		return signing_fail(g, SIGN_OUTCOME_LIMITED);
	size_t len = signkey_sign(s->crypto, key, data, signature);
	if (len == 0 || len > s->signature_octets)
		return signing_fail(g, SIGN_OUTCOME_FAILED);
	g->result->made++;
	kept = table_add_or_replace(cache, hash_of(id));
	memcpy(kept->id, id, FINGERPRINT_OCTETS);
	memcpy(kept->octets, signature, len);
	kept->len = (uint16_t)len;
	writer_put(out, span_of(signature, len));
	return true;
}

static bool find_or_make(struct signing *g, const struct signkey *key, struct span data,
        bool is_denial, struct writer *out)
{
	struct table *cache = is_denial ? &g->signer->denials : &g->signer->signatures;
	const struct span parts[] = { signkey_public(key), data };
	uint8_t id[FINGERPRINT_OCTETS];
	struct kept_signature *kept;

	if (data.len == 0)
		return signing_fail(g, SIGN_OUTCOME_FAILED);
	fingerprint(parts, 2, id);
	kept = table_find(cache, hash_of(id), is_same_id, id);
	if (!kept)
		return make(g, key, data, id, cache, out);
	table_touch(cache, kept);
	writer_put(out, span_of(kept->octets, kept->len));
	g->result->found++;
	return true;
}

bool sign_set(struct signing *g, const struct sign_zone *zone, const struct canonical_set *set,
        uint32_t original_ttl_s, bool is_denial, struct span *rrsig)
{
	struct arena *arena = &g->signer->arena;
	size_t size = RRSIG_FIXED_OCTETS + zone->apex.len + g->signer->signature_octets;
	uint8_t *room = arena_take(arena, size);
	struct writer w = writer_over(room, room ? size : 0);
	size_t mark = arena_mark(arena);

	if (!room || g->set_count++ == LIMIT_SIGNED)
		return signing_fail(g, SIGN_OUTCOME_UNEXPECTED);
	write_fixed(&w, g, zone, set, original_ttl_s);
	const struct rrsig fields = { .labels = room[3],
		.original_ttl_s = original_ttl_s,
		.signer = zone->apex,
		.fixed = span_of(room, RRSIG_FIXED_OCTETS) };
	struct span data = canonical_signed_data(set, &fields, arena);
	writer_put(&w, name_span(&zone->apex));
	bool good = find_or_make(g, zone->key, data, is_denial, &w);
	arena_reset(arena, mark);
	*rrsig = writer_span(&w);
	return good && !w.full;
}
