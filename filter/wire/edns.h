/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes an OPT record (RFC 6891, 6.1). message.h reads one. */
#ifndef WIRE_EDNS_H
#define WIRE_EDNS_H

#include "base/writer.h"

#define EDNS_DO           0x8000 /* a flag: RFC 3225 */
#define EDNS_CO           0x4000 /* a flag: RFC 9824, 5.1 */
#define EDNS_EMPTY_OCTETS 11     /* the length of an OPT without options */

/* The fields of an OPT besides its options. */
struct edns_head {
	uint16_t udp_size;
	uint8_t extended_rcode, version;
	uint16_t flags;
};

/* Writes an OPT up to its options, and returns the value to pass to edns_end(). */
size_t edns_begin(struct writer *w, const struct edns_head *head);

/* Sets the length of the options, after they are written. */
void edns_end(struct writer *w, size_t begun);

#endif
