/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/encoding.h"

#include <sodium.h>

#define BLANKS " \t"

bool base64_decode(const char *text, uint8_t *out, size_t capacity, size_t *len)
{
	const char *end;
	size_t text_len = strlen(text);

	return sodium_base642bin(out, capacity, text, text_len, BLANKS, len, &end,
	               sodium_base64_VARIANT_ORIGINAL) == 0 &&
	       end == text + text_len;
}

bool hex_decode(const char *text, uint8_t *out, size_t capacity, size_t *len)
{
	const char *end;
	size_t text_len = strlen(text);

	return sodium_hex2bin(out, capacity, text, text_len, BLANKS, len, &end) == 0 &&
	       end == text + text_len;
}
