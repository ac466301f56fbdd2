/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A timeline that is read is in order, and can be written and read again. The input is the file
 * without its digest: the fuzzer could not find that. */
#include "texts.h"

#include "../unit/planned.h"
#include "keys/key_text.h"
#include "keys/timeline_check.h"
#include "keys/timeline_text.h"
#include "keys/timeline_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void periods_follow_each_other(const struct timeline *t)
{
	for (unsigned i = 0; i < t->period_count; i++) {
		const struct timeline_period *p = &t->periods[i];
		assert_true(p->from_s < p->until_s);
		assert_true(i == 0 || t->periods[i - 1].until_s == p->from_s);
		assert_in_range(p->signer_count, 1, TIMELINE_SIGNERS);
		assert_ptr_equal(timeline_at(t, p->from_s), p);
		assert_ptr_equal(timeline_at(t, p->until_s - 1), p);
		timeline_lasts_s(t, p->from_s);
	}
	assert_true(timeline_is_unsigned(t) == (t->period_count == 0));
}

/* Returns the text of a timeline that was read; key_text_free() frees it. */
static char *timeline_again(struct crypto *crypto, const struct timeline *t)
{
	struct complaint error;
	char *text = timeline_write(t, crypto, &error);

	assert_row(error.text, text);
	return text;
}

/* Returns true if the text is a timeline. */
static bool timeline_holds(struct crypto *crypto, const char *sealed)
{
	struct timeline t, again;
	struct complaint error;
	unsigned line;

	if (!timeline_read(&t, crypto, sealed, "file", &error))
		return false;
	periods_follow_each_other(&t);
	timeline_check(crypto, &t, &line);
	char *first = timeline_again(crypto, &t);
	assert_row(error.text, timeline_read(&again, crypto, first, "again", &error));
	char *second = timeline_again(crypto, &again);
	assert_string_equal(first, second);
	key_text_free(first);
	key_text_free(second);
	timeline_fini(&t);
	timeline_fini(&again);
	return true;
}

static bool timeline_of_input(const uint8_t *data, size_t size)
{
	static struct crypto *crypto;

	if (!crypto)
		crypto = crypto_new();
	char *text = text_of_input(data, size), *sealed = planned_seal(crypto, text);
	bool is_one = timeline_holds(crypto, sealed);
	free(sealed);
	free(text);
	return is_one;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	timeline_of_input(data, size);
	return 0;
}
