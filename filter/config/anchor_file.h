/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file that keeps the states of trust anchors while the daemon does not run. anchor_text.h
 * describes its format. */
#ifndef CONFIG_ANCHOR_FILE_H
#define CONFIG_ANCHOR_FILE_H

#include "base/complaint.h"
#include "trust/trustpoints.h"

enum anchor_file {
	ANCHOR_FILE_READ,
	ANCHOR_FILE_NONE,    /* there is no file yet */
	ANCHOR_FILE_DAMAGED, /* or unreadable; the complaint says where and how */
};

/* Reads the file into `t`, which is empty before. Of a damaged file, only the revoked keys are
 * taken. */
enum anchor_file anchor_file_read(
        struct trust_points *t, const char *path, struct crypto *crypto, struct complaint *error);

/* Reads the file as its owner: also renames a damaged file to `path`.damaged, if possible. */
enum anchor_file anchor_file_load(
        struct trust_points *t, const char *path, struct crypto *crypto, struct complaint *error);

/* Replaces the file, mode 0644, atomically: a reader sees the old file or the new one, complete.
 * Makes the last directory of the path if it is missing. Returns 0, or -errno with a complaint. */
int anchor_file_save(const struct trust_points *t, const char *path, struct crypto *crypto,
        struct complaint *error);

#endif
