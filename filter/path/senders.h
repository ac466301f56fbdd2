/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clients whose queries with CD pass: do they ever ask without? Some resolvers set CD in every
 * query and check nothing, and then nothing is checked at all. */
#ifndef PATH_SENDERS_H
#define PATH_SENDERS_H

#include "base/keyedhash.h"
#include "base/span.h"
#include "base/table.h"

#define SENDERS_MAX    256 /* that are remembered; the one not heard of for longest gives way */
#define SENDERS_ALWAYS 32  /* so many queries with CD, and none without, are "every query" */

struct senders {
	struct table table;
	struct hash_key key;
};

/* Takes the memory. Returns 0 or a negative errno. */
int senders_init(struct senders *s);
void senders_fini(struct senders *s);

/* Notes a query of `client`, an address of 4 or 16 octets. Returns true once for each client: when
 * it has set CD in SENDERS_ALWAYS queries and left it out in none. */
bool senders_note(struct senders *s, struct span client, bool has_cd);

#endif
