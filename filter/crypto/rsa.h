/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RSA keys and signatures. Private to crypto/. */
#ifndef CRYPTO_RSA_H
#define CRYPTO_RSA_H

#include "crypto/algorithm.h"

/* The functions in struct algorithm for RSA. */
EVP_PKEY *rsa_decode(const struct algorithm *a, struct span octets);

/* Decodes a key of 512 to 1023 or 4097 to 8192 bits, or returns NULL. */
EVP_PKEY *rsa_decode_unfit(const struct algorithm *a, struct span octets);

/* Returns the work of a check by this key, which is well formed. */
unsigned rsa_work(struct span octets);

/* True if the modulus in this public key field has a supported length, or if the field is
 * malformed. */
bool rsa_size_is_supported(struct span octets);

#endif
