/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replies that are made here, without records. */
#ifndef GATE_REPLY_H
#define GATE_REPLY_H

#include "base/writer.h"
#include "dnssec/outcome.h"
#include "gate/client_query.h"

/* Writes a SERVFAIL to `out`, which is empty: the client's id, RD, CD and question; RA as the
 * `response_flags` have it; where the client spoke EDNS an OPT, with the reason as Extended DNS
 * Error if it has a code (RFC 8914). */
void reply_servfail(const struct client_query *asked, uint16_t response_flags, enum reason reason,
        struct writer *out);

#endif
