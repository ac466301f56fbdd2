/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/passing.h"

#include "base/least.h"
#include "gate/recall.h"
#include "gate/reply.h"
#include "gate/rewrite.h"
#include "gate/unproved.h"

/* True for a DNSSEC record that the client must not see: without DO it gets such records only if it
 * asked for their type (RFC 4035, 3.2.1). */
static bool is_hidden_from_client(
        const struct message *m, const struct client_query *asked, const struct rr *rr)
{
	if (asked->dnssec_ok)
		return false;
	if (rr->section == SECTION_ANSWER && (m->qtype == rr->type || m->qtype == TYPE_ANY))
		return false;
	return rr->type == TYPE_RRSIG || rr->type == TYPE_NSEC || rr->type == TYPE_NSEC3 ||
	       rr->type == TYPE_DS;
}

/* Returns the TTL of a record in a judged answer of class IN: proved records pass, for as long as
 * they are proved. */
static uint32_t proved_ttl(struct judging *j, const struct rr *rr, unsigned index)
{
	if (j->sets.set_of[index] == RR_NONE)
		return TTL_LEFT_OUT;
	const struct ruling *r = &j->rulings[j->sets.set_of[index]];
	/* A CNAME that a server made has no signature of its own: one that came with it fails. */
	if (!r->is_kept || (r->made_from && rr->type == TYPE_RRSIG))
		return TTL_LEFT_OUT;
	uint32_t ttl_s = exempt_ttl(j->exemption, rr->ttl_s);
	return ruling_limits_ttl(r) ? (uint32_t)least(ttl_s, r->proved.ttl_s) : ttl_s;
}

/* Other classes have no chain of trust. Records of class IN must not slip in with them. */
static uint32_t other_class_ttl(const struct message *m, const struct rr *rr)
{
	return rr->class == m->qclass ? rr->ttl_s : TTL_LEFT_OUT;
}

/* Returns the TTL of a record at a listed name, within the exemption's limit. Other records in the
 * message belong to other zones and would stay in caches, so they are left out. */
static uint32_t named_ttl(const struct message *m, const struct rr *rr, uint32_t ttl_s,
        const struct policy *policy, enum exemption exemption)
{
	struct name owner;

	if (ttl_s == TTL_LEFT_OUT || rr->class != CLASS_IN || !message_owner(m, rr, &owner) ||
	        !namelist_covers(policy->time_servers, &owner))
		return TTL_LEFT_OUT;
	return exempt_ttl(exemption, ttl_s);
}

/* Returns the TTL that a record may pass with, or TTL_LEFT_OUT. If nothing was judged, `j` has no
 * message. */
static uint32_t passing_ttl(struct judging *j, const struct message *m, const struct rr *rr,
        unsigned index, const struct policy *policy, enum exemption exemption)
{
	switch (exempts[exemption].may_pass) {
	case PASS_ALL:
		return rr->ttl_s;
	case PASS_CLASS:
		return other_class_ttl(m, rr);
	case PASS_NAMED:
		return named_ttl(
		        m, rr, j->m ? proved_ttl(j, rr, index) : rr->ttl_s, policy, exemption);
	case PASS_SOA:
		return unproved_soa(m, rr) ? exempt_ttl(exemption, rr->ttl_s) : TTL_LEFT_OUT;
	case PASS_SILENT:
		return unproved_nowhere(m, rr) ? exempt_ttl(exemption, rr->ttl_s) : TTL_LEFT_OUT;
	case PASS_JUDGED:
	case PASS_MADE:
		return proved_ttl(j, rr, index);
	default:
		return TTL_LEFT_OUT;
	}
}

/* Chooses the records that pass. */
static void choose_records(struct rewrite *r, struct judging *j, const struct message *m,
        const struct client_query *asked, const struct policy *policy, enum exemption exemption)
{
	for (unsigned i = 0; i < m->rr_count; i++) {
		const struct rr *rr = &m->rrs[i];
		r->ttls[i] = is_hidden_from_client(m, asked, rr)
		                     ? TTL_LEFT_OUT
		                     : passing_ttl(j, m, rr, i, policy, exemption);
	}
}

/* Leaves out the records of `section` and of the sections after it. */
static void leave_out_from(struct rewrite *r, const struct message *m, enum section section)
{
	for (unsigned i = 0; i < m->rr_count; i++) {
		if (m->rrs[i].section >= section)
			r->ttls[i] = TTL_LEFT_OUT;
	}
}

/* Writes the message within the client's UDP size: whole, or without the additional section, or
 * empty with TC (RFC 2181, 9), which fits any client. Sets `whole` if the message is whole. Returns
 * false if the message cannot be written. */
