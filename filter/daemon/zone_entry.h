/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One zone of a signer: how it is configured, and its keys. A policy is made of entries, and the
 * next policy shares those that did not change: reading and checking a zone takes milliseconds, and
 * there may be thousands. Only the main thread uses entries. Workers borrow the keys, so an entry
 * never changes them. */
#ifndef DAEMON_ZONE_ENTRY_H
#define DAEMON_ZONE_ENTRY_H

#include "config/config.h"
#include "config/zone_directory.h"
#include "daemon/timeline_copy.h"
#include "daemon/zone_keys.h"

struct zone_entry {
	unsigned users;
	struct config_zones text;    /* this zone alone; its arrays stay where they are */
	struct file_identity source; /* of its file; all zero if it is in sign.zones */
	bool is_configured;          /* the text could be read, and fits */
	struct zone_keys keys;
	bool has_keys; /* they were read, or there are none on purpose (zone_keys_are_unsigned()) */
	bool is_checked; /* their pre-made signatures are good */

	/* how far its timeline should reach ahead when it is written; 0: it has none */
	int64_t reach_s;
	int64_t since_s;      /* when its keys came in force; 0: they are not yet */
	bool is_recalled;     /* its timeline is a copy (timeline_copy.h) */
	bool is_copied;       /* the copy of the zone is as it should be */
	bool has_former_copy; /* there are some of timelines before */
};

/* Where a zone is configured: in the list, by its index, or in a file. */
struct zone_source {
	const struct config *config;
	unsigned index;
	const struct zone_file *file; /* NULL: in the list */
};

/* Returns the apex of the zone. */
const struct name *zone_source_apex(const struct zone_source *source);

/* Reads a zone and its keys. Returns an entry with one user. What is wrong is in `fault`, whose
 * text is empty otherwise; then the entry has no keys, and perhaps no more than the name. Returns
 * NULL if memory is short. */
struct zone_entry *zone_entry_read(const struct zone_source *source, struct crypto *crypto,
        int64_t now_s, struct complaint *fault);

/* Makes an entry of a copy of a timeline that is in `directory`, for the zone of `fresh`, which is
 * configured. The copy was checked before it was written. Returns an entry with one user; NULL if
 * there is no copy, and then the text of `fault` is empty; or NULL with a complaint. */
struct zone_entry *zone_entry_recall(const struct zone_entry *fresh, const char *directory,
        unsigned which, struct crypto *crypto, struct complaint *fault);

/* Tells an entry what its timeline follows. If a timeline prolongs nothing, as one that the keeper
 * writes without its vault, how far it reaches says nothing of how far it should: the measure of
 * the former one stays. */
void zone_entry_follow(struct zone_entry *fresh, const struct zone_entry *former);

/* The directory of keys that was used last: most zones have the same one, and to find each file in
 * it again from the root costs. All zero but for the descriptor, -1. */
struct key_directory {
	char path[CONFIG_PATH_MAX];
	int fd;
};

/* True if zone_entry_read() would give the same now. Close `keys->fd` after the last call. */
bool zone_entry_is_current(const struct zone_entry *e, const struct zone_source *source,
        struct key_directory *keys, int64_t now_s);

/* Checks the pre-made signatures of an entry that has keys. Returns 0, or -1 with a complaint. */
int zone_entry_check(struct zone_entry *e, struct crypto *crypto, struct complaint *fault);

/* Add and remove a user. The last one frees the entry. NULL is fine. */
struct zone_entry *zone_entry_share(struct zone_entry *e);
void zone_entry_release(struct zone_entry *e);

#endif
