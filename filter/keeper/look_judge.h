/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judges what a server says, by the gate of the packet path and a chain of trust that begins at the
 * anchors. A resolver is asked for the links of the chain; it need not be trusted. Threads must not
 * share a judge. */
#ifndef KEEPER_LOOK_JUDGE_H
#define KEEPER_LOOK_JUDGE_H

#include <sys/socket.h>

#include "base/span.h"
#include "dnssec/outcome.h"
#include "trust/anchor.h"
#include "trust/want.h"

struct look_judge;

/* Borrows the anchors and the resolvers, which may be none. Returns NULL if memory is short. */
struct look_judge *look_judge_new(const struct anchors *anchors,
        const struct sockaddr_storage *resolvers, unsigned resolver_count);
void look_judge_free(struct look_judge *j);

/* Judges a response with DO. Facts about the zones above are kept for the next judgements, for
 * their TTL. Gives up as soon as `stop_fd` is readable (-1: never): then the outcome is
 * INDETERMINATE. */
struct outcome look_judge_response(
        struct look_judge *j, struct span response, int64_t now_s, int stop_fd);

/* Finds the DS RRset of the zone from the anchors down, or its anchor. Returns SECURE with the
 * records in `ds`; INSECURE if it is proved that there is none that counts; otherwise the fault of
 * the chain above the zone. Gives up likewise. */
struct outcome look_judge_find_ds(struct look_judge *j, const struct name *zone, struct ds_set *ds,
        int64_t now_s, int stop_fd);

/* Begins anew with other anchors, which the judge borrows. */
void look_judge_use_anchors(struct look_judge *j, const struct anchors *anchors);

/* Begins anew: nothing but these anchors counts, and nobody but `server` is asked for links.
 * Borrows both until the next call. */
void look_judge_turn_to(
        struct look_judge *j, const struct anchors *anchors, const struct sockaddr_storage *server);

/* Learns a link of the chain from a response that is there already, so that nobody is asked for
 * it. */
void look_judge_learn(
        struct look_judge *j, const struct want *want, struct span response, int64_t now_s);

#endif
