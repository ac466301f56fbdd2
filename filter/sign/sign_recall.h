/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The signer's message cache. What is made of a response follows from its octets, from the query,
 * the policy, the time, and from what the signer has learned. Where all of these are as they were,
 * the answer is what it was: then it is copied, and only the id and the letters of the question are
 * put in. What a forger has to meet is a keyed hash of 128 bits over the response and the way it
 * was asked for.
 *
 * Only what needed no new signature is remembered, and for a minute at most: so once a minute all
 * that is noted of what is asked for (names, signatures that will be wanted soon, what was used
 * last) is noted as ever. Private to sign/. */
#ifndef SIGN_SIGN_RECALL_H
#define SIGN_SIGN_RECALL_H

#include "base/keyedhash.h"
#include "base/table.h"
#include "base/writer.h"

#define SIGN_RECALL_S      60
#define SIGN_RECALL_OCTETS 184  /* of an answer; a longer one takes the room of others too */
#define SIGN_RECALL_MAX    2048 /* of a response, and of an answer; longer ones are always made */

/* What answers are found by. */
struct recall_id {
	bool is_none; /* it cannot be remembered */
	bool is_any_case;
	struct wide_hash hash;
};

struct sign_job;
struct signer;

/* Takes memory for as many answers as s->limits say; for none, nothing is kept. Returns 0 or
 * -ENOMEM. */
int sign_recall_init(struct signer *s);

/* Finds what was made of a response like this one, and writes that. Returns false when it must be
 * made; `id` is set for sign_recall_put() in any case. */
bool sign_recall_find(struct sign_job *job, struct recall_id *id, struct writer *out);

/* Remembers what was made, if that is certain to be made again. */
void sign_recall_put(struct sign_job *job, const struct recall_id *id);

#endif
