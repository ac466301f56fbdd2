/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is remembered of trust anchors, as text that people can read:
 *
 *	sealgate-anchors 1
 *	zone . seen=2026-10-01T12:00:00Z next=2026-10-02T12:00:00Z ttl=172800 left=1814400
 *	key 1 valid configured since=... seen=... until=- signers=- 20326 8 2 E06D...
 *	key 2 pending learned since=... seen=... until=... signers=1 38696 8 2 683D...
 *	sha256 6C7A...
 *
 * A key is its DS. `signers` are the numbers of the keys that vouch for one that is pending. Lines
 * that begin with # are skipped; the last one is the digest of all that stands before it. */
#ifndef TRUST_ANCHOR_TEXT_H
#define TRUST_ANCHOR_TEXT_H

#include "base/complaint.h"
#include "trust/trustpoints.h"

#define TIME_TEXT_SIZE 24

/* Writes seconds since 1970 as RFC 3339 has them, in UTC; "-" for 0. Returns `text`. */
const char *time_text(int64_t time_s, char text[static TIME_TEXT_SIZE]);

/* Returns the text, to be freed, or NULL when memory is short. */
char *anchor_text_write(const struct trust_points *t, struct crypto *crypto);

/* Reads `text`, and writes over it, into `t`, which is empty. Where something is wrong: false, with
 * a sentence that names `path` and the line in `error`, and `t` holds no more than the keys of
 * which a line says that they were revoked. */
bool anchor_text_read(struct trust_points *t, struct crypto *crypto, char *text, const char *path,
        struct complaint *error);

#endif
