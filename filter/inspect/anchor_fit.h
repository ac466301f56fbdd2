/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks whether a zone's trust anchor fits the keys that the zone has now. Blocks. */
#ifndef INSPECT_ANCHOR_FIT_H
#define INSPECT_ANCHOR_FIT_H

#include <sys/socket.h>

#include "trust/anchor.h"

enum anchor_fit {
	ANCHOR_FIT,         /* a key of the anchor signed the zone's keys */
	ANCHOR_FIT_NONE,    /* the zone has keys, and none matches */
	ANCHOR_FIT_UNKNOWN, /* no answer that tells */
};

/* Asks `server` for the keys of `zone`, which has an anchor in `anchors`. Takes a few seconds at
 * most. The answer of a server that lies cannot be ANCHOR_FIT. */
enum anchor_fit anchor_fit_ask(const struct anchors *anchors, const struct name *zone,
        const struct sockaddr_storage *server, int64_t now_s);

#endif
