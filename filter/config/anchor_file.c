/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/anchor_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/complaint.h"
#include "base/file.h"
#include "trust/anchor_text.h"

#define FILE_MAX (1u << 20) /* octets; 64 zones with 32 keys each need half of it */

/* ---- Loading ---- */

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

	if (result == ANCHOR_FILE_DAMAGED)
		file_set_aside(path);
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
