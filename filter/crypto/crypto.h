/* SPDX-License-Identifier: GPL-2.0-or-later */
/* With signkey.h the only interface to OpenSSL: DNSSEC's algorithms (RFC 8624 and its successors),
 * DS digests and the NSEC3 hash. */
#ifndef CRYPTO_CRYPTO_H
#define CRYPTO_CRYPTO_H

#include "crypto/digest.h"
#include "crypto/pubkey.h"

/* Digests and contexts, fetched once. One per worker; threads must not share it. */
struct crypto;

/* Returns NULL if OpenSSL lacks an algorithm that is needed, or if memory is short. */
struct crypto *crypto_new(void);
void crypto_free(struct crypto *c);

/* Returns the work of the signature checks computed so far (see pubkey_work()), without those that
 * were remembered. */
uint64_t crypto_work(const struct crypto *c);

/* Forgets which signatures were found valid: each is computed again. */
void crypto_forget(struct crypto *c);

/* Sets whether RSASHA1, RSASHA1-NSEC3-SHA1 and the DS digest SHA-1 are supported. They are not
 * unless this is called with true (RFC 9905). Applies to the whole process; earlier judgements stay
 * as they are. */
void crypto_allow_sha1(bool allow);

/* True if signatures of this algorithm can be checked. */
bool algorithm_is_supported(uint8_t algorithm);

/* Returns the mnemonic, or "unknown". */
const char *algorithm_text(uint8_t algorithm);

#endif
