/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is made of a response: a function for each way, which adds what goes out and says how it
 * ends. Private to sign/. */
#ifndef SIGN_SIGN_ANSWER_H
#define SIGN_SIGN_ANSWER_H

#include "sign/signer_private.h"

/* Adds what the walk has come to, where what is asked for is `qtype`. */
bool put_end(struct sign_job *job, enum signer_walk_end end, struct signer_walk *w, uint16_t qtype,
        struct ending *e);

/* The TTLs of a denial of which the SOA may not be known. */
struct set_ttls learned_ttls(struct sign_job *job, const struct sign_zone *zone);

/* Each adds what goes out to `job` and says how it ends. They return false when it cannot be made. */
bool sign_answer(struct sign_job *job, struct ending *e);
bool sign_exists(struct sign_job *job, struct ending *e);
bool sign_apex(struct sign_job *job, struct ending *e);
bool sign_apex_nodata(struct sign_job *job, struct ending *e);

#endif
