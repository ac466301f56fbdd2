/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The walk from the question to what answers it. Private to sign/. */
#ifndef SIGN_SIGN_WALK_H
#define SIGN_SIGN_WALK_H

#include "sign/signer_private.h"

/* Walks from qname, over at most `links` links, and adds each of them to what goes out; but not the
 * set that answers. */
enum signer_walk_end signer_walk(
        struct sign_job *job, uint16_t qtype, unsigned links, struct signer_walk *w);

#endif
