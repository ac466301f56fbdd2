/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the file of a timeline (docs/timeline.md) as text. timeline_text.h reads it. */
#ifndef KEYS_TIMELINE_WRITE_H
#define KEYS_TIMELINE_WRITE_H

#include "base/complaint.h"
#include "crypto/crypto.h"
#include "keys/timeline.h"

#define TIMELINE_FIRST_LINE    "sealgate-timeline 1"
#define TIMELINE_SEAL          "sha256 " /* begins the last line, and the digest of all before it follows */
#define TIMELINE_SECRET_OCTETS 64 /* no private key in a timeline is longer */

/* Returns the text on the heap; key_text_free() wipes and frees it. Returns NULL with a complaint
 * if a ZSK has no form in such a file (RSA), if OpenSSL fails, or if memory is short. */
char *timeline_write(const struct timeline *t, struct crypto *crypto, struct complaint *error);

/* Writes the digest of a text as the last line has it. Returns false if OpenSSL fails. */
bool timeline_digest(
        struct crypto *crypto, struct span text, char hex[static 2 * DIGEST_MAX_OCTETS + 1]);

#endif
