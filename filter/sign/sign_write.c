/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/sign_write.h"

#include "gate/query.h"
#include "sign/signer_private.h"
#include "wire/build.h"
#include "wire/compress.h"
#include "wire/edns.h"
#include "wire/rdata.h"

#define OPTION_EDE 15 /* RFC 8914, 2 */
#define RCODE_BITS 4

#define POINTER_BITS  0xc000
#define POINTER_REACH 0x3fff

struct response_writing {
	const struct sign_job *job;
	struct writer *w;
	struct compressor names;
	uint16_t counts[SECTION_ADDITIONAL + 1];
	size_t known, written; /* offset of one name in the server's response, and in the answer */
};

static void write_response_head(struct response_writing *v, unsigned rcode, uint16_t flags)
{
	const struct client_query *asked = &v->job->asked->client;
	uint16_t server_flags = v->job->m->flags & FLAG_RA;

	/* write_response_counts() sets the other counts. */
	build_header(v->w, asked->id,
	        (uint16_t)(FLAG_QR | flags | server_flags | (asked->flags & FLAG_RD) |
	                   (rcode & RCODE_MASK)),
	        1, 0);
	compress_begin(&v->names, v->w);
	struct span name = span_of(asked->question, asked->question_len - 4u);
	compress_name(&v->names, name, CASE_KEPT);
	writer_put(v->w, span_of(asked->question + asked->question_len - 4, 4));
	const struct span *question = &v->job->m->question;
	if (question->len == asked->question_len &&
	        memcmp(question->base, name.base, name.len) == 0)
		v->known = v->written = DNS_HEADER_SIZE;
}

static void write_response_counts(struct response_writing *v)
{
	build_set_counts(v->w, v->counts);
}

/* Says for which clients the server has chosen its answer, if the server said so. */
static void write_response_subnet(struct response_writing *v)
{
	const struct signer_query *asked = v->job->asked;
	struct client_subnet given;

	if (carries_subnet(asked) && client_subnet_read(v->job->m->edns.options, &given) &&
	        given.is_given)
		client_subnet_write(&asked->subnet, given.scope, v->w);
}

/* Of the options of the client's query, the OPT has the client subnet alone, because the signer
 * acts on no other (RFC 6891, 6.1.2). `has_records`: the answer has records, which may be for some
 * clients only. */
static void write_response_opt(struct response_writing *v, unsigned rcode, bool has_records,
        bool says_co, int ede, const char *text)
{
	const struct client_query *asked = &v->job->asked->client;
	const struct edns_head head = { .udp_size = QUERY_UDP_SIZE,
		.extended_rcode = (uint8_t)(rcode >> RCODE_BITS),
		.flags = (uint16_t)((asked->dnssec_ok ? EDNS_DO : 0) | (says_co ? EDNS_CO : 0)) };

	if (!asked->has_edns)
		return;
	size_t begun = edns_begin(v->w, &head);
	if (has_records)
		write_response_subnet(v);
	if (ede != EDE_NONE) {
		writer_u16(v->w, OPTION_EDE);
		writer_u16(v->w, (uint16_t)(2 + strlen(text)));
		writer_u16(v->w, (uint16_t)ede);
		writer_put(v->w, span_of(text, strlen(text)));
	}
	edns_end(v->w, begun);
	v->counts[SECTION_ADDITIONAL]++;
}

/* Returns false if a name in the RDATA is malformed. */
static bool write_item_rdata(struct response_writing *v, const struct rr *rr)
{
	struct rdata_walk walk = rdata_walk_begin(v->job->m, rr);
	struct rdata_part part;
	struct wire_name name;

	while (rdata_walk_next(&walk, &part)) {
		if (!part.is_name) {
			writer_put(v->w, part.octets);
			continue;
		}
		if (!wire_name_read(v->job->m->octets, part.at, &name))
			return false;
		if (rdata_may_compress(rr->type))
			compress_name(&v->names, span_of(name.octets, name.len), CASE_KEPT);
		else
			writer_put(v->w, span_of(name.octets, name.len));
	}
	return rdata_walk_done(&walk);
}

/* Returns the offset of the owner, or of the name that its pointer leads to. */
static size_t spelled_at(const struct message *m, const struct rr *rr)
{
	uint16_t first = get_u16(m->octets.base + rr->owner_at);

	return first >= POINTER_BITS ? first & ~POINTER_BITS : rr->owner_at;
}

/* Writes the name at v->written again. */
static void write_known_name(struct response_writing *v)
{
	const uint8_t *name = v->w->base + v->written;

	if (name[0] == 0)
		writer_u8(v->w, 0);
	else
		writer_u16(v->w, name[0] >= POINTER_BITS >> 8
		                         ? get_u16(name)
		                         : (uint16_t)(POINTER_BITS | v->written));
}

