/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dnssec/outcome.h"

static const struct {
	const char *word;
	int ede;
	const char *sentence;
} reasons[REASON_COUNT] = {
#define X(name, word, ede, sentence) [REASON_##name] = { word, ede, sentence },
	REASONS(X)
#undef X
};

const char *status_text(enum status s)
{
	static const char *const texts[] = {
		[STATUS_SECURE] = "secure",
		[STATUS_INSECURE] = "insecure",
		[STATUS_INDETERMINATE] = "indeterminate",
		[STATUS_BOGUS] = "bogus",
	};
	return texts[s];
}

const char *reason_word(enum reason r)
{
	return reasons[r].word;
}

const char *reason_sentence(enum reason r)
{
	return reasons[r].sentence;
}

int reason_ede(enum reason r)
{
	return reasons[r].ede;
}
