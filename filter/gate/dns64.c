/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/dns64.h"

#include "base/least.h"
#include "dnssec/alias.h"
#include "gate/synthesis.h"
#include "wire/nat64.h"

static enum synthesis_question question_of(uint16_t type)
{
	switch (type) {
	case TYPE_A:
		return SYNTHESIS_A;
	case TYPE_AAAA:
		return SYNTHESIS_AAAA;
	default:
		return SYNTHESIS_NSEC;
	}
}

/* Returns the failure of the present source, or NULL. */
static const struct synthesis_failure *failure_of(
        const struct judging *j, const struct synthesised *entry, uint16_t type)
{
	const struct synthesis_failure *f = &entry->failures[question_of(type)];
	bool holds = f->until_s > j->now_s && f->source == j->gate->store->source;

	return holds ? f : NULL;
}

static void note_no_proof(struct gate *g, struct synthesised *entry, uint16_t type,
        struct outcome outcome, int64_t now_s)
{
	entry->failures[question_of(type)] = (struct synthesis_failure){ .source = g->store->source,
		.until_s = now_s + LIMIT_FAILED_TTL_S,
		.outcome = outcome };
}

static bool want_of(struct judging *j, const struct name *name, uint16_t type)
{
	j->wants = true;
	j->want = (struct want){ .name = *name, .type = type };
	return false;
}

/* ---- The proof that there is no AAAA record ---- */

static int64_t proof_ends_at(int64_t now_s, uint32_t ttl_s)
{
	return now_s + (ttl_s > LIMIT_TRUST_MIN_S ? ttl_s : LIMIT_TRUST_MIN_S);
}

/* Looks in the message for a proof that `name` has no AAAA record, and remembers it. A proof that
 * is Insecure, because of opt-out or of NSEC3 iterations, is enough: it lets an unsigned denial
 * pass, too. */
static bool find_absence(struct judging *j, const struct name *name, struct synthesised *entry)
{
	struct chain chain;
	struct denial denial;
	uint32_t ttl_s = LIMIT_TRUST_TTL_S;
	bool may_want = j->may_want;

	chain_find(j->gate->store, name, j->now_s, &chain);
	if (chain.end != CHAIN_SECURE)
		return false;
	j->may_want = false;
	judge_denial_records(j, &chain.zone, &denial, &ttl_s);
	j->may_want = may_want;
	if (denial.nsec_count + denial.nsec3_count == 0 ||
	        denial_of_type(&denial, name, TYPE_AAAA).status > STATUS_INSECURE)
		return false;
	entry->absent_ttl_s = ttl_s;
	entry->absent_until_s = proof_ends_at(j->now_s, ttl_s);
	return true;
}

/* Sets `outcome` if nothing proves the absence. Returns false if the proof is wanted first: it
 * comes with the answer for AAAA or, if the resolver makes AAAA records up for each query, with the
 * answer for NSEC. */
static bool judge_absence(struct judging *j, const struct name *name, struct synthesised *entry,
        struct outcome *outcome)
{
	const struct synthesis_failure *failure;

	if (entry->absent_until_s > j->now_s || find_absence(j, name, entry))
		return true;
	if (!failure_of(j, entry, TYPE_AAAA))
		return want_of(j, name, TYPE_AAAA);
	failure = failure_of(j, entry, TYPE_NSEC);
	if (!failure)
		return want_of(j, name, TYPE_NSEC);
	*outcome = failure->outcome;
	return true;
}

/* ---- The addresses ---- */

/* A prefix that the network told may be false, or gone soon. Clients keep what was made up in it
 * for no longer than this, so an attacker who told it gains nothing that lasts. */
static uint32_t most_ttl_in(const struct policy *policy, unsigned prefix)
{
	return prefix < policy->dns64_count - policy->dns64_found ? UINT32_MAX : LIMIT_FOUND_TTL_S;
}

/* Returns the proved address of which `ipv6` is a form, or NULL. Lowers `ttl_s` to what the prefix
 * allows. */
