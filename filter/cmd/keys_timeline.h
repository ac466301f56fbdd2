/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `sealgate keys timeline` shows which keys of a zone do what from when to when. */
#ifndef CMD_KEYS_TIMELINE_H
#define CMD_KEYS_TIMELINE_H

#include "cmd/command.h"
#include "wire/name.h"

struct keys_telling {
	const struct name *zone;
	const char *config;    /* the path of the configuration; NULL: the default */
	const char *directory; /* of the timeline; NULL: that of the configuration */
	bool as_svg, as_json;
};

/* Prints the timeline, and of the keeper's state what this user may read. Returns EXIT_NO if there
 * is no timeline, or if it cannot be read; EXIT_USAGE if the configuration is wrong. */
enum exit_code keys_timeline(const struct keys_telling *telling);

#endif
