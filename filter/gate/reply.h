/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Responses that sealgate makes itself, without records. */
#ifndef GATE_REPLY_H
#define GATE_REPLY_H

#include "base/writer.h"
#include "dnssec/outcome.h"
#include "gate/client_query.h"

/* Writes a SERVFAIL to `out`, which is empty: with the client's id, RD, CD and question, and RA as
 * in `response_flags`. If the client sent EDNS, adds an OPT, with the reason, and the habit of the
 * server that may explain it, as Extended DNS Errors if they have a code (RFC 8914). */
void reply_servfail(const struct client_query *asked, uint16_t response_flags, enum reason reason,
        enum reason habit, uint16_t filter_ede, struct writer *out);

#endif
