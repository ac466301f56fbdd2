/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is made of a response: a function for each way, which adds what goes out and says how it
 * ends. Private to sign/. */
#ifndef SIGN_SIGN_ANSWER_H
#define SIGN_SIGN_ANSWER_H

#include "sign/signer_private.h"

/* Each adds what goes out to `job` and says how it ends. They return false when it cannot be made. */
bool sign_answer(struct sign_job *job, struct ending *e);
bool sign_ds(struct sign_job *job, struct ending *e);
bool sign_exists(struct sign_job *job, struct ending *e);
bool sign_apex(struct sign_job *job, struct ending *e);
bool sign_apex_nodata(struct sign_job *job, struct ending *e);

#endif
