/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The answer as a whole: which RRsets it consists of, and what it denies. */
#include "gate/judging.h"

#include "wire/rdata.h"

/* Where the walk along the CNAMEs stands. */
struct walk {
	struct name name; /* the name that is now asked for */
	unsigned links;
	bool has_data; /* the chain ended in records of the type */
	bool too_long; /* a DNAME made a name that cannot be (RFC 6672, 2.2) */
};

static const struct rrset *answer_set(
        const struct judging *j, const struct name *owner, uint16_t type)
{
	return rrsets_find(&j->sets, SECTION_ANSWER, owner, type);
}

/* Reads the name in the RDATA of an NS, CNAME or DNAME record. */
static bool read_name(const struct judging *j, unsigned index, struct name *name)
{
	struct rdata_walk walk = rdata_walk_begin(j->m, &j->m->rrs[index]);
	struct rdata_part part;

	if (!rdata_walk_next(&walk, &part) || !rdata_walk_done(&walk))
		return false;
	struct cursor c = cursor_at(j->m->octets, part.at);
	name_read(&c, name);
	return !c.bad;
}

/* There must be only one CNAME or DNAME at a name (RFC 2181, 10.1; RFC 6672, 2.4). The same record
 * twice is one (RFC 2181, 5). */
static bool read_target(const struct judging *j, const struct rrset *set, struct name *target)
{
	struct name same;

	if (set->count == 0 || !read_name(j, set->first, target))
		return false;
	for (uint16_t i = j->sets.next[set->first]; i != RR_NONE; i = j->sets.next[i]) {
		if (!read_name(j, i, &same) || !name_equal(&same, target))
			return false;
	}
	return true;
}

static void fail(struct judging *j, enum reason reason, const struct name *name, uint16_t type)
{
	judging_weaken(j, outcome_of(STATUS_BOGUS, reason), name, type);
}

/* Returns the DNAME above `name` in the answer, or NULL. */
static const struct rrset *dname_above(const struct judging *j, const struct name *name)
{
	for (unsigned i = 0; i < j->sets.count; i++) {
		const struct rrset *set = &j->sets.sets[i];
		if (set->section == SECTION_ANSWER && set->type == TYPE_DNAME && set->count > 0 &&
		        set->owner.labels < name->labels && name_within(name, &set->owner))
			return set;
	}
	return NULL;
}

/* What a server made from a proved DNAME has no signature; it is as good as the DNAME if it is what
 * the DNAME makes (RFC 6672, 5.3.1). In an unsigned zone a CNAME speaks for itself. */
static bool judge_synthesised(
        struct judging *j, const struct rrset *cname, const struct rrset *dname)
{
	struct name from, to, made;

	if (!judge_part(j, dname))
		return false;
	if (ruling_of(j, dname)->outcome.status != STATUS_SECURE)
		return judge_part(j, cname);
	if (!read_target(j, dname, &from) || !read_target(j, cname, &to) ||
	        !name_replace_suffix(&cname->owner, &dname->owner, &from, &made) ||
	        !name_equal(&to, &made))
		fail(j, REASON_CNAME_FORGED, &cname->owner, TYPE_CNAME);
	else
		*ruling_of(j, cname) = *ruling_of(j, dname);
	return true;
}

/* Judges a set at the name that is asked for. A CNAME with a signature speaks for itself, even
 * beside a DNAME. */
static bool judge_at_name(struct judging *j, const struct rrset *set)
{
	const struct rrset *dname = NULL;

	if (set->type == TYPE_CNAME && set->sig_count == 0)
		dname = dname_above(j, &set->owner);
	return dname ? judge_synthesised(j, set, dname) : judge_part(j, set);
}

static bool follow_cname(struct judging *j, const struct rrset *cname, struct walk *w)
{
	struct name target;

	if (!judge_at_name(j, cname))
		return false;
	if (read_target(j, cname, &target))
		w->name = target;
	else
		fail(j, REASON_MALFORMED, &cname->owner, TYPE_CNAME);
	return true;
}

/* A DNAME without the CNAME that must come with it (RFC 6672, 3.1) unless the name would be too
 * long: for who does not know DNAME that is a denial without proof. In an unsigned zone it decides
 * nothing: what lies below it may be a signed island, which no DNAME can rename. */
