/* SPDX-License-Identifier: GPL-2.0-or-later */
/* EdDSA keys and signatures (RFC 8080). */
#include "crypto/eddsa.h"

/* OpenSSL checks only during a verification that the point is on the curve; then the verification
 * fails. */
EVP_PKEY *eddsa_decode(const struct algorithm *a, struct span octets)
{
	return EVP_PKEY_new_raw_public_key_ex(NULL, a->group, NULL, octets.base, octets.len);
}

/* A context keeps its key even if another key is passed next, so the context is reset each time. */
bool eddsa_verify(
        struct crypto *c, const struct pubkey *key, struct span data, struct span signature)
{
	bool is_valid = EVP_DigestVerifyInit(c->message, NULL, NULL, NULL, key->pkey) == 1 &&
	                EVP_DigestVerify(c->message, signature.base, signature.len, data.base,
	                        data.len) == 1;
	EVP_MD_CTX_reset(c->message);
	return is_valid;
}
