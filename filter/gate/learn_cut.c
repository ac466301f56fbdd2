/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A response teaches of a zone cut: the DS of a name, that it has none, or that no zone begins
 * there. */
#include "base/least.h"
#include "gate/denied.h"
#include "gate/learn.h"
#include "trust/renewal.h"

/* The lesson of a response about one zone cut. */
struct learned_cut {
	enum cut cut;
	struct outcome outcome;
	struct ds_set ds;
	uint32_t ttl_s;
	bool is_hint; /* it does not answer for the DS, so it proves nothing about it */
};

static struct learned_cut broken_cut(struct outcome outcome)
{
	return (struct learned_cut){
		.cut = CUT_BROKEN, .outcome = outcome, .ttl_s = LIMIT_BOGUS_TTL_S
	};
}

/* Learns from a DS RRset. If no DS is usable, the zone is Insecure (RFC 4035, 5.2). */
static struct learned_cut learn_ds(struct judging *j, const struct rrset *set)
{
	struct learned_cut l = { .cut = CUT_SECURE };
	const struct ruling *r = ruling_of(j, set);

	judge_set(j, set);
	if (!r->is_proved)
		return broken_cut(r->outcome);
	if (r->proved.is_wildcard) /* a wildcard makes no delegation: RFC 4592, 4.2 and 4.6 */
		return broken_cut(outcome_of(STATUS_BOGUS, REASON_WILDCARD_UNPROVED));
	l.outcome = ds_set_read(&j->sets, set, &j->gate->arena, &l.ds);
	if (l.outcome.status >= STATUS_INDETERMINATE)
		return broken_cut(l.outcome);
	if (r->outcome.status != STATUS_SECURE) /* signed by a key that proves no key below it */
		l.outcome = r->outcome;
	if (l.outcome.status != STATUS_SECURE)
		l.cut = CUT_INSECURE;
	if (l.cut == CUT_INSECURE &&
	        store_has_newer_ds(j->gate->store, &set->owner, r->proved.inception, j->now_s))
		return broken_cut(outcome_of(STATUS_BOGUS, REASON_DS_UNPROVED));
	l.ds.inception = r->proved.inception;
	l.ttl_s = r->proved.ttl_s;
	return l;
}

/* Learns from a signed CNAME at the name, or a signed DNAME above it: no zone begins at the name,
 * or none did when the record was signed. */
static bool learn_alias(struct judging *j, const struct name *name, struct learned_cut *l)
{
	for (unsigned i = 0; i < j->sets.count; i++) {
		const struct rrset *set = &j->sets.sets[i];
		bool is_cname = set->type == TYPE_CNAME && name_equal(&set->owner, name);
		bool is_dname = set->type == TYPE_DNAME && !name_equal(&set->owner, name) &&
		                name_within(name, &set->owner);
		if (set->section != SECTION_ANSWER || !(is_cname || is_dname))
			continue;
		j->outcome = outcome_of(STATUS_SECURE, REASON_NONE);
		judge_part(j, set);
		if (j->outcome.status > STATUS_INSECURE || !ruling_of(j, set)->is_proved)
			continue;
		*l = (struct learned_cut){ .cut = is_cname ? CUT_NONE : CUT_NO_NAME,
			.ttl_s = ruling_of(j, set)->proved.ttl_s,
			.is_hint = true };
		return true;
	}
	return false;
}

/* Learns from a record at or below the name. The zone below a zone cut signs everything below the
 * cut, and everything at the cut except DS and NSEC (and an NSEC3, whose owner is a hash that may
 * look like a name). So if the zone above signed such a record there, there is no cut, or there was
 * none when it was signed: an attacker who answers a fetch may have kept it from before the
 * delegation. A record expanded from a wildcard shows nothing, because its signature fits any
 * name. */
