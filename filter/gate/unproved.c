/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/unproved.h"

#include "gate/silent.h"

/* True for a name with a label that begins with an underscore (RFC 8552), such as those of TLSA,
 * DKIM and MTA-STS records. No filter blocks these, and their absence decides what is trusted. */
static bool has_underscore(const struct name *n)
{
	for (unsigned at = 0; n->octets[at] > 0; at += n->octets[at] + 1u) {
		if (n->octets[at + 1] == '_')
			return true;
	}
	return false;
}

/* The types that a browser or a program asks for before it connects. The absence of other types
 * decides what is trusted: without TLSA mail goes to anybody's certificate, without CAA any
 * authority may sign. */
static bool is_asked_to_connect(uint16_t type)
{
	return type == TYPE_A || type == TYPE_AAAA || type == TYPE_SVCB || type == TYPE_HTTPS;
}

/* An attacker who sends nothing but a denial keeps the answer away, as by dropping it. The attacker
 * gains no record, and no denial that lasts: the SOA does not pass, so a cache does not keep the
 * denial (RFC 2308, 5). Aliases do not pass either. A query without RD comes from a resolver that
 * iterates, which asks no filter, and whose clients believe what it believes. So nothing passes to
 * it. */
static bool is_blocked(const struct client_query *asked, const struct message *m)
{
	return (asked->flags & FLAG_RD) && m->qclass == CLASS_IN &&
	       message_rcode(m) != RCODE_YXDOMAIN && is_asked_to_connect(m->qtype) &&
	       !has_underscore(&m->qname) && response_ends_silent(m);
}

/* A primary's own answer has AA. */
static bool is_before_transfer(const struct client_query *asked, const struct message *m)
{
	return asked->precedes_transfer && !(asked->flags & FLAG_RD) && m->qtype == TYPE_SOA &&
	       m->qclass == CLASS_IN && (m->flags & FLAG_AA);
}

enum exemption unproved_exemption(
        const struct policy *policy, const struct client_query *asked, const struct message *m)
{
	if (policy->passes_transfers && is_before_transfer(asked, m))
		return EXEMPT_SOA;
	if (policy->passes_blocked && is_blocked(asked, m))
		return EXEMPT_BLOCKED;
	return EXEMPT_NOT;
}

bool unproved_soa(const struct message *m, const struct rr *rr)
{
	struct name owner;

	return rr->type == TYPE_SOA && rr->class == CLASS_IN && message_owner(m, rr, &owner) &&
	       rr->section != SECTION_ADDITIONAL && name_within(&m->qname, &owner) &&
	       (rr->section == SECTION_AUTHORITY || name_equal(&m->qname, &owner));
}

/* unproved_exemption() has seen that the answer section has no other addresses. */
bool unproved_nowhere(const struct message *m, const struct rr *rr)
{
	struct name owner;

	return rr->section == SECTION_ANSWER && rr->type == m->qtype && rr->class == CLASS_IN &&
	       message_owner(m, rr, &owner) && name_equal(&m->qname, &owner);
}
