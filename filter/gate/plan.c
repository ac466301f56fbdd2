/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/plan.h"

#include "base/least.h"
#include "base/writer.h"
#include "gate/rewrite.h"

/* A plan being made. */
struct plan {
	struct plan_head head;
	struct plan_ttl ttls[PLAN_TTLS];
	struct plan_cut cuts[PLAN_CUTS];
	struct plan_mend mends[PLAN_MENDS];
};

_Static_assert(sizeof(struct plan) == PLAN_OCTETS_MAX, "nothing stands between the parts");

/* These return the head, and where the parts after it begin. */
static struct plan_head plan_head_of(const uint8_t *plan)
{
	struct plan_head head;
	memcpy(&head, plan, sizeof(head));
	return head;
}

static const uint8_t *ttls_of(const uint8_t *plan)
{
	return plan + sizeof(struct plan_head);
}

static const uint8_t *cuts_of(const uint8_t *plan, const struct plan_head *head)
{
	return ttls_of(plan) + head->ttl_count * sizeof(struct plan_ttl);
}

static const uint8_t *mends_of(const uint8_t *plan, const struct plan_head *head)
{
	return cuts_of(plan, head) + head->cut_count * sizeof(struct plan_cut);
}

static struct plan_ttl take_ttl(const uint8_t **at)
{
	struct plan_ttl ttl;
	memcpy(&ttl, *at, sizeof(ttl));
	*at += sizeof(ttl);
	return ttl;
}

static struct plan_cut take_cut(const uint8_t **at)
{
	struct plan_cut cut;
	memcpy(&cut, *at, sizeof(cut));
	*at += sizeof(cut);
	return cut;
}

static struct plan_mend take_mend(const uint8_t **at)
{
	struct plan_mend mend;
	memcpy(&mend, *at, sizeof(mend));
	*at += sizeof(mend);
	return mend;
}

static bool plan_add_cut(struct plan *p, size_t at, size_t len)
{
	if (p->head.cut_count > 0) {
		unsigned last = p->head.cut_count - 1u;
		if ((size_t)p->cuts[last].at + p->cuts[last].len == at) {
			p->cuts[last].len = (uint16_t)(p->cuts[last].len + len);
			return true;
		}
	}
	if (p->head.cut_count == PLAN_CUTS)
		return false;
	p->cuts[p->head.cut_count].at = (uint16_t)at;
	p->cuts[p->head.cut_count++].len = (uint16_t)len;
	return true;
}

static bool cut_opt(struct plan *p, const struct message *m)
{
	const struct span *options = &m->edns.options;
	size_t end = (size_t)(options->base - m->octets.base) + options->len;

	return plan_add_cut(p, m->edns.at, end - m->edns.at);
}

/* Finds the octets to cut out. Records and the OPT are in wire order. */
static bool find_cuts(
        struct plan *p, const struct message *m, const struct plan_record *records, bool keep_opt)
{
	bool opt_waits = m->edns.present && !keep_opt;

	for (unsigned i = 0; i < m->rr_count; i++) {
		const struct rr *rr = &m->rrs[i];
		if (opt_waits && rr->owner_at > m->edns.at) {
			opt_waits = false;
			if (!cut_opt(p, m))
				return false;
		}
		size_t end = (size_t)rr->rdata_at + rr->rdata_len;
		if (records[i].ttl_s == TTL_LEFT_OUT &&
		        !plan_add_cut(p, rr->owner_at, end - rr->owner_at))
			return false;
	}
	return !opt_waits || cut_opt(p, m);
}

/* Moves the octets in [from, until) to `to`, and returns their new end. */
static size_t move_octets(uint8_t *octets, size_t to, size_t from, size_t until)
{
	if (to != from)
		memmove(octets + to, octets + from, until - from);
	return to + until - from;
}

/* Cuts the pieces out and returns the number of octets that are left. */
static size_t cut_out(const uint8_t *cuts, unsigned count, uint8_t *octets, size_t len)
{
	size_t to = len, from = len;

	for (unsigned i = 0; i < count; i++) {
		struct plan_cut cut = take_cut(&cuts);
		if (i == 0)
			to = cut.at;
		else
			to = move_octets(octets, to, from, cut.at);
		from = (size_t)cut.at + cut.len;
	}
	return move_octets(octets, to, from, len);
}

/* Finds the octets that still differ: pointers to octets after a cut, and the DO bit of the OPT.
 * Returns false if there are too many. */
static bool find_mends(struct plan *p, const uint8_t *octets, struct span made)
{
	for (size_t i = DNS_HEADER_SIZE; i < made.len; i++) {
		if (octets[i] == made.base[i])
			continue;
		if (p->head.mend_count == PLAN_MENDS)
			return false;
		p->mends[p->head.mend_count++] =
		        (struct plan_mend){ .at = (uint16_t)i, .octet = made.base[i] };
	}
	return true;
}

