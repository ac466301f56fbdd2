/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dnssec/rrset.h"

#include <stdlib.h>

#include "dnssec/limits.h"
#include "wire/rdata.h"

static struct rrset *rrset_for(
        struct rrsets *g, uint8_t section, const struct name *owner, uint16_t type)
{
	uint32_t hash = name_quick_hash(owner); /* names with equal hashes are compared in full */
	for (unsigned i = g->count; i-- > 0;) {
		struct rrset *set = &g->sets[i];
		if (set->owner_hash == hash && set->type == type && set->section == section &&
		        name_equal(&set->owner, owner))
			return set;
	}
	if (g->count == LIMIT_RRSETS) {
		g->is_over = true;
		return NULL;
	}
	struct rrset *set = &g->sets[g->count++];
	*set = (struct rrset){ .owner = *owner,
		.owner_hash = hash,
		.type = type,
		.section = section,
		.first = RR_NONE,
		.last = RR_NONE,
		.first_sig = RR_NONE,
		.last_sig = RR_NONE };
	return set;
}

static void rrset_append(
        struct rrsets *g, uint16_t *first, uint16_t *last, uint16_t *count, unsigned index)
{
	if (*first == RR_NONE)
		*first = (uint16_t)index;
	else
		g->next[*last] = (uint16_t)index;
	*last = (uint16_t)index;
	++*count;
}

static bool rrsets_add_record(struct rrsets *g, unsigned index)
{
	const struct rr *rr = &g->m->rrs[index];
	struct name owner;
	uint16_t type = rr->type;

	g->next[index] = g->set_of[index] = RR_NONE;
	if (!message_owner(g->m, rr, &owner))
		return false;
	if (rr->class != CLASS_IN)
		return true;
	if (rr->type == TYPE_RRSIG) {
		struct cursor c = cursor_over(message_rdata(g->m, rr));
		type = cursor_u16(&c);
		if (c.bad)
			return false;
	}
	struct rrset *set = rrset_for(g, rr->section, &owner, type);
	if (!set)
		return false;
	g->set_of[index] = (uint16_t)rrset_index(g, set);
	if (rr->type == TYPE_RRSIG)
		rrset_append(g, &set->first_sig, &set->last_sig, &set->sig_count, index);
	else
		rrset_append(g, &set->first, &set->last, &set->count, index);
	return true;
}

bool rrsets_group(struct rrsets *g, const struct message *m, struct arena *arena)
{
	unsigned most_sets = m->rr_count < LIMIT_RRSETS ? m->rr_count : LIMIT_RRSETS;

	*g = (struct rrsets){ .m = m };
	g->next = arena_take(arena, m->rr_count * sizeof(*g->next));
	g->set_of = arena_take(arena, m->rr_count * sizeof(*g->set_of));
	g->sets = arena_take(arena, most_sets * sizeof(*g->sets));
	if (!g->next || !g->set_of || !g->sets)
		return false;
	for (unsigned i = 0; i < m->rr_count; i++) {
		if (!rrsets_add_record(g, i))
			return false;
	}
	return true;
}

/* Compares two sets of a message by what they are, in an order that is cheap to find. */
static bool comes_before(const struct rrset *a, const struct rrset *b)
{
	if (a->section != b->section)
		return a->section < b->section;
	if (a->type != b->type)
		return a->type < b->type;
	if (a->owner_hash != b->owner_hash)
		return a->owner_hash < b->owner_hash;
	return name_order(&a->owner, &b->owner) < 0;
}

/* Sets `order` to the indices of the sets, sorted. Returns false if they are sorted already. */
static bool find_order(const struct rrsets *g, uint16_t *order)
{
	bool has_moved = false;

	for (unsigned i = 0; i < g->count; i++) {
		unsigned at = i;
		for (; at > 0 && comes_before(&g->sets[i], &g->sets[order[at - 1]]); at--)
			order[at] = order[at - 1];
		order[at] = (uint16_t)i;
		has_moved |= at < i;
	}
	return has_moved;
}

bool rrsets_sort(struct rrsets *g, struct arena *arena)
{
	uint16_t *order = arena_take(arena, 2 * g->count * sizeof(*order));

	if (!order)
		return false;
	if (!find_order(g, order))
		return true;
	struct rrset *sorted = arena_take(arena, g->count * sizeof(*sorted));
	uint16_t *place = order + g->count; /* by former index */
	if (!sorted)
		return false;
	for (unsigned i = 0; i < g->count; i++) {
		sorted[i] = g->sets[order[i]];
		place[order[i]] = (uint16_t)i;
	}
	for (unsigned i = 0; i < g->m->rr_count; i++) {
		if (g->set_of[i] != RR_NONE)
			g->set_of[i] = place[g->set_of[i]];
	}
	g->sets = sorted;
	return true;
}

const struct rrset *rrsets_find(
        const struct rrsets *g, enum section section, const struct name *owner, uint16_t type)
{
	for (unsigned i = 0; i < g->count; i++) {
		const struct rrset *set = &g->sets[i];
		if (set->count > 0 && set->type == type && set->section == section &&
		        name_equal(&set->owner, owner))
			return set;
	}
	return NULL;
}

const struct rrset *rrsets_find_ds(const struct rrsets *g, const struct name *name)
{
	const struct rrset *ds = rrsets_find(g, SECTION_ANSWER, name, TYPE_DS);
	return ds ? ds : rrsets_find(g, SECTION_AUTHORITY, name, TYPE_DS);
}

bool rrsets_read_name(const struct rrsets *g, unsigned index, struct name *name)
{
	struct rdata_walk walk = rdata_walk_begin(g->m, &g->m->rrs[index]);
	struct rdata_part part;

	if (!rdata_walk_next(&walk, &part) || !rdata_walk_done(&walk))
		return false;
	struct cursor c = cursor_at(g->m->octets, part.at);
	name_read(&c, name);
	return !c.bad;
}

bool rdata_list_sort(const struct rrsets *g, uint16_t first, unsigned count, struct arena *arena,
        struct rdata_list *list)
{
	unsigned n = 0;

	*list = (struct rdata_list){ .items = arena_take(arena, count * sizeof(*list->items)) };
	if (!list->items)
		return false;
	for (uint16_t i = first; i != RR_NONE && n < count; i = g->next[i])
		list->items[n++] = message_rdata(g->m, &g->m->rrs[i]);
	qsort(list->items, n, sizeof(*list->items), span_order_for_sort);
	for (unsigned i = 0; i < n; i++) {
		if (list->count == 0 || !span_equal(list->items[list->count - 1], list->items[i]))
			list->items[list->count++] = list->items[i];
	}
	return true;
}

uint32_t rrset_ttl(const struct rrsets *g, const struct rrset *set)
{
	uint32_t ttl = UINT32_MAX;
	for (uint16_t i = set->first; i != RR_NONE; i = g->next[i]) {
		if (g->m->rrs[i].ttl_s < ttl)
			ttl = g->m->rrs[i].ttl_s;
	}
	return ttl;
}
