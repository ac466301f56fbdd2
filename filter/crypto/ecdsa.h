/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ECDSA keys and signatures. Private to crypto/. */
#ifndef CRYPTO_ECDSA_H
#define CRYPTO_ECDSA_H

#include "crypto/algorithm.h"

/* The functions in struct algorithm for ECDSA. */
EVP_PKEY *ecdsa_decode(const struct algorithm *a, struct span octets);
bool ecdsa_verify(
        struct crypto *c, const struct pubkey *key, struct span data, struct span signature);

/* Turns a DER sequence of two integers into the two halves of a signature of `octets`. Returns
 * false if the DER is not such a sequence. */
bool ecdsa_flatten(struct span der, uint8_t *out, size_t octets);

#endif