static bool note_ttls(
        struct plan *p, const struct message *m, const struct plan_record *records, uint8_t *octets)
{
	for (unsigned i = 0; i < m->rr_count; i++) {
		if (records[i].ttl_s == TTL_LEFT_OUT)
			continue;
		if (p->head.ttl_count == PLAN_TTLS)
			return false;
		p->ttls[p->head.ttl_count++] = (struct plan_ttl){ .most_s = records[i].most_s,
			.index = (uint16_t)i,
			.by = records[i].by,
			.is_equal = records[i].is_equal };
		put_u32(octets + rr_ttl_at(&m->rrs[i]), records[i].ttl_s);
	}
	return true;
}

/* Writes the plan without unused entries. */
static struct span plan_pack(const struct plan *p, uint8_t *room)
{
	struct writer out = writer_over(room, PLAN_OCTETS_MAX);

	writer_put(&out, span_of(&p->head, sizeof(p->head)));
	writer_put(&out, span_of(p->ttls, p->head.ttl_count * sizeof(p->ttls[0])));
	writer_put(&out, span_of(p->cuts, p->head.cut_count * sizeof(p->cuts[0])));
	writer_put(&out, span_of(p->mends, p->head.mend_count * sizeof(p->mends[0])));
	return writer_span(&out);
}

struct span plan_make(uint8_t room[static PLAN_OCTETS_MAX], const struct message *m,
        const struct plan_record *records, bool keep_opt, struct span made, struct arena *arena)
{
	size_t mark = arena_mark(arena);
	uint8_t *octets = arena_take(arena, m->octets.len);
	struct plan plan = { .head.length = (uint16_t)made.len };
	bool found = false;

	if (octets) {
		memcpy(octets, m->octets.base, m->octets.len);
		memcpy(plan.head.head, made.base + PLAN_HEAD_AT, PLAN_HEAD_OCTETS);
		plan.head.changes_head =
		        memcmp(plan.head.head, octets + PLAN_HEAD_AT, PLAN_HEAD_OCTETS) != 0;
		found = note_ttls(&plan, m, records, octets) &&
		        find_cuts(&plan, m, records, keep_opt) &&
		        cut_out((const uint8_t *)plan.cuts, plan.head.cut_count, octets,
		                m->octets.len) == made.len &&
		        find_mends(&plan, octets, made);
	}
	arena_reset(arena, mark);
	struct span packed = plan_pack(&plan, room);
	return found && plan_fits(room, m) ? packed : span_of(NULL, 0);
}

bool plan_only_caps(const uint8_t *plan)
{
	const struct plan_head head = plan_head_of(plan);

	return !head.changes_head && head.cut_count == 0 && head.mend_count == 0;
}

uint16_t plan_length(const uint8_t *plan)
{
	return plan_head_of(plan).length;
}

bool plan_fits(const uint8_t *plan, const struct message *m)
{
	const struct plan_head head = plan_head_of(plan);
	const uint8_t *at = ttls_of(plan);

	for (unsigned i = 0; i < head.ttl_count; i++) {
		struct plan_ttl ttl = take_ttl(&at);
		const struct rr *rr = &m->rrs[ttl.index];
		if (rr->odd_ttl || (ttl.is_equal && rr->ttl_s != m->rrs[ttl.by].ttl_s))
			return false;
	}
	return true;
}

/* Lowers the TTLs. Returns false if none was too large. */
static bool cap_ttls(
        const uint8_t *plan, const struct plan_head *head, const struct message *m, uint8_t *octets)
{
	const uint8_t *at = ttls_of(plan);
	bool changed = false;

	for (unsigned i = 0; i < head->ttl_count; i++) {
		struct plan_ttl ttl = take_ttl(&at);
		const struct rr *rr = &m->rrs[ttl.index];
		uint32_t most_s = (uint32_t)least(ttl.most_s, m->rrs[ttl.by].ttl_s);
		if (rr->ttl_s <= most_s)
			continue;
		put_u32(octets + rr_ttl_at(rr), most_s);
		changed = true;
	}
	return changed;
}

bool plan_apply(const uint8_t *plan, const struct message *m, uint8_t *octets)
{
	const struct plan_head head = plan_head_of(plan);
	bool changed = cap_ttls(plan, &head, m, octets);
	const uint8_t *at = mends_of(plan, &head);

	memcpy(octets + PLAN_HEAD_AT, head.head, PLAN_HEAD_OCTETS);
	cut_out(cuts_of(plan, &head), head.cut_count, octets, m->octets.len);
	for (unsigned i = 0; i < head.mend_count; i++) {
		struct plan_mend mend = take_mend(&at);
		octets[mend.at] = (uint8_t)mend.octet;
	}
	return changed || head.changes_head ||
	       head.mend_count > 0; /* a cut changes the header's counts */
}
