/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A key of a zone: its DNSKEY record, and its private key if we have it. */
#ifndef KEYS_KEYPAIR_H
#define KEYS_KEYPAIR_H

#include "crypto/signkey.h"
#include "dnssec/dnskey.h"
#include "keys/key_times.h"
#include "wire/name.h"

/* Flags of a DNSKEY. */
#define KEYPAIR_ZSK (DNSKEY_ZONE)
#define KEYPAIR_KSK (DNSKEY_ZONE | DNSKEY_SEP)

struct keypair {
	struct name zone;
	uint16_t flags, tag;
	uint8_t algorithm;
	struct signkey *key; /* the private key, owned; or NULL */
	struct key_times times;
	size_t rdata_len;
	uint8_t rdata[4 + PUBLIC_KEY_MAX_OCTETS]; /* of the DNSKEY record */
};

/* Makes a key of `zone` from `key`, which the pair owns from now on. */
void keypair_init(struct keypair *k, const struct name *zone, uint16_t flags, struct signkey *key);

/* Makes a key without a private key from the RDATA of a DNSKEY. Returns false if the RDATA is
 * malformed, if the key may not sign zones, or if it is longer than PUBLIC_KEY_MAX_OCTETS. */
bool keypair_from_rdata(struct keypair *k, const struct name *zone, struct span rdata);
void keypair_fini(struct keypair *k);

static inline struct span keypair_rdata(const struct keypair *k)
{
	return span_of(k->rdata, k->rdata_len);
}

static inline bool keypair_is_ksk(const struct keypair *k)
{
	return k->flags & DNSKEY_SEP;
}

/* True if two keys of a zone have the same tag now, or will once one of them is revoked, which
 * changes its tag (RFC 5011, 3). */
bool keypair_collides(const struct keypair *a, const struct keypair *b);

#endif