static bool learn_presence(
        struct judging *j, const struct name *name, const struct name *zone, struct learned_cut *l)
{
	for (unsigned i = 0; i < j->sets.count; i++) {
		const struct rrset *set = &j->sets.sets[i];
		const struct ruling *r = &j->rulings[i];
		bool at_name = set->owner.labels == name->labels;
		if (set->count == 0 || set->sig_count == 0 || !name_within(&set->owner, name) ||
		        (at_name && (set->type == TYPE_DS || set->type == TYPE_NSEC ||
		                            set->type == TYPE_NSEC3)))
			continue;
		judge_set(j, set);
		if (!r->is_proved || r->proved.is_wildcard || r->zone_labels != zone->labels)
			continue;
		*l = (struct learned_cut){
			.cut = CUT_NONE, .ttl_s = r->proved.ttl_s, .is_hint = true
		};
		return true;
	}
	return false;
}

static bool has_opt_out(const struct denial *d)
{
	for (unsigned i = 0; i < d->nsec3_count; i++) {
		if (d->nsec3s[i].flags & NSEC3_OPT_OUT)
			return true;
	}
	return false;
}

/* True if the denial is from before the DS that is known, so it may be an attacker's. */
static bool is_old_denial(struct judging *j, struct denial *denial, const struct name *name)
{
	const struct fact *fact = store_find(j->gate->store, name, j->now_s);

	return fact && fact->cut == CUT_SECURE && denial_is_older(denial, name, fact->ds.inception);
}

static struct learned_cut learn_denial(
        struct judging *j, const struct name *name, const struct name *zone)
{
	static const enum cut cuts[] = {
		[NO_DS_UNPROVED] = CUT_BROKEN,
		[NO_DS_INSECURE] = CUT_INSECURE,
		[NO_DS_NO_CUT] = CUT_NONE,
		[NO_DS_NO_NAME] = CUT_NO_NAME,
	};
	struct learned_cut l = { .ttl_s = LIMIT_TRUST_TTL_S };
	struct denial denial;

	judge_denial_records(j, zone, &denial, &l.ttl_s);
	l.cut = cuts[denial_of_ds(&denial, name, &l.outcome)];
	if (is_old_denial(j, &denial, name))
		return broken_cut(outcome_of(STATUS_BOGUS, REASON_DS_UNPROVED));
	if (l.cut == CUT_BROKEN)
		return broken_cut(outcome_of(STATUS_BOGUS,
		        has_opt_out(&denial) ? REASON_DS_NOT_COVERED : REASON_DS_UNPROVED));
	if (l.outcome.status == STATUS_SECURE) /* the denial is Secure; the zone below is not */
		l.outcome = outcome_of(STATUS_INSECURE, REASON_UNSIGNED_ZONE);
	return l;
}

/* True if something is proved. NSEC3 records above the iteration limit are not evaluated, so they
 * deny nothing. */
static bool is_proof(const struct learned_cut *l)
{
	return l->cut != CUT_BROKEN && l->outcome.reason != REASON_NSEC3_ITERATIONS;
}

/* Learns what the response says about the cut. A DS or its denial outweighs hints. */
static struct learned_cut learn_of_cut(
        struct judging *j, const struct name *name, const struct name *zone)
{
	const struct rrset *ds = rrsets_find_ds(&j->sets, name);
	struct learned_cut denied, hint;

	if (ds)
		return learn_ds(j, ds);
	denied = learn_denial(j, name, zone);
	if (!is_proof(&denied) &&
	        (learn_alias(j, name, &hint) || learn_presence(j, name, zone, &hint)))
		return hint;
	return denied;
}

/* Stores hints that no zone begins at the names between `name` and `to`, a name that the zone above
 * holds. */
static void learn_way_to(
        struct judging *j, const struct name *to, const struct name *name, uint32_t ttl_s)
{
	if (!name_within(to, name))
		return;
	for (unsigned labels = name->labels + 1u; labels < to->labels; labels++) {
		struct name between;
		name_suffix(to, labels, &between);
		store_put_hint(j->gate->store, &between, CUT_NONE, j->now_s, ttl_s);
	}
}

/* The NSEC that denies a DS names the next name of the zone, which may be many labels deeper (as in
 * ip6.arpa). So the empty names on the way need no query. The NSEC does not answer for their DS,
 * and one from before a delegation there says the same, so it gives only hints. */
