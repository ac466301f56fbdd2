/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/trust_anchors.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/complaint.h"
#include "base/file.h"
#include "config/config_table.h"

static void say_unreadable(const char *path, int number, struct complaint *error)
{
	bool is_debians = strcmp(path, key_find("trust_anchor")->text) == 0;

	if (number == EINVAL)
		complaint_set(error, "%s: not a text file: it contains a zero octet", path);
	else if (number == ENOENT && is_debians)
		complaint_set(error,
		        "%s: %s; the Debian package dns-root-data has it (apt-get install "
		        "dns-root-data)",
		        path, strerror(number));
	else
		complaint_set(error, "%s: %s", path, file_why(path, number));
}

struct anchors *trust_anchors_load(const char *path, struct complaint *error)
{
	char *text = file_read(path, TRUST_ANCHORS_MAX);

	if (!text) {
		say_unreadable(path, errno, error);
		return NULL;
	}
	struct anchors *a = anchors_parse(text, path, error);
	free(text);
	return a;
}
