/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Referrals, which lead down to the servers of a zone. Private to gate/. */
#ifndef GATE_REFERRAL_H
#define GATE_REFERRAL_H

#include "gate/judging.h"

/* Returns the NS RRset when the response is a referral: to a query that did not ask for recursion,
 * NS of a zone at or above the name, no SOA, no answer (RFC 1034, 4.3.2); else NULL. */
const struct rrset *referral_to(const struct judging *j, const struct client_query *asked);

/* Judges a referral: by whether the zone that it leads to is signed, which is learned. Returns
 * false when something is wanted first. */
bool judge_referral(struct judging *j, const struct rrset *ns);

#endif
