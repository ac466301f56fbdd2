/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The answer as a whole: its RRsets, and what it denies. */
#include "gate/answer.h"

#include "dnssec/alias.h"
#include "gate/denied.h"
#include "gate/dns64.h"
#include "gate/judging.h"
#include "gate/referral.h"

/* A walk along the CNAMEs and DNAMEs. */
struct alias_walk {
	struct name name; /* the name that the chain has reached */
	unsigned links;
	bool recurses; /* the client asks for recursion, so it expects the end of the chain */
	enum iterator iterator;
	bool has_data;     /* the chain ended in records of the question's type */
	bool is_undecided; /* it ended at a DNAME of an unsigned zone */
	bool too_long;     /* it ended at a DNAME that makes the name too long (RFC 6672, 2.2) */
};

static const struct rrset *find_in_answer(
        const struct judging *j, const struct name *owner, uint16_t type)
{
	return rrsets_find(&j->sets, SECTION_ANSWER, owner, type);
}

/* Judges a CNAME that a server made from a DNAME. It has no signature that holds. If it follows
 * from the DNAME, it has the DNAME's outcome (RFC 6672, 5.3.1). In an unsigned zone the CNAME is
 * judged by itself. */
static bool judge_synthesised(
        struct judging *j, const struct rrset *cname, const struct rrset *dname)
{
	struct name from, to, made;

	if (!judge_part(j, dname))
		return false;
	if (!ruling_of(j, dname)->is_proved)
		return judge_part(j, cname);
	if (alias_target(&j->sets, dname, &from) && alias_target(&j->sets, cname, &to) &&
	        name_replace_suffix(&cname->owner, &dname->owner, &from, &made) &&
	        name_equal(&to, &made)) {
		*ruling_of(j, cname) = *ruling_of(j, dname);
		ruling_of(j, cname)->made_from = dname;
		return true;
	}
	if (cname->sig_count > 0) /* not made: its own signature decides, and has failed */
		return judge_part(j, cname);
	judging_fail(j, REASON_CNAME_FORGED, &cname->owner, TYPE_CNAME);
	return true;
}

/* Judges an RRset at the name that the chain has reached. A CNAME whose own signature holds is
 * judged by itself, even below a DNAME. One whose signature fails is judged as if it had none: a
 * made CNAME needs none (RFC 6672, 5.3.1), and what follows from a proved DNAME is true whatever an
 * attacker signs it with. The signature that fails is left out (passing.c). */
static bool judge_at_name(struct judging *j, const struct rrset *set)
{
	const struct rrset *dname = NULL;

	if (set->type == TYPE_CNAME)
		dname = alias_dname_above(&j->sets, &set->owner);
	if (dname && set->sig_count > 0 && !judge_signatures(j, set))
		return false;
	if (dname && !ruling_of(j, set)->is_proved)
		return judge_synthesised(j, set, dname);
	return dns64_judge(j, set) && judge_part(j, set);
}

static bool judge_cname_link(struct judging *j, const struct rrset *cname, struct alias_walk *w)
{
	struct name target;

	if (!judge_at_name(j, cname))
		return false;
	if (alias_target(&j->sets, cname, &target))
		w->name = target;
	else
		judging_fail(j, REASON_MALFORMED, &cname->owner, TYPE_CNAME);
	return true;
}

/* Judges a DNAME without the CNAME that must come with it (RFC 6672, 3.1) unless the name would be
 * too long. A client that does not know DNAME would take this for a denial without proof. In an
 * unsigned zone the DNAME decides nothing: a signed island may lie below it, which no DNAME can
 * rename. So the rest of the chain is not left to a client that iterates, either: it would follow
 * the DNAME. */
static bool judge_dname_link(
        struct judging *j, const struct rrset *dname, struct alias_walk *w, bool *more)
{
	struct name target, made;

	*more = false;
	if (!judge_part(j, dname))
		return false;
	w->is_undecided = !ruling_of(j, dname)->is_proved;
	if (w->is_undecided)
		return true;
	if (!alias_target(&j->sets, dname, &target))
		judging_fail(j, REASON_MALFORMED, &dname->owner, TYPE_DNAME);
	else if (name_replace_suffix(&w->name, &dname->owner, &target, &made))
		judging_fail(j, REASON_CNAME_FORGED, &w->name, TYPE_CNAME);
	else
		w->too_long = true;
	return true;
}

/* True if `target` is outside the zone of the link `set`. A server that does not recurse knows only
 * its own zone. What it says of another zone is not used; the client asks that zone's servers
 * itself (RFC 1034, 3.6.2 and 4.3.2). If the target has an anchor that the link has not, it is in
 * another zone. If neither has one, the zones are not known, and nothing of the answer is judged:
 * an attacker gains no more by the rest than by the part before it. */
