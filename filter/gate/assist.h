/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signatures from elsewhere for the records that came: of a server that leaves them out, or that
 * does not know EDNS and so cannot be asked for them. */
#ifndef GATE_ASSIST_H
#define GATE_ASSIST_H

#include "base/writer.h"
#include "wire/message.h"

/* Writes `came` to `out`, which is empty, with the signatures and the proofs of denial that
 * `signed_one` has, a response to the same question. All other records are those that came: so it
 * is them that are judged, and whoever sent the signatures can prove them and nothing else. Returns
 * false when the two do not say the same by their RCODE, a record is malformed, or it does not fit.
 */
bool assist_merge(const struct message *came, const struct message *signed_one, struct writer *out);

#endif
