/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a key is published and when it signs: the times that dnssec-keygen and dnssec-settime write
 * into key files. Text in, times out. */
#ifndef KEYS_KEY_TIMES_H
#define KEYS_KEY_TIMES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/complaint.h"

/* Seconds since 1970; 0 for a time that the file does not have. */
struct key_times {
	/* the file says when the key was made; then a time that is missing means "never" */
	bool is_timed;
	int64_t created_s; /* only people want to know */
	int64_t publish_s, activate_s, inactive_s, delete_s, revoke_s;
	int64_t sync_publish_s, sync_delete_s; /* of its CDS and CDNSKEY */
};

/* Reads the times in the text of a .private file, or in the comments of a .key file. Returns false
 * if one is malformed; then `error` has the path and the line. */
bool key_times_read(
        struct key_times *t, const char *text, const char *path, struct complaint *error);

/* Writes the times that are there, a line each, with `prefix` before each: "; " in a .key file, ""
 * in a .private file. */
void key_times_write(FILE *out, const struct key_times *t, const char *prefix);

/* True if the key belongs into the DNSKEY RRset; if it signs; if CDS and CDNSKEY name it. A key
 * without times always does. A key without SyncPublish is named while it is published. */
bool key_is_published(const struct key_times *t, int64_t now_s);
bool key_is_active(const struct key_times *t, int64_t now_s);
bool key_is_synced(const struct key_times *t, int64_t now_s);

#endif
