/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Code that public and private keys share: keys of OpenSSL. Private to crypto/. */
#ifndef CRYPTO_PKEY_H
#define CRYPTO_PKEY_H

#include <openssl/param_build.h>

#include "base/writer.h"
#include "crypto/algorithm.h"

/* Builds a key of OpenSSL's type `type` from `params`, or returns NULL. `selection` is
 * EVP_PKEY_PUBLIC_KEY or EVP_PKEY_KEYPAIR. */
EVP_PKEY *pkey_from_params(const char *type, int selection, OSSL_PARAM params[]);

/* Builds a key from what was pushed to `build`, which may be NULL, and frees `build`. Returns NULL
 * on failure. */
EVP_PKEY *pkey_from_build(const char *type, int selection, OSSL_PARAM_BLD *build);

/* Hashes `data` as the key's algorithm requires and checks `signature`. The signature is in
 * OpenSSL's form: RSA as in the RRSIG, ECDSA in DER. */
bool pkey_verify_hashed(
        struct crypto *c, const struct pubkey *key, struct span data, struct span signature);

/* Writes a number of the key, big-endian and padded to `octets`; without padding if `octets` is 0.
 * Returns false if the key lacks the number or it does not fit. */
bool pkey_write_number(const EVP_PKEY *pkey, const char *param, size_t octets, struct writer *out);

#endif
