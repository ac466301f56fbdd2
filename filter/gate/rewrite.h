/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rewrites a message without some of its records, with compressed names. Private to gate/. */
#ifndef GATE_REWRITE_H
#define GATE_REWRITE_H

#include "base/arena.h"
#include "base/writer.h"
#include "wire/message.h"

#define TTL_LEFT_OUT UINT32_MAX /* not a TTL: TTLs have 31 bits */

struct rewrite {
	uint16_t flags;     /* the header's flags */
	uint32_t *ttls;     /* by record: its new TTL, or TTL_LEFT_OUT */
	bool keep_opt;      /* if the message has one */
	bool opt_dnssec_ok; /* the OPT's DO bit */
	bool bare_opt;      /* the OPT's options are left out */
};

/* True if `r` changes nothing in `m`. */
bool rewrite_is_nothing(const struct rewrite *r, const struct message *m);

/* Writes the message to `out`, which is empty. Compresses every owner, and every name that was
 * compressed before; corrects pointers into records that are left out. Compresses names in RDATA
 * only for the types of RFC 1035 (RFC 3597, 4). Returns false if it does not fit, the arena is used
 * up, or a name or RDATA is malformed. */
bool rewrite_message(
        const struct rewrite *r, const struct message *m, struct arena *arena, struct writer *out);

#endif
