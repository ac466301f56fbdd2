/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judges responses to queries that did not set DO. In the packet path sealgate would have set DO,
 * so the response would have had signatures: a resolver is asked for them. */
#ifndef INSPECT_SIGNED_ANSWERS_H
#define INSPECT_SIGNED_ANSWERS_H

#include "inspect/offline_judge.h"

/* Questions whose answers are kept, so that a name that is often asked for is asked for once. */
#define SIGNED_ANSWERS_MAX 1024
#define SIGNED_ANSWERS_S   30 /* for which an answer is kept, or the lack of one */

struct signed_answers;

/* Returns NULL if memory is short. */
struct signed_answers *signed_answers_new(void);
void signed_answers_free(struct signed_answers *s);

enum bare_finding {
	BARE_JUDGED,  /* the result is what enforce mode would have concluded */
	BARE_DIFFERS, /* the signed answer is right, and has other records: rotated, or forged */
	BARE_UNKNOWN, /* the resolver gave no answer */
};

/* Judges `came`, a response without signatures to the query `asked`, with those that the server of
 * `judge` has for the same question; if they do not fit, the signed answer alone. The result
 * borrows from `s` and `judge` until the next call; it is set if BARE_JUDGED is returned. */
enum bare_finding signed_answers_judge(struct signed_answers *s, const struct offline_judge *judge,
        const struct client_query *asked, const struct message *came, int64_t now_s,
        struct gate_result *result);

#endif
