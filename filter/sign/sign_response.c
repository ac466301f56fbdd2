/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/sign_response.h"

#include "dnssec/outcome.h"
#include "sign/sign_answer.h"
#include "sign/sign_cut.h"
#include "sign/sign_memory.h"
#include "sign/sign_put.h"
#include "sign/sign_query.h"
#include "sign/sign_servers.h"
#include "sign/sign_set.h"
#include "sign/sign_write.h"
#include "sign/signer_private.h"

enum { RCODE_BADVERS = 16 };

/* Of RFC 8914 and, for the last, RFC 9824, 3.5. */
enum { EDE_OTHER = 0, EDE_INVALID_QUERY_TYPE = 30 };

/* ---- What is learned of every response ---- */

static void learn_set(struct signing *g, const struct rrset *set, const struct sign_zone *zone)
{
	struct canonical_set canonical;

	if (!canonical_set_build(&canonical, &g->sets, set, &g->signer->arena))
		return;
	struct span rdata = canonical.rdatas[0];
	struct zone_memory *z = memory_zone(g->signer, zone);
	if (rdata.len < 4 || rdata.len > sizeof(z->soa))
		return;
	uint32_t ttl_s = rrset_ttl(&g->sets, set);
	uint32_t original_s = memory_ttl(g->signer, &canonical, ttl_s, zone->max_ttl_s);
	ttl_s = least(ttl_s, original_s);
	if (z->has_soa && z->original_ttl_s == original_s && z->ttl_s == ttl_s &&
	        span_equal(span_of(z->soa, z->len), rdata))
		return;
	z->original_ttl_s = original_s;
	z->ttl_s = ttl_s;
	z->minimum_s = get_u32(rdata.base + rdata.len - 4);
	z->len = (uint16_t)rdata.len;
	memcpy(z->soa, rdata.base, rdata.len);
	z->has_soa = true;
	g->signer->recall.learned[LESSON_SOA]++;
}

/* The zone that the server was asked for. */
static const struct sign_zone *asked_zone(const struct signing *g)
{
	struct name sent;

	name_suffix(&g->qname, g->asked->sent_labels, &sent);
	return zone_of(g, &sent);
}

/* Also without AA: the server may be a cache, and nobody knows better. But of a zone that it was
 * not asked for it may be no server. */
void learn_soa(struct signing *g)
{
	for (unsigned i = 0; i < g->sets.count; i++) {
		const struct rrset *set = &g->sets.sets[i];
		if (set->type != TYPE_SOA || set->count != 1 || set->section == SECTION_ADDITIONAL)
			continue;
		const struct sign_zone *zone = asked_zone(g);
		if (zone && name_equal(&set->owner, &zone->apex))
			learn_set(g, set, zone);
	}
}

static bool has_dnssec(const struct message *m)
{
	return message_has_type(m, TYPE_RRSIG) || message_has_type(m, TYPE_NSEC) ||
	       message_has_type(m, TYPE_NSEC3);
}

/* ---- Responses without records ---- */

static void end_empty(struct signing *g, enum sign_outcome outcome, unsigned rcode, uint16_t flags,
        int ede, struct writer *out)
{
	const char *text = ede == EDE_OTHER ? sign_outcome_word(outcome) : "";

	write_empty(g, rcode, flags, ede, text, out);
	g->result->verdict = SIGN_REWRITE;
	g->result->outcome = outcome;
	g->result->is_servfail = rcode == RCODE_SERVFAIL && ede == EDE_OTHER;
	g->result->octets = writer_span(out);
}

static void end_servfail(struct signing *g, enum sign_outcome outcome, struct writer *out)
{
	end_empty(g, outcome, RCODE_SERVFAIL, 0, EDE_OTHER, out);
}

/* A client that is told to come by TCP; one that has come cannot be. */
static void end_cut(struct signing *g, enum sign_outcome outcome, struct writer *out)
{
	if (g->is_stream)
		end_servfail(g,
		        outcome == SIGN_OUTCOME_LIMITED ? SIGN_OUTCOME_EXHAUSTED
		                                        : SIGN_OUTCOME_UNEXPECTED,
		        out);
	else
		end_empty(g, outcome, RCODE_NOERROR, FLAG_TC, EDE_NONE, out);
}

static void end_trouble(struct signing *g, struct writer *out)
{
	if (g->trouble == SIGN_OUTCOME_LIMITED)
		end_cut(g, g->trouble, out);
	else
		end_servfail(g,
		        g->trouble == SIGN_OUTCOME_COUNT ? SIGN_OUTCOME_UNEXPECTED : g->trouble,
		        out);
}

/* The server's own failure goes on without a word of what is there (RFC 4035, 3.1.6). */
static void end_error(struct signing *g, struct writer *out)
{
	unsigned rcode = message_rcode(g->m);

	if (g->asked->sent_edns &&
	        (rcode == RCODE_FORMERR || rcode == RCODE_NOTIMP || rcode == RCODE_BADVERS))
		end_cut(g, SIGN_OUTCOME_EDNS, out);
	else if (rcode > RCODE_MASK)
		end_servfail(g, SIGN_OUTCOME_UNEXPECTED, out);
	else
		end_empty(g, SIGN_OUTCOME_ERROR, rcode, 0, EDE_NONE, out);
}

/* ---- Responses with records ---- */

typedef bool sign_maker(struct signing *g, struct ending *e);

