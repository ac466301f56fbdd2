/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An RRSIG over an RRset of DNSKEY, CDS or CDNSKEY, which is to be made (RFC 4034, 3.1). Whoever
 * has the KSK signs. */
#ifndef KEYS_APEX_RRSIG_H
#define KEYS_APEX_RRSIG_H

#include "base/arena.h"
#include "dnssec/canonical.h"
#include "keys/keypair.h"

#define APEX_RRSIG_OCTETS (RRSIG_FIXED_OCTETS + NAME_MAX_OCTETS + SIGNATURE_MAX_OCTETS)

struct apex_rrsig {
	const struct canonical_set *set;
	const struct keypair *key; /* its zone is the owner of the RRset */
	uint32_t ttl_s;
	int64_t inception_s, expiration_s;
};

/* Writes the RDATA up to the signature, and returns the octets to sign, in the arena; an empty span
 * if the arena is used up or if `rdata` is full. */
struct span apex_rrsig_begin(
        const struct apex_rrsig *sig, struct writer *rdata, struct arena *arena);

#endif
