/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trust/chain.h"

#include <assert.h>

#include "trust/renewal.h"

static void end_at(struct chain *c, enum chain_end end, const struct name *name, uint16_t type)
{
	c->end = end;
	c->keys = NULL;
	c->link = (struct want){ .name = *name, .type = type };
}

/* Enters the zone at `name`, whose DS is known. Returns false if the walk ends here. */
static bool enter_zone(struct chain *c, const struct fact *fact, const struct name *name)
{
	c->zone = *name;
	if (!fact || fact->keys_expire_s == 0) {
		end_at(c, CHAIN_WANT, name, TYPE_DNSKEY);
		return false;
	}
	if (!fact->keys) {
		end_at(c, CHAIN_BROKEN, name, TYPE_DNSKEY);
		c->outcome = fact->keys_outcome;
		return false;
	}
	c->keys = fact->keys;
	return true;
}

/* True for a proved delegation. If the NSEC3 iterations are above the limit, there may be a
 * delegation or not. */
static bool is_cut(const struct fact *fact)
{
	return fact->cut == CUT_INSECURE && fact->outcome.reason != REASON_NSEC3_ITERATIONS;
}

/* Looks whether a zone begins at `name`. Returns false if the walk ends here. */
static bool chain_step_down(struct chain *c, const struct fact *fact, const struct name *name)
{
	switch (fact && !fact->is_doubted ? fact->cut : CUT_UNKNOWN) {
	case CUT_UNKNOWN:
		end_at(c, CHAIN_WANT, name, TYPE_DS);
		return false;
	case CUT_SECURE:
		return enter_zone(c, fact, name);
	case CUT_INSECURE:
	case CUT_BROKEN:
		if (is_cut(fact))
			c->zone = *name;
		end_at(c, CHAIN_BROKEN, name, TYPE_DS);
		c->outcome = fact->outcome;
		return false;
	case CUT_NO_NAME:
		return false;
	case CUT_NONE:
		break;
	}
	return true;
}

/* True if the answer for the DS held proofs, but none about the name. That is how NSD answers for
 * an empty non-terminal in an opt-out span; the answer for a name below has the proof. */
static bool is_open(const struct fact *fact)
{
	return fact && !fact->is_doubted && fact->cut == CUT_BROKEN &&
	       fact->outcome.reason == REASON_DS_NOT_COVERED;
}

/* True if nothing is known of the name, or only that no zone begins there. */
static bool may_lie_below_open(const struct fact *fact)
{
	return !fact || fact->is_doubted || fact->cut == CUT_UNKNOWN || fact->cut == CUT_NONE;
}

/* Walks on below `open`, for the first name that is not known yet. The walk never enters a zone
 * there: only a proof about `open` closes it, so an attacker who withholds the DS of `open` gains
 * nothing. */
static void look_below(struct store *s, const struct name *name, const struct name *open,
        int64_t now_s, struct chain *out)
{
	const struct outcome outcome = store_find(s, open, now_s)->outcome;
	struct name at;

	for (unsigned labels = open->labels + 1u; labels <= name->labels; labels++) {
		name_suffix(name, labels, &at);
		const struct fact *fact = store_find(s, &at, now_s);
		if (is_open(fact))
			continue;
		if (!may_lie_below_open(fact))
			break;
		if (!chain_step_down(out, fact, &at))
			return;
	}
	end_at(out, CHAIN_BROKEN, open, TYPE_DS);
	out->outcome = outcome;
}

/* Looks whether the name is local. What holds for one server only is not remembered: the same
 * octets from another server must be judged. */
static bool is_local(struct store *s, const struct name *name, struct name *top)
{
	struct span server = span_of(s->server, s->server_len);
	const struct local_name *local = local_above(s->local_zones, name, server, top);

	if (!local)
		local = local_above(s->local_names, name, server, top);
	if (local && local->is_bound)
		store_rely(s, 0);
	return local;
}

enum reason chain_excuse(struct store *s, const struct name *name, int64_t now_s, struct name *top)
{
	const struct anchor *anchor = anchors_above(s->anchors, name);
	const struct nta *nta = nta_above(s->ntas, name, now_s);

