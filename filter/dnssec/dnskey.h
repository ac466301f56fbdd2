/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNSKEY records (RFC 4034, 2) and the proved keys of a zone. */
#ifndef DNSSEC_DNSKEY_H
#define DNSSEC_DNSKEY_H

#include "crypto/crypto.h"
#include "dnssec/limits.h"
#include "wire/name.h"

#define DNSKEY_ZONE     0x0100 /* RFC 4034, 2.1.1 */
#define DNSKEY_REVOKE   0x0080 /* RFC 5011, 3 */
#define DNSKEY_SEP      0x0001
#define DNSKEY_PROTOCOL 3

struct dnskey {
	uint16_t flags, tag;
	uint8_t protocol, algorithm;
	struct span public_key;
	struct span rdata;
};

/* Reads DNSKEY RDATA, which it borrows. Returns false if it is too short. */
bool dnskey_read(struct span rdata, struct dnskey *key);

/* True for a key that may sign zone data: zone bit set, protocol 3, not revoked (RFC 4034, 2.1; RFC
 * 5011, 2.1). */
bool dnskey_may_sign(const struct dnskey *key);

/* Returns the key tag of a DNSKEY (RFC 4034, appendix B), given its whole RDATA. Tags collide: a
 * tag picks candidate keys, it never proves one. */
uint16_t dnskey_tag(struct span rdata);

/* A key that signs a zone's data, decoded. */
struct zone_key {
	struct pubkey *pubkey; /* NULL: nobody checks a signature by a key of this size */
	uint16_t tag;
	uint8_t algorithm;
};

/* The proved keys of a zone, on the heap. The holder owns the set and its keys. */
struct keyset {
	struct name apex;
	bool is_over;       /* there are more than the limit */
	uint32_t inception; /* of the signature that proves them, a serial number (RFC 1982) */
	unsigned count;
	struct zone_key keys[LIMIT_KEYS];
};

/* Returns an empty set, or NULL if memory is short. */
struct keyset *keyset_new(const struct name *apex);
void keyset_free(struct keyset *keys);

/* True if the keys were signed before the others. */
bool keyset_is_older(const struct keyset *keys, const struct keyset *others);

/* Adds a key, also one of an unsupported size. Returns false and adds nothing if the key may not
 * sign, cannot be decoded for another reason, or the set is full; then sets `is_over`. */
bool keyset_add(struct keyset *keys, const struct dnskey *key);

/* True if a key of the set has this tag and algorithm. */
bool keyset_has(const struct keyset *keys, uint16_t tag, uint8_t algorithm);

#endif
