/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/rewrite.h"

#include <assert.h>

#include "wire/build.h"
#include "wire/edns.h"
#include "wire/rdata.h"

#define POINTER_BITS  0xc000
#define POINTER_REACH 0x3fff

/* A message being copied from `m` to `w`. */
struct move {
	const struct message *m;
	struct writer *w;
	uint16_t *moved; /* by offset in `m` of a label: its offset in `w`, or 0 */
};

bool rewrite_is_nothing(const struct rewrite *r, const struct message *m)
{
	if (r->flags != m->flags)
		return false;
	if (m->edns.present && (!r->keep_opt || r->opt_dnssec_ok != m->edns.dnssec_ok))
		return false;
	for (unsigned i = 0; i < m->rr_count; i++) {
		if (r->ttls[i] != m->rrs[i].ttl_s || m->rrs[i].odd_ttl)
			return false;
	}
	return true;
}

/* Writes the name at `at`, which is well formed, with its letter case: new labels, then a pointer
 * to what was written before. With `whole` writes all labels, without a pointer. */
static void rewrite_name(struct move *v, size_t at, bool whole)
{
	struct span label;

	do {
		bool is_taken = message_label(v->m, &at, &label);
		assert(is_taken);
		if (label.len > 0 && !whole && v->moved[at]) {
			writer_u16(v->w, (uint16_t)(POINTER_BITS | v->moved[at]));
			return;
		}
		if (!v->moved[at] && v->w->len <= POINTER_REACH)
			v->moved[at] = (uint16_t)v->w->len;
		writer_u8(v->w, (uint8_t)label.len);
		writer_put(v->w, label);
		at += label.len + 1;
	} while (label.len > 0);
}

static bool rewrite_rdata(struct move *v, const struct rr *rr)
{
	struct rdata_walk walk = rdata_walk_begin(v->m, rr);
	struct rdata_part part;

	while (rdata_walk_next(&walk, &part)) {
		if (part.is_name)
			rewrite_name(v, part.at, !rdata_may_compress(rr->type));
		else
			writer_put(v->w, part.octets);
	}
	return rdata_walk_done(&walk);
}

static bool rewrite_record(struct move *v, const struct rr *rr, uint32_t ttl_s)
{
	struct name owner;

	/* A record that was not judged may have a bad owner, such as one that points into
	 * itself. */
	if (!message_owner(v->m, rr, &owner))
		return false;
	rewrite_name(v, rr->owner_at, false);
	writer_u16(v->w, rr->type);
	writer_u16(v->w, rr->class);
	writer_u32(v->w, ttl_s);
	size_t length_at = v->w->len;
	writer_u16(v->w, 0);
	if (!rdata_has_names(rr->type))
		writer_put(v->w, message_rdata(v->m, rr));
	else if (!rewrite_rdata(v, rr))
		return false;
	writer_patch_u16(v->w, length_at, (uint16_t)(v->w->len - length_at - 2));
	return !v->w->full;
}

static void rewrite_opt(struct move *v, const struct rewrite *r)
{
	const struct edns *edns = &v->m->edns;
	const struct edns_head head = { .udp_size = edns->udp_size,
		.extended_rcode = edns->extended_rcode,
		.version = edns->version,
		.flags = (uint16_t)((edns->flags & ~EDNS_DO) | (r->opt_dnssec_ok ? EDNS_DO : 0)) };
	size_t begun = edns_begin(v->w, &head);

	if (!r->bare_opt)
		writer_put(v->w, edns->options);
	edns_end(v->w, begun);
}

static void rewrite_head(struct move *v, const struct rewrite *r)
{
	/* the other counts are patched later */
	build_header(v->w, v->m->id, r->flags, v->m->question_count, 0);
	if (v->m->question_count > 0) {
		rewrite_name(v, DNS_HEADER_SIZE, false);
		writer_u16(v->w, v->m->qtype);
		writer_u16(v->w, v->m->qclass);
	}
}

/* Writes the records and the OPT in their order in `m`. */
static bool rewrite_records(struct move *v, const struct rewrite *r)
{
	uint16_t counts[SECTION_ADDITIONAL + 1] = { 0 };
	bool opt_waits = v->m->edns.present && r->keep_opt;

	for (unsigned i = 0; i < v->m->rr_count; i++) {
		const struct rr *rr = &v->m->rrs[i];
		if (opt_waits && rr->owner_at > v->m->edns.at) {
			rewrite_opt(v, r);
			counts[SECTION_ADDITIONAL]++;
			opt_waits = false;
		}
		if (r->ttls[i] == TTL_LEFT_OUT)
			continue;
		if (!rewrite_record(v, rr, r->ttls[i]))
			return false;
		counts[rr->section]++;
	}
	if (opt_waits) {
		rewrite_opt(v, r);
		counts[SECTION_ADDITIONAL]++;
	}
	build_set_counts(v->w, counts);
	return true;
}

bool rewrite_message(
        const struct rewrite *r, const struct message *m, struct arena *arena, struct writer *out)
{
	size_t mark = arena_mark(arena);
	struct move v = { m, out, arena_take(arena, m->octets.len * sizeof(*v.moved)) };
	bool ok = false;

	if (v.moved) {
		memset(v.moved, 0, m->octets.len * sizeof(*v.moved));
		rewrite_head(&v, r);
		ok = rewrite_records(&v, r) && !out->full;
	}
	arena_reset(arena, mark);
	return ok;
}
