/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The records of a message as RRsets, each with the RRSIGs that cover it. */
#ifndef DNSSEC_RRSET_H
#define DNSSEC_RRSET_H

#include "base/arena.h"
#include "wire/message.h"

#define RR_NONE UINT16_MAX

/* The records of one owner, type and section. `count` is 0 if there are only RRSIGs. */
struct rrset {
	struct name owner;
	uint32_t owner_hash;
	uint16_t type;
	uint8_t section;
	uint16_t first, last, count;             /* the records */
	uint16_t first_sig, last_sig, sig_count; /* the RRSIGs */
};

/* Borrows the message; lives in the arena. */
struct rrsets {
	const struct message *m;
	uint16_t *next;   /* by record: the next record of its RRset, or RR_NONE */
	uint16_t *set_of; /* by record: the index of its RRset, or RR_NONE if it is in none */
	struct rrset *sets;
	unsigned count;
	bool is_over; /* there are more than LIMIT_RRSETS */
};

/* Groups the records of class IN. Returns false if an owner name is malformed, an RRSIG is too
 * short for its type covered, there are more than LIMIT_RRSETS RRsets, or the arena is used up. */
bool rrsets_group(struct rrsets *g, const struct message *m, struct arena *arena);

/* Puts the RRsets into an order that does not depend on the order of the records, by section first.
 * Code that judges one after the other, and stops at a limit, then has the same result however a
 * server, or an attacker on the path, orders the records. Returns false if the arena is used up. */
bool rrsets_sort(struct rrsets *g, struct arena *arena);

/* Returns the RRset if it has records, else NULL. */
const struct rrset *rrsets_find(
        const struct rrsets *g, enum section section, const struct name *owner, uint16_t type);

/* Returns the DS RRset of `name`: from the answer section or, in a referral, from the authority
 * section. NULL if there is none. */
const struct rrset *rrsets_find_ds(const struct rrsets *g, const struct name *name);

/* Reads the name that is the whole RDATA of record `index`: of an NS, CNAME or DNAME. Returns false
 * if the RDATA is malformed. */
bool rrsets_read_name(const struct rrsets *g, unsigned index, struct name *name);

static inline unsigned rrset_index(const struct rrsets *g, const struct rrset *set)
{
	return (unsigned)(set - g->sets);
}

/* RDATA as it came: sorted, without duplicates. Lives in the arena. */
struct rdata_list {
	struct span *items;
	unsigned count;
};

/* Lists the RDATA of the `count` records from `first` on, of one RRset. Code that stops at a limit
 * walks this list, so its result does not depend on the order in the message. Returns false if the
 * arena is used up. */
bool rdata_list_sort(const struct rrsets *g, uint16_t first, unsigned count, struct arena *arena,
        struct rdata_list *list);

/* Returns the smallest TTL in the set. RFC 2181, 5.2 requires equal ones. */
uint32_t rrset_ttl(const struct rrsets *g, const struct rrset *set);

#endif
