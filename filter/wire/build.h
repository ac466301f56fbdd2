/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds messages that are not copied from a received one. */
#ifndef WIRE_BUILD_H
#define WIRE_BUILD_H

#include "base/writer.h"
#include "wire/name.h"
#include "wire/protocol.h"

/* Writes a header (RFC 1035, 4.1.1) with zero answer and authority records. */
void build_header(
        struct writer *out, uint16_t id, uint16_t flags, uint16_t questions, uint16_t additional);

/* Sets the counts of answer, authority and additional records in the header at the start of `out`.
 */
void build_set_counts(struct writer *out, const uint16_t counts[static 3]);

/* The longest query that build_query() writes: header, question and OPT. */
#define BUILD_QUERY_MAX (DNS_HEADER_SIZE + NAME_MAX_OCTETS + 4 + 11)

/* Writes a query of class IN with `flags` (FLAG_RD, FLAG_CD) and an OPT record with the DO bit and
 * `udp_size` (RFC 6891, 6.1.2; RFC 3225). `out` must be empty; it is full if the query does not
 * fit. */
void build_query(struct writer *out, uint16_t id, uint16_t flags, const struct name *qname,
        uint16_t qtype, uint16_t udp_size);

#endif
