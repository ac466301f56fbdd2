/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys that sign the answers of a zone. Of the files in its directory (zone_key_files.h), only
 * Kzone.signed-dnskey, with the signatures that the KSK made ahead, and the private key of the ZSK are read. */
#ifndef DAEMON_ZONE_KEYS_H
#define DAEMON_ZONE_KEYS_H

#include "base/complaint.h"
#include "base/file.h"
#include "crypto/crypto.h"
#include "keys/keypair.h"
#include "keys/record_text.h"

struct zone_zsk {
	struct signkey *key;
	uint16_t tag;
};

struct seen_file {
	char *path;
	const char *name;              /* the last part of it */
	struct file_identity identity; /* all zero: it was not there */
};

struct zone_keys {
	struct zone_zsk zsk;
	struct zone_zsk
	        next_zsk; /* takes over at `next_from_s`; its `key` is NULL if there is none */
	int64_t next_from_s;
	struct key_records records;
	unsigned ds_count; /* RDATA of the DS records that the parent should have */
	struct span ds[LIMIT_DS];

	/* What the files were when they were read: that of the signatures, and those of the ZSKs in the DNSKEY RRset. And the first time in these at which the choice may become another. */
	struct seen_file signed_file, *zsk_files;
	unsigned zsk_count;
	int64_t choice_ends_s;
};

/* Reads the keys, and believes the pre-made signatures. The times in the ZSKs' files say which signs at `now_s`, and
 * which is to be the next (keys/succession.h). Returns 0; or -1 with a complaint that names the file and, if there is
 * one, the line. After 0, free them with zone_keys_unload(). */
int zone_keys_read(struct zone_keys *z, const char *directory, const struct name *zone,
        int64_t now_s, struct complaint *error);

/* Checks each pre-made signature, which takes milliseconds. Returns 0, or -1 with a complaint. */
int zone_keys_check(const struct zone_keys *z, struct crypto *crypto, struct complaint *error);

/* True if reading the keys again at `now_s` would give the same ones. `directory` is theirs, opened. */
bool zone_keys_are_current(const struct zone_keys *z, int directory, int64_t now_s);

void zone_keys_unload(struct zone_keys *z);

#endif