/* Most records have the owner of the record before, or the question's name. These are not compared
 * label by label. */
static bool write_item_owner(struct response_writing *v, const struct sign_item *item)
{
	struct wire_name name;
	size_t start = v->w->len;

	if (item->owner) {
		compress_name(&v->names, name_span(item->owner), CASE_ANY);
		return true;
	}
	size_t at = spelled_at(v->job->m, item->rr);
	if (at == v->known) {
		write_known_name(v);
		return true;
	}
	if (!wire_name_read(v->job->m->octets, item->rr->owner_at, &name))
		return false;
	compress_name(&v->names, span_of(name.octets, name.len), CASE_KEPT);
	if (start <= POINTER_REACH && !v->w->full) {
		v->known = at;
		v->written = start;
	}
	return true;
}

static bool write_item(struct response_writing *v, const struct sign_item *item)
{
	if (!write_item_owner(v, item))
		return false;
	writer_u16(v->w, item->type);
	writer_u16(v->w, CLASS_IN);
	writer_u32(v->w, item->ttl_s);
	size_t length_at = v->w->len;
	writer_u16(v->w, 0);
	if (item->has_rdata)
		writer_put(v->w, item->rdata);
	else if (!rdata_has_names(item->type))
		writer_put(v->w, message_rdata(v->job->m, item->rr));
	else if (!write_item_rdata(v, item->rr))
		return false;
	if (v->w->full)
		return false;
	writer_patch_u16(v->w, length_at, (uint16_t)(v->w->len - length_at - 2));
	v->counts[item->section]++;
	return true;
}

/* What is left out of an answer that does not fit, in this order. Beside an answer, the zone's NS
 * may be left out (RFC 2181, 9). Glue may not: a referral without its glue gets TC=1 (RFC 9471). */
enum leaving { LEAVE_NONE, LEAVE_EXTRAS, LEAVE_ADDITIONAL, LEAVE_AUTHORITY };

static bool is_left(const struct sign_item *item, enum leaving leaving)
{
	return (leaving >= LEAVE_EXTRAS && item->is_extra) ||
	       (leaving >= LEAVE_ADDITIONAL && item->section == SECTION_ADDITIONAL) ||
	       (leaving >= LEAVE_AUTHORITY && item->section == SECTION_AUTHORITY);
}

/* The authority section of a denial is its proof, so it stays. */
static enum leaving most_left(const struct ending *e)
{
	if (e->outcome == SIGN_OUTCOME_REFERRAL)
		return LEAVE_EXTRAS;
	return e->outcome == SIGN_OUTCOME_ANSWER ? LEAVE_AUTHORITY : LEAVE_ADDITIONAL;
}

static bool write_leaving(
        struct sign_job *job, const struct ending *e, enum leaving leaving, struct writer *out)
{
	struct response_writing v = { .job = job, .w = out };

	write_response_head(&v, e->rcode, e->flags);
	for (unsigned i = 0; i < job->item_count; i++) {
		const struct sign_item *item = &job->signer->items[i];
		if (!is_left(item, leaving) && !write_item(&v, item))
			return false;
	}
	write_response_opt(&v, e->rcode, true, e->says_co, EDE_NONE, "");
	write_response_counts(&v);
	return !out->full;
}

size_t room_of_answer(const struct sign_job *job)
{
	size_t most = job->signer->policy->udp_size_max ? job->signer->policy->udp_size_max
	                                                : SIGN_UDP_SIZE;

	if (job->is_stream)
		return UINT16_MAX;
	return job->asked->client.udp_size < most ? job->asked->client.udp_size : most;
}

bool write_items(struct sign_job *job, const struct ending *e, struct writer *out)
{
	size_t room = room_of_answer(job), capacity = out->capacity;

	for (enum leaving leaving = LEAVE_NONE; leaving <= most_left(e); leaving++) {
		*out = writer_over(out->base, room < capacity ? room : capacity);
		if (write_leaving(job, e, leaving, out))
			return true;
	}
	*out = writer_over(out->base, capacity);
	return false;
}

void write_empty(struct sign_job *job, unsigned rcode, uint16_t flags, int ede, const char *text,
        struct writer *out)
{
	struct response_writing v = { .job = job, .w = out };

	*out = writer_over(out->base, out->capacity);
	write_response_head(&v, rcode, flags);
	write_response_opt(&v, rcode, false, false, ede, text);
	write_response_counts(&v);
}
