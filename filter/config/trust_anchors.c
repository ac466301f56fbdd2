/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/trust_anchors.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/complaint.h"
#include "base/file.h"

struct anchors *trust_anchors_load(const char *path, struct complaint *error)
{
	char *text = file_read(path, TRUST_ANCHORS_MAX);

	if (!text) {
		complaint_set(error, "%s: %s", path,
		        errno == EINVAL ? "not a text file: it contains a zero octet"
		                        : strerror(errno));
		return NULL;
	}
	struct anchors *a = anchors_parse(text, path, error);
	free(text);
	return a;
}
