/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing an OPT record (RFC 6891, 6.1). How one is read stands in message.h. */
#ifndef WIRE_EDNS_H
#define WIRE_EDNS_H

#include "base/writer.h"

#define EDNS_DO           0x8000 /* of the flags: RFC 3225 */
#define EDNS_CO           0x4000 /* of the flags: RFC 9824, 5.1 */
#define EDNS_EMPTY_OCTETS 11     /* of an OPT without options */

/* What an OPT says besides its options. */
struct edns_head {
	uint16_t udp_size;
	uint8_t extended_rcode, version;
	uint16_t flags;
};

/* Writes an OPT up to its options, and returns what edns_end() wants. */
size_t edns_begin(struct writer *w, const struct edns_head *head);

/* Sets the length of the options that were written meanwhile. */
void edns_end(struct writer *w, size_t begun);

#endif
