/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Referrals to the servers of a zone further down. Private to gate/. */
#ifndef GATE_REFERRAL_H
#define GATE_REFERRAL_H

#include "gate/judging.h"

/* Returns the NS RRset if the response is a referral: the query did not ask for recursion, NS of a
 * zone at or above the name, no SOA, no answer (RFC 1034, 4.3.2). Otherwise returns NULL. */
const struct rrset *referral_to(const struct judging *j, const struct client_query *asked);

/* Judges a referral by whether its zone is signed, which it learns. Returns false if something is
 * wanted first. */
bool judge_referral(struct judging *j, const struct rrset *ns);

#endif
