/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Timelines for tests: keys of a zone, and periods that say which of them do what. */
#ifndef TESTS_PLANNED_H
#define TESTS_PLANNED_H

#include "keys/keypair.h"
#include "keys/timeline.h"

#define PLANNED_DAY   INT64_C(86400)
#define PLANNED_TTL_S 3600

/* Which keys, as a bit for each. */
struct planned_period {
	int64_t from_s, until_s;
	unsigned dnskey;  /* are in the DNSKEY RRset */
	unsigned ksks;    /* sign it */
	unsigned signers; /* sign all else */
	unsigned cds;     /* have CDS and CDNSKEY */
	int64_t first_s,
	        last_s; /* when the first signatures begin, and the last ones end; 0: as they should */
};

/* The TTL of DNSKEY RRsets, PLANNED_TTL_S unless a test changes it. */
extern uint32_t planned_ttl_s;

/* Generates a key of the zone. */
void planned_key(struct keypair *k, const struct name *zone, uint16_t flags, uint8_t algorithm);

/* Makes a timeline. Its ZSKs are copies of those among the keys. */
void planned_make(struct timeline *t, struct crypto *crypto, const struct keypair *keys,
        const struct planned_period *periods, unsigned count);

/* Puts another digest at the end of a text, which was changed. Returns it on the heap. */
char *planned_seal(struct crypto *crypto, const char *text);

/* Replaces the first `old` from the line with `begin` on, and puts another digest at the end.
 * Returns the text on the heap. */
char *planned_spoil(struct crypto *crypto, const char *text, const char *begin, const char *old,
        const char *new);

#endif
