/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All keys of a zone in a directory: BIND's key files, and Kzone.signed-dnskey, the file with the
 * signatures that the KSK made ahead. */
#ifndef DAEMON_ZONE_KEY_FILES_H
#define DAEMON_ZONE_KEY_FILES_H

#include <sys/types.h>

#include "base/complaint.h"
#include "crypto/crypto.h"
#include "keys/keypair.h"
#include "keys/set_change.h"

/* All keys of a zone in a directory, with the private keys that are there. Borrows the directory
 * and the zone. */
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

/* Makes the keys that `f` lacks, a KSK and a ZSK, writes their files without overwriting any, and
 * adds the keys to `f`. Sets `*made` to their number. Returns 0, or -1 with a complaint. */
int zone_keys_generate(struct zone_key_files *f, uint8_t algorithm, int64_t now_s, unsigned *made,
        struct complaint *error);

/* Lets a group read what a signer needs, and no more: the private halves of the last `made` keys,
 * except for those of KSKs. Returns 0, or -1 with a complaint. */
int zone_keys_share(
        const struct zone_key_files *f, unsigned made, gid_t group, struct complaint *error);

/* Reads a file of key records of the zone: "K", the zone's name, and the ending. Returns 1; 0 if
 * there is no such file; or -1 with a complaint. After 1, call key_records_fini(). */
#define ZONE_KEYS_SIGNED   "signed-dnskey"
#define ZONE_KEYS_FOREIGN  "foreign-dnskey" /* of another signer of the zone (RFC 8901) */
#define ZONE_KEYS_TIMELINE "timeline" /* for timeline_text.h, not for zone_key_records_read() */
int zone_key_records_read(const struct zone_key_files *f, const char *ending,
        struct key_records *records, struct complaint *error);

struct zone_signing {
	int64_t now_s;
	unsigned days;         /* for how long */
	gid_t group;           /* that may read the file; (gid_t)-1: the group stays as it comes */
	bool is_forced;        /* also if the zone breaks by it (keys/set_change.h) */
	set_change_told *told; /* of keys that come and go; or NULL */
	void *context;
};

/* Signs ahead with the KSKs in `f`, and replaces the file of pre-made signatures, which the group
 * may read. Returns 0; or -1 with a complaint, and the file stays as it was. */
int zone_keys_sign(const struct zone_key_files *f, struct crypto *crypto,
        const struct zone_signing *how, struct complaint *error);

#endif
