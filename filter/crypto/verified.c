/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "crypto/verified.h"

#include "base/writer.h"

bool verified_identify(struct crypto *c, const uint8_t key[static VERIFIED_OCTETS],
        struct span signature, struct span data, struct verified_id *id)
{
	uint8_t length[2]; /* so that octets cannot move from the signature to the data */
	const struct span parts[] = { { key, VERIFIED_OCTETS }, { length, sizeof(length) },
		signature, data };
	uint8_t digest[HASH_MAX_OCTETS];

	put_u16(length, (uint16_t)signature.len);
	if (hash_parts(c, HASH_SHA256, parts, sizeof(parts) / sizeof(parts[0]), digest) !=
	        VERIFIED_OCTETS)
		return false;
	memcpy(id->octets, digest, VERIFIED_OCTETS);
	return true;
}

/* Any part of a good hash is a good hash. */
static uint64_t verified_bucket(const struct verified_id *id)
{
	uint64_t hash;
	memcpy(&hash, id->octets, sizeof(hash));
	return hash;
}

static bool verified_is_same(const void *entry, const void *key)
{
	return memcmp(entry, key, VERIFIED_OCTETS) == 0;
}

bool verified_find(struct table *t, const struct verified_id *id)
{
	void *entry = table_find(t, verified_bucket(id), verified_is_same, id);

	if (entry)
		table_touch(t, entry);
	return entry;
}

void verified_add(struct table *t, const struct verified_id *id)
{
	struct verified_id *entry = table_add_or_replace(t, verified_bucket(id));

	*entry = *id;
}
