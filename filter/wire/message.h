/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A DNS message, parsed in place as offsets into its octets. Only the question's name is copied. */
#ifndef WIRE_MESSAGE_H
#define WIRE_MESSAGE_H

#include "base/cursor.h"
#include "wire/name.h"
#include "wire/protocol.h"

/* More records than any message has: a message has at most 65535 octets, a record at least 11. */
#define MESSAGE_RRS_MAX 5957

enum section { SECTION_ANSWER, SECTION_AUTHORITY, SECTION_ADDITIONAL };

/* One resource record. Offsets count from the start of the message. */
struct rr {
	uint16_t owner_at;
	uint16_t rdata_at, rdata_len;
	uint16_t type, class;
	uint8_t section; /* enum section */
	bool odd_ttl;    /* the top bit is set on the wire, so the TTL is 0: RFC 2181, 8 */
	uint32_t ttl_s;
};

/* The fields of an OPT record: RFC 6891, 6.1.2 and 6.1.3. */
struct edns {
	bool present;
	bool dnssec_ok;
	uint8_t version;
	uint8_t extended_rcode; /* the upper eight bits of the RCODE */
	uint16_t flags;
	uint16_t udp_size;
	uint16_t at; /* offset of the OPT's owner, which is one octet long */
	struct span options;
};

struct message {
	struct span octets;
	uint16_t id, flags;
	uint16_t question_count;
	struct span question; /* the first question's octets, with their letter case */
	uint16_t qtype, qclass;
	struct rr *rrs; /* in wire order, without OPT */
	unsigned rr_count;
	struct edns edns;
	bool is_signed;    /* the last record is a TSIG (RFC 8945) or SIG(0) (RFC 2931) */
	struct name qname; /* empty if there is no question */
};

/* Parses a whole message; `rrs` has room for `rrs_max` records. Returns false if the message is
 * malformed: cut short, trailing octets, a bad or compressed name in the question, more than one
 * question, an OPT that is not at the root, not in the additional section, or not the only one (RFC
 * 6891, 6.1.1), a TSIG or SIG(0) that is not last, or more records than fit. RDATA is not parsed;
 * the owner names of records are checked when they are read. */
bool message_parse(struct message *m, struct span octets, struct rr *rrs, unsigned rrs_max);

/* What is wrong with octets that message_parse() does not take. */
enum message_fault {
	MESSAGE_SOUND,
	MESSAGE_SHORT,     /* shorter than a header */
	MESSAGE_QUESTIONS, /* more than one question */
	MESSAGE_TRAILING,  /* octets after the end of the message */
	MESSAGE_ODD,       /* records that do not fit the length, or a name that is malformed */
	MESSAGE_FAULTS
};

/* Walks over the octets. Sets `*end` to where the message ends, for MESSAGE_TRAILING. Octets after
 * a message with another opcode than QUERY are MESSAGE_ODD: they may belong to it (DSO: RFC
 * 8490). */
enum message_fault message_examine(struct span octets, size_t *end);

/* Returns the octets without what follows the end of the message; the same octets if nothing does.
 * A program that reads on after the end must not find anything there that was not judged. */
struct span message_trim(struct span octets);

/* Removes the additional section except for its OPT, in place. Returns the new length; `len` if the
 * octets are no message, which is for message_parse() to find. */
size_t message_drop_additional(uint8_t *octets, size_t len);

/* True if two questions are equal but for the case of letters in their names (RFC 4343). Each is
 * the octets of a question whose name is not compressed. */
bool question_is_alike(struct span a, struct span b);

/* Reads the label of a name at `*at`, with its letter case. Follows compression pointers and moves
 * `*at` to the start of the label; the next label follows its last octet. The last label is empty.
 * Returns false if the label is cut short, or if a pointer does not lead back. */
bool message_label(const struct message *m, size_t *at, struct span *label);

/* True if the message has a record of this type, in any section. */
bool message_has_type(const struct message *m, uint16_t type);

/* Reads the owner of a record. Returns false if the owner's name is malformed. */
bool message_owner(const struct message *m, const struct rr *rr, struct name *owner);

static inline struct span message_rdata(const struct message *m, const struct rr *rr)
{
	return span_of(m->octets.base + rr->rdata_at, rr->rdata_len);
}

/* Returns the offset of the TTL of a record, which precedes RDLENGTH. */
static inline size_t rr_ttl_at(const struct rr *rr)
{
	return rr->rdata_at - 6u;
}

static inline unsigned message_opcode(const struct message *m)
{
	return (m->flags & OPCODE_MASK) >> OPCODE_SHIFT;
}

/* Returns the whole RCODE, with the extended bits if there is an OPT (RFC 6891, 6.1.3). */
static inline unsigned message_rcode(const struct message *m)
{
	return (unsigned)m->edns.extended_rcode << 4 | (m->flags & RCODE_MASK);
}

#endif
