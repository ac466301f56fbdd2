/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adds the zones from an anchor down: what the store knows of each zone cut, and from which
 * records. */
#include "inspect/explain_zone.h"

#include <string.h>

#include "inspect/explain_build.h"
#include "inspect/explain_keys.h"
#include "inspect/explain_proof.h"
#include "inspect/explain_set.h"

static bool is_ds_used(const struct ds_set *used, const struct ds *ds)
{
	for (unsigned i = 0; i < used->count; i++) {
		if (memcmp(&used->ds[i], ds, sizeof(*ds)) == 0)
			return true;
	}
	return false;
}

static void add_shown_ds(struct shown_zone *z, const struct ds *ds, const struct ds_set *used)
{
	z->ds[z->ds_count++] = (struct shown_ds){ .ds = *ds,
		.is_supported = algorithm_is_supported(ds->algorithm) &&
		                digest_is_supported(ds->digest_type),
		.is_used = is_ds_used(used, ds),
		.key = NOWHERE };
}

static void add_ds_set(struct explain_build *x, struct shown_zone *z, const struct rrset *set)
{
	struct ds_set used;
	struct ds ds;

	ds_set_read(&x->g, set, &x->run->gate.arena, &used);
	for (uint16_t i = set->first; i != RR_NONE; i = x->g.next[i]) {
		if (z->ds_count == SHOWN_DS)
			x->e->left_out++;
		else if (ds_read(message_rdata(&x->m, &x->m.rrs[i]), &ds))
			add_shown_ds(z, &ds, &used);
	}
	z->ds_set = explain_set_add(x, set, SET_DS, z->parent);
}

/* Adds a CNAME at the name, or a DNAME above it, found instead of a DS. */
static void add_aliases(struct explain_build *x, const struct shown_zone *z)
{
	for (unsigned i = 0; i < x->g.count; i++) {
		const struct rrset *set = &x->g.sets[i];
		bool is_alias = set->type == TYPE_CNAME || set->type == TYPE_DNAME;
		if (is_alias && set->section == SECTION_ANSWER && set->count > 0 &&
		        name_within(&z->name, &set->owner))
			explain_set_add(x, set, SET_PROOF, z->parent);
	}
}

static bool is_signed_by(
        const struct explain_build *x, const struct rrset *set, const struct name *zone)
{
	for (uint16_t i = set->first_sig; i != RR_NONE; i = x->g.next[i]) {
		struct rrsig sig;
		if (rrsig_read(&x->m, &x->m.rrs[i], &sig) && name_equal(&sig.signer, zone))
			return true;
	}
	return false;
}

/* Adds a record at or below the name that the zone above has signed. To the gate it proves that
 * there is no zone cut (learn.c). */
static void add_presence(struct explain_build *x, const struct shown_zone *z)
{
	for (unsigned i = 0; z->parent != NOWHERE && i < x->g.count; i++) {
		const struct rrset *set = &x->g.sets[i];
		bool is_above = name_equal(&set->owner, &z->name) &&
		                (set->type == TYPE_DS || set->type == TYPE_NSEC);
		if (set->count == 0 || is_above || !name_within(&set->owner, &z->name) ||
		        !is_signed_by(x, set, &x->e->zones[z->parent].name))
			continue;
		explain_build_say(x, explain_set_add(x, set, SET_PROOF, z->parent),
		        "signed by the zone above");
		return;
	}
}

/* Adds the DS RRset of a zone cut, or what was found instead. */
static void add_cut_sets(struct explain_build *x, struct shown_zone *z)
{
	const struct want want = { .name = z->name, .type = TYPE_DS };
	const struct explain_run_link *link = explain_run_link_of(x->run, &want);

	z->proofs_begin = x->e->set_count;
	z->cut_came = explain_build_came(link);
	if (explain_build_open_link(x, link)) {
		const struct rrset *ds = rrsets_find_ds(&x->g, &z->name);
		if (ds) {
			add_ds_set(x, z, ds);
			z->proofs_begin = x->e->set_count;
		} else {
			add_aliases(x, z);
			explain_proof_add(x, &z->name, NULL, z->parent, false);
			if (z->cut == SHOWN_NO_CUT && x->e->set_count == z->proofs_begin)
				add_presence(x, z);
		}
	}
	z->proofs_end = x->e->set_count;
}

static void add_anchor_ds(struct shown_zone *z, const struct anchor *anchor)
{
	for (unsigned i = 0; i < anchor->ds.count; i++)
		add_shown_ds(z, &anchor->ds.ds[i], &anchor->ds);
}

/* Adds what the store knows of the keys. */
static void add_known_keys(struct explain_build *x, int zone, const struct fact *fact)
{
	struct shown_zone *z = &x->e->zones[zone];

	z->keys_wanted = fact && fact->keys_expire_s != 0;
	if (!z->keys_wanted)
		return;
	z->keys_outcome = fact->keys ? outcome_of(STATUS_SECURE, REASON_NONE) : fact->keys_outcome;
	z->mark = shown_mark_of(z->keys_outcome.status);
	explain_keys_add(x, zone);
}

/* Notes that the link to which the reason points is shown, if it is the DS or DNSKEY of this
 * zone. */
