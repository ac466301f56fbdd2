/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The zone of a name, as the policy has it and as far as the signer has learned it. Private to
 * sign/. */
#ifndef SIGN_SIGN_ZONE_H
#define SIGN_SIGN_ZONE_H

#include "sign/signer_private.h"

/* Returns the zone that `name` lies in, of those that are signed and that the server of the job may
 * speak for, or NULL.
 */
static inline const struct sign_zone *zone_of(const struct sign_job *job, const struct name *name)
{
	return sign_policy_zone_at(job->signer->policy, name, job->peers->server);
}

/* Returns the zone above an apex, of the same zones, or NULL. */
static inline const struct sign_zone *parent_of(const struct sign_job *job, const struct name *apex)
{
	return sign_policy_parent_at(job->signer->policy, apex, job->peers->server);
}

/* Returns the period of the zone at the time of the job. Everything in sign/ that makes an answer
 * reads keys and key records through this function alone, because the answer must not be kept for
 * longer than the period lasts. */
const struct sign_period *period_of(const struct sign_job *job, const struct sign_zone *zone);

/* True if the zone is known to be delegated at or above `name`: by the policy, as another zone
 * there, signed or not, or because a server showed the cut. */
bool is_below_cut(
        const struct sign_job *job, const struct sign_zone *zone, const struct name *name);

/* Returns the TTLs of a denial in the zone. If its SOA was not seen yet, they are short. */
struct set_ttls learned_ttls(const struct sign_job *job, const struct sign_zone *zone);

#endif
