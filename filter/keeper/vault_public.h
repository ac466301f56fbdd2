/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Public keys as tokens give them, in the form of a DNSKEY (RFC 3110, 6605, 8080). */
#ifndef KEEPER_VAULT_PUBLIC_H
#define KEEPER_VAULT_PUBLIC_H

#include "keeper/vault_key.h"

/* The curves of algorithms 13 and 15, as tokens name them (CKA_EC_PARAMS). */
extern const struct span vault_params_p256, vault_params_ed25519;

/* Set algorithm and public key of `key`. A point may be wrapped in an OCTET STRING, as PKCS#11
 * demands, or raw, as many tokens give it; numbers may have leading zeros. Return false for any
 * other curve, for octets that are no such point, and for keys whose size no validator takes. */
bool vault_public_of_point(struct vault_key *key, struct span params, struct span point);
bool vault_public_of_rsa(struct vault_key *key, struct span modulus, struct span exponent);

#endif
