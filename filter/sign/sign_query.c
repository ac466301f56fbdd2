/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/sign_query.h"

#include "gate/query.h"
#include "gate/reply.h"
#include "sign/sign_doubt.h"
#include "sign/sign_memory_zones.h"
#include "sign/sign_servers.h"
#include "sign/signer_private.h"
#include "wire/build.h"
#include "wire/edns.h"

static bool is_presigned(uint16_t type)
{
	return type == TYPE_DNSKEY || type == TYPE_CDS || type == TYPE_CDNSKEY;
}

bool is_of_dnssec(uint16_t type)
{
	return is_presigned(type) || type == TYPE_DS || type == TYPE_RRSIG || type == TYPE_NSEC ||
	       type == TYPE_NSEC3 || type == TYPE_NSEC3PARAM;
}

bool asks_of_policy(struct span query)
{
	struct cursor c = cursor_at(query, 4);
	uint16_t questions = cursor_u16(&c), type;

	c = cursor_at(query, DNS_HEADER_SIZE);
	name_skip(&c);
	type = cursor_u16(&c);
	return !c.bad && questions == 1 && (is_presigned(type) || type == TYPE_DS);
}

/* Returns why a query passes whatever its name, or SIGN_QUERY_ASKED. A zone transfer does not pass
 * here, not even with another class or with a TSIG that the server might accept. */
static enum sign_query query_passes_as(const struct message *q)
{
	if (q->flags & FLAG_QR)
		return SIGN_QUERY_MALFORMED;
	if (query_is_transfer(q))
		return SIGN_QUERY_ASKED;
	if (q->is_signed)
		return SIGN_QUERY_PASSED_TSIG;
	if (message_opcode(q) != OPCODE_QUERY || q->question_count != 1 || q->qclass != CLASS_IN)
		return SIGN_QUERY_PASSED_OTHER;
	return SIGN_QUERY_ASKED;
}

/* Sets the question to the server: the last `labels` of the name, and a type. */
static void query_ask(struct signer_query *a, enum sign_way way, unsigned labels, uint16_t type)
{
	a->way = (uint8_t)way;
	a->sent_labels = (uint8_t)labels;
	a->sent_type = type;
}

/* Chooses the question for a client that asks for DS. At an apex, the parent answers if it is
 * signed here, too (RFC 4035, 3.1.4.1). */
static void choose_way_of_ds(struct signer *s, const struct message *q,
        const struct sign_context *context, const struct sign_zone *zone, struct signer_query *a)
{
	const struct sign_zone *parent =
	        sign_policy_parent_at(s->policy, &zone->apex, context->peers->server);

	if (zone->apex.labels == q->qname.labels && parent)
		query_ask(a, SIGN_WAY_APEX, parent->apex.labels, TYPE_SOA);
	else if (zone->apex.labels == q->qname.labels)
		query_ask(a, SIGN_WAY_NODATA, zone->apex.labels, TYPE_SOA);
	else if (memory_may_learn_soa(s, zone, context->now_s) && !context->is_stream)
		query_ask(a, SIGN_WAY_LEARN, zone->apex.labels, TYPE_SOA);
	else
		query_ask(a, SIGN_WAY_DS, q->qname.labels,
		        doubt_type_for_ds(s, &q->qname, context->now_s));
}

/* Chooses the question to the server. Returns false if the query passes, because it has no DO and
 * asks for nothing that only the signer knows. */
static bool choose_way(struct signer *s, const struct message *q,
        const struct sign_context *context, const struct sign_zone *zone, struct signer_query *a)
{
	unsigned apex = zone->apex.labels;
	bool is_apex = apex == q->qname.labels;

	if (query_is_transfer(q))
		query_ask(a, SIGN_WAY_REFUSED, apex, TYPE_SOA);
	else if (is_apex && is_presigned(q->qtype))
		query_ask(a, SIGN_WAY_APEX, apex, TYPE_SOA);
	else if (q->qtype == TYPE_DS)
		choose_way_of_ds(s, q, context, zone, a);
	else if (!q->edns.dnssec_ok)
		return false;
	else if (q->qtype == TYPE_NXNAME)
		query_ask(a, SIGN_WAY_FORMERR, apex, TYPE_SOA);
	else if (q->qtype == TYPE_RRSIG)
		query_ask(a, SIGN_WAY_REFUSED, apex, TYPE_SOA);
	else if (is_of_dnssec(q->qtype))
		query_ask(a, SIGN_WAY_EXISTS, q->qname.labels, TYPE_SOA);
	else
		query_ask(a, SIGN_WAY_ANSWER, q->qname.labels, q->qtype);
	if (q->edns.present && q->edns.version != 0)
		query_ask(a, SIGN_WAY_BADVERS, apex, TYPE_SOA);
	return true;
}

/* Returns the name of the question to the server, in the letters of the client. A name that is made
 * for the question is written to `room`. */
static struct span sent_name(const struct signer_query *a, uint8_t room[static NAME_MAX_OCTETS])
{
	struct span name = span_of(a->client.question, a->client.question_len - 4u);
	struct writer made = writer_over(room, NAME_MAX_OCTETS);
	unsigned labels = 0;

	for (size_t at = 0; name.base[at] != 0; at += name.base[at] + 1u)
		labels++;
	for (; labels > a->sent_labels; labels--)
		name = span_of(name.base + name.base[0] + 1, name.len - name.base[0] - 1u);
	if (a->way != SIGN_WAY_PROBE)
		return name;
	writer_u8(&made, sizeof(SIGN_PROBE_LABEL) - 1);
	writer_put(&made, span_of(SIGN_PROBE_LABEL, sizeof(SIGN_PROBE_LABEL) - 1));
	writer_put(&made, name);
	return made.full ? name : writer_span(&made);
}

