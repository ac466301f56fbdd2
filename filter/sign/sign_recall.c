/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/sign_recall.h"

#include "base/spill.h"
#include "sign/sign_memory.h"
#include "sign/sign_write.h"
#include "sign/signer_private.h"
#include "wire/compress.h"
#include "wire/rdata.h"

/* A kept answer. */
struct kept_answer {
	int64_t from_s;
	uint32_t learned[LESSON_COUNT]; /* as in struct memory_basis */
	uint32_t more;                  /* spare entries, if `octets` is too short */
	uint8_t id_rest[WIDE_HASH_REST];
	uint16_t len;
	uint8_t lifetime_s;
	uint8_t found;   /* signatures in it */
	uint8_t outcome; /* enum sign_outcome */
	uint8_t depends; /* as in struct memory_basis */
	uint8_t octets[SIGN_RECALL_OCTETS];
};

_Static_assert(SIGN_RECALL_S <= UINT8_MAX && SIGN_KEYS_MAX * LIMIT_SIGNED <= UINT8_MAX,
        "lifetime_s and found have one octet");

/* What an answer depends on besides the two messages. Has no holes, because it is hashed. */
struct query_form {
	uint8_t server[16];
	uint8_t zone_number[4]; /* another one: the server was asked under another policy */
	uint16_t room;          /* octets that the answer may have */
	uint16_t sent_type;
	uint16_t question_len;
	uint8_t way, sent_labels, server_len;
	uint8_t bits;
};

_Static_assert(sizeof(struct query_form) == 30, "no holes");

enum {
	FORM_STREAM = 1,
	FORM_EDNS = 2,
	FORM_DO = 4,
	FORM_CO = 8,
	FORM_RD = 16,
	FORM_SENT_EDNS = 32,
	FORM_ANY_CASE = 64,
	FORM_SUBNET = 128, /* the subnet follows */
};

int sign_recall_init(struct signer *s)
{
	uint32_t capacity = s->limits.messages;

	return capacity == 0 ? 0 : table_init(&s->messages, sizeof(struct kept_answer), capacity);
}

/* ---- Finding ---- */

static struct query_form query_form_of(const struct sign_job *job, bool is_any_case)
{
	const struct client_query *asked = &job->asked->client;
	const struct span *server = &job->peers->server;
	struct query_form form = {
		.room = (uint16_t)room_of_answer(job),
		.sent_type = job->asked->sent_type,
		.question_len = asked->question_len,
		.way = job->asked->way,
		.sent_labels = job->asked->sent_labels,
		.server_len = (uint8_t)server->len,
		.bits = (uint8_t)((job->is_stream ? FORM_STREAM : 0) |
		                  (asked->has_edns ? FORM_EDNS : 0) |
		                  (asked->dnssec_ok ? FORM_DO : 0) |
		                  (job->asked->compact_ok ? FORM_CO : 0) |
		                  (asked->flags & FLAG_RD ? FORM_RD : 0) |
		                  (job->asked->sent_edns ? FORM_SENT_EDNS : 0) |
		                  (carries_subnet(job->asked) ? FORM_SUBNET : 0) |
		                  (is_any_case ? FORM_ANY_CASE : 0)),
	};

	put_u32(form.zone_number, job->asked->zone_number);
	memcpy(form.server, server->base, least(server->len, sizeof(form.server)));
	return form;
}

/* True if the letter case of the question shall not matter. Clients vary it, to recognise the
 * response to their query. If the response has the same letters as the query, both are hashed in
 * lower case. Not so for a name with more labels than compression looks for, because then the other
 * names in the answer may not point to the question. */
static bool is_in_any_case(const struct sign_job *job)
{
	const struct client_query *asked = &job->asked->client;
	const struct message *m = job->m;

	return m->question.len == asked->question_len && m->qname.labels <= COMPRESS_PROBES &&
	       memcmp(asked->question, m->qname.octets, m->qname.len) != 0 &&
	       memcmp(asked->question, m->question.base, asked->question_len) == 0;
}

/* Sets the id of an answer: a hash over the form of the query, the client subnet if the server got
 * one, the client's question, and the response without its message id. */
static void identify_answer(const struct sign_job *job, struct recall_id *id)
{
	const struct client_query *asked = &job->asked->client;
	const struct message *m = job->m;
	uint8_t octets[sizeof(struct query_form) + sizeof(struct client_subnet) + QUESTION_MAX +
	               SIGN_RECALL_MAX];

	id->is_none = m->octets.len > SIGN_RECALL_MAX || m->question_count == 0;
	if (id->is_none)
		return;
	id->is_any_case = is_in_any_case(job);
	const struct query_form form = query_form_of(job, id->is_any_case);
	size_t form_len = sizeof(form);
	memcpy(octets, &form, sizeof(form));
	if (carries_subnet(job->asked)) {
		memcpy(octets + form_len, &job->asked->subnet, sizeof(job->asked->subnet));
		form_len += sizeof(job->asked->subnet);
	}
	uint8_t *question = octets + form_len, *response = question + asked->question_len;
	memcpy(question, asked->question, asked->question_len);
	memcpy(response, m->octets.base, m->octets.len);
	put_u16(response, 0);
	if (id->is_any_case) {
		memcpy(question, m->qname.octets, m->qname.len);
		memcpy(response + DNS_HEADER_SIZE, m->qname.octets, m->qname.len);
	}
	id->hash = keyed_hash_wide(
	        &job->signer->key, span_of(octets, (size_t)(response - octets) + m->octets.len));
}

static bool kept_answer_is(const void *entry, const void *id)
{
	return wide_hash_has_rest(id, ((const struct kept_answer *)entry)->id_rest);
}