static bool follow_dname(struct judging *j, const struct rrset *dname, struct walk *w, bool *more)
{
	struct name target, made;

	*more = false;
	if (!judge_part(j, dname))
		return false;
	if (ruling_of(j, dname)->outcome.status != STATUS_SECURE)
		return true;
	if (!read_target(j, dname, &target))
		fail(j, REASON_MALFORMED, &dname->owner, TYPE_DNAME);
	else if (name_replace_suffix(&w->name, &dname->owner, &target, &made))
		fail(j, REASON_CNAME_FORGED, &w->name, TYPE_CNAME);
	else
		w->too_long = true;
	return true;
}

/* Takes one step from w->name. Sets *more when the chain goes on. Returns false when something is
 * wanted first. */
static bool follow_link(struct judging *j, struct walk *w, bool *more)
{
	const struct rrset *cname = answer_set(j, &w->name, TYPE_CNAME);
	const struct rrset *dname = cname ? NULL : dname_above(j, &w->name);

	*more = cname || dname;
	if (cname || dname)
		w->links++;
	if (cname)
		return follow_cname(j, cname, w);
	return dname ? follow_dname(j, dname, w, more) : true;
}

/* For ANY: every RRset at the name. */
static bool judge_all_at(struct judging *j, struct walk *w)
{
	for (unsigned i = 0; i < j->sets.count; i++) {
		const struct rrset *set = &j->sets.sets[i];
		if (set->section != SECTION_ANSWER || set->count == 0 ||
		        !name_equal(&set->owner, &w->name))
			continue;
		w->has_data = true;
		if (!judge_at_name(j, set))
			return false;
	}
	return true;
}

/* Lets a set go on that is never signed. */
static void keep_unsigned(struct ruling *r)
{
	r->is_judged = r->is_kept = true;
	r->outcome = outcome_of(STATUS_INSECURE, REASON_NOT_ANSWER);
}

/* RRSIGs are never signed (RFC 4035, 2.2): asked for by themselves they can be let through, but not
 * as Secure, and not with records beside them that nobody has judged. */
static bool judge_bare_signatures(struct judging *j, struct walk *w)
{
	for (unsigned i = 0; i < j->sets.count; i++) {
		const struct rrset *set = &j->sets.sets[i];
		if (set->section != SECTION_ANSWER || set->sig_count == 0 || set->count > 0 ||
		        !name_equal(&set->owner, &w->name))
			continue;
		w->has_data = true;
		keep_unsigned(&j->rulings[i]);
		judging_weaken(j, j->rulings[i].outcome, &w->name, TYPE_RRSIG);
	}
	return true;
}

static bool judge_data(struct judging *j, struct walk *w, uint16_t type)
{
	if (type == TYPE_ANY)
		return judge_all_at(j, w);
	if (type == TYPE_RRSIG)
		return judge_bare_signatures(j, w);
	const struct rrset *set = answer_set(j, &w->name, type);
	w->has_data = set != NULL;
	return set ? judge_at_name(j, set) : true;
}

/* Walks from the question's name to the records of its type, or to where they are not. */
static bool walk_answer(struct judging *j, struct walk *w)
{
	bool more = true;

	while (more && w->links <= LIMIT_CNAMES && !w->too_long) {
		if (!judge_data(j, w, j->m->qtype))
			return false;
		if (w->has_data || j->outcome.status == STATUS_BOGUS)
			return true;
		if (!follow_link(j, w, &more))
			return false;
	}
	if (more && !w->too_long)
		fail(j, REASON_CHAIN_TOO_LONG, &w->name, TYPE_CNAME);
	return true;
}

/* What the authority section says about a denial. */
struct denier {
	bool found;
	struct name zone;      /* the deepest zone above the name that signed SOA, NSEC or NSEC3 */
	struct outcome failed; /* when none did: why not, */
	struct want culprit;   /* and which RRset */
};

static bool denies(uint16_t type)
{
	return type == TYPE_NSEC || type == TYPE_NSEC3;
}

