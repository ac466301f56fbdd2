/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/sign_recall.h"

#include "base/spill.h"
#include "sign/sign_memory.h"
#include "sign/sign_write.h"
#include "sign/signer_private.h"
#include "wire/compress.h"
#include "wire/rdata.h"

/* What was made of a response. */
struct kept_answer {
	int64_t from_s;
	uint32_t learned[LESSON_COUNT]; /* as in struct memory_basis */
	uint32_t more;                  /* spare entries, for what `octets` is too short for */
	uint8_t id_rest[WIDE_HASH_REST];
	uint16_t len;
	uint8_t lifetime_s;
	uint8_t found;   /* signatures */
	uint8_t outcome; /* enum sign_outcome */
	uint8_t depends; /* as in struct memory_basis */
	uint8_t octets[SIGN_RECALL_OCTETS];
};

_Static_assert(SIGN_RECALL_S <= UINT8_MAX && LIMIT_SIGNED <= UINT8_MAX, "they are in an octet");

/* How it was asked for; without holes, since it is hashed. */
struct query_form {
	uint8_t server[16];
	uint16_t room; /* for the answer */
	uint16_t sent_type;
	uint16_t question_len;
	uint8_t way, sent_labels, server_len;
	uint8_t bits;
};

_Static_assert(sizeof(struct query_form) == 26, "no holes");

enum {
	FORM_STREAM = 1,
	FORM_EDNS = 2,
	FORM_DO = 4,
	FORM_CO = 8,
	FORM_RD = 16,
	FORM_SENT_EDNS = 32,
	FORM_ANY_CASE = 64,
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
		                  (is_any_case ? FORM_ANY_CASE : 0)),
	};

	memcpy(form.server, server->base, least(server->len, sizeof(form.server)));
	return form;
}

/* A client may write its question in any letters, to be sure that it gets its own answer. If it did
 * and the server gave them back, they are hashed as small ones; but not where names may not find
 * the question to point to. */
static bool is_in_any_case(const struct sign_job *job)
{
	const struct client_query *asked = &job->asked->client;
	const struct message *m = job->m;

	return m->question.len == asked->question_len && m->qname.labels <= COMPRESS_PROBES &&
	       memcmp(asked->question, m->qname.octets, m->qname.len) != 0 &&
	       memcmp(asked->question, m->question.base, asked->question_len) == 0;
}

/* Hashes how it was asked for, the client's question, and the response but for its id. */
static void identify_answer(const struct sign_job *job, struct recall_id *id)
{
	const struct client_query *asked = &job->asked->client;
	const struct message *m = job->m;
	uint8_t octets[sizeof(struct query_form) + QUESTION_MAX + SIGN_RECALL_MAX];

	id->is_none = m->octets.len > SIGN_RECALL_MAX || m->question_count == 0 ||
	              job->asked->policy != job->signer->policy_number;
	if (id->is_none)
		return;
	id->is_any_case = is_in_any_case(job);
	const struct query_form form = query_form_of(job, id->is_any_case);
	uint8_t *question = octets + sizeof(form), *response = question + asked->question_len;
	memcpy(octets, &form, sizeof(form));
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

/* True where a label of the client's name begins. */
static bool is_label_of_question(const struct message *m, size_t at)
{
	size_t label = DNS_HEADER_SIZE;

	while (label < at)
		label += m->octets.base[label] + 1u;
	return label == at;
}

/* Other octets than those that were hashed cannot be in a name: those of the header, or, where the
 * letter case of the question does not count, of a part of a label of it. Then all that ends as the
 * question does must be spelled there and become a pointer to it again: of what is spelled
 * elsewhere it depends on the letters, and what is not to be compressed has them. */
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