static struct kept_answer *kept_answer_find(const struct signer *s, const struct wide_hash *id)
{
	return table_find(&s->messages, wide_hash_begin(id), kept_answer_is, id);
}

static bool kept_answer_holds(const struct kept_answer *kept, int64_t now_s)
{
	return now_s >= kept->from_s && now_s - kept->from_s < kept->lifetime_s;
}

bool sign_recall_find(struct sign_job *job, struct recall_id *id, struct writer *out)
{
	struct signer *s = job->signer;
	const struct client_query *asked = &job->asked->client;

	id->is_none = true;
	if (s->messages.capacity == 0 || s->doubts_clock)
		return false;
	identify_answer(job, id);
	struct kept_answer *kept = id->is_none ? NULL : kept_answer_find(s, &id->hash);
	if (!kept || !kept_answer_holds(kept, job->now_s) ||
	        !memory_is_unchanged(s, kept->learned, kept->depends) || kept->len > out->capacity)
		return false;
	table_touch(&s->messages, kept);
	spill_get(&s->messages, kept->more, kept->octets, SIGN_RECALL_OCTETS, out->base, kept->len);
	out->len = kept->len;
	put_u16(out->base, asked->id);
	memcpy(out->base + DNS_HEADER_SIZE, asked->question, asked->question_len - 4u);
	*job->result = (struct sign_result){ .verdict = SIGN_VERDICT_REWRITE,
		.outcome = kept->outcome,
		.is_recalled = true,
		.octets = writer_span(out),
		.found = kept->found };
	return true;
}

/* ---- Remembering ---- */

/* True if a label of the question's name begins at `at`. */
static bool is_label_of_question(const struct message *m, size_t at)
{
	size_t label = DNS_HEADER_SIZE;

	while (label < at)
		label += m->octets.base[label] + 1u;
	return label == at;
}

/* True if the name at `at` is the same, and is written the same way, for every response with this
 * id. Such responses may differ in the message id and, if id->is_any_case, in the letter case of
 * the question. A kept answer must fit all of them. Hence no label may lie in the header, where the
 * message id is. If id->is_any_case, also:
 * - A label that lies in the question must be a whole label of it. A pointer into the middle of a
 *   label would take a letter for the length of a label.
 * - If the end of the name equals the end of the question's name, it must lie in the question. Then
 *   the answer has a pointer to the question there, whatever the letters. If the name spells these
 *   labels itself, there is a pointer only if its letters happen to be those of the question.
 * - A name that is not compressed must have no label in the question, because the answer would
 *   spell it in the letters of this question. */
static bool is_name_certain(
        const struct sign_job *job, const struct recall_id *id, size_t at, bool is_compressed)
{
	const struct message *m = job->m;
	size_t question_end = DNS_HEADER_SIZE + m->qname.len;
	struct cursor c = cursor_at(m->octets, at);
	unsigned in_question = 0;
	struct span label;
	struct name name;

	name_read(&c, &name);
	do {
		if (c.bad || !message_label(m, &at, &label) || at < DNS_HEADER_SIZE)
			return false;
		if (at < question_end && id->is_any_case && !is_label_of_question(m, at))
			return false;
		in_question += at < question_end && label.len > 0;
		at += label.len + 1;
	} while (label.len > 0);
	return !id->is_any_case || (name_shared_labels(&name, &m->qname) == in_question &&
	                                   (is_compressed || in_question == 0));
}

static bool are_names_certain(const struct sign_job *job, const struct recall_id *id)
{
	for (unsigned i = 0; i < job->m->rr_count; i++) {
		const struct rr *rr = &job->m->rrs[i];
		struct rdata_walk walk = rdata_walk_begin(job->m, rr);
		struct rdata_part part;

		if (!is_name_certain(job, id, rr->owner_at, true))
			return false;
		while (rdata_walk_next(&walk, &part)) {
			if (part.is_name &&
			        !is_name_certain(job, id, part.at, rdata_may_compress(rr->type)))
				return false;
		}
	}
	return true;
}

static bool is_made_again(enum sign_outcome outcome)
{
	return outcome == SIGN_OUTCOME_ANSWER || outcome == SIGN_OUTCOME_NODATA ||
	       outcome == SIGN_OUTCOME_NXDOMAIN || outcome == SIGN_OUTCOME_REFERRAL ||
	       outcome == SIGN_OUTCOME_TRUNCATED;
}

void sign_recall_put(struct sign_job *job, const struct recall_id *id)
{
	struct signer *s = job->signer;
	const struct span octets = job->result->octets;
	const struct memory_basis *basis = memory_basis(s);
	unsigned spares = spill_spares(&s->messages, SIGN_RECALL_OCTETS, octets.len);

	if (id->is_none || job->result->made > 0 || basis->until_s <= job->now_s ||
	        !is_made_again(job->result->outcome) || octets.len > SIGN_RECALL_MAX ||
	        !are_names_certain(job, id))
		return;
	struct kept_answer *kept = kept_answer_find(s, &id->hash);
	if (kept)
		spill_remove(&s->messages, kept, offsetof(struct kept_answer, more));
	kept = spill_add(&s->messages, wide_hash_begin(&id->hash),
	        offsetof(struct kept_answer, more), spares);
	if (!kept)
		return;
	memcpy(kept->id_rest, wide_hash_rest(&id->hash), WIDE_HASH_REST);
	memcpy(kept->learned, basis->learned, sizeof(kept->learned));
	kept->from_s = job->now_s;
	kept->lifetime_s = (uint8_t)(basis->until_s - job->now_s);
	kept->depends = basis->depends;
	kept->outcome = job->result->outcome;
	kept->found = (uint8_t)job->result->found;
	kept->len = (uint16_t)octets.len;
	spill_put(&s->messages, kept->more, kept->octets, SIGN_RECALL_OCTETS, octets);
}