static void end_made(struct signing *g, sign_maker *maker, struct writer *out)
{
	struct ending e = {
		.rcode = RCODE_NOERROR, .flags = FLAG_AA, .outcome = SIGN_OUTCOME_ANSWER
	};

	if (!maker(g, &e)) {
		end_trouble(g, out);
		return;
	}
	if (!write_items(g, &e, out)) {
		end_cut(g, SIGN_OUTCOME_TRUNCATED, out);
		return;
	}
	g->result->verdict = SIGN_REWRITE;
	g->result->outcome = e.outcome;
	g->result->octets = writer_span(out);
}

/* All records as they came. Yet the server did not see what the client said that it takes. */
static bool put_all(struct signing *g, struct ending *e)
{
	e->rcode = message_rcode(g->m) & RCODE_MASK;
	e->flags = g->m->flags & FLAG_AA;
	e->outcome = SIGN_OUTCOME_SIGNED;
	for (unsigned i = 0; i < g->m->rr_count; i++) {
		const struct rr *rr = &g->m->rrs[i];
		if (rr->class != CLASS_IN)
			return signing_fail(g, SIGN_OUTCOME_UNEXPECTED);
		if (!put_item(g, (struct sign_item){ .section = rr->section,
		                         .type = rr->type,
		                         .ttl_s = rr->ttl_s,
		                         .rr = rr }))
			return false;
	}
	return true;
}

/* A server that signs by itself needs nobody to do it; but what was asked of it in place of the
 * client's question is no answer. */
static void end_signed(struct signing *g, struct writer *out)
{
	if (g->asked->way == SIGN_ANSWER)
		end_made(g, put_all, out);
	else
		end_servfail(g, SIGN_OUTCOME_SIGNED, out);
}

static bool is_answer(const struct message *m)
{
	unsigned rcode = message_rcode(m);

	return rcode == RCODE_NOERROR || rcode == RCODE_NXDOMAIN || rcode == RCODE_YXDOMAIN;
}

/* What the client asked is about the server's records. */
static void make_of_records(struct signing *g, struct writer *out)
{
	static sign_maker *const makers[] = {
		[SIGN_ANSWER] = sign_answer,
		[SIGN_DS] = sign_ds,
		[SIGN_EXISTS] = sign_exists,
		[SIGN_NODATA] = sign_apex_nodata,
	};

	if (!is_answer(g->m))
		end_error(g, out);
	else if (g->m->flags & FLAG_TC)
		end_cut(g, SIGN_OUTCOME_CUT, out);
	else if (has_dnssec(g->m))
		end_signed(g, out);
	else if (g->asked->way == SIGN_LEARN)
		end_cut(g, SIGN_OUTCOME_LEARNING, out);
	else
		end_made(g, makers[g->asked->way], out);
}

static void make(struct signing *g, struct writer *out)
{
	switch (g->asked->way) {
	case SIGN_APEX:
		end_made(g, sign_apex, out);
		break;
	case SIGN_FORMERR:
		end_empty(g, SIGN_OUTCOME_REFUSED, RCODE_FORMERR, 0, EDE_INVALID_QUERY_TYPE, out);
		break;
	case SIGN_REFUSED:
		end_empty(g, SIGN_OUTCOME_REFUSED, RCODE_REFUSED, 0, EDE_NONE, out);
		break;
	case SIGN_BADVERS:
		end_empty(g, SIGN_OUTCOME_REFUSED, RCODE_BADVERS, 0, EDE_NONE, out);
		break;
	default:
		make_of_records(g, out);
	}
}

/* Reads what the client asked. The policy may be another one by now, under which something else
 * had to be asked of the server: then it returns false. */
static bool read_question(struct signing *g)
{
	const struct asked *asked = &g->asked->asked;
	struct cursor c = cursor_over(span_of(asked->question, asked->question_len));

	if (g->m->question.len == asked->question_len)
		g->qname = g->m->qname; /* it matches */
	else
		name_read_plain(&c, &g->qname);
	g->qtype = get_u16(asked->question + asked->question_len - 4);
	return !c.bad && g->asked->policy == g->signer->policy_number;
}

void sign_response(struct signer *s, const struct asked_signing *asked,
        const struct sign_peers *peers, const struct message *response, bool is_stream,
        int64_t now_s, uint64_t now_ms, struct writer *out, struct sign_result *result)
{
	struct recall_id id;
	struct signing g;

	*result = (struct sign_result){ .verdict = SIGN_DROP, .outcome = SIGN_OUTCOME_STRAY };
	if (!sign_matches(response, asked))
		return;
	if (!is_stream)
		server_note_response(s, peers->server, asked->sent_edns, response, now_ms);
	memset(&g, 0, offsetof(struct signing, qname)); /* names are long */
	g.signer = s;
	g.asked = asked;
	g.peers = peers;
	g.is_stream = is_stream;
	g.now_s = now_s;
	g.now_ms = now_ms;
	g.result = result;
	g.m = response;
	g.trouble = SIGN_OUTCOME_COUNT;
	if (sign_recall_find(&g, &id, out))
		return;
	sign_recall_begin(&s->recall, now_s);
	arena_reset(&s->arena, 0);
	if (!read_question(&g) || response->is_signed ||
	        !rrsets_group(&g.sets, response, &s->arena)) {
		end_servfail(&g, SIGN_OUTCOME_UNEXPECTED, out);
		return;
	}
	learn_soa(&g);
	make(&g, out);
	sign_recall_put(&g, &id);
}