static void write_sent_query(const struct signer_query *a, struct writer *out)
{
	const struct edns_head head = { .udp_size = QUERY_UDP_SIZE };
	uint8_t room[NAME_MAX_OCTETS];

	bool has_opt = a->sent_edns || carries_subnet(a);

	build_header(out, a->client.id, a->client.flags & FLAG_RD, 1, has_opt);
	writer_put(out, sent_name(a, room));
	writer_u16(out, a->sent_type);
	writer_u16(out, CLASS_IN);
	if (!has_opt)
		return;
	size_t begun = edns_begin(out, &head);
	if (carries_subnet(a))
		client_subnet_write(&a->subnet, 0, out);
	edns_end(out, begun);
}

void sign_ask(struct signer_query *asked, const struct sign_step *step, struct writer *out)
{
	asked->detours++;
	if (step->is_bare)
		asked->subnet.is_given = false;
	query_ask(asked, (enum sign_way)step->way, step->labels, step->type);
	write_sent_query(asked, out);
}

void sign_ask_again(const struct signer_query *asked, struct writer *out)
{
	write_sent_query(asked, out);
}

/* True for the ways on which the server's data decide. */
static bool needs_server(const struct signer_query *a)
{
	return a->way == SIGN_WAY_ANSWER || a->way == SIGN_WAY_DS || a->way == SIGN_WAY_EXISTS;
}

/* Takes the client subnet of a question that the server has to answer. Only the answers to these
 * may differ from client to client. A malformed option is left out: a server that does not know the
 * option would not look at it either (RFC 6891, 6.1.2), and the answer for all clients is right for
 * this one. */
static void take_subnet(struct signer *s, const struct message *query,
        const struct sign_context *context, struct signer_query *a)
{
	if (s->policy->ignores_subnet || a->goal.way != SIGN_WAY_ANSWER ||
	        query->edns.options.len == 0)
		return;
	if (!client_subnet_read(query->edns.options, &a->subnet) || a->subnet.scope != 0 ||
	        (a->subnet.is_given &&
	                !server_takes_subnet(s, context->peers->server, context->now_ms)))
		a->subnet = (struct client_subnet){ 0 };
}

/* Returns why nothing is signed for a name and a server. */
static enum sign_query passes_without_zone(const struct signer *s, const struct name *name)
{
	const struct sign_zone *zone = sign_policy_zone(s->policy, name);

	if (!zone)
		return SIGN_QUERY_PASSED_OUTSIDE;
	return zone->is_unsigned ? SIGN_QUERY_PASSED_UNSIGNED : SIGN_QUERY_PASSED_ELSEWHERE;
}

enum sign_query sign_query(struct signer *s, const struct message *query,
        const struct sign_context *context, struct signer_query *asked, struct writer *out)
{
	const struct sign_peers *peers = context->peers;
	enum sign_query kind = query_passes_as(query);
	const struct sign_zone *zone;
	struct sign_step step;

	if (kind != SIGN_QUERY_ASKED)
		return kind;
	zone = sign_policy_zone_at(s->policy, &query->qname, peers->server);
	if (!zone)
		return passes_without_zone(s, &query->qname);
	if (query_is_transfer(query) && sign_policy_is_secondary(s->policy, peers->client))
		return SIGN_QUERY_PASSED_TRANSFER;
	*asked = (struct signer_query){ .compact_ok = query->edns.flags & EDNS_CO,
		.zone_number = number_of_zone(s, zone) };
	if (!choose_way(s, query, context, zone, asked))
		return SIGN_QUERY_PASSED_PLAIN;
	asked->goal = (struct sign_step){ asked->way, asked->sent_labels, asked->sent_type, false };
	if (needs_server(asked) && doubt_pending(s, &query->qname, zone, context->now_s, &step))
		query_ask(asked, (enum sign_way)step.way, step.labels, step.type);
	query_note(query, &asked->client);
	take_subnet(s, query, context, asked);
	asked->sent_edns =
	        !context->is_stream && server_supports_edns(s, peers->server, context->now_ms);
	write_sent_query(asked, out);
	return SIGN_QUERY_ASKED;
}

void sign_no_response(const struct signer_query *asked, struct writer *out)
{
	reply_servfail(&asked->client, 0, REASON_NONE, REASON_NONE, 0, out);
}

static bool name_equals_octets(const struct name *n, struct span octets)
{
	struct cursor c = cursor_over(octets);
	struct name name;

	name_read_plain(&c, &name);
	return name_equal(n, &name);
}

/* A server that returns another subnet has answered another query, or somebody else has. */
static bool is_for_subnet(const struct message *response, const struct signer_query *asked)
{
	struct client_subnet given;

	return !carries_subnet(asked) ||
	       (client_subnet_read(response->edns.options, &given) &&
	               (!given.is_given || client_subnet_answers(&given, &asked->subnet)));
}

/* Letter case may differ: some servers do not keep it. The client gets its own letters back. */
bool sign_matches(const struct message *response, const struct signer_query *asked)
{
	unsigned rcode = message_rcode(response);

	if (!(response->flags & FLAG_QR) || response->id != asked->client.id ||
	        message_opcode(response) != OPCODE_QUERY || !is_for_subnet(response, asked))
		return false;
	if (response->question_count == 0)
		return rcode != RCODE_NOERROR && rcode != RCODE_NXDOMAIN && response->rr_count == 0;
	struct span name = span_of(response->question.base, response->question.len - 4);
	uint8_t room[NAME_MAX_OCTETS];
	struct span sent = sent_name(asked, room);
	return response->qtype == asked->sent_type && response->qclass == CLASS_IN &&
	       (span_equal(name, sent) || name_equals_octets(&response->qname, sent));
}
