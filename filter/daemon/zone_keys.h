/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys that sign the answers of a zone, as a timeline. Of the files in its directory
 * (zone_key_files.h) that is Kzone.timeline, if it is there; it may say that the zone is unsigned.
 * Otherwise it is made of Kzone.signed-dnskey, with the signatures that the KSK made ahead, and of
 * the private keys of the ZSKs, with the times in them. A zone that the keeper looks after may have
 * neither yet: then it is unsigned, too. */
#ifndef DAEMON_ZONE_KEYS_H
#define DAEMON_ZONE_KEYS_H

#include "base/complaint.h"
#include "base/file.h"
#include "crypto/crypto.h"
#include "keys/keypair.h"
#include "keys/timeline.h"

struct seen_file {
	char *path;
	const char *name;              /* the last part of it */
	struct file_identity identity; /* all zero: it was not there */
};

struct zone_keys {
	struct timeline timeline;
	bool is_absent;      /* there is no timeline yet, and the keeper is to write it */
	bool has_idle_files; /* there is Kzone.signed-dnskey, too, which does not count */

	/* What the files were when they were read. Of the last two, those that counted: that of the
	 * signatures, and those of the ZSKs in the DNSKEY RRset. And the first time in these at
	 * which the choice may become another. */
	struct seen_file timeline_file, signed_file, *zsk_files;
	unsigned zsk_count;
	int64_t choice_ends_s;
};

/* Where the keys of a zone are. Borrows everything. */
struct zone_keys_place {
	const char *directory;
	const struct name *zone;
	struct crypto *crypto;
	bool is_kept; /* the keeper looks after the keys; otherwise a zone cannot be unsigned */
};

/* Reads the keys, and believes the pre-made signatures. Without a timeline, the times in the ZSKs'
 * files say which signs at `now_s`, and which is to be the next (keys/succession.h). Returns 0; or
 * -1 with a complaint that names the file and, if there is one, the line. After 0, free them with
 * zone_keys_unload(). */
int zone_keys_read(struct zone_keys *z, const struct zone_keys_place *place, int64_t now_s,
        struct complaint *error);

/* Makes keys of a timeline that was read from a copy of the file of its zone in `directory`, and
 * takes it. Returns false if memory is short or the path too long. */
bool zone_keys_take(struct zone_keys *z, const char *directory, struct timeline *t);

/* Returns the path of the file that counts: the timeline, or that of the signatures. */
const char *zone_keys_path(const struct zone_keys *z);

/* True if there are no keys on purpose: answers pass as they come. */
static inline bool zone_keys_are_unsigned(const struct zone_keys *z)
{
	return z->is_absent || timeline_is_unsigned(&z->timeline);
}

/* Checks each pre-made signature, which takes milliseconds. Returns 0, or -1 with a complaint. */
int zone_keys_check(const struct zone_keys *z, struct crypto *crypto, struct complaint *error);

/* True if reading the keys again at `now_s` would give the same ones. `directory` is theirs,
 * opened. */
bool zone_keys_are_current(const struct zone_keys *z, int directory, int64_t now_s);

void zone_keys_unload(struct zone_keys *z);

#endif
