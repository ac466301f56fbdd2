/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/zone_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "config/config_zone.h"

#define FILE_OCTETS (1u << 20) /* a file of a zone is not longer */

/* True if a line includes another file, whose changes would not be noticed. */
static bool includes_file(const char *text)
{
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += strspn(line, " \t\r\n");
		if (strncmp(line, "@include", strlen("@include")) == 0)
			return true;
	}
	return false;
}

static bool read_zone_text(struct config_reader *r, const char *text, const struct name *apex,
        const struct config_servers *servers, struct config_zones *zones)
{
	config_t file;

	if (includes_file(text))
		return reader_wrong(r, NULL, "the file of a zone cannot include another one");
	config_init(&file);
	bool good = config_read_string(&file, text)
	                    ? config_zone_read_nameless(
	                              r, config_root_setting(&file), apex, servers, zones)
	                    : reader_wrong_syntax(r, &file);
	config_destroy(&file);
	return good;
}

/* libconfig's scanner ends the process if a read fails, so it gets a text, and never the file of
 * one zone of many. */
bool zone_file_read(struct config_zones *zones, const char *path, const struct name *apex,
        const struct config *c, struct complaint *error)
{
	struct config_reader r = { .path = path, .error = error };
	struct stat st;

	*zones = (struct config_zones){ 0 };
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		/* to read a FIFO might take for ever */
		return reader_wrong(&r, NULL, "not a file");
	char *text = file_read(path, FILE_OCTETS);
	if (!text)
		return reader_wrong(&r, NULL, "%s",
		        errno == EFBIG || errno == EINVAL ? "binary, or too large"
		                                          : file_why(path, errno));
	bool good = read_zone_text(&r, text, apex, &c->sign_servers, zones);
	free(text);
	config_zones_place(zones, c->keeper_timelines);
	if (!good)
		config_zones_fini(zones);
	return good;
}
