/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Learning of zone cuts and keys from responses. Private to gate/. */
#ifndef GATE_LEARN_H
#define GATE_LEARN_H

#include "base/least.h"
#include "gate/judging.h"

/* Returns how long what is proved for `ttl_s` seconds is kept. */
static inline uint32_t learn_ttl(uint32_t ttl_s)
{
	if (ttl_s < LIMIT_TRUST_MIN_S)
		return LIMIT_TRUST_MIN_S;
	return (uint32_t)least(ttl_s, LIMIT_TRUST_TTL_S);
}

/* Learns from the message whether a zone begins at `name`: from a DS RRset, from a proof that there
 * is none, or, as a hint for a few seconds, from an alias at the name or records of the zone above.
 * Returns false if nothing of that is proved; with `last_try` stores the cut as broken instead and
 * returns true. */
bool learn_cut(struct judging *j, const struct name *name, bool last_try);

/* Learns from a referral that a zone begins at `name`: from a DS RRset, or from a proof that it has
 * none. Keeps what is known of a delegation. Returns false if the referral shows no delegation, or
 * if something is wanted first. */
bool learn_delegation(struct judging *j, const struct name *name);

/* True if the response has a signed DS or signed denials, from which a cut can be learned. */
bool learn_has_proofs(const struct judging *j);

/* Learns from a response to a client whether a zone begins at `name`, of which nothing is known:
 * from the DS or the denials in its authority section. Afterwards `j` must be begun again. Returns
 * true if something was learned. */
bool learn_from_response(struct judging *j, const struct name *name);

#endif
