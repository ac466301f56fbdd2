/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The directory of zones: a file a zone, named after it ("example.org.conf"). Hidden files, and
 * those with another ending, are not zones. zone_file.h reads one. */
#ifndef CONFIG_ZONE_DIRECTORY_H
#define CONFIG_ZONE_DIRECTORY_H

#include <dirent.h>

#include "base/complaint.h"
#include "base/file.h"
#include "config/config_zones.h"

struct zone_file {
	struct name apex;
	char *path;
	/* once zone_directory_identify() has looked; all zero before */
	struct file_identity identity;
	/* the zone is in the list, or in another file, too: this one does not count */
	bool is_double;
};

/* Owns all that it points to, and the open directory. */
struct zone_directory {
	DIR *dir; /* or NULL */
	unsigned count;
	struct zone_file *files; /* in the order of sign_policy.h */
	unsigned fault_count;
	char **faults; /* what is wrong with files that are no zones */
};

#define ZONE_DIRECTORY_NONE                                                                        \
	{                                                                                          \
		.fd = -1                                                                           \
	} /* without a zone */

/* Lists the zones of a directory. Those of `listed` count, and not their files. Returns 0, or -1
 * with a complaint, and then there is nothing to free. */
int zone_directory_list(struct zone_directory *d, const char *directory,
        const struct config_zones *listed, struct complaint *why);

/* Looks at a file of a directory that was listed. One that cannot be looked at has no identity, so
 * that reading it says why. */
void zone_directory_identify(const struct zone_directory *d, struct zone_file *file);

/* Returns the file that counts for a zone, or NULL. */
const struct zone_file *zone_directory_find(
        const struct zone_directory *d, const struct name *apex);

void zone_directory_fini(struct zone_directory *d);

#endif
