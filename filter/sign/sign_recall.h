/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The signer's message cache. Private to sign/.
 *
 * An answer follows from the server's response, the query, the policy, the time, and the signer's
 * memory (sign_memory.h). If all of these are the same as before, the answer is a copy of the
 * former one; only the id and the letters of the question are replaced. Entries are found by a
 * keyed hash of 128 bits over the response and the query, so an attacker cannot make one response
 * pass for another.
 *
 * Only an answer without new signatures is kept, and for at most a minute. So once a minute an
 * answer is made in full, which notes what else depends on it: names that exist, signatures that
 * clients will want soon, and which entries of the memory are in use. */
#ifndef SIGN_SIGN_RECALL_H
#define SIGN_SIGN_RECALL_H

#include "base/keyedhash.h"
#include "base/writer.h"

#define SIGN_RECALL_S      60
#define SIGN_RECALL_OCTETS 184  /* of an answer in one entry; a longer answer takes several */
#define SIGN_RECALL_MAX    2048 /* of a response, and of an answer; longer ones are not kept */

/* The id of an answer. */
struct recall_id {
	bool is_none;     /* the answer cannot be kept */
	bool is_any_case; /* the letter case of the question does not matter */
	struct wide_hash hash;
};

struct sign_job;
struct signer;

/* Takes memory for as many answers as s->limits say, which may be none. Returns 0 or -ENOMEM. */
int sign_recall_init(struct signer *s);

/* Writes the kept answer to a response and query like those of `job`, and fills job->result.
 * Returns false if the answer must be made. Sets `id` for sign_recall_put() in both cases. */
bool sign_recall_find(struct sign_job *job, struct recall_id *id, struct writer *out);

/* Keeps the answer that was made, if the signer would make it again. */
void sign_recall_put(struct sign_job *job, const struct recall_id *id);

#endif
