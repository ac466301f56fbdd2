/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The prepared responses to the prepared queries, in the order of the queries. */
#ifndef BENCH_ANSWERS_H
#define BENCH_ANSWERS_H

#include "prepared.h"
#include "wire/message.h"

/* Parses a prepared message, which must not be malformed. The records are valid until the next
 * call. */
static inline void answers_parse(struct span octets, struct message *m)
{
	static struct rr rrs[MESSAGE_RRS_MAX];

	if (message_parse(m, octets, rrs, MESSAGE_RRS_MAX))
		return;
	fputs("a prepared message is malformed\n", stderr);
	exit(EXIT_FAILURE);
}

/* Returns the response to the first of `queries`, with or without the DO bit; NULL if one of the
 * responses is missing. */
static inline const struct span *answers_find(
        const struct prepared *responses, const struct prepared *queries, bool dnssec_ok)
{
	struct message query, response;

	answers_parse(queries->messages[0], &query);
	const struct span question = query.question;
	for (unsigned i = 0; i + queries->count <= responses->count; i++) {
		answers_parse(responses->messages[i], &response);
		if (span_equal(question, response.question) && response.edns.dnssec_ok == dnssec_ok)
			return responses->messages + i;
	}
	return NULL;
}

#endif
