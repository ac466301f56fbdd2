/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text forms of octets, as zone files have them. */
#ifndef BASE_ENCODING_H
#define BASE_ENCODING_H

#include "base/span.h"

/* Decodes `text` up to its end; blanks between digits are passed over. Returns false when there is
 * something else in it, it ends midway, or it holds more than `capacity` octets. */
bool base64_decode(const char *text, uint8_t *out, size_t capacity, size_t *len);
bool hex_decode(const char *text, uint8_t *out, size_t capacity, size_t *len);

#endif