static bool leaves_zone(struct judging *j, const struct rrset *set, const struct name *target)
{
	const struct anchor *anchor = anchors_above(j->gate->store->anchors, target);
	struct chain chain;

	if (anchor && !name_within(&set->owner, &anchor->zone))
		return true;
	judging_find_zone(j, set, &chain);
	if (chain.end == CHAIN_BROKEN && chain.outcome.reason == REASON_NO_ANCHOR)
		return false;
	return !name_within(target, &chain.zone);
}

/* Leaves the rest of the chain to the client. If the client may not know that it must ask for it,
 * the part gets a TTL of a few seconds. */
static void leave_rest(struct judging *j, const struct alias_walk *w)
{
	j->exemption = w->iterator == ITERATOR_CLIENT ? EXEMPT_CHAIN : EXEMPT_PART;
}

/* True if the answer is refused already, so the rest does not matter. */
static bool is_refused(const struct judging *j)
{
	return j->outcome.status > STATUS_INSECURE;
}

/* Takes one step from w->name. Sets *more if the chain goes on. Returns false if something is
 * wanted first. */
static bool follow_link(struct judging *j, struct alias_walk *w, bool *more)
{
	const struct rrset *cname = find_in_answer(j, &w->name, TYPE_CNAME);
	const struct rrset *dname = cname ? NULL : alias_dname_above(&j->sets, &w->name);

	*more = cname || dname;
	if (cname || dname)
		w->links++;
	if (dname)
		return judge_dname_link(j, dname, w, more);
	if (cname && !judge_cname_link(j, cname, w))
		return false;
	/* If the server is a resolver, its cache has records of any zone. */
	if (cname && !w->recurses && w->iterator != ITERATOR_SERVER && !is_refused(j) &&
	        leaves_zone(j, cname, &w->name)) {
		j->is_partial = true;
		leave_rest(j, w);
	}
	return true;
}

/* Judges every RRset at the name, for type ANY. */
static bool judge_all_at(struct judging *j, struct alias_walk *w)
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

/* Keeps RRSIGs that were asked for by type. RRSIGs are never signed (RFC 4035, 2.2), so they pass,
 * but not as Secure, and without other records, which would be unjudged. */
static bool judge_bare_signatures(struct judging *j, struct alias_walk *w)
{
	for (unsigned i = 0; i < j->sets.count; i++) {
		const struct rrset *set = &j->sets.sets[i];
		if (set->section != SECTION_ANSWER || set->sig_count == 0 || set->count > 0 ||
		        !name_equal(&set->owner, &w->name))
			continue;
		w->has_data = true;
		judging_keep_unsigned(j, &j->rulings[i], EXEMPT_RRSIG);
		judging_weaken(j, j->rulings[i].outcome, &w->name, TYPE_RRSIG);
	}
	return true;
}

static bool judge_data(struct judging *j, struct alias_walk *w, uint16_t type)
{
	if (type == TYPE_ANY)
		return judge_all_at(j, w);
	if (type == TYPE_RRSIG)
		return judge_bare_signatures(j, w);
	const struct rrset *set = find_in_answer(j, &w->name, type);
	w->has_data = set != NULL;
	return set ? judge_at_name(j, set) : true;
}

/* True if the alias at the name is itself data of the question's type (ANY, CNAME), and yet the
 * RCODE is about a name behind it: a server follows a DNAME whatever the type (RFC 6672, 3.2). Then
 * the end of the chain must be proved, too. So nothing passes by it that would not pass without it:
 * a client that gets NXDOMAIN gets the proof for the last name. */
static bool is_rcode_of_target(const struct judging *j, const struct alias_walk *w)
{
	uint16_t type = j->m->qtype;

	return (type == TYPE_ANY || type == TYPE_CNAME) && message_rcode(j->m) != RCODE_NOERROR &&
	       find_in_answer(j, &w->name, TYPE_CNAME);
}

/* Walks from the question's name to the records of its type, or to the name that has none. */
static bool judge_chain(struct judging *j, struct alias_walk *w)
{
	bool more = true;

	while (more && w->links <= LIMIT_CNAMES) {
		if (!judge_data(j, w, j->m->qtype))
			return false;
		if (w->has_data && !is_rcode_of_target(j, w))
			return true;
		w->has_data = false;
		if (!follow_link(j, w, &more))
			return false;
		if (j->is_partial || is_refused(j))
			return true;
	}
	if (more)
		judging_fail(j, REASON_CHAIN_TOO_LONG, &w->name, TYPE_CNAME);
	return true;
}

/* True if the response says that there is no data: an SOA in the authority section (RFC 2308,
 * 2.2). */
