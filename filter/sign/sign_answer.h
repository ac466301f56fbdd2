/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the records of an answer: one function for each enum sign_way. Private to sign/. */
#ifndef SIGN_SIGN_ANSWER_H
#define SIGN_SIGN_ANSWER_H

#include "sign/signer_private.h"

/* Each adds the records to `job` and fills `e`. They return false if the answer cannot be made;
 * then job->trouble says why. */
bool sign_answer(struct sign_job *job, struct ending *e);
bool sign_ds(struct sign_job *job, struct ending *e);
bool sign_exists(struct sign_job *job, struct ending *e);
bool sign_apex(struct sign_job *job, struct ending *e);
bool sign_apex_nodata(struct sign_job *job, struct ending *e);

/* True if sign_apex() or sign_apex_nodata(), by the way of the query, needs no response: the policy
 * and the memory have all of the answer. */
bool is_known_at_once(struct sign_job *job);

#endif
