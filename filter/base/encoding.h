/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text forms of octets, numbers and times, as in zone files. */
#ifndef BASE_ENCODING_H
#define BASE_ENCODING_H

#include "base/span.h"

/* Decode the whole `text`; blanks between digits are skipped. Return false if the text contains
 * another character, ends in the middle of an octet, or decodes to more than `capacity` octets. */
bool base64_decode(const char *text, uint8_t *out, size_t capacity, size_t *len);
bool hex_decode(const char *text, uint8_t *out, size_t capacity, size_t *len);

/* The length of `n` octets in base64, with the terminating zero. */
#define BASE64_SIZE(n) (((n) + 2) / 3 * 4 + 1)

/* Write `octets` to `text`, which has room for BASE64_SIZE(n) or 2 * n + 1 characters. Return
 * `text`. */
const char *base64_encode(struct span octets, char *text);
const char *hex_encode(struct span octets, char *text);

/* Reads a decimal number of at most `max`. Returns false for any other text, for one with a sign or
 * a blank too. */
bool decimal_read(const char *text, unsigned long max, unsigned long *value);

#define DIGITS_TIME_SIZE 15

/* Times as fourteen digits, YYYYMMDDHHmmSS, as in RRSIG records (RFC 4034, 3.2). Reading returns
 * false for any other text, and for what writing never writes: the 30th of February, years before
 * 1000. Writing returns `text`. */
bool digits_time_read(const char *text, int64_t *time_s);
const char *digits_time_write(int64_t time_s, char text[static DIGITS_TIME_SIZE]);

#endif
