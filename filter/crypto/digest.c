/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/algorithm.h"

#include "crypto/verified.h"

#include <openssl/err.h>
#include <stdlib.h>

static const char *const hash_names[HASH_COUNT] = {
	[HASH_SHA1] = "SHA1",
	[HASH_SHA256] = "SHA256",
	[HASH_SHA384] = "SHA384",
	[HASH_SHA512] = "SHA512",
};

static const struct {
	uint8_t type;
	enum hash hash;
	uint8_t octets;
} ds_digests[] = {
	{ DIGEST_SHA1, HASH_SHA1, 20 },
	{ DIGEST_SHA256, HASH_SHA256, 32 },
	{ DIGEST_SHA384, HASH_SHA384, 48 },
};

const char *hash_name(enum hash h)
{
	return hash_names[h];
}

struct crypto *crypto_new(void)
{
	struct crypto *c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	c->hasher = EVP_MD_CTX_new();
	c->message = EVP_MD_CTX_new();
	bool is_complete = c->hasher && c->message &&
	                   table_init(&c->verified, VERIFIED_OCTETS, VERIFIED_MAX) == 0;
	for (unsigned h = 0; h < HASH_COUNT; h++) {
		c->digests[h] = EVP_MD_fetch(NULL, hash_names[h], NULL);
		is_complete = is_complete && c->digests[h];
	}
	if (!is_complete) {
		ERR_clear_error();
		crypto_free(c);
		return NULL;
	}
	return c;
}

void crypto_free(struct crypto *c)
{
	if (!c)
		return;
	for (unsigned h = 0; h < HASH_COUNT; h++)
		EVP_MD_free(c->digests[h]);
	for (unsigned i = 0; i < SIGNERS; i++)
		EVP_PKEY_CTX_free(c->signers[i]);
	table_fini(&c->verified);
	EVP_MD_CTX_free(c->hasher);
	EVP_MD_CTX_free(c->message);
	free(c);
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

uint64_t crypto_checks(const struct crypto *c)
{
	return c->checks;
}

void crypto_forget(struct crypto *c)
{
	void *oldest;

	while ((oldest = table_oldest(&c->verified)))
		table_remove(&c->verified, oldest);
}

/* Returns HASH_COUNT for a type that is not supported. */
static enum hash ds_hash(uint8_t digest_type)
{
	if (digest_type == DIGEST_SHA1 && !sha1_is_allowed())
		return HASH_COUNT;
	for (size_t i = 0; i < sizeof(ds_digests) / sizeof(ds_digests[0]); i++) {
		if (ds_digests[i].type == digest_type)
			return ds_digests[i].hash;
	}
	return HASH_COUNT;
}

bool digest_is_supported(uint8_t digest_type)
{
	return ds_hash(digest_type) != HASH_COUNT;
}

size_t digest_octets(uint8_t digest_type)
{
	for (size_t i = 0; i < sizeof(ds_digests) / sizeof(ds_digests[0]); i++) {
		if (ds_digests[i].type == digest_type)
			return ds_digests[i].octets;
	}
	return 0;
}

size_t digest_compute(struct crypto *c, uint8_t digest_type, struct span first, struct span second,
        uint8_t out[static DIGEST_MAX_OCTETS])
{
	uint8_t digest[HASH_MAX_OCTETS];
	enum hash hash = ds_hash(digest_type);

	if (hash == HASH_COUNT)
		return 0;
	size_t len = hash_spans(c, hash, first, second, digest);
	memcpy(out, digest, len);
	return len;
}

bool nsec3_hash(struct crypto *c, struct span owner, struct span salt, unsigned iterations,
        uint8_t out[static NSEC3_HASH_OCTETS])
{
	uint8_t digest[HASH_MAX_OCTETS];

	/* The first round is not one of the iterations: IH(0) is H(owner || salt). */
	for (unsigned round = 0; round <= iterations; round++) {
		if (hash_spans(c, HASH_SHA1, owner, salt, digest) != NSEC3_HASH_OCTETS)
			return false;
		owner = span_of(digest, NSEC3_HASH_OCTETS);
	}
	memcpy(out, digest, NSEC3_HASH_OCTETS);
	return true;
}
