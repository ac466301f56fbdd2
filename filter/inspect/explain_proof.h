/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an explanation says of a denial. Private to inspect/explain. */
#ifndef INSPECT_EXPLAIN_PROOF_H
#define INSPECT_EXPLAIN_PROOF_H

#include "inspect/explain_build.h"

/* Adds what the open message has to prove about `subject`, and about `other` unless it is NULL: its
 * NSEC and NSEC3 sets, SOA too with `with_soa`, and says where each of them lies. `zone` is theirs,
 * unless the signer says else. */
void explain_proof_add(struct explain_build *x, const struct name *subject,
        const struct name *other, int zone, bool with_soa);

#endif
