/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Words for explanations. All text is printable ASCII, for any input from the network. */
#ifndef INSPECT_EXPLAIN_WORDS_H
#define INSPECT_EXPLAIN_WORDS_H

#include "inspect/explain.h"

#define WORDS_SIZE 64

/* Writes a name in at most `width` columns (at least 20). The middle of a longer name becomes
 * "...". Returns `text`, as all functions here with that parameter do. */
const char *words_name(const struct name *n, unsigned width, char text[static NAME_TEXT_SIZE]);

/* Writes "ECDSAP256SHA256", or "algorithm 200" if the mnemonic is not known. */
const char *words_algorithm(uint8_t algorithm, char text[static WORDS_SIZE]);

/* Writes "SHA-256", or "digest 200". */
const char *words_digest(uint8_t digest_type, char text[static WORDS_SIZE]);

/* Returns "ZSK", "KSK", or "CSK" if a key with the SEP bit is the only one; or the reason why the
 * key cannot sign: "revoked", "no zone bit", "protocol not 3". */
const char *words_role(const struct shown_zone *z, const struct shown_key *key);

/* Writes whether a signature holds, and its remaining time: "holds, 29 d left", "EXPIRED 5 d
 * ago". */
const char *words_signature(
        const struct shown_signature *s, int64_t now_s, char text[static WORDS_SIZE]);

/* Writes the types of a bit map, in at most `size` octets. Types that do not fit become "...". */
const char *words_types(struct span bitmap, char *text, size_t size);

/* Writes the hash in base32hex, as in NSEC3 owners (RFC 5155, 3.3). */
const char *words_hash(struct span hash, char text[static WORDS_SIZE]);

/* Writes "the signature has expired (rrsig-expired, EDE 7)". */
const char *words_reason(enum reason reason, char *text, size_t size);

/* Returns "", "secure", "INSECURE" or "BROKEN". */
const char *words_mark(enum shown_mark mark);

#endif
