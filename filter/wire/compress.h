/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes names into a message so that each points to what was written before, as far as it is the
 * same (RFC 1035, 4.1.4). */
#ifndef WIRE_COMPRESS_H
#define WIRE_COMPRESS_H

#include "base/writer.h"
#include "wire/name.h"

#define COMPRESS_SLOTS  512 /* labels that names may point to; a power of two */
#define COMPRESS_PROBES 8   /* slots looked at for one: a first name of so many is found for sure */

/* A name as it stands on the wire, uncompressed, in whatever letter case. */
struct wire_name {
	uint8_t len;
	uint8_t octets[NAME_MAX_OCTETS];
};

/* Copies the name at `at` of a message. Returns false when it is malformed. */
bool wire_name_read(struct span message, size_t at, struct wire_name *name);

struct compressor {
	struct writer *w; /* holds the message from its first octet */
	unsigned used;
	struct {
		uint16_t at, hash; /* `at` 0: free */
	} slots[COMPRESS_SLOTS];
};

void compress_begin(struct compressor *c, struct writer *w);

enum letter_case {
	CASE_KEPT, /* points only to the same letters in the same case */
	CASE_ANY,  /* points to the same name */
};

void compress_name(struct compressor *c, struct span name, enum letter_case letters);

#endif
