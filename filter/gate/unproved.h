/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of a refused response that may pass: nothing proves it, and nobody must rely on it. */
#ifndef GATE_UNPROVED_H
#define GATE_UNPROVED_H

#include "gate/client_query.h"
#include "gate/exempt.h"
#include "gate/policy.h"

/* Returns the exemption by which a part of a refused answer (gate_is_answer()) passes: EXEMPT_SOA,
 * EXEMPT_BLOCKED, or EXEMPT_NOT. The caller lets it pass only after a better response
 * had its time to come. */
enum exemption unproved_exemption(
        const struct policy *policy, const struct client_query *asked, const struct message *m);

/* True for an SOA record that passes by EXEMPT_SOA: of the question's name, or of a name above
 * it. */
bool unproved_soa(const struct message *m, const struct rr *rr);

/* True for a record that passes by EXEMPT_BLOCKED: the address 0.0.0.0 or :: of the question's
 * name. */
bool unproved_nowhere(const struct message *m, const struct rr *rr);

#endif
