/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The only door to OpenSSL: DNSSEC's algorithms (RFC 8624 and its successors), DS digests and the
 * NSEC3 hash. */
#ifndef CRYPTO_CRYPTO_H
#define CRYPTO_CRYPTO_H

#include "crypto/digest.h"
#include "crypto/pubkey.h"

/* Prefetched digests and contexts; one per worker, not to be shared between threads. */
struct crypto;

/* Returns NULL when OpenSSL lacks what is needed or memory is short. */
struct crypto *crypto_new(void);
void crypto_free(struct crypto *c);

/* How many signatures were worked out so far, and not remembered. */
uint64_t crypto_checks(const struct crypto *c);

/* Forgets which signatures were found good: each costs its check again. */
void crypto_forget(struct crypto *c);

/* Says whether RSASHA1, RSASHA1-NSEC3-SHA1 and the DS digest SHA-1 count as supported. They do not
 * unless this is called (RFC 9905). For the whole process; what was judged before stays judged. */
void crypto_allow_sha1(bool allow);

/* True when signatures of this algorithm can be checked. */
bool algorithm_is_supported(uint8_t algorithm);

/* The mnemonic, or "unknown". */
const char *algorithm_text(uint8_t algorithm);

#endif
