/* SPDX-License-Identifier: GPL-2.0-or-later */
/* EdDSA keys and signatures. Private to crypto/. */
#ifndef CRYPTO_EDDSA_H
#define CRYPTO_EDDSA_H

#include "crypto/algorithm.h"

/* The functions in struct algorithm for EdDSA. */
EVP_PKEY *eddsa_decode(const struct algorithm *a, struct span octets);
bool eddsa_verify(
        struct crypto *c, const struct pubkey *key, struct span data, struct span signature);

#endif
