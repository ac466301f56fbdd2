/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text forms of octets, as zone files have them. */
#ifndef BASE_ENCODING_H
#define BASE_ENCODING_H

#include "base/span.h"

/* Decodes `text` up to its end; blanks between digits are passed over. Returns false when there is
 * something else in it, it ends midway, or it holds more than `capacity` octets. */
bool base64_decode(const char *text, uint8_t *out, size_t capacity, size_t *len);
bool hex_decode(const char *text, uint8_t *out, size_t capacity, size_t *len);

/* How long base64 of `n` octets is, with the zero at its end. */
#define BASE64_SIZE(n) (((n) + 2) / 3 * 4 + 1)

/* Write `octets` to `text`, which has room for BASE64_SIZE or 2 * n + 1. Return `text`. */
const char *base64_encode(struct span octets, char *text);
const char *hex_encode(struct span octets, char *text);

#define DIGITS_TIME_SIZE 15

/* Times as fourteen digits, YYYYMMDDHHmmSS, as RRSIGs have them (RFC 4034, 3.2). Reading returns
 * false where that is something else; writing returns `text`. */
bool digits_time_read(const char *text, int64_t *time_s);
const char *digits_time_write(int64_t time_s, char text[static DIGITS_TIME_SIZE]);

#endif