static bool says_no_data(const struct judging *j)
{
	for (unsigned i = 0; i < j->sets.count; i++) {
		const struct rrset *set = &j->sets.sets[i];
		if (set->section == SECTION_AUTHORITY && set->type == TYPE_SOA)
			return true;
	}
	return false;
}

/* True if the server does not recurse, although the client asked it to, and left out the end of the
 * chain: an authoritative server does (RFC 1034, 4.3.2), if a program asks it like a resolver. */
static bool lacks_recursion(const struct judging *j, const struct alias_walk *w)
{
	return w->links > 0 && w->recurses && message_rcode(j->m) == RCODE_NOERROR &&
	       !(j->m->flags & FLAG_RA) && !says_no_data(j);
}

/* Judges the denial at the end of the chain. If the server only left out the end, the reason says
 * so, and does not blame the zone of the target. The answer is refused all the same: a stub takes
 * an alias without an end for a denial, and an attacker who cuts off the end and clears RA would
 * deny any type behind an alias, such as the TLSA that makes a mail server insist on TLS. */
static bool judge_end(struct judging *j, const struct alias_walk *w)
{
	if (!judge_denial(j, &w->name, j->m->qtype))
		return false;
	if (j->outcome.reason == REASON_DENIAL_MISSING && lacks_recursion(j, w))
		j->outcome = outcome_of(STATUS_INDETERMINATE, REASON_NO_RECURSION);
	return true;
}

bool judge_answer(struct judging *j, const struct client_query *asked)
{
	const struct rrset *ns = referral_to(j, asked);
	struct alias_walk w = {
		.name = j->m->qname, .recurses = asked->flags & FLAG_RD, .iterator = asked->iterator
	};
	unsigned rcode = message_rcode(j->m);

	if (ns)
		return judge_referral(j, ns);
	if (!judge_chain(j, &w))
		return false;
	if (is_refused(j))
		return true;
	if (j->is_partial) /* the RCODE is about the end of the chain, which is left out */
		return true;
	/* The DNAME makes the name too long: RFC 6672, 2.2 requires YXDOMAIN. With another RCODE an
	 * attacker on the path could turn that into an answer or a denial that no server gave. */
	if (w.too_long && rcode != RCODE_YXDOMAIN)
		judging_fail(j, REASON_DENIAL_FAILED, &w.name, j->m->qtype);
	if (w.too_long)
		return true;
	if (w.has_data && rcode != RCODE_NOERROR)
		judging_fail(j, REASON_DENIAL_MISSING, &w.name, j->m->qtype);
	if (w.has_data)
		return true;
	/* A server that does not recurse leaves the rest of the chain to the client, unless it says
	 * that there is no data. */
	if (w.links > 0 && !w.is_undecided && !w.recurses && rcode == RCODE_NOERROR &&
	        !says_no_data(j)) {
		leave_rest(j, &w);
		return true;
	}
	return judge_end(j, &w);
}

/* Keeps the other RRsets of the answer section that prove themselves, such as a signed DNAME beside
 * a signed CNAME. An attacker may put here, of any zone, only what that zone has signed; whether a
 * cache keeps it is the cache's rule (RFC 2181, 5.4.1). Only a client that set DO gets it: some
 * stubs take every address in the section for the answer, whatever its owner, and an attacker may
 * have a zone with signed addresses. What an unsigned zone could hold stays out, since anybody can
 * write it. */
static void judge_answer_extras(struct judging *j)
{
	for (unsigned i = 0; i < j->sets.count; i++) {
		const struct rrset *set = &j->sets.sets[i];
		struct ruling *r = &j->rulings[i];
		struct outcome outcome;
		if (set->section != SECTION_ANSWER || set->count == 0 || r->is_judged)
			continue;
		judge_whole(j, set, &outcome);
		r->is_kept = r->is_judged && outcome.status <= j->outcome.status && r->is_proved;
	}
}

void judge_extras(struct judging *j, const struct client_query *asked)
{
	if (j->is_partial) /* these RRsets are about the end of the chain */
		return;
	j->may_want = false;
	if (asked->dnssec_ok)
		judge_answer_extras(j);
	for (unsigned i = 0; i < j->sets.count; i++) {
		const struct rrset *set = &j->sets.sets[i];
		struct outcome outcome;
		if (set->section == SECTION_ANSWER || set->count == 0)
			continue;
		judge_whole(j, set, &outcome);
		/* AD covers the authority section too (RFC 4035, 3.2.3). */
		if (outcome.status > STATUS_INSECURE ||
		        (set->section == SECTION_AUTHORITY && outcome.status > j->outcome.status))
			j->rulings[i].is_kept = false;
	}
}
