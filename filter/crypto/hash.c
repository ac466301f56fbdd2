/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/hash.h"

#include <openssl/err.h>

static const char *const hash_names[HASH_COUNT] = {
	[HASH_SHA1] = "SHA1",
	[HASH_SHA256] = "SHA256",
	[HASH_SHA384] = "SHA384",
	[HASH_SHA512] = "SHA512",
};

const char *hash_name(enum hash h)
{
	return hash_names[h];
}

size_t hash_parts(struct crypto *c, enum hash h, const struct span *parts, unsigned count,
        uint8_t out[static HASH_MAX_OCTETS])
{
	unsigned len = 0;
	bool good = EVP_DigestInit_ex2(c->hasher, c->digests[h], NULL) == 1;

	for (unsigned i = 0; good && i < count; i++)
		good = EVP_DigestUpdate(c->hasher, parts[i].base, parts[i].len) == 1;
	if (!good || EVP_DigestFinal_ex(c->hasher, out, &len) != 1) {
		ERR_clear_error();
		return 0;
	}
	return len;
}

size_t hash_spans(struct crypto *c, enum hash h, struct span first, struct span second,
        uint8_t out[static HASH_MAX_OCTETS])
{
	const struct span parts[] = { first, second };
	return hash_parts(c, h, parts, 2, out);
}
