/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "dnssec/dnskey.h"

#include <stdlib.h>

#include "base/cursor.h"
#include "dnssec/rrsig.h"

bool dnskey_read(struct span rdata, struct dnskey *key)
{
	struct cursor c = cursor_over(rdata);

	key->flags = cursor_u16(&c);
	key->protocol = cursor_u8(&c);
	key->algorithm = cursor_u8(&c);
	key->public_key = cursor_rest(&c);
	key->rdata = rdata;
	if (c.bad)
		return false;
	key->tag = dnskey_tag(rdata);
	return true;
}

bool dnskey_may_sign(const struct dnskey *key)
{
	return (key->flags & DNSKEY_ZONE) && !(key->flags & DNSKEY_REVOKE) &&
	       key->protocol == DNSKEY_PROTOCOL;
}

uint16_t dnskey_tag(struct span rdata)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < rdata.len; i++)
		sum += i & 1 ? rdata.base[i] : (uint32_t)rdata.base[i] << 8;
	return (uint16_t)(sum + (sum >> 16));
}

struct keyset *keyset_new(const struct name *apex)
{
	struct keyset *keys = calloc(1, sizeof(*keys));
	if (keys)
		keys->apex = *apex;
	return keys;
}

void keyset_free(struct keyset *keys)
{
	if (!keys)
		return;
	for (unsigned i = 0; i < keys->count; i++)
		pubkey_free(keys->keys[i].pubkey);
	free(keys);
}

bool keyset_is_older(const struct keyset *keys, const struct keyset *others)
{
	return inception_is_before(keys->inception, others->inception);
}

bool keyset_add(struct keyset *keys, const struct dnskey *key)
{
	if (!dnskey_may_sign(key))
		return false;
	if (keys->count == LIMIT_KEYS) {
		keys->is_over |= algorithm_is_supported(key->algorithm);
		return false;
	}
	struct pubkey *pubkey = pubkey_new(key->algorithm, key->public_key);
	if (!pubkey)
		pubkey = pubkey_new_unfit(key->algorithm, key->public_key);
	if (!pubkey && pubkey_size_is_supported(key->algorithm, key->public_key))
		return false;
	keys->keys[keys->count++] = (struct zone_key){ pubkey, key->tag, key->algorithm };
	return true;
}

bool keyset_has(const struct keyset *keys, uint16_t tag, uint8_t algorithm)
{
	for (unsigned i = 0; i < keys->count; i++) {
		if (keys->keys[i].tag == tag && keys->keys[i].algorithm == algorithm)
			return true;
	}
	return false;
}
