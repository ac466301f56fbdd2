/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The OpenSSL objects of a worker, and hashing with them. Private to crypto/. */
#ifndef CRYPTO_HASH_H
#define CRYPTO_HASH_H

#include "base/table.h"
#include "crypto/crypto.h"

#include <openssl/evp.h>

enum hash { HASH_SHA1, HASH_SHA256, HASH_SHA384, HASH_SHA512, HASH_COUNT };

#define HASH_MAX_OCTETS 64

/* Keys that are kept ready to sign. A worker that signs with more keys prepares some again. */
#define SIGNERS 16

struct crypto {
	EVP_MD *digests[HASH_COUNT]; /* fetched once: a fetch costs as much as hashing a message */
	EVP_MD_CTX *hasher;
	EVP_MD_CTX *message;            /* for algorithms that take the whole message: EdDSA */
	EVP_PKEY_CTX *signers[SIGNERS]; /* ready to sign, for the other algorithms; or NULL */
	struct table verified;          /* see verified.h */
	uint64_t work;                  /* of the signature checks computed */
};

/* Returns OpenSSL's name of the hash. */
const char *hash_name(enum hash h);

/* Hashes the parts as one message. Returns the digest's length, or 0 if OpenSSL fails. */
size_t hash_parts(struct crypto *c, enum hash h, const struct span *parts, unsigned count,
        uint8_t out[static HASH_MAX_OCTETS]);

/* Hashes two spans as one message. Returns the digest's length, or 0 if OpenSSL fails. */
size_t hash_spans(struct crypto *c, enum hash h, struct span first, struct span second,
        uint8_t out[static HASH_MAX_OCTETS]);

#endif
