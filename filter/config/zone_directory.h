/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The directory of zones: a file a zone, named after it ("example.org.conf"). Hidden files, and those with another
 * ending, are not zones. zone_file.h reads one. */
#ifndef CONFIG_ZONE_DIRECTORY_H
#define CONFIG_ZONE_DIRECTORY_H

#include "base/complaint.h"
#include "base/file.h"
#include "config/config_zones.h"

struct zone_file {
	struct name apex;
	char *path;
	struct file_identity identity;
	bool is_double; /* the zone is in the list, or in another file, too: this one does not count */
};

/* Owns all that it points to. */
struct zone_directory {
	unsigned count;
	struct zone_file *files; /* in the order of sign_policy.h */
	unsigned fault_count;
	char **faults; /* what is wrong with files that are no zones */
};

/* Lists the zones of a directory. Those of `listed` count, and not their files. Returns 0, or -1 with a complaint, and
 * then there is nothing to free. */
int zone_directory_list(struct zone_directory *d, const char *directory,
        const struct config_zones *listed, struct complaint *why);
void zone_directory_fini(struct zone_directory *d);

#endif
