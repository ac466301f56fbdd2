/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes a message anew with some of its records left out, names still compressed. Private to
 * gate/. */
#ifndef GATE_REWRITE_H
#define GATE_REWRITE_H

#include "base/arena.h"
#include "base/writer.h"
#include "wire/message.h"

#define TTL_LEFT_OUT UINT32_MAX /* no TTL: they have 31 bits */

struct rewrite {
	uint16_t flags;     /* of the header */
	uint32_t *ttls;     /* by record: its TTL, or TTL_LEFT_OUT */
	bool keep_opt;      /* where the message has one */
	bool opt_dnssec_ok; /* the DO bit of it */
	bool bare_opt;      /* its options are left out */
};

/* True when `r` changes nothing in `m`. */
bool rewrite_is_nothing(const struct rewrite *r, const struct message *m);

/* Writes the message to `out`, which is empty. Every name that the input had compressed, and every
 * owner, is compressed again; pointers into records that are left out are mended. Names in RDATA
 * are compressed for the types of RFC 1035 only (RFC 3597, 4). Returns false when it does not fit,
 * the arena is used up, or a name or RDATA is malformed. */
bool rewrite_message(
        const struct rewrite *r, const struct message *m, struct arena *arena, struct writer *out);

#endif
