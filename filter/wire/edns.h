/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes an OPT record (RFC 6891, 6.1). message.h reads one. */
#ifndef WIRE_EDNS_H
#define WIRE_EDNS_H

#include "base/cursor.h"
#include "base/writer.h"

#define EDNS_DO           0x8000 /* a flag: RFC 3225 */
#define EDNS_CO           0x4000 /* a flag: RFC 9824, 5.1 */
#define EDNS_EMPTY_OCTETS 11     /* the length of an OPT without options */

#define OPTION_EDE      15 /* RFC 8914, 2 */
#define EDE_CODE_OCTETS 2

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

/* Returns the first Extended DNS Error among the options by which a server says that it filters the
 * name: Forged Answer, Blocked, Censored, Filtered or Prohibited (RFC 8914, 4). 0 if there is
 * none. Anybody can write one: it is a hint for people. */
uint16_t edns_filter_code(struct span options);

/* Returns the name of such a code, "" for another. */
const char *edns_filter_word(uint16_t code);

#endif
