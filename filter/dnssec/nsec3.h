/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NSEC3 records (RFC 5155, 3). */
#ifndef DNSSEC_NSEC3_H
#define DNSSEC_NSEC3_H

#include "crypto/crypto.h"
#include "wire/message.h"

#define NSEC3_OPT_OUT 0x01 /* RFC 5155, 3.1.2.1 */

struct nsec3 {
	uint8_t owner_hash[NSEC3_HASH_OCTETS];
	uint8_t flags;
	uint16_t iterations;
	struct span salt, next_hash, bitmap;
	uint32_t inception; /* of the signature that proves it; nsec3_read() does not set it */
};

/* Reads the NSEC3 `rr`, whose owner must be one label of 32 base32hex digits below `zone`. Returns
 * false if the record is malformed or must be ignored: a hash algorithm other than SHA-1, or an
 * unknown flag (RFC 5155, 8.1 and 8.2). */
bool nsec3_read(
        const struct message *m, const struct rr *rr, const struct name *zone, struct nsec3 *nsec3);

/* True if the hash is the owner's. */
bool nsec3_matches(const struct nsec3 *n, const uint8_t hash[static NSEC3_HASH_OCTETS]);

/* True if the hash is strictly between owner and next. The last record of the zone spans the
 * wrap-around. */
bool nsec3_spans(const struct nsec3 *n, const uint8_t hash[static NSEC3_HASH_OCTETS]);

/* True if both have the same iterations and salt (RFC 5155, 8.2). Both use SHA-1. */
bool nsec3_same_parameters(const struct nsec3 *a, const struct nsec3 *b);

#endif
