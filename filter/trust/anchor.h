/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trust anchors: DS and DNSKEY records in zone-file form, as in Debian's root.key. */
#ifndef TRUST_ANCHOR_H
#define TRUST_ANCHOR_H

#include "base/complaint.h"
#include "dnssec/ds.h"

/* One zone's anchor. A DNSKEY is kept as its SHA-256 DS. */
struct anchor {
	struct name zone;
	struct ds_set ds;
};

#define ANCHORS_MAX 64 /* zones */

struct anchors;

/* Reads a text of DS and DNSKEY records: one a line, or over several lines in parentheses (RFC
 * 1035, 5.1); comments, TTL and class are understood, directives are not. Returns NULL if a record
 * cannot be parsed or is of another type, if a zone has no record that can be used, or if memory is
 * short; then `error` has a sentence that names `path`, the file that the text is from, and the
 * line. To be freed with anchors_free(). */
struct anchors *anchors_parse(const char *text, const char *path, struct complaint *error);
void anchors_free(struct anchors *a);

/* The same from memory: none at first (NULL when memory is short), then one after the other. False,
 * nothing changed, when there are too many zones or too many of one zone. */
struct anchors *anchors_new(void);
bool anchors_add(struct anchors *a, const struct name *zone, const struct ds *ds);

/* How many zones have an anchor. */
unsigned anchors_count(const struct anchors *a);

/* Returns one of them, by a number less than that. */
const struct anchor *anchors_at(const struct anchors *a, unsigned i);

/* Returns the deepest anchor at or above `name`, or NULL. */
const struct anchor *anchors_above(const struct anchors *a, const struct name *name);

#endif
