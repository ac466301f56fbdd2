/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A DNS message, parsed in place: offsets into the octets, nothing copied but the question's name.
 */
#ifndef WIRE_MESSAGE_H
#define WIRE_MESSAGE_H

#include "base/cursor.h"
#include "wire/name.h"
#include "wire/protocol.h"

/* A message of 65535 octets holds fewer records than this: the shortest takes 11 octets. */
#define MESSAGE_RRS_MAX 5957

enum section { SECTION_ANSWER, SECTION_AUTHORITY, SECTION_ADDITIONAL };

/* One resource record. Offsets count from the start of the message. */
struct rr {
	uint16_t owner_at;
	uint16_t rdata_at, rdata_len;
	uint16_t type, class;
	uint8_t section; /* enum section */
	bool odd_ttl;    /* the wire has the top bit set, which makes it 0: RFC 2181, 8 */
	uint32_t ttl_s;
};

/* The fields of an OPT record: RFC 6891, 6.1.2 and 6.1.3. */
struct edns {
	bool present;
	bool dnssec_ok;
	uint8_t version;
	uint8_t extended_rcode; /* the upper eight bits */
	uint16_t flags;
	uint16_t udp_size;
	uint16_t at; /* offset of the OPT's owner, which is one octet long */
	struct span options;
};

struct message {
	struct span octets;
	uint16_t id, flags;
	uint16_t question_count;
	struct span question; /* the first question's own octets, letter case and all */
	uint16_t qtype, qclass;
	struct rr *rrs; /* in the order of the wire; OPT is not among them */
	unsigned rr_count;
	struct edns edns;
	bool is_signed;    /* a TSIG (RFC 8945) or SIG(0) (RFC 2931) record ends it */
	struct name qname; /* without a question it is empty */
};

/* Parses a whole message; `rrs` has room for `rrs_max` records. Returns false when it is malformed:
 * cut short, trailing octets, a bad or compressed name in the question, more than one question, an
 * OPT that is not at the root or in another section or twice (RFC 6891, 6.1.1), a TSIG that is not
 * last, or more records than fit. RDATA is not looked into, and the names of owners are checked
 * when they are read. */
bool message_parse(struct message *m, struct span octets, struct rr *rrs, unsigned rrs_max);

/* Takes the next label of a name, letter case and all, at or, over compression pointers, before
 * `*at`, which is moved to where it begins; the next one is behind it. The last label is empty.
 * Returns false when there is none, or a pointer does not lead back. */
bool message_label(const struct message *m, size_t *at, struct span *label);

/* True if the message has a record of this type, in whatever section. */
bool message_has_type(const struct message *m, uint16_t type);

/* Reads the owner of a record. Returns false when it is malformed. */
bool message_owner(const struct message *m, const struct rr *rr, struct name *owner);

static inline struct span message_rdata(const struct message *m, const struct rr *rr)
{
	return span_of(m->octets.base + rr->rdata_at, rr->rdata_len);
}

/* Where the TTL of a record stands: before the length of its RDATA. */
static inline size_t rr_ttl_at(const struct rr *rr)
{
	return rr->rdata_at - 6u;
}

static inline unsigned message_opcode(const struct message *m)
{
	return (m->flags & OPCODE_MASK) >> OPCODE_SHIFT;
}

/* The whole RCODE, with the extended bits if there is an OPT (RFC 6891, 6.1.3). */
static inline unsigned message_rcode(const struct message *m)
{
	return (unsigned)m->edns.extended_rcode << 4 | (m->flags & RCODE_MASK);
}

#endif
