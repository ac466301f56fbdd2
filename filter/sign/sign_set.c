/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/sign_set.h"

#include "sign/sign_budget.h"
#include "sign/sign_kept.h"
#include "sign/sign_zone.h"
#include "sign/signer_private.h"

bool signing_fail(struct sign_job *job, enum sign_outcome trouble)
{
	if (job->trouble == SIGN_OUTCOME_COUNT)
		job->trouble = trouble;
	return false;
}

/* Returns when the present term of the signatures of a name began. Terms of different names begin
 * at different times, so that signatures do not all end at once. They begin at the same time in
 * every signer. */
static int64_t term_start(const struct signer *s, const struct name *owner, int64_t now_s)
{
	uint32_t spread_s = name_quick_hash(owner) % s->term_s;

	return now_s - (now_s - spread_s) % s->term_s;
}

/* A set to be signed, and when its signatures begin. */
struct signing {
	const struct sign_zone *zone;
	const struct canonical_set *set;
	uint32_t original_ttl_s;
	int64_t start_s;
};

static void write_fixed(struct writer *w, const struct signer *s, const struct signing *g,
        const struct sign_key *key)
{
	const struct name *owner = &g->set->set->owner;

	writer_u16(w, g->set->set->type);
	writer_u8(w, signkey_algorithm(key->key));
	writer_u8(w, (uint8_t)(owner->labels - name_is_wildcard(owner))); /* RFC 4034, 3.1.3 */
	writer_u32(w, g->original_ttl_s);
	writer_u32(w, (uint32_t)(g->start_s + s->policy->life_s));
	writer_u32(w, (uint32_t)(g->start_s - SIGN_INCEPTION_S));
	writer_u16(w, key->tag);
}

/* Returns the data that the RRSIG of the set covers. Writes the RRSIG's RDATA up to the signature
 * to `out`. The data lies in the arena, and is empty if the arena is used up. */
static struct span data_to_sign(
        struct signer *s, const struct signing *g, const struct sign_key *key, struct writer *out)
{
	write_fixed(out, s, g, key);
	const struct rrsig fields = { .labels = out->base[3],
		.original_ttl_s = g->original_ttl_s,
		.signer = g->zone->apex,
		.fixed = span_of(out->base, RRSIG_FIXED_OCTETS) };
	writer_put(out, name_span(&g->zone->apex));
	return canonical_signed_data(g->set, &fields, &s->arena);
}

/* Appends a remembered signature to `out`, or a new one if the limits allow it. */
static bool find_or_make(struct sign_job *job, const struct signkey *key, struct span data,
        enum memory_kind kind, struct writer *out)
{
	struct signature_id id = signature_identify(job->signer, key, data);
	struct span signature = signature_find(job->signer, kind, &id);

	if (signature.len > 0) {
		job->result->found++;
	} else if (job->makes_none ||
	           !budget_take(job->signer, job->peers->client, job->is_stream, job->now_ms)) {
		return signing_fail(job, SIGN_OUTCOME_LIMITED);
	} else {
		signature = signature_make(job->signer, key, data, kind, &id);
		job->result->made++;
	}
	writer_put(out, signature);
	return signature.len > 0 || signing_fail(job, SIGN_OUTCOME_FAILED);
}

static bool is_ahead(const struct sign_job *job, int64_t next_s)
{
	return next_s - job->now_s <= SIGN_AHEAD_S;
}

/* Returns when the signatures of a set are to be replaced: their term ends, or other keys sign. */
static int64_t replaced_s(const struct sign_job *job, const struct signing *g)
{
	int64_t term_ends_s = g->start_s + job->signer->term_s;
	int64_t keys_end_s = sign_period_keys_end_s(&g->zone->periods, job->now_s);

	return keys_end_s < term_ends_s ? keys_end_s : term_ends_s;
}

/* A kept answer must be made again when its signatures are replaced. It must also be made again
 * SIGN_AHEAD_S before, so that look_ahead() notes the next signatures. */
static void limit_recall(struct sign_job *job, int64_t next_s)
{
	memory_limit(job->signer, is_ahead(job, next_s) ? next_s : next_s - SIGN_AHEAD_S);
}

/* Notes the signatures that are due at `next_s`, if that is soon: clients will ask for them
 * then. */
static void look_ahead(struct sign_job *job, const struct signing *now, int64_t next_s)
{
	struct signer *s = job->signer;
	uint8_t rdata[RRSIG_FIXED_OCTETS + NAME_MAX_OCTETS];
	size_t mark = arena_mark(&s->arena);
	struct signing next = *now;

	if (!is_ahead(job, next_s))
		return;
	next.start_s = term_start(s, &now->set->set->owner, next_s);
	const struct sign_period *period = sign_zone_period(now->zone, next_s);
	for (unsigned i = 0; i < period->key_count; i++) {
		struct writer w = writer_over(rdata, sizeof(rdata));
		renewal_note(s, period->keys[i].key, data_to_sign(s, &next, &period->keys[i], &w));
		arena_reset(&s->arena, mark);
	}
}

/* Sets `rrsig` to the RDATA of the RRSIG of one key, in the arena. */
static bool sign_with(struct sign_job *job, const struct signing *g, const struct sign_key *key,
        enum memory_kind kind, struct span *rrsig)
{
	struct arena *arena = &job->signer->arena;
	size_t size = RRSIG_FIXED_OCTETS + g->zone->apex.len + job->signer->signature_octets;
	uint8_t *room = arena_take(arena, size);
	struct writer w = writer_over(room, room ? size : 0);
	size_t mark = arena_mark(arena);

	if (!room)
		return signing_fail(job, SIGN_OUTCOME_UNEXPECTED);
	struct span data = data_to_sign(job->signer, g, key, &w);
	bool good = data.len > 0 ? find_or_make(job, key->key, data, kind, &w)
	                         : signing_fail(job, SIGN_OUTCOME_FAILED);
	arena_reset(arena, mark);
	*rrsig = writer_span(&w);
	return good && !w.full;
}

bool sign_set(struct sign_job *job, const struct sign_zone *zone, const struct canonical_set *set,
        uint32_t original_ttl_s, struct set_rrsigs *rrsigs)
{
	struct signer *s = job->signer;
	const struct sign_period *period = period_of(job, zone);
	const struct signing g = { zone, set, original_ttl_s,
		term_start(s, &set->set->owner, job->now_s) };
	enum memory_kind kind = set->set->type == TYPE_NSEC ? MEMORY_DENIALS : MEMORY_SIGNATURES;
	int64_t next_s = replaced_s(job, &g);
	bool good = true;

	rrsigs->count = 0;
	if (period->key_count == 0)
		return signing_fail(job, SIGN_OUTCOME_BROKEN);
	if (s->doubts_clock)
		return signing_fail(job, SIGN_OUTCOME_CLOCK);
	if (job->set_count >= LIMIT_SIGNED)
		return signing_fail(job, SIGN_OUTCOME_UNEXPECTED);
	job->set_count++;
	limit_recall(job, next_s);
	for (unsigned i = 0; i < period->key_count && good; i++)
		good = sign_with(job, &g, &period->keys[i], kind, &rrsigs->rdatas[rrsigs->count++]);
	if (good && kind == MEMORY_SIGNATURES)
		look_ahead(job, &g, next_s);
	return good;
}
