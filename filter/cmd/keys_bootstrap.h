/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `sealgate keys bootstrap ZONE NS...` prints signalling records (RFC 9615), for the zones of the
 * name servers. */
#ifndef CMD_KEYS_BOOTSTRAP_H
#define CMD_KEYS_BOOTSTRAP_H

#include "cmd/command.h"
#include "wire/name.h"

struct keys_signalling {
	const struct name *zone;
	const char *config;        /* the path of the configuration; NULL: the default */
	char *const *name_servers; /* their names, as on the command line */
	unsigned name_server_count;
};

/* Prints what the timeline of the zone says now. Returns EXIT_NO after a message if a name server
 * can have no such records, or if the zone has none. */
enum exit_code keys_bootstrap(const struct keys_signalling *signalling);

#endif
