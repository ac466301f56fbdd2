/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of a zone in a directory: BIND's key files, and the file in which the KSK signed ahead,
 * Kzone.signed-dnskey. Whoever answers reads that file and the private half of the ZSK, and no
 * more. */
#ifndef DAEMON_ZONE_KEYS_H
#define DAEMON_ZONE_KEYS_H

#include "base/complaint.h"
#include "crypto/crypto.h"
#include "keys/keypair.h"
#include "keys/record_text.h"

/* What answers are made with. */
struct zone_keys {
	struct keypair zsk;
	struct key_records records;
	unsigned ds_count; /* what the parent should have: RDATA of DS records */
	struct span ds[LIMIT_DS];
};

/* Loads them, and checks each signature that was made ahead. Returns 0, or -1 with a sentence in
 * `error` that names the file and, where there is one, the line. What was loaded,
 * zone_keys_unload() gives back. */
int zone_keys_load(struct zone_keys *z, struct crypto *crypto, const char *directory,
        const struct name *zone, struct complaint *error);
void zone_keys_unload(struct zone_keys *z);

/* The keys that a directory holds of a zone, private halves included where they are there. */
struct zone_key_files {
	unsigned count;
	struct keypair keys[LIMIT_KEYS];
};

/* Reads them. Returns 0, or -1 with a sentence in `error`. zone_key_files_free() gives them back.
 */
int zone_key_files_read(struct zone_key_files *f, const char *directory, const struct name *zone,
        struct complaint *error);
void zone_key_files_free(struct zone_key_files *f);

/* Makes the keys that `f` lacks, a KSK and a ZSK, and writes their files: none that is there is
 * overwritten. Adds them to `f`, and sets `made` to how many there were. Returns 0, or -1 with a
 * sentence in `error`. */
int zone_keys_generate(struct zone_key_files *f, const char *directory, const struct name *zone,
        uint8_t algorithm, int64_t now_s, unsigned *made, struct complaint *error);

/* Signs ahead with every KSK in `f`, and replaces the file of what was signed. Returns 0, or -1
 * with a sentence in `error`. */
int zone_keys_sign(const struct zone_key_files *f, struct crypto *crypto, const char *directory,
        const struct name *zone, int64_t now_s, struct complaint *error);

#endif