/* A missing signature over the SOA says less than the missing proof. */
static void note_failure(struct denier *d, uint16_t type, const struct ruling *r)
{
	if (r->outcome.status < STATUS_INDETERMINATE || d->failed.reason != REASON_DENIAL_MISSING)
		return;
	if (denies(type) || r->outcome.reason != REASON_RRSIG_MISSING) {
		d->failed = r->outcome;
		d->culprit = r->culprit;
	}
}

/* A DS is denied by the zone above (RFC 4035, 2.4). Returns false when something is wanted first.
 */
static bool find_denier(struct judging *j, const struct name *name, uint16_t type, struct denier *d)
{
	unsigned most_labels =
	        type == TYPE_DS && name->labels > 0 ? name->labels - 1u : name->labels;

	*d = (struct denier){ .failed = outcome_of(STATUS_BOGUS, REASON_DENIAL_MISSING),
		.culprit = { .name = *name, .type = type } };
	for (unsigned i = 0; i < j->sets.count; i++) {
		const struct rrset *set = &j->sets.sets[i];
		const struct ruling *r = &j->rulings[i];
		struct name signer;
		if (set->section != SECTION_AUTHORITY || set->count == 0 ||
		        (set->type != TYPE_SOA && !denies(set->type)))
			continue;
		if (!judge_set(j, set))
			return false;
		note_failure(d, set->type, r);
		if (r->outcome.status != STATUS_SECURE)
			continue;
		name_suffix(&set->owner, r->zone_labels, &signer);
		if (signer.labels <= most_labels && name_within(name, &signer) &&
		        (!d->found || signer.labels > d->zone.labels)) {
			d->zone = signer;
			d->found = true;
		}
	}
	return true;
}

static void find_zone_for(
        struct judging *j, const struct name *name, uint16_t type, struct chain *chain)
{
	if (type == TYPE_DS)
		chain_find_parent(j->gate->store, name, j->now_s, chain);
	else
		chain_find(j->gate->store, name, j->now_s, chain);
}

static bool prove_denial(struct judging *j, const struct name *name, uint16_t type,
        const struct name *zone, struct outcome *outcome)
{
	struct denial denial;
	uint32_t ttl = UINT32_MAX;

	if (!judge_denial_records(j, zone, &denial, &ttl))
		return false;
	if (message_rcode(j->m) == RCODE_NOERROR)
		*outcome = denial_of_type(&denial, name, type);
	else if (message_rcode(j->m) == RCODE_NXDOMAIN)
		*outcome = denial_of_name(&denial, name);
	else /* YXDOMAIN, but no DNAME made a name that is too long */
		*outcome = outcome_of(STATUS_BOGUS, REASON_DENIAL_FAILED);
	return true;
}

/* The proof that `name`, or its `type`, is not there. Where no proof holds, the zone that holds the
 * name must be one that cannot give any. */
static bool judge_denial(struct judging *j, const struct name *name, uint16_t type)
{
	struct outcome outcome;
	struct denier denier;
	struct chain chain;

	if (!find_denier(j, name, type, &denier))
		return false;
	outcome = denier.failed;
	find_zone_for(j, name, type, &chain);
	if (denier.found && chain.zone.labels <= denier.zone.labels) {
		struct outcome proof;
		if (!prove_denial(j, name, type, &denier.zone, &proof))
			return false;
		if (proof.reason != REASON_DENIAL_MISSING)
			outcome = proof;
		judging_note_signer(j, &denier.zone);
	}
	if (outcome.status >= STATUS_INDETERMINATE) {
		if (chain.end == CHAIN_WANT && !judging_wants(j, &chain))
			return false;
		if (chain.end == CHAIN_BROKEN) {
			outcome = chain.outcome;
			denier.culprit = chain.link;
		}
	}
	judging_weaken(j, outcome, &denier.culprit.name, denier.culprit.type);
	return true;
}

/* A server that was not asked to recurse sends the client on: NS of a zone at or above the name, no
 * SOA, no answer (RFC 1034, 4.3.2). */