static void learn_ways_below(
        struct judging *j, const struct name *name, const struct name *zone, uint32_t ttl_s)
{
	struct denial denial;

	judge_denial_records(j, zone, &denial, &ttl_s);
	for (unsigned i = 0; i < denial.nsec_count; i++) {
		learn_way_to(j, &denial.nsecs[i].owner, name, learn_ttl(ttl_s));
		learn_way_to(j, &denial.nsecs[i].next, name, learn_ttl(ttl_s));
	}
}

/* True if a name is known only from a hint at present. */
static bool is_hinted(const struct fact *fact)
{
	return fact && fact->is_hint;
}

/* Stores what was learned. A response that proves nothing replaces nothing: a doubted hint stays
 * until it expires. */
static void put_cut(struct judging *j, const struct name *name, const struct learned_cut *l)
{
	struct store *store = j->gate->store;
	const struct fact *fact = store_find(store, name, j->now_s);
	uint32_t ttl_s = learn_ttl(l->ttl_s);

	if (!l->is_hint && !is_proof(l) && is_hinted(fact))
		store_put_hint(store, name, fact->cut, j->now_s,
		        (uint32_t)(fact->cut_expires_s - j->now_s));
	else if (l->is_hint)
		store_put_hint(store, name, l->cut, j->now_s, (uint32_t)least(ttl_s, LIMIT_HINT_S));
	else
		store_put_cut(store, name,
		        &(struct cut_state){
		                l->cut, l->outcome, l->cut == CUT_SECURE ? &l->ds : NULL },
		        j->now_s, ttl_s);
}

/* True if this is enough to store. If the DS was asked for again because a hint was doubted,
 * another hint is not enough: other servers may know better. */
static bool is_enough(struct judging *j, const struct name *name, const struct learned_cut *l)
{
	const struct fact *fact = store_find(j->gate->store, name, j->now_s);

	return l->cut != CUT_BROKEN && !(l->is_hint && fact && fact->is_doubted);
}

/* Nothing is proved, perhaps because of a hidden zone between, which signed the response or is
 * unsigned. Returns true if that zone must be asked for first. */
static bool is_parent_in_doubt(struct judging *j, const struct name *name, struct chain *parent)
{
	judging_doubts_above(j, name, parent);
	chain_find_parent(j->gate->store, name, j->now_s, parent);
	return parent->end == CHAIN_WANT;
}

/* An answer for the DS of a name above proved nothing (REASON_DS_NOT_COVERED). This response, for a
 * name below it, may hold the proof: see chain_find(). Every proof that is learned brings the walk
 * one name further down. Returns false if the name above stays open. */
static bool learn_above(struct judging *j, const struct name *name, struct chain *parent)
{
	while (chain_is_open(parent)) {
		struct name open = parent->link.name, zone = parent->zone;
		struct learned_cut l = learn_of_cut(j, &open, &zone);
		if (!is_proof(&l))
			return false;
		put_cut(j, &open, &l);
		chain_find_parent(j->gate->store, name, j->now_s, parent);
	}
	return true;
}

/* The name above stays open, so the zone that holds `name` is not known. Other servers may know
 * better; if not, the failure is stored, or `name` would be wanted again. */
static bool leave_open(struct judging *j, const struct name *name, bool last_try)
{
	struct learned_cut l = broken_cut(outcome_of(STATUS_BOGUS, REASON_DS_NOT_COVERED));

	if (last_try)
		put_cut(j, name, &l);
	return last_try;
}

/* True if another response has shown meanwhile whether a zone begins at the name: to ask again is
 * useless. */
static bool is_known_by_now(struct judging *j, const struct name *name)
{
	const struct fact *fact = store_find(j->gate->store, name, j->now_s);

	return fact && !fact->is_doubted && !fact->is_hint && fact->cut != CUT_UNKNOWN &&
	       fact->cut != CUT_BROKEN && !renewal_is_fetching(j->gate->store, name, TYPE_DS);
}

