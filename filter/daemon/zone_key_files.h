/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All keys of a zone in a directory: BIND's key files, and Kzone.signed-dnskey, the file with the
 * signatures that the KSK made ahead. */
#ifndef DAEMON_ZONE_KEY_FILES_H
#define DAEMON_ZONE_KEY_FILES_H

#include <sys/types.h>

#include "base/complaint.h"
#include "crypto/crypto.h"
#include "keys/keypair.h"

/* All keys of a zone in a directory, with the private keys that are there. Borrows the directory and
 * the zone. */
struct zone_key_files {
	const char *directory;
	const struct name *zone;
	unsigned count;
	struct keypair keys[LIMIT_KEYS];
};

/* Reads the key files of the zone. Returns 0, or -1 with a complaint. After 0, free the keys with
 * zone_key_files_free(). */
int zone_key_files_read(struct zone_key_files *f, const char *directory, const struct name *zone,
        struct complaint *error);
void zone_key_files_free(struct zone_key_files *f);

/* Makes the keys that `f` lacks, a KSK and a ZSK, writes their files without overwriting any, and adds
 * the keys to `f`. Sets `*made` to their number. Returns 0, or -1 with a complaint. */
int zone_keys_generate(struct zone_key_files *f, uint8_t algorithm, int64_t now_s, unsigned *made,
        struct complaint *error);

/* Lets a group read what a signer needs, and no more: the private halves of the last `made` keys, except for
 * those of KSKs. Returns 0, or -1 with a complaint. */
int zone_keys_share(
        const struct zone_key_files *f, unsigned made, gid_t group, struct complaint *error);

/* Signs ahead with every KSK in `f`, and replaces the file of pre-made signatures. Returns 0, or -1
 * with a complaint. */
int zone_keys_sign(const struct zone_key_files *f, struct crypto *crypto, int64_t now_s,
        struct complaint *error);

#endif
