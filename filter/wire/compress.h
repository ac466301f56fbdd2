/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes names into a message, compressed: each name points to an earlier name for the longest
 * suffix that both have in common (RFC 1035, 4.1.4). */
#ifndef WIRE_COMPRESS_H
#define WIRE_COMPRESS_H

#include "base/writer.h"
#include "wire/name.h"

#define COMPRESS_SLOTS  512 /* labels to which names may point; a power of two */
#define COMPRESS_PROBES 8   /* slots tried for a label; the first 8 labels always get one */

/* A name as on the wire, but uncompressed; letter case is kept. */
struct wire_name {
	uint8_t len;
	uint8_t octets[NAME_MAX_OCTETS];
};

/* Copies the name at offset `at` of a message. Returns false if the name is malformed. */
bool wire_name_read(struct span message, size_t at, struct wire_name *name);

struct compressor {
	struct writer *w; /* contains the message from its first octet */
	unsigned used;
	struct {
		uint16_t at, hash; /* the slot is free if `at` is 0 */
	} slots[COMPRESS_SLOTS];
};

void compress_begin(struct compressor *c, struct writer *w);

enum letter_case {
	CASE_KEPT, /* points only to a name with equal letter case */
	CASE_ANY,  /* ignores letter case */
};

void compress_name(struct compressor *c, struct span name, enum letter_case letters);

#endif
