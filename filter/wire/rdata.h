/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the domain names are in RDATA. Two things need to know: the canonical form, which writes
 * them in lower case and uncompressed (RFC 4034, 6.2), and the rewriter, which must mend their
 * compression pointers (RFC 1035 types may have them: RFC 3597, 4). One table serves both. */
#ifndef WIRE_RDATA_H
#define WIRE_RDATA_H

#include "wire/message.h"

/* A piece of RDATA: either octets to be taken as they are, or a name that begins at `at`. */
struct rdata_part {
	bool is_name;
	struct span octets; /* as they stand on the wire, a name's too (compressed perhaps) */
	size_t at;          /* offset in the message */
};

struct rdata_walk {
	struct cursor c; /* over the message, ending where the RDATA ends */
	const char *layout;
};

/* Begins a walk over the RDATA of `rr`. */
struct rdata_walk rdata_walk_begin(const struct message *m, const struct rr *rr);

/* Sets `part` to the next piece. Returns false at the end, or when the RDATA is malformed: a name
 * that is bad or runs past RDLENGTH, or fewer octets than the type has. rdata_walk_done() tells
 * which. */
bool rdata_walk_next(struct rdata_walk *w, struct rdata_part *part);

/* True when the whole RDATA was walked and was well formed. */
bool rdata_walk_done(const struct rdata_walk *w);

/* True for the types whose names inside RDATA are lower-cased and may have been compressed. */
bool rdata_has_names(uint16_t type);

/* True for the types whose names may be written compressed: those of RFC 1035 that hold names (RFC
 * 3597, 4). */
bool rdata_may_compress(uint16_t type);

#endif
