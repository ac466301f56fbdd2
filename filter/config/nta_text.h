/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A negative trust anchor as an operator writes it: "broken.example", or "broken.example until
 * 20261224120000" (UTC). */
#ifndef CONFIG_NTA_TEXT_H
#define CONFIG_NTA_TEXT_H

#include "trust/nta.h"

#define NTA_TEXT_SIZE (NAME_TEXT_SIZE + 32)
#define NTA_END_SIZE  15

/* Returns false if `text` is not a negative trust anchor. */
bool nta_read(const char *text, struct nta *nta);

/* Reads an end: fourteen digits as above, or from `now_s` on a span of time (duration.h), such as
 * "12h". Returns false for any other text. */
bool nta_end_read(const char *text, int64_t now_s, int64_t *expires_s);

/* Writes an end as fourteen digits; "never" for NTA_FOREVER. Returns `text`. */
const char *nta_end_write(int64_t expires_s, char text[static NTA_END_SIZE]);

/* Writes `nta` so that nta_read() reads it back. */
void nta_write(const struct nta *nta, char text[static NTA_TEXT_SIZE]);

#endif
