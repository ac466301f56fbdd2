/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/sign.h"

static const char *const query_words[] = {
#define X(name, word) [SIGN_QUERY_##name] = word,
	SIGN_QUERIES(X)
#undef X
};

static const char *const outcome_words[] = {
#define X(name, word) [SIGN_OUTCOME_##name] = word,
	SIGN_OUTCOMES(X)
#undef X
};

const char *sign_query_word(enum sign_query q)
{
	return query_words[q];
}

const char *sign_outcome_word(enum sign_outcome o)
{
	return outcome_words[o];
}
