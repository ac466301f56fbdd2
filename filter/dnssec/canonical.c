/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dnssec/canonical.h"

#include <stdlib.h>

#include "wire/rdata.h"

/* Returns the size of the RDATA in canonical form; if it is malformed, 0 with *ok false. */
static size_t canonical_size(const struct message *m, const struct rr *rr, bool *ok)
{
	struct rdata_walk walk = rdata_walk_begin(m, rr);
	struct rdata_part part;
	size_t size = 0;

	while (rdata_walk_next(&walk, &part)) {
		struct cursor c = cursor_at(m->octets, part.at);
		struct name name = { .len = 0 };
		if (part.is_name)
			name_read(&c, &name);
		size += part.is_name ? name.len : part.octets.len;
	}
	*ok = rdata_walk_done(&walk);
	return *ok ? size : 0;
}

static void write_canonical(struct writer *w, const struct message *m, const struct rr *rr)
{
	struct rdata_walk walk = rdata_walk_begin(m, rr);
	struct rdata_part part;

	while (rdata_walk_next(&walk, &part)) {
		if (part.is_name) {
			struct cursor c = cursor_at(m->octets, part.at);
			struct name name;
			name_read(&c, &name);
			writer_put(w, name_span(&name));
		} else {
			writer_put(w, part.octets);
		}
	}
}

static bool canonical_rdata(
        const struct message *m, const struct rr *rr, struct arena *arena, struct span *out)
{
	bool ok;

	if (!rdata_has_names(rr->type)) {
		*out = message_rdata(m, rr);
		return true;
	}
	size_t size = canonical_size(m, rr, &ok);
	uint8_t *room = ok ? arena_take(arena, size) : NULL;
	if (!room)
		return false;
	struct writer w = writer_over(room, size);
	write_canonical(&w, m, rr);
	*out = writer_span(&w);
	return !w.full;
}

bool canonical_set_build(struct canonical_set *c, const struct rrsets *g, const struct rrset *set,
        struct arena *arena)
{
	unsigned n = 0;

	c->set = set;
	c->rdatas = arena_take(arena, set->count * sizeof(*c->rdatas));
	if (!c->rdatas)
		return false;
	for (uint16_t i = set->first; i != RR_NONE; i = g->next[i]) {
		if (!canonical_rdata(g->m, &g->m->rrs[i], arena, &c->rdatas[n++]))
			return false;
	}
	qsort(c->rdatas, n, sizeof(*c->rdatas), span_order_for_sort);
	c->count = 0;
	for (unsigned i = 0; i < n; i++) {
		if (c->count == 0 || !span_equal(c->rdatas[c->count - 1], c->rdatas[i]))
			c->rdatas[c->count++] = c->rdatas[i];
	}
	return true;
}

/* Sets `out` to the owner as it was signed (RFC 4035, 5.3.2). The labels field does not count a
 * wildcard label, so an owner that is itself a wildcard comes out unchanged. */
static void signed_owner(const struct name *owner, unsigned labels, struct name *out)
{
	if (labels == owner->labels)
		*out = *owner;
	else
		name_wildcard_below(owner, labels, out);
}

struct span canonical_signed_data(
        const struct canonical_set *c, const struct rrsig *sig, struct arena *arena)
{
	struct name owner;
	size_t size = sig->fixed.len + sig->signer.len;

	signed_owner(&c->set->owner, sig->labels, &owner);
	for (unsigned i = 0; i < c->count; i++)
		size += owner.len + 10u + c->rdatas[i].len;
	uint8_t *room = arena_take(arena, size);
	if (!room)
		return span_of(NULL, 0);

	struct writer w = writer_over(room, size);
	writer_put(&w, sig->fixed);
	writer_put(&w, name_span(&sig->signer));
	for (unsigned i = 0; i < c->count; i++) {
		writer_put(&w, name_span(&owner));
		writer_u16(&w, c->set->type);
		writer_u16(&w, CLASS_IN);
		writer_u32(&w, sig->original_ttl_s);
		writer_u16(&w, (uint16_t)c->rdatas[i].len);
		writer_put(&w, c->rdatas[i]);
	}
	return writer_span(&w);
}
