/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signing ahead: the KSK signs DNSKEY, CDS and CDNSKEY for the next months (RFC 7344, 4.1). So the
 * machine that makes answers needs no KSK. */
#ifndef KEYS_PRESIGN_H
#define KEYS_PRESIGN_H

#include "base/complaint.h"
#include "crypto/crypto.h"
#include "keys/keypair.h"

#define PRESIGN_TTL_S      3600
#define PRESIGN_LIFE_S     (21 * 86400) /* how long one signature is valid */
#define PRESIGN_INTERVAL_S (7 * 86400)  /* from the begin of one to the begin of the next */
#define PRESIGN_COUNT      15           /* signatures of one RRset by one KSK */

/* Returns the RRsets and their signatures from `now_s` on, as text on the heap that
 * record_text.h reads; or NULL with the fault in `error`. `keys` must have a KSK, and each KSK
 * its private key. */
char *presign(struct crypto *crypto, const struct keypair *keys, unsigned count, int64_t now_s,
        struct complaint *error);

/* Writes the RDATA of a key's DS or CDS, which are the same, with SHA-256 (RFC 4509). Returns false
 * if OpenSSL fails or `out` is full. */
bool presign_ds(struct crypto *crypto, const struct keypair *k, struct writer *out);

#endif
