/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trust anchors: DS and DNSKEY records in zone-file form, as in Debian's root.key. */
#ifndef TRUST_ANCHOR_H
#define TRUST_ANCHOR_H

#include "wire/name.h"

struct anchors;

/* Reads a file of DS and DNSKEY records, one a line; comments, TTL, class and RFC 1035's
 * parentheses are understood. Returns NULL, with a sentence that names file and line in `error`,
 * when the file cannot be read, a record cannot be parsed, or none is there. */
struct anchors *anchors_load(const char *path, char *error, size_t error_size);
void anchors_free(struct anchors *a);

/* How many records were read. */
unsigned anchors_count(const struct anchors *a);

#endif
