/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `sealgate keys check` shows what every server of a zone and of its parent serves, beside the keys
 * of a directory. `sealgate keys notify` tells the parent of new CDS records. */
#ifndef CMD_KEYS_CHECK_H
#define CMD_KEYS_CHECK_H

#include <sys/socket.h>

#include "cmd/command.h"
#include "daemon/zone_key_files.h"

struct keys_checking {
	const struct name *zone;
	const struct zone_key_files *files; /* the zone's keys; may be none */
	struct crypto *crypto;
	const char *config; /* the path of the configuration; NULL: the default */
	/* the resolver; NULL: those of the configuration, or the machine's */
	const struct sockaddr_storage *server;
};

/* Asks and prints. Returns EXIT_FINE if every server serves each KSK and its DS, EXIT_NO if not, or
 * if that cannot be known; EXIT_USAGE if the configuration is wrong. */
enum exit_code keys_check(const struct keys_checking *checking);

/* Tells the parent (keeper/notify.h). Returns EXIT_NO if its agent does not confirm it, or if there
 * is none. */
enum exit_code keys_notify(const struct keys_checking *checking);

#endif
