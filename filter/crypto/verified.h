/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signatures that were found good. That a key made a signature over some octets stays true for
 * ever, so it need not be worked out twice; whether its time has passed is another question, asked
 * each time. Private to crypto/. */
#ifndef CRYPTO_VERIFIED_H
#define CRYPTO_VERIFIED_H

#include "base/table.h"
#include "crypto/hash.h"

#define VERIFIED_MAX    8192 /* signatures remembered; the one used longest ago gives way */
#define VERIFIED_OCTETS 32   /* of SHA-256 */

/* What was verified: a collision-resistant hash of key, signature and data, which nobody can forge
 * another triple for. */
struct verified_id {
	uint8_t octets[VERIFIED_OCTETS];
};

/* Works out the id. `key` is the key's own fingerprint, of VERIFIED_OCTETS. Returns false if
 * OpenSSL fails. */
bool verified_identify(struct crypto *c, const uint8_t key[static VERIFIED_OCTETS],
        struct span signature, struct span data, struct verified_id *id);

bool verified_find(struct table *t, const struct verified_id *id);
void verified_add(struct table *t, const struct verified_id *id);

#endif
