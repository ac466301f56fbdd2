/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/query.h"

#define COUNTS_ADDITIONAL_AT 10
#define OPT_CLASS_AT         3 /* after owner and type */
#define OPT_FLAGS_AT         7

/* True if the OPT has more than sealgate would put there. */
static bool has_extras(const struct edns *edns)
{
	return edns->options.len > 0 || edns->version != 0 || (edns->flags & ~EDNS_DO) != 0;
}

void query_note(const struct message *m, struct client_query *asked)
{
	memset(asked, 0, offsetof(struct client_query, question)); /* `question` is long */
	asked->id = m->id;
	asked->flags = m->flags;
	asked->udp_size = DNS_PLAIN_SIZE;
	asked->question_len = (uint16_t)m->question.len;
	asked->has_edns = m->edns.present;
	asked->dnssec_ok = m->edns.dnssec_ok;
	asked->has_extras = m->edns.present && has_extras(&m->edns);
	asked->has_newer_edns = m->edns.present && m->edns.version != 0;
	if (m->edns.present && m->edns.udp_size > DNS_PLAIN_SIZE)
		asked->udp_size = m->edns.udp_size; /* RFC 6891, 6.2.3 */
	if (m->question.len)
		memcpy(asked->question, m->question.base, m->question.len);
}

bool query_is_transfer(const struct message *m)
{
	return !(m->flags & FLAG_QR) && message_opcode(m) == OPCODE_QUERY &&
	       m->question_count == 1 && (m->qtype == TYPE_AXFR || m->qtype == TYPE_IXFR);
}

enum { OPTION_COOKIE = 10 };

/* True for a query without a question, by which a client asks for a DNS cookie (RFC 7873, 5.4). */
static bool asks_for_cookie(const struct message *m)
{
	struct cursor c = cursor_over(m->edns.options);

	if (m->question_count != 0 || m->rr_count > 0 || !m->edns.present)
		return false;
	while (!c.bad && !cursor_done(&c)) {
		uint16_t code = cursor_u16(&c);
		cursor_take(&c, cursor_u16(&c));
		if (!c.bad && code == OPTION_COOKIE)
			return true;
	}
	return false;
}

bool query_asks_soa(const struct client_query *asked)
{
	struct cursor c = cursor_over(span_of(asked->question, asked->question_len));

	name_skip(&c);
	return cursor_u16(&c) == TYPE_SOA;
}

static enum query_kind classify_query(
        const struct message *m, const struct policy *policy, const struct query_ends *ends)
{
	if (m->flags & FLAG_QR)
		return QUERY_MALFORMED;
	if (message_opcode(m) != OPCODE_QUERY)
		return QUERY_OPCODE;
	if (query_is_transfer(
	            m)) /* an IXFR has a record: the SOA that the client has (RFC 1995, 3) */
		return QUERY_TRANSFER;
	if (m->is_signed)
		return QUERY_SIGNED;
	if (asks_for_cookie(m))
		return QUERY_EMPTY;
	if (m->question_count != 1 || m->rr_count > 0)
		return QUERY_MALFORMED;
	if (policy_is_unjudged(policy, ends->server))
		return QUERY_UNJUDGED;
	if ((m->flags & FLAG_CD) && policy_passes_cd(policy, ends->client))
		return QUERY_CD;
	return QUERY_JUDGED;
}

enum exemption query_exemption(enum query_kind kind)
{
	static const enum exemption exemptions[] = {
		[QUERY_JUDGED] = EXEMPT_NOT,
		[QUERY_CD] = EXEMPT_CD,
		[QUERY_SIGNED] = EXEMPT_TSIG,
		[QUERY_UNJUDGED] = EXEMPT_SERVER,
		[QUERY_TRANSFER] = EXEMPT_TRANSFER,
		[QUERY_OPCODE] = EXEMPT_OPCODE,
		[QUERY_EMPTY] = EXEMPT_EMPTY,
		[QUERY_QUESTIONS] = EXEMPT_NOT, /* nothing passes: sealgate makes the answer */
		[QUERY_MALFORMED] = EXEMPT_NOT, /* such a query is not sent on */
	};
	return exemptions[kind];
}

enum query_kind query_read(const struct message *m, const struct policy *policy,
        const struct query_ends *ends, struct client_query *asked)
{
	enum query_kind kind = classify_query(m, policy, ends);

	if (kind == QUERY_MALFORMED)
		return kind;
	query_note(m, asked);
	asked->passes_unjudged = kind != QUERY_JUDGED;
	return kind;
}

static void write_bare_opt(struct writer *out)
{
	const struct edns_head head = { .udp_size = QUERY_UDP_SIZE, .flags = EDNS_DO };

	writer_patch_u16(out, COUNTS_ADDITIONAL_AT, 1);
	edns_end(out, edns_begin(out, &head));
}

bool query_decorate(const struct message *m, struct writer *out)
{
	writer_put(out, m->octets);
	if (m->edns.present && !out->full) {
		writer_patch_u16(out, m->edns.at + OPT_FLAGS_AT, m->edns.flags | EDNS_DO);
		writer_patch_u16(out, m->edns.at + OPT_CLASS_AT, QUERY_UDP_SIZE);
	} else if (!m->edns.present) {
		write_bare_opt(out);
	}
	return !out->full;
}

bool query_strip(const struct message *m, struct writer *out)
{
	writer_put(out, span_of(m->octets.base, DNS_HEADER_SIZE + m->question.len));
	if (!out->full)
		write_bare_opt(out);
	return !out->full;
}
