/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/keeper_orphans.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/encoding.h"
#include "base/log.h"

/* Kzone.timeline; the name of the zone ends with the dot. */
static bool zone_of_timeline(struct name *zone, const char *file)
{
	size_t len = strlen(file), ending = strlen(KEEPER_TIMELINE);
	char text[NAME_TEXT_SIZE];

	if (len < ending + 2 || file[0] != 'K' || strcmp(file + len - ending, KEEPER_TIMELINE) != 0)
		return false;
	len -= ending + 1;
	return (size_t)snprintf(text, sizeof(text), "%.*s", (int)len, file + 1) == len &&
	       text[len - 1] == '.' && name_from_text(text, zone);
}

/* Returns when the timeline ends; 0 if it says that the zone is unsigned, or if it cannot be
 * read. */
static int64_t orphan_end_s(const struct keeper_tools *tools, const struct name *name)
{
	struct complaint ignored;
	struct kept_zone zone;
	struct timeline t;

	kept_zone_init(&zone, name);
	if (kept_zone_read_timeline(&zone, &tools->store, tools->crypto, &t, &ignored) <= 0)
		return 0;
	int64_t end_s = timeline_end_s(&t);
	timeline_fini(&t);
	return end_s;
}

static bool tell_orphan(const struct keeper_tools *tools, const struct name *name)
{
	int64_t end_s = orphan_end_s(tools, name);
	char zone[NAME_TEXT_SIZE], digits[DIGITS_TIME_SIZE];

	if (!end_s)
		return false;
	log_warning("%s: has a timeline in %s, and the keeper does not look after it: it ends at "
	            "%s, and then the zone is Bogus if its parent has a DS; give the zone keeper = "
	            "true, or have it unsigned before, or remove the file",
	        name_text(name, zone), tools->store.timelines, digits_time_write(end_s, digits));
	return true;
}

unsigned keeper_orphans_tell(const struct keeper_tools *tools, const struct keeper_zones *zones)
{
	DIR *dir = opendir(tools->store.timelines);
	struct dirent *entry;
	struct name name;
	unsigned count = 0;

	while (dir && (entry = readdir(dir))) {
		if (zone_of_timeline(&name, entry->d_name) && !keeper_zones_find(zones, &name))
			count += tell_orphan(tools, &name);
	}
	if (dir)
		closedir(dir);
	return count;
}
