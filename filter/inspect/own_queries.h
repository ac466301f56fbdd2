/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Queries that sealgate itself sends while it watches an interface: the daemon's for keys, and
 * those of `watch` to its resolver. Nobody asked them, so neither they nor their responses
 * count. */
#ifndef INSPECT_OWN_QUERIES_H
#define INSPECT_OWN_QUERIES_H

#include "capture/captured_message.h"

#define OWN_QUERIES_MAX 4096 /* the newest */

struct own_query {
	uint8_t version; /* of IP; 0: none */
	uint8_t client[16], server[16];
	uint16_t client_port, id;
};

struct own_queries {
	struct own_query queries[OWN_QUERIES_MAX];
	unsigned count;
};

/* Remembers a query. */
void own_queries_note(struct own_queries *own, const struct captured_message *seen);

/* True if the message is one of these queries, or the response to one. */
bool own_queries_have(const struct own_queries *own, const struct captured_message *seen);

#endif
