/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A negative trust anchor as an operator writes it: "broken.example", or "broken.example until
 * 20261224120000" (UTC). */
#ifndef CONFIG_NTA_TEXT_H
#define CONFIG_NTA_TEXT_H

#include "trust/nta.h"

#define NTA_TEXT_SIZE (NAME_TEXT_SIZE + 32)

/* Returns false if `text` is not a negative trust anchor. */
bool nta_read(const char *text, struct nta *nta);

/* Writes `nta` so that nta_read() reads it back. */
void nta_write(const struct nta *nta, char text[static NTA_TEXT_SIZE]);

#endif
