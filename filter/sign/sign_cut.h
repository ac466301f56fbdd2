/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Delegations: referrals, and the DS at them. Private to sign/. */
#ifndef SIGN_SIGN_CUT_H
#define SIGN_SIGN_CUT_H

#include "sign/signer_private.h"

/* The referral that the walk has come to. */
bool put_referral(struct sign_job *job, const struct signer_walk *w, struct ending *e);

/* Adds the answer to a question for DS at a cut of `zone` that is known. */
bool answer_ds_of_cut(struct sign_job *job, const struct sign_zone *zone, struct ending *e);

/* The DS of a configured zone whose parent is configured. */
bool answer_ds_of_zone(struct sign_job *job, const struct sign_zone *child, struct ending *e);

#endif
