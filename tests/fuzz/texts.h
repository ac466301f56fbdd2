/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For targets whose input is a text. */
#ifndef TESTS_FUZZ_TEXTS_H
#define TESTS_FUZZ_TEXTS_H

#include "../unit/test.h"

/* Returns the input up to its first zero octet, on the heap. */
static inline char *text_of_input(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);

	assert_non_null(text);
	return text;
}

#endif