static const struct synthesis_address *find_address(
        const struct judging *j, const struct synthesised *entry, struct span ipv6, uint32_t *ttl_s)
{
	const struct policy *policy = j->gate->policy;
	uint8_t ipv4[NAT64_IPV4_OCTETS];

	for (unsigned i = 0; i < policy->dns64_count; i++) {
		const struct synthesis_address *a = NULL;
		if (nat64_read(&policy->dns64[i], ipv6, ipv4))
			a = synthesised_find(entry, ipv4, j->now_s);
		if (!a)
			continue;
		*ttl_s = (uint32_t)least(*ttl_s, most_ttl_in(policy, i));
		return a;
	}
	return NULL;
}

/* True if all records of the set are forms of proved addresses. Lowers `ttl_s` to that of the
 * addresses and what the prefixes allow, and `until_s` to that of the addresses. */
static bool are_addresses(const struct judging *j, const struct rrset *set,
        const struct synthesised *entry, uint32_t *ttl_s, int64_t *until_s)
{
	for (uint16_t i = set->first; i != RR_NONE; i = j->sets.next[i]) {
		const struct synthesis_address *a =
		        find_address(j, entry, message_rdata(j->m, &j->m->rrs[i]), ttl_s);
		if (!a)
			return false;
		*ttl_s = (uint32_t)least(*ttl_s, a->ttl_s);
		if (a->until_s < *until_s)
			*until_s = a->until_s;
	}
	return true;
}

/* The addresses of some names change with each query. So an address that is not among the known
 * ones has them asked for again; but an attacker who makes addresses up causes one query in
 * LIMIT_DOUBT_S. */
static bool may_have_changed(const struct judging *j, const struct synthesised *entry)
{
	return !synthesised_has_address(entry, j->now_s) ||
	       j->now_s - entry->addresses_at_s >= LIMIT_DOUBT_S;
}

static void rule_made(
        struct judging *j, const struct rrset *set, uint32_t most_ttl_s, int64_t until_s)
{
	struct ruling *r = ruling_of(j, set);

	judging_keep_unsigned(j, r, EXEMPT_DNS64);
	r->outcome = outcome_of(STATUS_INSECURE, REASON_DNS64);
	r->is_made_up = true;
	r->proved.original_ttl_s = most_ttl_s;
	r->proved.ttl_s = (uint32_t)least(rrset_ttl(&j->sets, set), most_ttl_s);
	store_rely(j->gate->store, until_s);
}

static bool judge_addresses(struct judging *j, const struct rrset *set, struct synthesised *entry)
{
	struct ruling *r = ruling_of(j, set);
	struct outcome absence = outcome_of(STATUS_SECURE, REASON_NONE);
	const struct synthesis_failure *failure = failure_of(j, entry, TYPE_A);
	uint32_t ttl_s = UINT32_MAX;
	int64_t until_s = INT64_MAX;

	bool fits = are_addresses(j, set, entry, &ttl_s, &until_s);
	if (!fits && !failure && may_have_changed(j, entry))
		return want_of(j, &set->owner, TYPE_A);
	if (!fits) {
		r->outcome = failure && !synthesised_has_address(entry, j->now_s)
		                     ? failure->outcome
		                     : outcome_of(STATUS_BOGUS, REASON_DNS64_FORGED);
		return true;
	}
	if (!judge_absence(j, &set->owner, entry, &absence))
		return false;
	if (absence.status > STATUS_INSECURE) {
		r->outcome = absence;
		return true;
	}
	rule_made(j, set, (uint32_t)least(ttl_s, entry->absent_ttl_s),
	        (int64_t)least((uint64_t)until_s, (uint64_t)entry->absent_until_s));
	return true;
}

/* ---- What a DNS64 may have made ---- */

static bool is_in_prefixes(const struct judging *j, const struct rrset *set)
{
	const struct policy *policy = j->gate->policy;

	for (uint16_t i = set->first; i != RR_NONE; i = j->sets.next[i]) {
		if (!networks_have(
		            policy->dns64, policy->dns64_count, message_rdata(j->m, &j->m->rrs[i])))
			return false;
	}
	return true;
}

