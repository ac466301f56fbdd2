/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys that sign the answers of a zone. Of the files in its directory (zone_key_files.h), only
 * Kzone.signed-dnskey, with the signatures that the KSK made ahead, and the private key of the ZSK are read. */
#ifndef DAEMON_ZONE_KEYS_H
#define DAEMON_ZONE_KEYS_H

#include "base/complaint.h"
#include "crypto/crypto.h"
#include "keys/keypair.h"
#include "keys/record_text.h"

struct zone_keys {
	struct keypair zsk;
	struct keypair
	        next_zsk; /* takes over at `next_from_s`; its `key` is NULL if there is none */
	int64_t next_from_s;
	struct key_records records;
	unsigned ds_count; /* RDATA of the DS records that the parent should have */
	struct span ds[LIMIT_DS];
};

/* Loads the keys, and checks each pre-made signature. The times in the ZSKs' files say which signs at `now_s`, and
 * which is to be the next (keys/succession.h). Returns 0; or -1 with a complaint that names the
 * file and, if there is one, the line. After 0, free them with zone_keys_unload(). */
int zone_keys_load(struct zone_keys *z, struct crypto *crypto, const char *directory,
        const struct name *zone, int64_t now_s, struct complaint *error);
void zone_keys_unload(struct zone_keys *z);

#endif
