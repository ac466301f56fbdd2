/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/assist.h"

#include <assert.h>

#include "wire/build.h"
#include "wire/rdata.h"

#define OPT_HEAD_SIZE 11

/* Writes the name at `at`, which is well formed, without compression and with its letter case: the
 * target of a pointer is at another place now. */
static void assist_write_name(const struct message *m, size_t at, struct writer *out)
{
	struct span label;

	do {
		bool is_taken = message_label(m, &at, &label);
		assert(is_taken);
		writer_u8(out, (uint8_t)label.len);
		writer_put(out, label);
		at += label.len + 1;
	} while (label.len > 0);
}

static bool assist_write_rdata(const struct message *m, const struct rr *rr, struct writer *out)
{
	struct rdata_walk walk = rdata_walk_begin(m, rr);
	struct rdata_part part;

	while (rdata_walk_next(&walk, &part)) {
		if (part.is_name)
			assist_write_name(m, part.at, out);
		else
			writer_put(out, part.octets);
	}
	return rdata_walk_done(&walk);
}

static bool assist_write_record(const struct message *m, const struct rr *rr, struct writer *out)
{
	struct name owner;

	if (!message_owner(m, rr, &owner))
		return false;
	assist_write_name(m, rr->owner_at, out);
	writer_u16(out, rr->type);
	writer_u16(out, rr->class);
	writer_u32(out, rr->ttl_s);
	size_t length_at = out->len;
	writer_u16(out, 0);
	if (!rdata_has_names(rr->type))
		writer_put(out, message_rdata(m, rr));
	else if (!assist_write_rdata(m, rr, out))
		return false;
	if (out->full)
		return false;
	writer_patch_u16(out, length_at, (uint16_t)(out->len - length_at - 2));
	return true;
}

static bool is_proof_record(const struct rr *rr)
{
	return rr->type == TYPE_RRSIG || (rr->section == SECTION_AUTHORITY &&
	                                         (rr->type == TYPE_NSEC || rr->type == TYPE_NSEC3));
}

/* Writes the records of one section of `m`: all records, or with `proofs_only` those that prove
 * something. */
static bool assist_write_section(const struct message *m, enum section section, bool proofs_only,
        struct writer *out, uint16_t *count)
{
	for (unsigned i = 0; i < m->rr_count; i++) {
		const struct rr *rr = &m->rrs[i];
		if (rr->section != section || (proofs_only && !is_proof_record(rr)))
			continue;
		if (!assist_write_record(m, rr, out))
			return false;
		(*count)++;
	}
	return true;
}

bool assist_merge(const struct message *came, const struct message *signed_one, struct writer *out)
{
	uint16_t counts[SECTION_ADDITIONAL + 1] = { 0 };

	if (message_rcode(came) != message_rcode(signed_one) || (came->flags & FLAG_TC) ||
	        (signed_one->flags & FLAG_TC))
		return false;
	writer_put(out, span_of(came->octets.base, DNS_HEADER_SIZE + came->question.len));
	for (unsigned s = SECTION_ANSWER; s <= SECTION_ADDITIONAL; s++) {
		if (!assist_write_section(came, s, false, out, &counts[s]))
			return false;
		if (s != SECTION_ADDITIONAL &&
		        !assist_write_section(signed_one, s, true, out, &counts[s]))
			return false;
	}
	if (came->edns.present) {
		writer_put(out, span_of(came->octets.base + came->edns.at,
		                        OPT_HEAD_SIZE + came->edns.options.len));
		counts[SECTION_ADDITIONAL]++;
	}
	build_set_counts(out, counts);
	return !out->full;
}
