/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What both halves of a key are to OpenSSL. Private to crypto/. */
#ifndef CRYPTO_PKEY_H
#define CRYPTO_PKEY_H

#include <openssl/param_build.h>

#include "base/writer.h"
#include "crypto/algorithm.h"

/* Builds a key of OpenSSL's type `type` from `params`, or returns NULL. `selection` says which
 * half: EVP_PKEY_PUBLIC_KEY or EVP_PKEY_KEYPAIR. */
EVP_PKEY *pkey_from_params(const char *type, int selection, OSSL_PARAM params[]);

/* The same from what was pushed to `build`, which may be NULL and is freed. */
EVP_PKEY *pkey_from_build(const char *type, int selection, OSSL_PARAM_BLD *build);

/* Hashes `data` as the key's algorithm says and checks `signature`, which is as OpenSSL has it:
 * RSA's as it stands in the RRSIG, ECDSA's in DER. */
bool pkey_verify_hashed(
        struct crypto *c, const struct pubkey *key, struct span data, struct span signature);

/* Writes a number of the key, big-endian and padded to `octets`; as short as it is for 0. */
bool pkey_write_number(const EVP_PKEY *pkey, const char *param, size_t octets, struct writer *out);

#endif
