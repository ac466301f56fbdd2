/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adds signatures from another server to the records that came. For a server that leaves signatures
 * out, or that does not support EDNS and so cannot be asked for them. */
#ifndef GATE_ASSIST_H
#define GATE_ASSIST_H

#include "base/writer.h"
#include "wire/message.h"

/* Writes `came` to `out`, which is empty, with the signatures and proofs of denial of `signed_one`,
 * a response to the same question. All other records are from `came`, so the records that the
 * client's server sent are judged. The sender of the signatures can prove those records, and
 * nothing else. Returns false if the RCODEs differ, a message is truncated, a record is malformed,
 * or the result does not fit. */
bool assist_merge(const struct message *came, const struct message *signed_one, struct writer *out);

#endif
