/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/keyedhash.h"

#include <errno.h>
#include <sodium.h>

int hash_key_draw(struct hash_key *key)
{
	if (sodium_init() < 0)
		return -EIO;
	randombytes_buf(key->octets, sizeof(key->octets));
	return 0;
}

uint64_t keyed_hash(const struct hash_key *key, struct span s)
{
	uint64_t hash;
	_Static_assert(sizeof(hash) == crypto_shorthash_BYTES, "the hash fills a uint64_t");
	_Static_assert(sizeof(key->octets) == crypto_shorthash_KEYBYTES, "the key is SipHash's");
	crypto_shorthash((uint8_t *)&hash, s.base, s.len, key->octets);
	return hash;
}

struct wide_hash keyed_hash_wide(const struct hash_key *key, struct span s)
{
	struct wide_hash hash;
	_Static_assert(sizeof(hash) == crypto_shorthash_siphashx24_BYTES, "the hash fills it");
	crypto_shorthash_siphashx24(hash.octets, s.base, s.len, key->octets);
	return hash;
}

void fingerprint(const struct span *parts, unsigned count, uint8_t out[static FINGERPRINT_OCTETS])
{
	crypto_generichash_state state;

	crypto_generichash_init(&state, NULL, 0, FINGERPRINT_OCTETS);
	for (unsigned i = 0; i < count; i++)
		crypto_generichash_update(&state, parts[i].base, parts[i].len);
	crypto_generichash_final(&state, out, FINGERPRINT_OCTETS);
}

uint16_t random_u16(void)
{
	return (uint16_t)randombytes_random();
}
