/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judges what a server of the parent says of the DS, by the gate of the packet path and a chain of trust that
 * begins at the anchors. A resolver is asked for the links of the chain; it need not be trusted. */
#ifndef KEEPER_LOOK_JUDGE_H
#define KEEPER_LOOK_JUDGE_H

#include <sys/socket.h>

#include "base/span.h"
#include "dnssec/outcome.h"
#include "trust/anchor.h"

struct look_judge;

/* Borrows the anchors and the resolvers. Returns NULL if memory is short. */
struct look_judge *look_judge_new(const struct anchors *anchors,
        const struct sockaddr_storage *resolvers, unsigned resolver_count);
void look_judge_free(struct look_judge *j);

/* Judges a response with DO. What is known of the zones above is kept for the next judgements, for its TTL. Gives up
 * as soon as `stop_fd` is readable (-1: never): then the outcome is INDETERMINATE. */
struct outcome look_judge_response(
        struct look_judge *j, struct span response, int64_t now_s, int stop_fd);

#endif