static void note_zone_culprit(struct explain_build *x, const struct shown_zone *z)
{
	const struct want *culprit = &x->e->result.culprit;

	if (name_equal(&culprit->name, &z->name) &&
	        ((culprit->type == TYPE_DS && z->cut_outcome.status != STATUS_SECURE) ||
	                (culprit->type == TYPE_DNSKEY && z->keys_outcome.status != STATUS_SECURE)))
		x->e->culprit_is_shown = true;
}

/* Returns the index of a new zone, or NOWHERE if there is no room. */
static int new_shown_zone(
        struct explain_build *x, const struct name *name, enum shown_cut cut, int parent)
{
	struct explanation *e = x->e;

	if (e->zone_count == SHOWN_ZONES) {
		e->left_out++;
		return NOWHERE;
	}
	e->zones[e->zone_count] = (struct shown_zone){
		.name = *name, .cut = cut, .parent = parent, .ds_set = NOWHERE, .key_set = NOWHERE
	};
	return (int)e->zone_count++;
}

static int add_shown_zone(struct explain_build *x, const struct name *name, const struct fact *fact,
        enum shown_cut cut, int parent)
{
	int zone = new_shown_zone(x, name, cut, parent);

	if (zone == NOWHERE)
		return NOWHERE;
	struct shown_zone *z = &x->e->zones[zone];
	if (cut == SHOWN_INSECURE || cut == SHOWN_BROKEN) {
		z->cut_outcome = fact->outcome;
		z->mark = shown_mark_of(fact->outcome.status);
	}
	if (cut == SHOWN_ANCHOR)
		add_anchor_ds(z, anchors_above(x->run->options.anchors, name));
	else
		add_cut_sets(x, z);
	if (cut == SHOWN_ANCHOR || cut == SHOWN_SECURE)
		add_known_keys(x, zone, fact);
	note_zone_culprit(x, z);
	return zone;
}

/* The state of the walk: the deepest zone so far, and whether the walk goes on. */
struct descent {
	int zone;
	bool goes_on;
};

static void descend_one_label(struct explain_build *x, const struct name *name, struct descent *d)
{
	static const enum shown_cut cuts[] = {
		[CUT_SECURE] = SHOWN_SECURE,
		[CUT_INSECURE] = SHOWN_INSECURE,
		[CUT_NONE] = SHOWN_NO_CUT,
		[CUT_NO_NAME] = SHOWN_NO_NAME,
		[CUT_BROKEN] = SHOWN_BROKEN,
	};
	const struct fact *fact = store_find(&x->run->store, name, x->run->now_s);
	int zone = explain_build_find_zone(x, name);

	if (!fact || fact->cut == CUT_UNKNOWN) {
		d->goes_on = false; /* the gate did not need this name */
		return;
	}
	if (zone == NOWHERE)
		zone = add_shown_zone(x, name, fact, cuts[fact->cut], d->zone);
	d->goes_on = fact->cut == CUT_SECURE || fact->cut == CUT_NONE;
	if (zone != NOWHERE && fact->cut != CUT_NONE && fact->cut != CUT_NO_NAME)
		d->zone = zone;
}

/* Begins the walk at a trust anchor, at a negative one, or at a local name. Returns false if
 * nothing below is walked. */
static bool begin_descent(struct explain_build *x, const struct name *name, struct descent *d)
{
	const struct anchor *anchor = anchors_above(x->run->options.anchors, name);
	struct name excused;

	*d = (struct descent){ .zone = NOWHERE };
	if (!anchor)
		return false;
	x->e->has_anchor = true;
	enum reason excuse = chain_excuse(&x->run->store, name, x->run->now_s, &excused);
	bool is_excused = excuse != REASON_NONE;
	const struct name *top = is_excused ? &excused : &anchor->zone;
	d->zone = explain_build_find_zone(x, top);
	if (d->zone == NOWHERE && is_excused) {
		d->zone = new_shown_zone(
		        x, top, excuse == REASON_NTA ? SHOWN_NTA : SHOWN_LOCAL, NOWHERE);
		if (d->zone != NOWHERE) {
			struct shown_zone *z = &x->e->zones[d->zone];
			z->mark = MARK_INSECURE;
			z->cut_outcome = outcome_of(STATUS_INSECURE, excuse);
			note_zone_culprit(x, z);
		}
	} else if (d->zone == NOWHERE) {
		d->zone = add_shown_zone(x, top, store_find(&x->run->store, top, x->run->now_s),
		        SHOWN_ANCHOR, NOWHERE);
	}
	d->goes_on = !is_excused && d->zone != NOWHERE;
	return d->goes_on;
}

int explain_zone_walk(struct explain_build *x, const struct name *name, bool above_only)
{
	unsigned last = above_only && name->labels > 0 ? name->labels - 1u : name->labels;
	struct name within, at;
	struct descent d;

	name_suffix(name, last, &within);
	if (!begin_descent(x, &within, &d))
		return d.zone;
	unsigned labels = x->e->zones[d.zone].name.labels + 1u;
	for (; d.goes_on && labels <= last; labels++) {
		name_suffix(name, labels, &at);
		descend_one_label(x, &at, &d);
	}
	return d.zone;
}
