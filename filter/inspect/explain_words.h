/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words in which explanations are written. All text is printable ASCII, whatever the network
 * sent. */
#ifndef INSPECT_EXPLAIN_WORDS_H
#define INSPECT_EXPLAIN_WORDS_H

#include "inspect/explain.h"

#define WORDS_SIZE 64

/* Writes a name in at most `width` columns (20 at least), the middle of a longer one left out as
 * "...". Returns `text`. */
const char *words_name(const struct name *n, unsigned width, char text[static NAME_TEXT_SIZE]);

/* "ECDSAP256SHA256", or "algorithm 200" for one that has no mnemonic here. */
const char *words_algorithm(uint8_t algorithm, char text[static WORDS_SIZE]);

/* "SHA-256", or "digest 200". */
const char *words_digest(uint8_t digest_type, char text[static WORDS_SIZE]);

/* "KSK", "ZSK", or "CSK" for a key with the SEP bit that is alone; "revoked"; "no zone bit". */
const char *words_role(const struct shown_zone *z, const struct shown_key *key);

/* "2026-11-24 15:00", UTC. */
const char *words_moment(int64_t moment_s, char text[static WORDS_SIZE]);

/* Whether a signature holds, and the time that it has left: "holds, 29 d left", "EXPIRED 5 d ago".
 */
const char *words_signature(
        const struct shown_signature *s, int64_t now_s, char text[static WORDS_SIZE]);

/* The types of a bit map, in at most `size` octets, those that do not fit as "...". */
const char *words_types(struct span bitmap, char *text, size_t size);

/* The hash in base32hex, as NSEC3 owners have it. */
const char *words_hash(struct span hash, char text[static WORDS_SIZE]);

/* "the signature has expired (rrsig-expired, EDE 7)". */
const char *words_reason(enum reason reason, char *text, size_t size);

/* "", "secure", "INSECURE", "BROKEN" */
const char *words_mark(enum shown_mark mark);

#endif
