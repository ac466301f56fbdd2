/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/digest.h"

#include "crypto/algorithm.h"
#include "crypto/hash.h"

static const struct {
	uint8_t type;
	enum hash hash;
	uint8_t octets;
} ds_digests[] = {
	{ DIGEST_SHA1, HASH_SHA1, 20 },
	{ DIGEST_SHA256, HASH_SHA256, 32 },
	{ DIGEST_SHA384, HASH_SHA384, 48 },
};

/* Returns the hash of a DS digest type, or HASH_COUNT if the type is not supported. */
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

	/* The first round does not count as an iteration: IH(0) is H(owner || salt). */
	for (unsigned round = 0; round <= iterations; round++) {
		if (hash_spans(c, HASH_SHA1, owner, salt, digest) != NSEC3_HASH_OCTETS)
			return false;
		owner = span_of(digest, NSEC3_HASH_OCTETS);
	}
	memcpy(out, digest, NSEC3_HASH_OCTETS);
	return true;
}
