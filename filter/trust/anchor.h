/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Trust anchors: DS and DNSKEY records in zone-file form, as in Debian's root.key, unbound's
 * root.key and Knot Resolver's root.keys. */
#ifndef TRUST_ANCHOR_H
#define TRUST_ANCHOR_H

#include "base/complaint.h"
#include "dnssec/ds.h"

/* The anchor of one zone. A DNSKEY is kept as its SHA-256 DS. */
struct anchor {
	struct name zone;
	struct ds_set ds;
};

#define ANCHORS_MAX 64 /* zones */

struct anchors;

/* Reads a text of DS and DNSKEY records, each on one line, or on several lines in parentheses (RFC
 * 1035, 5.1). Accepts comments, TTL and class, but no directives; and lines of dnsmasq's form. In a
 * file that unbound maintains, skips keys that their state does not let be anchors. Returns NULL if
 * a record cannot be parsed or has another type, if a zone has no usable record, or if memory is
 * short. Then `error` has a sentence that names the line and `path`, the file of the text. The
 * caller frees the result with anchors_free(). */
struct anchors *anchors_parse(const char *text, const char *path, struct complaint *error);
void anchors_free(struct anchors *a);

/* Builds anchors in memory. anchors_new() returns an empty set, or NULL if memory is short.
 * anchors_add() returns false and changes nothing if there are too many zones, or too many anchors
 * of one zone. */
struct anchors *anchors_new(void);
bool anchors_add(struct anchors *a, const struct name *zone, const struct ds *ds);

/* Returns how many zones have an anchor. */
unsigned anchors_count(const struct anchors *a);

/* Returns the anchor with number `i`, which is less than anchors_count(). */
const struct anchor *anchors_at(const struct anchors *a, unsigned i);

/* Returns the deepest anchor at or above `name`, or NULL. */
const struct anchor *anchors_above(const struct anchors *a, const struct name *name);

#endif
