/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/algorithm.h"

#include <stdatomic.h>

#include "crypto/ecdsa.h"
#include "crypto/eddsa.h"
#include "crypto/pkey.h"
#include "crypto/rsa.h"

/* RFC 8624 and RFC 9905 say which algorithms a validator must, may and must not support. */
static const struct algorithm algorithms[] = {
	{ .id = 1, .mnemonic = "RSAMD5" },
	{ .id = 3, .mnemonic = "DSA" },
	{ .id = ALGORITHM_RSASHA1,
	        .mnemonic = "RSASHA1",
	        .decode = rsa_decode,
	        .verify = pkey_verify_hashed,
	        .hash = HASH_SHA1,
	        .is_sha1 = true },
	{ .id = 6, .mnemonic = "DSA-NSEC3-SHA1" },
	{ .id = ALGORITHM_RSASHA1_NSEC3,
	        .mnemonic = "RSASHA1-NSEC3-SHA1",
	        .decode = rsa_decode,
	        .verify = pkey_verify_hashed,
	        .hash = HASH_SHA1,
	        .is_sha1 = true },
	{ .id = ALGORITHM_RSASHA256,
	        .mnemonic = "RSASHA256",
	        .decode = rsa_decode,
	        .verify = pkey_verify_hashed,
	        .hash = HASH_SHA256 },
	{ .id = ALGORITHM_RSASHA512,
	        .mnemonic = "RSASHA512",
	        .decode = rsa_decode,
	        .verify = pkey_verify_hashed,
	        .hash = HASH_SHA512 },
	{ .id = 12, .mnemonic = "ECC-GOST" },
	{ .id = ALGORITHM_ECDSAP256,
	        .mnemonic = "ECDSAP256SHA256",
	        .decode = ecdsa_decode,
	        .verify = ecdsa_verify,
	        .hash = HASH_SHA256,
	        .group = "P-256",
	        .work = 1,
	        .key_octets = 64,
	        .signature_octets = 64 },
	{ .id = ALGORITHM_ECDSAP384,
	        .mnemonic = "ECDSAP384SHA384",
	        .decode = ecdsa_decode,
	        .verify = ecdsa_verify,
	        .hash = HASH_SHA384,
	        .group = "P-384",
	        .work = 10,
	        .key_octets = 96,
	        .signature_octets = 96 },
	{ .id = ALGORITHM_ED25519,
	        .mnemonic = "ED25519",
	        .decode = eddsa_decode,
	        .verify = eddsa_verify,
	        .group = "ED25519",
	        .work = 2,
	        .key_octets = 32,
	        .signature_octets = 64,
	        .takes_message = true },
	{ .id = ALGORITHM_ED448,
	        .mnemonic = "ED448",
	        .decode = eddsa_decode,
	        .verify = eddsa_verify,
	        .group = "ED448",
	        .work = 4,
	        .key_octets = 57,
	        .signature_octets = 114,
	        .takes_message = true },
	{ .id = 252, .mnemonic = "INDIRECT" },
	{ .id = 253, .mnemonic = "PRIVATEDNS" },
	{ .id = 254, .mnemonic = "PRIVATEOID" },
};

const struct algorithm *algorithm_find(uint8_t id)
{
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		if (algorithms[i].id == id)
			return &algorithms[i];
	}
	return NULL;
}

static atomic_bool allow_sha1;

void crypto_allow_sha1(bool allow)
{
	atomic_store(&allow_sha1, allow);
}

bool sha1_is_allowed(void)
{
	return atomic_load_explicit(&allow_sha1, memory_order_relaxed);
}

bool algorithm_may_be_used(const struct algorithm *a)
{
	return a && a->decode && (!a->is_sha1 || sha1_is_allowed());
}

bool algorithm_is_supported(uint8_t algorithm)
{
	return algorithm_may_be_used(algorithm_find(algorithm));
}

const char *algorithm_text(uint8_t algorithm)
{
	const struct algorithm *a = algorithm_find(algorithm);
	return a ? a->mnemonic : "unknown";
}
