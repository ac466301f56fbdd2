/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The prepared responses that answer prepared queries: they stand in the same order. */
#ifndef BENCH_ANSWERS_H
#define BENCH_ANSWERS_H

#include "prepared.h"
#include "wire/message.h"

/* Parses a prepared message, which is not malformed. The records are good until the next one. */
static inline void answers_parse(struct span octets, struct message *m)
{
	static struct rr rrs[MESSAGE_RRS_MAX];

	if (message_parse(m, octets, rrs, MESSAGE_RRS_MAX))
		return;
	fputs("a prepared message is malformed\n", stderr);
	exit(EXIT_FAILURE);
}

/* Returns the response to the first of `queries`, which has the DO bit or has it not; or NULL when
 * they are not all there. */
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
