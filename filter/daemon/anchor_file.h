/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file in which the states of trust anchors outlive the daemon (anchor_text.h says how it
 * looks). */
#ifndef DAEMON_ANCHOR_FILE_H
#define DAEMON_ANCHOR_FILE_H

#include "base/complaint.h"
#include "trust/trustpoints.h"

enum anchor_file {
	ANCHOR_FILE_READ,
	ANCHOR_FILE_NONE,    /* there is none yet */
	ANCHOR_FILE_DAMAGED, /* `error` says where and how */
};

/* Reads the file into `t`, which is empty. Of a damaged file no more is taken than the keys that it
 * says are revoked. */
enum anchor_file anchor_file_read(
        struct trust_points *t, const char *path, struct crypto *crypto, struct complaint *error);

/* The same for who owns the file: a damaged one is renamed to `path`.damaged, if that can be. */
enum anchor_file anchor_file_load(
        struct trust_points *t, const char *path, struct crypto *crypto, struct complaint *error);

/* Writes the file, mode 0644, so that at any moment there is the old one or the new one, whole;
 * makes its directory if only that is missing. Returns 0, or -errno with a sentence in `error`. */
int anchor_file_save(const struct trust_points *t, const char *path, struct crypto *crypto,
        struct complaint *error);

#endif
