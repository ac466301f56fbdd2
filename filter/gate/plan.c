/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/plan.h"

#include "base/writer.h"
#include "gate/rewrite.h"

static bool add_cut(struct plan *p, size_t at, size_t len)
{
	if (p->cut_count > 0) {
		unsigned last = p->cut_count - 1u;
		if ((size_t)p->cuts[last].at + p->cuts[last].len == at) {
			p->cuts[last].len = (uint16_t)(p->cuts[last].len + len);
			return true;
		}
	}
	if (p->cut_count == PLAN_CUTS)
		return false;
	p->cuts[p->cut_count].at = (uint16_t)at;
	p->cuts[p->cut_count++].len = (uint16_t)len;
	return true;
}

static bool cut_opt(struct plan *p, const struct message *m)
{
	const struct span *options = &m->edns.options;
	size_t end = (size_t)(options->base - m->octets.base) + options->len;

	return add_cut(p, m->edns.at, end - m->edns.at);
}

/* Records and the OPT stand in the order of the wire. */
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
		        !add_cut(p, rr->owner_at, end - rr->owner_at))
			return false;
	}
	return !opt_waits || cut_opt(p, m);
}

/* Returns the octets that are left. */
static size_t cut(const struct plan *p, uint8_t *octets, size_t len)
{
	if (p->cut_count == 0)
		return len;
	size_t to = p->cuts[0].at;
	for (unsigned i = 0; i < p->cut_count; i++) {
		size_t from = (size_t)p->cuts[i].at + p->cuts[i].len;
		size_t until = i + 1u < p->cut_count ? p->cuts[i + 1].at : len;
		memmove(octets + to, octets + from, until - from);
		to += until - from;
	}
	return to;
}

/* What differs still are pointers over what was cut out, and the OPT's DO. */
static bool find_mends(struct plan *p, const uint8_t *octets, struct span made)
{
	for (size_t i = DNS_HEADER_SIZE; i < made.len; i++) {
		if (octets[i] == made.base[i])
			continue;
		if (p->mend_count == PLAN_MENDS)
			return false;
		p->mends[p->mend_count].at = (uint16_t)i;
		p->mends[p->mend_count++].octet = made.base[i];
	}
	return true;
}

static bool note_ttls(
        struct plan *p, const struct message *m, const struct plan_record *records, uint8_t *octets)
{
	for (unsigned i = 0; i < m->rr_count; i++) {
		if (records[i].ttl_s == TTL_LEFT_OUT)
			continue;
		if (p->ttl_count == PLAN_TTLS)
			return false;
		p->ttls[p->ttl_count++] = (struct plan_ttl){
			.most_s = records[i].most_s, .index = (uint16_t)i, .equal = records[i].equal
		};
		put_u32(octets + rr_ttl_at(&m->rrs[i]), records[i].ttl_s);
	}
	return true;
}

bool plan_make(struct plan *p, const struct message *m, const struct plan_record *records,
        bool keep_opt, struct span made, struct arena *arena)
{
	size_t mark = arena_mark(arena);
	uint8_t *octets = arena_take(arena, m->octets.len);
	bool found = false;

	*p = (struct plan){ .length = (uint16_t)made.len };
	if (octets) {
		memcpy(octets, m->octets.base, m->octets.len);
		memcpy(p->head, made.base + PLAN_HEAD_AT, PLAN_HEAD_OCTETS);
		p->changes_head = memcmp(p->head, octets + PLAN_HEAD_AT, PLAN_HEAD_OCTETS) != 0;
		found = note_ttls(p, m, records, octets) && find_cuts(p, m, records, keep_opt) &&
		        cut(p, octets, m->octets.len) == made.len && find_mends(p, octets, made);
	}
	arena_reset(arena, mark);
	return found && plan_fits(p, m);
}

bool plan_fits(const struct plan *p, const struct message *m)
{
	for (unsigned i = 0; i < p->ttl_count; i++) {
		const struct rr *rr = &m->rrs[p->ttls[i].index];
		if (rr->odd_ttl || rr->ttl_s != m->rrs[p->ttls[i].equal].ttl_s)
			return false;
	}
	return true;
}

bool plan_apply(const struct plan *p, const struct message *m, uint8_t *octets)
{
	bool changed = p->changes_head || p->cut_count > 0 || p->mend_count > 0;

	for (unsigned i = 0; i < p->ttl_count; i++) {
		const struct rr *rr = &m->rrs[p->ttls[i].index];
		if (rr->ttl_s <= p->ttls[i].most_s)
			continue;
		put_u32(octets + rr_ttl_at(rr), p->ttls[i].most_s);
		changed = true;
	}
	memcpy(octets + PLAN_HEAD_AT, p->head, PLAN_HEAD_OCTETS);
	cut(p, octets, m->octets.len);
	for (unsigned i = 0; i < p->mend_count; i++)
		octets[p->mends[i].at] = p->mends[i].octet;
	return changed;
}
