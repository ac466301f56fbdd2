/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signing ahead: the KSK signs DNSKEY, CDS and CDNSKEY for some time to come (RFC 7344, 4.1), so
 * that it need not be where answers are made. */
#ifndef KEYS_PRESIGN_H
#define KEYS_PRESIGN_H

#include "base/complaint.h"
#include "crypto/crypto.h"
#include "keys/keypair.h"

#define PRESIGN_TTL_S      3600
#define PRESIGN_LIFE_S     (21 * 86400) /* of one signature */
#define PRESIGN_INTERVAL_S (7 * 86400)  /* from one to the next */
#define PRESIGN_COUNT      15

/* Returns, on the heap, the text of the sets and their signatures from `now_s` on (as
 * record_text.h reads it), or NULL with `error`. Every KSK among `keys` must have its private half,
 * and there must be one. */
char *presign(struct crypto *crypto, const struct keypair *keys, unsigned count, int64_t now_s,
        struct complaint *error);

/* Writes the DS of a key, or its CDS, which looks alike: SHA-256 (RFC 4509). Returns false if
 * OpenSSL fails. */
bool presign_ds(struct crypto *crypto, const struct keypair *k, struct writer *out);

#endif
