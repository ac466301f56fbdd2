/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/sign_set.h"

#include "sign/sign_budget.h"
#include "sign/sign_kept.h"
#include "sign/signer_private.h"

bool signing_fail(struct sign_job *job, enum sign_outcome trouble)
{
	if (job->trouble == SIGN_OUTCOME_COUNT)
		job->trouble = trouble;
	return false;
}

/* Returns when the present period of a name began. Periods of different names begin at different
 * times, so that signatures do not all end at once. They begin at the same time in every signer. */
static int64_t period_start(const struct signer *s, const struct name *owner, int64_t now_s)
{
	uint32_t spread_s = name_quick_hash(owner) % s->period_s;

	return now_s - (now_s - spread_s) % s->period_s;
}

/* When a period begins, and a time in it, at which one ZSK or the other signs. */
struct signing_time {
	int64_t start_s, now_s;
};

static void write_fixed(struct writer *w, const struct signer *s, const struct sign_zone *zone,
        const struct canonical_set *set, uint32_t original_ttl_s, struct signing_time t)
{
	const struct name *owner = &set->set->owner;

	writer_u16(w, set->set->type);
	writer_u8(w, signkey_algorithm(sign_zone_key(zone, t.now_s)));
	writer_u8(w, (uint8_t)(owner->labels - name_is_wildcard(owner))); /* RFC 4034, 3.1.3 */
	writer_u32(w, original_ttl_s);
	writer_u32(w, (uint32_t)(t.start_s + s->policy->life_s));
	writer_u32(w, (uint32_t)(t.start_s - SIGN_INCEPTION_S));
	writer_u16(w, sign_zone_key_tag(zone, t.now_s));
}

/* Returns the data that the RRSIG of the set covers. Writes the RRSIG's RDATA up to the signature to `out`. The data
 * lies in the arena, and is empty if the arena is used up. */
static struct span data_to_sign(struct signer *s, const struct sign_zone *zone,
        const struct canonical_set *set, uint32_t original_ttl_s, struct signing_time t,
        struct writer *out)
{
	write_fixed(out, s, zone, set, original_ttl_s, t);
	const struct rrsig fields = { .labels = out->base[3],
		.original_ttl_s = original_ttl_s,
		.signer = zone->apex,
		.fixed = span_of(out->base, RRSIG_FIXED_OCTETS) };
	writer_put(out, name_span(&zone->apex));
	return canonical_signed_data(set, &fields, &s->arena);
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

/* A kept answer must be made again when the next period begins, for the next signature. It must
 * also be made again SIGN_AHEAD_S before, so that look_ahead() notes the next signature. */
static void limit_recall(struct sign_job *job, int64_t next_s)
{
	memory_limit(job->signer, is_ahead(job, next_s) ? next_s : next_s - SIGN_AHEAD_S);
}

/* Notes the signature of the next period, if that begins soon: clients will ask for it then. */
static void look_ahead(struct sign_job *job, const struct sign_zone *zone,
        const struct canonical_set *set, uint32_t original_ttl_s, int64_t next_s)
{
	struct signer *s = job->signer;
	uint8_t rdata[RRSIG_FIXED_OCTETS + NAME_MAX_OCTETS];
	struct writer w = writer_over(rdata, sizeof(rdata));

	if (is_ahead(job, next_s))
		renewal_note(s, sign_zone_key(zone, next_s),
		        data_to_sign(s, zone, set, original_ttl_s,
		                (struct signing_time){ next_s, next_s }, &w));
}

bool sign_set(struct sign_job *job, const struct sign_zone *zone, const struct canonical_set *set,
        uint32_t original_ttl_s, bool is_denial, struct span *rrsig)
{
	struct signer *s = job->signer;

	if (!zone->key)
		return signing_fail(job, SIGN_OUTCOME_BROKEN);
	int64_t start_s = period_start(s, &set->set->owner, job->now_s);
	size_t size = RRSIG_FIXED_OCTETS + zone->apex.len + s->signature_octets;
	uint8_t *room = arena_take(&s->arena, size);
	struct writer w = writer_over(room, room ? size : 0);
	size_t mark = arena_mark(&s->arena);

	if (s->doubts_clock)
		return signing_fail(job, SIGN_OUTCOME_CLOCK);
	if (!room || job->set_count++ == LIMIT_SIGNED)
		return signing_fail(job, SIGN_OUTCOME_UNEXPECTED);
	struct span data = data_to_sign(
	        s, zone, set, original_ttl_s, (struct signing_time){ start_s, job->now_s }, &w);
	bool good = data.len > 0 ? find_or_make(job, sign_zone_key(zone, job->now_s), data,
	                                   is_denial ? MEMORY_DENIALS : MEMORY_SIGNATURES, &w)
	                         : signing_fail(job, SIGN_OUTCOME_FAILED);
	if (good && !is_denial)
		look_ahead(job, zone, set, original_ttl_s, start_s + s->period_s);
	limit_recall(job, start_s + s->period_s);
	arena_reset(&s->arena, mark);
	*rrsig = writer_span(&w);
	return good && !w.full;
}
