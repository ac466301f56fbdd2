/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signatures that were found valid. It stays true forever that a key made a signature over some
 * octets, so it need not be computed twice. Whether the signature's time has passed is checked
 * separately, each time. Private to crypto/. */
#ifndef CRYPTO_VERIFIED_H
#define CRYPTO_VERIFIED_H

#include "base/table.h"
#include "crypto/hash.h"

#define VERIFIED_MAX    8192 /* signatures remembered; a full table replaces the least recently used */
#define VERIFIED_OCTETS 32 /* SHA-256 */

/* A collision-resistant hash of key, signature and data, so an attacker cannot find another triple
 * with the same id. */
struct verified_id {
	uint8_t octets[VERIFIED_OCTETS];
};

/* Computes the id. `key` is the key's fingerprint. Returns false if OpenSSL fails. */
bool verified_identify(struct crypto *c, const uint8_t key[static VERIFIED_OCTETS],
        struct span signature, struct span data, struct verified_id *id);

/* True if the signature with this id was found valid before. */
bool verified_find(struct table *t, const struct verified_id *id);
void verified_add(struct table *t, const struct verified_id *id);

#endif
