/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of the trust anchors as text that people can read:
 *
 *	sealgate-anchors 1
 *	zone . seen=2026-10-01T12:00:00Z next=2026-10-02T12:00:00Z ttl=172800 left=1814400
 *	key 1 valid configured since=... seen=... until=- signers=- 20326 8 2 E06D...
 *	key 2 pending learned since=... seen=... until=... signers=1 38696 8 2 683D...
 *	sha256 6C7A...
 *
 * A key is shown as its DS. `signers` are the numbers of the keys that signed the RRset in which a
 * pending key was first seen. Lines that begin with # are skipped. The last line is the digest of
 * all text before it. */
#ifndef TRUST_ANCHOR_TEXT_H
#define TRUST_ANCHOR_TEXT_H

#include "base/complaint.h"
#include "trust/trustpoints.h"

#define TIME_TEXT_SIZE 24

/* Writes seconds since 1970 in the form of RFC 3339, in UTC; "-" for 0. Returns `text`. */
const char *time_text(int64_t time_s, char text[static TIME_TEXT_SIZE]);

/* Returns the text, which the caller frees; NULL if memory is short. */
char *anchor_text_write(const struct trust_points *t, struct crypto *crypto);

/* Reads `text` into `t`, which is empty. Overwrites `text`. If anything is wrong, returns false
 * with a sentence in `error` that names `path` and the line; then `t` holds only keys that a line
 * shows as revoked or removed. */
bool anchor_text_read(struct trust_points *t, struct crypto *crypto, char *text, const char *path,
        struct complaint *error);

#endif