static bool write_to_fit(struct gate *g, struct rewrite *r, const struct message *m,
        const struct client_query *asked, struct writer *out, bool *whole)
{
	static const enum section cuts[] = { SECTION_ADDITIONAL, SECTION_ANSWER };

	for (unsigned cut = 0;; cut++) {
		*out = writer_over(out->base, out->capacity);
		if (!rewrite_message(r, m, &g->arena, out))
			return false;
		*whole = cut == 0;
		if (out->len <= asked->udp_size || cut == sizeof(cuts) / sizeof(cuts[0]))
			return true;
		leave_out_from(r, m, cuts[cut]);
		r->bare_opt = cuts[cut] == SECTION_ANSWER;
		if (cuts[cut] == SECTION_ANSWER) /* no record is left that AD could cover */
			r->flags = (uint16_t)((r->flags | FLAG_TC) & ~FLAG_AD);
	}
}

void passing_refuse(const struct client_query *asked, uint16_t flags, struct writer *out,
        struct gate_result *result)
{
	*out = writer_over(out->base, out->capacity);
	reply_servfail(
	        asked, flags, result->outcome.reason, result->habit, result->filter_ede, out);
	result->verdict = GATE_SERVFAIL;
	result->octets = writer_span(out);
}

static bool passes_all(const struct gate_result *result)
{
	return exempts[result->exemption].may_pass == PASS_ALL;
}

/* True if the response may have AD: everything that passes was judged, with dates that count. */
static bool may_have_ad(const struct gate_result *result)
{
	return result->outcome.status == STATUS_SECURE &&
	       (result->exemption == EXEMPT_NOT || result->exemption == EXEMPT_CHAIN);
}

static uint16_t client_flags(
        const struct message *m, const struct client_query *asked, const struct gate_result *result)
{
	bool wants_ad = asked->dnssec_ok || (asked->flags & FLAG_AD); /* RFC 6840, 5.7 and 5.8 */
	uint16_t flags = m->flags & (uint16_t)~FLAG_AD;

	if (wants_ad && may_have_ad(result))
		flags |= FLAG_AD;
	/* the RCODE of a partial answer is about the missing end of the chain; the RCODE of a
	 * truncated answer is not judged */
	if ((result->is_partial || (m->flags & FLAG_TC)) && !passes_all(result))
		flags &= (uint16_t)~RCODE_MASK;
	if (result->is_name_error && !passes_all(result))
		flags |= RCODE_NXDOMAIN;
	return flags;
}

/* True if the header's RCODE would mislead the client. An RCODE with extended bits is an error,
 * which is not judged. A client that does not read those bits, because it sent no EDNS or ignores
 * them, must not take the rest for an answer or a denial. */
static bool rcode_misleads(
        const struct message *m, const struct client_query *asked, uint16_t flags)
{
	unsigned rest = flags & RCODE_MASK;

	/* a client of a newer EDNS expects it: it is how versions are negotiated (RFC 6891,
	 * 6.1.3) */
	if (asked->has_newer_edns && message_rcode(m) == RCODE_BADVERS)
		return false;
	return m->edns.extended_rcode != 0 &&
	       (!asked->has_edns || rest == RCODE_NOERROR || rest == RCODE_NXDOMAIN ||
	               rest == RCODE_YXDOMAIN);
}

void passing_send(struct gate *g, struct judging *j, const struct message *m,
        const struct client_query *asked, struct writer *out, struct gate_result *result)
{
	struct rewrite r = { .flags = client_flags(m, asked, result),
		.ttls = arena_take(&g->arena, m->rr_count * sizeof(*r.ttls)),
		.keep_opt = asked->has_edns,
		.opt_dnssec_ok = asked->dnssec_ok };

	if (!r.ttls || (rcode_misleads(m, asked, r.flags) && !passes_all(result))) {
		passing_refuse(asked, m->flags, out, result);
		return;
	}
	bool whole = true;
	choose_records(&r, j, m, asked, g->policy, result->exemption);
	if (rewrite_is_nothing(&r, m) && m->octets.len <= asked->udp_size) {
		result->verdict = GATE_ACCEPT;
		result->octets = m->octets;
	} else if (write_to_fit(g, &r, m, asked, out, &whole)) {
		result->verdict = GATE_REWRITE;
		result->octets = writer_span(out);
	} else if (passes_all(result)) {
		result->verdict = GATE_ACCEPT;
	} else {
		result->outcome = outcome_of(STATUS_BOGUS, REASON_MALFORMED);
		passing_refuse(asked, m->flags, out, result);
	}
	j->exemption = result->exemption;
	if (whole && j->m && result->octets.len > 0 && result->outcome.status <= STATUS_INSECURE)
		recall_put(&g->recall, j, asked, &r, result->octets, g->store->holds_until_s);
}
