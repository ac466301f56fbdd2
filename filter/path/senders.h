/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The habits of clients. Some resolvers set CD in every query and check nothing; if such queries
 * pass, nobody checks. A client that never sets RD iterates. */
#ifndef PATH_SENDERS_H
#define PATH_SENDERS_H

#include "base/keyedhash.h"
#include "base/span.h"
#include "base/table.h"

#define SENDERS_MAX    256 /* that are remembered; the one not heard of for longest gives way */
#define SENDERS_ALWAYS 32  /* so many queries alike are "every query" */

struct senders {
	struct table table;
	struct hash_key key;
};

/* Takes the memory. Returns 0 or a negative errno. */
int senders_init(struct senders *s);
void senders_fini(struct senders *s);

struct sender_habits {
	bool always_cd; /* true once for each client: SENDERS_ALWAYS queries had CD that passes */
	bool never_rd;  /* its last SENDERS_ALWAYS queries had no RD */
};

/* Notes a query of `client`, an address of 4 or 16 octets, with its header's RD; `passes_cd`: it
 * has CD, and passes by that. Who can send under a client's address can make it out to be of either
 * kind, until the client sends a query of another. */
struct sender_habits senders_note(
        struct senders *s, struct span client, bool passes_cd, bool has_rd);

#endif
