/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks from the question to the records that answer it. Private to sign/. */
#ifndef SIGN_SIGN_WALK_H
#define SIGN_SIGN_WALK_H

#include "sign/signer_private.h"

/* Walks from qname over at most `links` CNAMEs and DNAMEs, and adds each of them to the answer.
 * Does not add the RRset at the end. */
enum signer_walk_end signer_walk(
        struct sign_job *job, uint16_t qtype, unsigned links, struct signer_walk *w);

#endif
