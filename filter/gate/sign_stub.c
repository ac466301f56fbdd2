/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Holds the place of the signer until it is there: nobody calls it yet. */
#include "gate/sign.h"

#include <stdlib.h>

struct signer {
	const struct sign_policy *policy;
};

struct signer *signer_new(
        struct crypto *crypto, const struct sign_policy *policy, const struct signer_limits *limits)
{
	struct signer *s = calloc(1, sizeof(*s));

	(void)crypto;
	(void)limits;
	if (s)
		s->policy = policy;
	return s;
}

void signer_free(struct signer *s)
{
	free(s);
}

int signer_set_policy(struct signer *s, const struct sign_policy *policy)
{
	s->policy = policy;
	return 0;
}

enum sign_query sign_query(struct signer *s, const struct message *query,
        const struct sign_peers *peers, bool is_stream, uint64_t now_ms,
        struct asked_signing *asked, struct writer *out)
{
	(void)s;
	(void)query;
	(void)peers;
	(void)is_stream;
	(void)now_ms;
	(void)asked;
	(void)out;
	return SIGN_QUERY_MALFORMED;
}

bool sign_matches(const struct message *response, const struct asked_signing *asked)
{
	(void)response;
	(void)asked;
	return false;
}

void sign_response(struct signer *s, const struct asked_signing *asked,
        const struct sign_peers *peers, struct span response, bool is_stream, int64_t now_s,
        uint64_t now_ms, struct writer *out, struct sign_result *result)
{
	(void)s;
	(void)asked;
	(void)peers;
	(void)response;
	(void)is_stream;
	(void)now_s;
	(void)now_ms;
	(void)out;
	*result = (struct sign_result){ .verdict = SIGN_DROP, .outcome = SIGN_OUTCOME_STRAY };
}

void sign_unanswered(
        struct signer *s, const struct asked_signing *asked, const struct sign_peers *peers)
{
	(void)s;
	(void)asked;
	(void)peers;
}
