/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory of DNS64 (gate/dns64.h): of each name whose AAAA records a resolver made up, the
 * proved addresses, until when they hold, and until when it is proved that the name has no AAAA
 * record. A table of a fixed size; a full table replaces its least recently used entry. What is
 * proved holds for every client. A failure is remembered only for the server that was asked, so a
 * client that asks a hostile server spoils no name for others. Private to gate/. */
#ifndef GATE_SYNTHESIS_H
#define GATE_SYNTHESIS_H

#include "dnssec/outcome.h"
#include "gate/gate.h"

#define SYNTHESIS_NAMES     1024
#define SYNTHESIS_ADDRESSES 64 /* of one name; more are not remembered, and so not proved */

struct synthesis_address {
	uint8_t octets[4];
	uint32_t ttl_s;
	int64_t until_s;
};

/* The questions that are asked for one name. Each has a failure of its own. */
enum synthesis_question {
	SYNTHESIS_A,
	SYNTHESIS_AAAA, /* the proof that there is none */
	SYNTHESIS_NSEC, /* the same proof, from servers that make AAAA records up even with CD */
	SYNTHESIS_QUESTIONS
};

struct synthesis_failure {
	uint64_t source;
	int64_t until_s;
	struct outcome outcome;
};

struct synthesised {
	struct name name;
	unsigned address_count;
	struct synthesis_address addresses[SYNTHESIS_ADDRESSES];
	int64_t addresses_at_s; /* when they were last learned */
	int64_t absent_until_s;
	uint32_t absent_ttl_s;
	struct synthesis_failure failures[SYNTHESIS_QUESTIONS];
};

/* Takes memory. Returns 0 or a negative errno. */
int synthesis_init(struct synthesis *s);
void synthesis_fini(struct synthesis *s);
void synthesis_forget(struct synthesis *s);

/* True if the gate has this memory, because a prefix is configured, or may be found. */
static inline bool synthesis_is_on(const struct synthesis *s)
{
	return s->names.capacity > 0;
}

/* Returns what is known of a name; a new entry if nothing is. Valid until the next call. */
struct synthesised *synthesis_get(struct synthesis *s, const struct name *name);

/* Returns the address if it is proved now, or NULL. */
const struct synthesis_address *synthesised_find(
        const struct synthesised *entry, const uint8_t octets[static 4], int64_t now_s);

/* True if any address of the name is proved now. */
bool synthesised_has_address(const struct synthesised *entry, int64_t now_s);

/* Adds addresses, at most SYNTHESIS_ADDRESSES, or lets known ones hold longer. If there are too
 * many with those that were known, forgets those. */
void synthesised_add(struct synthesised *entry, const struct synthesis_address *addresses,
        unsigned count, int64_t now_s);

#endif