/* True for the CNAME from the name of a NAT64's address to the name of the IPv4 address in it (RFC
 * 6147, 5.3.1). Its target follows from its owner, so it needs no proof. Sets `most_ttl_s` to what
 * the prefix allows. */
static bool is_reverse(const struct judging *j, const struct rrset *set, uint32_t *most_ttl_s)
{
	const struct policy *policy = j->gate->policy;
	struct name target, made;

	for (unsigned i = 0; i < policy->dns64_count; i++) {
		if (!nat64_reverse(&policy->dns64[i], 1, &set->owner, &made))
			continue;
		*most_ttl_s = most_ttl_in(policy, i);
		return alias_target(&j->sets, set, &target) && name_equal(&target, &made);
	}
	return false;
}

bool dns64_judge(struct judging *j, const struct rrset *set)
{
	const struct ruling *r = ruling_of(j, set);
	uint16_t qtype = j->m->qtype;
	bool is_address = qtype == TYPE_AAAA && set->type == TYPE_AAAA;
	bool is_pointer = qtype == TYPE_PTR && set->type == TYPE_CNAME;
	uint32_t most_ttl_s;

	if (!synthesis_is_on(&j->gate->synthesis) || set->sig_count > 0 ||
	        !(is_address || is_pointer))
		return true;
	if (!judge_set(j, set))
		return false;
	/* only what a signed zone should have signed is of interest */
	if (r->is_made_up || r->outcome.status != STATUS_BOGUS ||
	        r->outcome.reason != REASON_RRSIG_MISSING)
		return true;
	if (is_pointer && is_reverse(j, set, &most_ttl_s))
		rule_made(j, set, most_ttl_s, INT64_MAX);
	if (!is_address || !is_in_prefixes(j, set))
		return true;
	return judge_addresses(j, set, synthesis_get(&j->gate->synthesis, &set->owner));
}

/* ---- Learning ---- */

static bool learn_addresses(struct judging *j, const struct name *name, struct synthesised *entry)
{
	const struct rrset *set = rrsets_find(&j->sets, SECTION_ANSWER, name, TYPE_A);
	struct synthesis_address addresses[SYNTHESIS_ADDRESSES];
	struct outcome outcome;
	unsigned count = 0;

	if (!set || set->count > SYNTHESIS_ADDRESSES)
		return false;
	judge_whole(j, set, &outcome);
	if (outcome.status != STATUS_SECURE)
		return false;
	uint32_t ttl_s = ruling_of(j, set)->proved.ttl_s;
	for (uint16_t i = set->first; i != RR_NONE; i = j->sets.next[i]) {
		struct span rdata = message_rdata(j->m, &j->m->rrs[i]);
		struct synthesis_address *a = &addresses[count];
		if (rdata.len != sizeof(a->octets))
			return false;
		*a = (struct synthesis_address){ .ttl_s = ttl_s,
			.until_s = proof_ends_at(j->now_s, ttl_s) };
		memcpy(a->octets, rdata.base, rdata.len);
		count++;
	}
	synthesised_add(entry, addresses, count, j->now_s);
	return true;
}

/* If the answer for AAAA has no proof, no other try will have one: the next question is for NSEC.
 * An attacker who forges such an answer gains no more than that. */
bool dns64_learn(struct judging *j, const struct want *want, bool last_try)
{
	struct synthesis *memory = &j->gate->synthesis;

	if (!synthesis_is_on(memory))
		return true;
	struct synthesised *entry = synthesis_get(memory, &want->name);
	j->may_want = false;
	bool learned = want->type == TYPE_A ? learn_addresses(j, &want->name, entry)
	                                    : find_absence(j, &want->name, entry);
	if (learned || (!last_try && want->type != TYPE_AAAA))
		return learned;
	note_no_proof(j->gate, entry, want->type, outcome_of(STATUS_BOGUS, REASON_DNS64_UNPROVED),
	        j->now_s);
	return true;
}

void dns64_learn_failure(
        struct gate *g, const struct want *want, struct outcome outcome, int64_t now_s)
{
	if (synthesis_is_on(&g->synthesis))
		note_no_proof(
		        g, synthesis_get(&g->synthesis, &want->name), want->type, outcome, now_s);
}
