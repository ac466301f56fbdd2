/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the parent of a zone wants to be told of new CDS records: DSYNC records (RFC 9859). */
#ifndef KEEPER_NOTIFY_READ_H
#define KEEPER_NOTIFY_READ_H

#include "wire/message.h"

#define NOTIFY_NAMES 2

/* Writes the names where the DSYNC records may be, in the order in which they count: below _dsync
 * of the parent with the labels of the zone, and at _dsync itself (RFC 9859, 4.1). Returns how many
 * there are: a name may be too long. */
unsigned notify_names(
        const struct name *zone, const struct name *parent, struct name names[static NOTIFY_NAMES]);

struct notify_target {
	struct name host;
	uint16_t port;
};

/* Reads the target for CDS by NOTIFY from an answer. Returns false if there is none: no DSYNC
 * record, or of another type or scheme, malformed, or with the root as target. */
bool notify_read_target(const struct message *m, struct notify_target *target);

#endif