static const struct rrset *referral_to(const struct judging *j, const struct asked *asked)
{
	const struct rrset *ns = NULL;

	if (asked->flags & FLAG_RD || message_rcode(j->m) != RCODE_NOERROR)
		return NULL;
	for (unsigned i = 0; i < j->sets.count; i++) {
		const struct rrset *set = &j->sets.sets[i];
		if (set->section == SECTION_ANSWER ||
		        (set->section == SECTION_AUTHORITY && set->type == TYPE_SOA))
			return NULL;
		if (set->section == SECTION_AUTHORITY && set->type == TYPE_NS && set->count > 0 &&
		        name_within(&j->m->qname, &set->owner))
			ns = set;
	}
	return ns;
}

/* Glue is the address of a server below the cut; other addresses are judged like any record. */
static bool is_glue(const struct judging *j, const struct rrset *ns, const struct rrset *set)
{
	if (set->section != SECTION_ADDITIONAL || (set->type != TYPE_A && set->type != TYPE_AAAA) ||
	        !name_within(&set->owner, &ns->owner))
		return false;
	for (uint16_t i = ns->first; i != RR_NONE; i = j->sets.next[i]) {
		struct name server;
		if (read_name(j, i, &server) && name_equal(&server, &set->owner))
			return true;
	}
	return false;
}

/* The NS and the glue are never signed; the client will see whether they lead to the truth. Whether
 * the zone that they lead to is signed must be proved here (RFC 4035, 3.1.4), and is learned. */
static bool judge_referral(struct judging *j, const struct rrset *ns)
{
	struct chain parent;

	keep_unsigned(ruling_of(j, ns));
	for (unsigned i = 0; i < j->sets.count; i++) {
		if (is_glue(j, ns, &j->sets.sets[i]))
			keep_unsigned(&j->rulings[i]);
	}
	judging_weaken(j, ruling_of(j, ns)->outcome, &ns->owner, TYPE_NS);
	if (ns->owner.labels == 0)
		return true;
	chain_find_parent(j->gate->store, &ns->owner, j->now_s, &parent);
	if (parent.end == CHAIN_WANT)
		return judging_wants(j, &parent);
	if (parent.end == CHAIN_BROKEN)
		judging_weaken(j, parent.outcome, &parent.link.name, parent.link.type);
	else if (!learn_cut(j, &ns->owner, false))
		fail(j, REASON_DS_UNPROVED, &ns->owner, TYPE_DS);
	return true;
}

/* An SOA in the authority section is how a response says so: RFC 2308, 2.2. */
static bool says_no_data(const struct judging *j)
{
	for (unsigned i = 0; i < j->sets.count; i++) {
		const struct rrset *set = &j->sets.sets[i];
		if (set->section == SECTION_AUTHORITY && set->type == TYPE_SOA && set->count > 0)
			return true;
	}
	return false;
}

bool judge_answer(struct judging *j, const struct asked *asked)
{
	const struct rrset *ns = referral_to(j, asked);
	struct walk w = { .name = j->m->qname };
	unsigned rcode = message_rcode(j->m);

	if (ns)
		return judge_referral(j, ns);
	if (!walk_answer(j, &w))
		return false;
	if (j->outcome.status == STATUS_BOGUS)
		return true;
	if (w.too_long)
		return true;
	if (w.has_data && rcode != RCODE_NOERROR)
		fail(j, REASON_DENIAL_MISSING, &w.name, j->m->qtype);
	if (w.has_data)
		return true;
	/* A server that does not recurse leaves the rest of the chain to the client, unless it says
	 * that there is nothing. */
	if (w.links > 0 && !(asked->flags & FLAG_RD) && rcode == RCODE_NOERROR && !says_no_data(j))
		return true;
	return judge_denial(j, &w.name, j->m->qtype);
}

void judge_extras(struct judging *j)
{
	j->may_want = false;
	for (unsigned i = 0; i < j->sets.count; i++) {
		const struct rrset *set = &j->sets.sets[i];
		struct outcome outcome;
		if (set->section == SECTION_ANSWER || set->count == 0)
			continue;
		judge_whole(j, set, &outcome);
		/* AD speaks for the authority section too (RFC 4035, 3.2.3). */
		if (outcome.status > STATUS_INSECURE ||
		        (set->section == SECTION_AUTHORITY && outcome.status > j->outcome.status))
			j->rulings[i].is_kept = false;
	}
}
