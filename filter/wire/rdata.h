/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the domain names in RDATA. The canonical form needs this, because it writes names in lower
 * case and uncompressed (RFC 4034, 6.2). So does the rewriter, which must adjust the compression
 * pointers in names (RFC 1035 types may have them: RFC 3597, 4). Both use one table. */
#ifndef WIRE_RDATA_H
#define WIRE_RDATA_H

#include "wire/message.h"

/* A piece of RDATA: either plain octets, or a name that begins at `at`. */
struct rdata_part {
	bool is_name;
	struct span octets; /* as on the wire; a name may be compressed */
	size_t at;          /* offset in the message */
};

struct rdata_walk {
	struct cursor c; /* over the message, ending where the RDATA ends */
	const char *layout;
};

/* Returns a walk over the RDATA of `rr`. */
struct rdata_walk rdata_walk_begin(const struct message *m, const struct rr *rr);

/* Sets `part` to the next piece. Returns false at the end, or if the RDATA is malformed: a bad
 * name, a name that runs past RDLENGTH, or fewer octets than the type requires. rdata_walk_done()
 * tells the end from an error. */
bool rdata_walk_next(struct rdata_walk *w, struct rdata_part *part);

/* True if the whole RDATA was walked and is well formed. */
bool rdata_walk_done(const struct rdata_walk *w);

/* True if names in the RDATA of this type are lower-cased in canonical form and may have been
 * compressed. */
bool rdata_has_names(uint16_t type);

/* True if names in the RDATA of this type may be written compressed: the types of RFC 1035 that
 * contain names (RFC 3597, 4). */
bool rdata_may_compress(uint16_t type);

#endif
