/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A keyed hash (SipHash-2-4) for tables whose keys come from the network. The hash key is drawn at
 * start; without it an attacker cannot choose table keys that fall into one bucket. */
#ifndef BASE_KEYEDHASH_H
#define BASE_KEYEDHASH_H

#include "base/span.h"

struct hash_key {
	uint8_t octets[16];
};

/* Draws a key from the kernel's random source. Returns 0, or -EIO if there is none. */
int hash_key_draw(struct hash_key *key);

uint64_t keyed_hash(const struct hash_key *key, struct span s);

/* A keyed hash of 128 bits (SipHash-2-4-128). As long as the hash key is secret, two inputs with
 * equal hashes are taken to be equal. */
struct wide_hash {
	uint8_t octets[16];
};

struct wide_hash keyed_hash_wide(const struct hash_key *key, struct span s);

/* For an entry whose key is a wide hash: the table stores the first 4 octets and finds the entry by
 * them; the entry stores the other 12. */
#define WIDE_HASH_REST 12

static inline uint32_t wide_hash_begin(const struct wide_hash *hash)
{
	uint32_t begin;
	memcpy(&begin, hash->octets, sizeof(begin));
	return begin;
}

static inline const uint8_t *wide_hash_rest(const struct wide_hash *hash)
{
	return hash->octets + sizeof(hash->octets) - WIDE_HASH_REST;
}

static inline bool wide_hash_has_rest(
        const struct wide_hash *hash, const uint8_t rest[static WIDE_HASH_REST])
{
	return memcmp(wide_hash_rest(hash), rest, WIDE_HASH_REST) == 0;
}

#define FINGERPRINT_OCTETS 32

/* Hashes the concatenation of the parts (BLAKE2b), to stand for octets that are too many to keep.
 * An attacker cannot find two inputs with one fingerprint. Allocates nothing. */
void fingerprint(const struct span *parts, unsigned count, uint8_t out[static FINGERPRINT_OCTETS]);

/* Returns 16 unpredictable bits, for message ids. */
uint16_t random_u16(void);

#endif
