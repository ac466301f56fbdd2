/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Delegations: makes referrals, and answers for DS. Private to sign/.
 *
 * Each function adds records to `job` and fills `e`. They return false if the answer cannot be
 * made; then job->trouble says why. */
#ifndef SIGN_SIGN_CUT_H
#define SIGN_SIGN_CUT_H

#include "sign/signer_private.h"

/* Makes the referral at which the walk ended. */
bool put_referral(struct sign_job *job, const struct signer_walk *w, struct ending *e);

/* Answers a question for DS at a known cut of `zone`. */
bool answer_ds_of_cut(struct sign_job *job, const struct sign_zone *zone, struct ending *e);

/* Answers a question for DS of a configured zone whose parent is configured, too. */
bool answer_ds_of_zone(struct sign_job *job, const struct sign_zone *child, struct ending *e);

#endif
