/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/anchor_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/complaint.h"
#include "base/file.h"
#include "trust/anchor_text.h"

#define FILE_MAX (1u << 20) /* octets; 64 zones with 32 keys each need half of it */

/* ---- Loading ---- */

/* Keeps the damaged file for the operator to look at. Only the last one is kept. */
static void set_aside(const char *path)
{
	char aside[PATH_MAX];
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
	        (size_t)snprintf(aside, sizeof(aside), "%s.damaged", path) < sizeof(aside))
		(void)!rename(path, aside);
}

enum anchor_file anchor_file_read(
        struct trust_points *t, const char *path, struct crypto *crypto, struct complaint *error)
{
	char *text = file_read(path, FILE_MAX);

	if (!text && errno == ENOENT)
		return ANCHOR_FILE_NONE;
	if (!text) {
		bool is_other = errno == EFBIG || errno == EINVAL;
		complaint_set(error, "%s: %s", path,
		        is_other ? "not a file of trust anchors: it is binary or too large"
		                 : strerror(errno));
		return ANCHOR_FILE_DAMAGED;
	}
	bool good = anchor_text_read(t, crypto, text, path, error);
	free(text);
	return good ? ANCHOR_FILE_READ : ANCHOR_FILE_DAMAGED;
}

enum anchor_file anchor_file_load(
        struct trust_points *t, const char *path, struct crypto *crypto, struct complaint *error)
{
	enum anchor_file result = anchor_file_read(t, path, crypto, error);

	if (result == ANCHOR_FILE_DAMAGED && access(path, R_OK) == 0)
		set_aside(path);
	return result;
}

/* ---- Saving ---- */

int anchor_file_save(const struct trust_points *t, const char *path, struct crypto *crypto,
        struct complaint *error)
{
	char *text = anchor_text_write(t, crypto);
	int result = text ? file_replace(path, text, 0644) : -ENOMEM;

	free(text);
	if (result < 0)
		complaint_set(error, "%s: %s", path, strerror(-result));
	return result;
}