bool learn_cut(struct judging *j, const struct name *name, bool last_try)
{
	struct chain parent;

	j->may_want = false;
	chain_find_parent(j->gate->store, name, j->now_s, &parent);
	if (!learn_above(j, name, &parent))
		return leave_open(j, name, last_try);
	if (parent.end != CHAIN_SECURE)
		return true; /* the chain above has changed; the gate will want that first */
	struct name zone = parent.zone;
	struct learned_cut l = learn_of_cut(j, name, &zone);
	if (l.cut == CUT_BROKEN && (j->is_renewing || is_known_by_now(j, name)))
		return true; /* the zone's own keys are wanted first, or nothing is */
	if (l.cut == CUT_BROKEN && is_parent_in_doubt(j, name, &parent))
		return true;
	if (!last_try && !is_enough(j, name, &l))
		return false;
	put_cut(j, name, &l);
	if (l.cut == CUT_NONE)
		learn_ways_below(j, name, &zone, l.ttl_s);
	return true;
}

/* Judges the DS and its denial, with the keys of the zones that signed them. Returns false if
 * something is wanted first. */
static bool judge_proofs(struct judging *j)
{
	for (unsigned i = 0; i < j->sets.count; i++) {
		const struct rrset *set = &j->sets.sets[i];
		if (set->section == SECTION_AUTHORITY && set->count > 0 &&
		        (set->type == TYPE_DS || set->type == TYPE_NSEC ||
		                set->type == TYPE_NSEC3) &&
		        !judge_set(j, set))
			return false;
	}
	return true;
}

/* An attacker may have written a response to a client. So it does not teach that there is no
 * delegation, which might be old and would break a zone. Returns false if it shows no
 * delegation. */
static bool find_delegation(
        struct judging *j, const struct name *name, const struct name *zone, struct learned_cut *l)
{
	const struct rrset *ds = rrsets_find_ds(&j->sets, name);

	*l = ds ? learn_ds(j, ds) : learn_denial(j, name, zone);
	return l->cut == CUT_SECURE || l->cut == CUT_INSECURE;
}

/* True if it is proved that no zone begins at the name. A delegation that says otherwise is new, or
 * one that a server keeps from before it was removed, so the DS is asked for first. Until then,
 * nobody may write records below the name that the zone above would have to sign. */
static bool is_denied(const struct fact *fact)
{
	return fact && !fact->is_hint && (fact->cut == CUT_NONE || fact->cut == CUT_NO_NAME);
}

bool learn_delegation(struct judging *j, const struct name *name)
{
	struct learned_cut l;
	struct chain parent;

	if (!judge_proofs(j))
		return false;
	j->may_want = false;
	chain_find_parent(j->gate->store, name, j->now_s, &parent);
	if (!find_delegation(j, name, &parent.zone, &l))
		return false;
	const struct fact *fact = store_find(j->gate->store, name, j->now_s);
	if (is_denied(fact))
		store_doubt(j->gate->store, name, j->now_s);
	else if (!fact || (fact->cut != CUT_SECURE && fact->cut != CUT_INSECURE))
		put_cut(j, name, &l);
	return true;
}

bool learn_has_proofs(const struct judging *j)
{
	for (unsigned i = 0; i < j->sets.count; i++) {
		const struct rrset *set = &j->sets.sets[i];
		if (set->sig_count > 0 && set->section == SECTION_AUTHORITY &&
		        (set->type == TYPE_DS || set->type == TYPE_NSEC || set->type == TYPE_NSEC3))
			return true;
	}
	return false;
}

bool learn_from_response(struct judging *j, const struct name *name)
{
	struct learned_cut l;
	struct chain parent;

	j->may_want = false;
	chain_find_parent(j->gate->store, name, j->now_s, &parent);
	const struct fact *fact = store_find(j->gate->store, name, j->now_s);
	bool is_known = fact && fact->cut != CUT_UNKNOWN && fact->cut != CUT_BROKEN;
	if (parent.end != CHAIN_SECURE || is_known || !find_delegation(j, name, &parent.zone, &l) ||
	        !is_proof(&l))
		return false;
	put_cut(j, name, &l);
	return true;
}
