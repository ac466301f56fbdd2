/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signing ahead: the KSK signs DNSKEY, CDS and CDNSKEY for the next weeks (RFC 7344, 4.1). So the
 * machine that makes answers needs no KSK. */
#ifndef KEYS_PRESIGN_H
#define KEYS_PRESIGN_H

#include "base/complaint.h"
#include "crypto/crypto.h"
#include "keys/keypair.h"
#include "keys/record_text.h"

#define PRESIGN_TTL_S  3600
#define PRESIGN_COUNT  15 /* signatures of one RRset by one KSK; they begin at equal distances */
#define PRESIGN_LIFE_S (7 * 86400) /* how long one is valid */

/* For how many days they last. By default one begins each day. A ZSK that was stolen can be used
 * until the last signature over a set with it ends, so these are weeks and not months; and they
 * leave time for a KSK that is away, or for an operator. */
#define PRESIGN_DAYS     21
#define PRESIGN_DAYS_MIN 8
#define PRESIGN_DAYS_MAX 60

/* What is to be signed. Borrows everything. */
struct presign_order {
	const struct name *zone;
	/* ours; their times say which of them are in the sets, and which KSKs sign */
	const struct keypair *keys;
	unsigned count;
	/* DNSKEY, CDS and CDNSKEY of another signer (RFC 8901); or NULL */
	const struct key_records *foreign;
	int64_t now_s;
	unsigned days;
};

/* Returns the RRsets and their signatures from `now_s` on, as text on the heap that record_text.h
 * reads; or NULL with the fault in `error`. There must be one algorithm, a KSK that signs now, with
 * its private key, and a ZSK. Of two ZSKs, times must say which one signs. */
char *presign(struct crypto *crypto, const struct presign_order *order, struct complaint *error);

/* Writes the RDATA of a key's DS or CDS, which are the same, with SHA-256 (RFC 4509). Returns false
 * if OpenSSL fails or `out` is full. */
bool presign_ds(struct crypto *crypto, const struct keypair *k, struct writer *out);

#endif
