/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adds a denial to an explanation. Private to inspect/explain. */
#ifndef INSPECT_EXPLAIN_PROOF_H
#define INSPECT_EXPLAIN_PROOF_H

#include "inspect/explain_build.h"

/* Adds the NSEC and NSEC3 RRsets of the open message, with `with_soa` the SOA too. Notes which of
 * them match or cover `subject`, and `other` unless it is NULL. `zone` is the zone of the RRsets,
 * unless their signer is another. */
void explain_proof_add(struct explain_build *x, const struct name *subject,
        const struct name *other, int zone, bool with_soa);

#endif
