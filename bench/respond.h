/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers with responses of a real server. A response is found by the question and the DO bit, and
 * gets the id and the letter case of the query. A question that was not prepared is REFUSED. */
#ifndef BENCH_RESPOND_H
#define BENCH_RESPOND_H

#include <ctype.h>

#include "base/writer.h"
#include "prepared.h"
#include "wire/message.h"

#define RESPONSE_SIZE UINT16_MAX
#define RRS           8 /* records; a query has at most an OPT */

/* Open addressing; never more than half full. */
struct answers {
	struct answer {
		struct span question, message;
		bool dnssec_ok;
	} * slots;
	uint32_t mask;
};

static inline uint32_t hash_of(struct span question, bool dnssec_ok)
{
	uint32_t h = 2166136261u + dnssec_ok; /* FNV-1a */

	for (size_t i = 0; i < question.len; i++)
		h = (h ^ (uint32_t)tolower(question.base[i])) * 16777619u;
	return h ^ h >> 15;
}

static inline bool is_same_question(struct span a, struct span b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		if (tolower(a.base[i]) != tolower(b.base[i]))
			return false;
	}
	return true;
}

/* Returns the slot of the question, or the free slot for it. */
static inline struct answer *find(const struct answers *a, struct span question, bool dnssec_ok)
{
	uint32_t i = hash_of(question, dnssec_ok) & a->mask;

	while (a->slots[i].message.len > 0 &&
	        (a->slots[i].dnssec_ok != dnssec_ok ||
	                !is_same_question(a->slots[i].question, question)))
		i = (i + 1) & a->mask;
	return &a->slots[i];
}

static inline bool answers_load(struct answers *a, const char *path)
{
	static struct rr rrs[MESSAGE_RRS_MAX];
	struct prepared prepared;
	uint32_t size = 2;

	if (!prepared_load(&prepared, path))
		return false;
	while (size < 2 * prepared.count)
		size *= 2;
	*a = (struct answers){ calloc(size, sizeof(*a->slots)), size - 1 };
	for (unsigned i = 0; a->slots && i < prepared.count; i++) {
		struct message m;
		if (!message_parse(&m, prepared.messages[i], rrs, MESSAGE_RRS_MAX))
			return false;
		*find(a, m.question, m.edns.dnssec_ok) =
		        (struct answer){ m.question, m.octets, m.edns.dnssec_ok };
	}
	return a->slots != NULL;
}

/* Writes the response to a query into at least RESPONSE_SIZE octets; returns its length, or 0 if
 * the message is no query. */
static inline size_t respond(const struct answers *a, struct span query, uint8_t *out)
{
	struct rr rrs[RRS];
	struct message m;

	if (!message_parse(&m, query, rrs, RRS) || m.flags & FLAG_QR || m.question_count != 1)
		return 0;
	const struct answer *answer = find(a, m.question, m.edns.dnssec_ok);
	if (answer->message.len > 0) {
		memcpy(out, answer->message.base, answer->message.len);
		put_u16(out, m.id);
		memcpy(out + DNS_HEADER_SIZE, m.question.base, m.question.len);
		return answer->message.len;
	}
	struct writer w = writer_over(out, RESPONSE_SIZE);
	writer_u16(&w, m.id);
	writer_u16(&w, (uint16_t)(FLAG_QR | (m.flags & FLAG_RD) | RCODE_REFUSED));
	writer_u16(&w, 1);
	writer_put(&w, span_of("\0\0\0\0\0\0", 6));
	writer_put(&w, m.question);
	return w.full ? 0 : w.len;
}

#endif