	if (nta && nta->zone.labels >= anchor->zone.labels) {
		store_rely(s, nta->expires_s);
		*top = nta->zone;
		return REASON_NTA;
	}
	if (is_local(s, name, top) && top->labels >= anchor->zone.labels)
		return REASON_LOCAL_NAME;
	return REASON_NONE;
}

static void walk_down(struct store *s, const struct name *name, int64_t now_s, struct chain *out)
{
	const struct anchor *anchor = anchors_above(s->anchors, name);
	enum reason excuse;
	struct name at;

	*out = (struct chain){ .end = CHAIN_SECURE };
	if (!anchor) {
		end_at(out, CHAIN_BROKEN, name, TYPE_DS);
		out->outcome = outcome_of(STATUS_INSECURE, REASON_NO_ANCHOR);
		return;
	}
	excuse = chain_excuse(s, name, now_s, &at);
	if (excuse != REASON_NONE) {
		end_at(out, CHAIN_BROKEN, &at, TYPE_DS);
		out->zone = at;
		out->outcome = outcome_of(STATUS_INSECURE, excuse);
		return;
	}
	if (!enter_zone(out, store_find(s, &anchor->zone, now_s), &anchor->zone))
		return;
	for (unsigned labels = anchor->zone.labels + 1u; labels <= name->labels; labels++) {
		name_suffix(name, labels, &at);
		const struct fact *fact = store_find(s, &at, now_s);
		if (is_open(fact)) {
			look_below(s, name, &at, now_s, out);
			return;
		}
		if (!chain_step_down(out, fact, &at))
			return;
	}
}

void chain_find(struct store *s, const struct name *name, int64_t now_s, struct chain *out)
{
	walk_down(s, name, now_s, out);
	/* the DS is signed by a key that its zone is being asked for */
	if (out->end == CHAIN_WANT && out->link.type == TYPE_DS)
		renewal_holds_links(s, &out->zone, &out->link);
}

bool chain_is_open(const struct chain *c)
{
	return c->end == CHAIN_BROKEN && c->link.type == TYPE_DS &&
	       c->outcome.reason == REASON_DS_NOT_COVERED;
}

bool chain_is_single(
        struct store *s, const struct chain *chain, const struct name *name, uint16_t type)
{
	struct span server = span_of(s->server, s->server_len);

	assert(chain->end == CHAIN_SECURE);
	if (chain->zone.labels > 0 || type == TYPE_NS || type == TYPE_SOA || type == TYPE_DS ||
	        type == TYPE_DNSKEY)
		return false;
	const struct local_name *local = local_single(s->local_zones, name, server);
	if (!local)
		local = local_single(s->local_names, name, server);
	if (local && local->is_bound)
		store_rely(s, 0);
	return local;
}

void chain_find_parent(struct store *s, const struct name *name, int64_t now_s, struct chain *out)
{
	struct name parent;

	name_parent(name, &parent);
	chain_find(s, &parent, now_s, out);
}

bool chain_doubt(struct store *s, const struct name *zone, const struct name *name, bool by_signer,
        int64_t now_s)
{
	bool any = false;

	for (unsigned labels = zone->labels + 1u; labels <= name->labels; labels++) {
		struct name at;
		name_suffix(name, labels, &at);
		const struct fact *fact = store_find(s, &at, now_s);
		if (fact && fact->cut != CUT_SECURE &&
		        (fact->is_hint || (by_signer && (labels == name->labels ||
		                                                fact->cut == CUT_NO_NAME))))
			any |= store_doubt(s, &at, now_s);
	}
	return any;
}

const struct ds_set *chain_ds(struct store *s, const struct name *zone, int64_t now_s)
{
	const struct anchor *anchor = anchors_above(s->anchors, zone);

	if (anchor && name_equal(&anchor->zone, zone))
		return &anchor->ds;
	const struct fact *fact = store_find(s, zone, now_s);
	return fact && fact->cut == CUT_SECURE ? &fact->ds : NULL;
}
