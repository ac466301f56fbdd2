/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The message cache: a response that differs from one judged before in nothing but its id, its TTLs
 * and the letter case of its question is what that one was, and becomes what it became. What a
 * forger has to meet is a keyed hash of 128 bits over all the rest, and over how the client asked.
 * Only what was Secure or Insecure is remembered, until the first of the things that made it so
 * expires. Private to gate/. */
#ifndef GATE_RECALL_H
#define GATE_RECALL_H

#include "gate/judging.h"
#include "gate/plan.h"
#include "gate/rewrite.h"

/* Responses with more records are judged each time. */
#define RECALL_RECORDS 64

/* What a response holds of its plan; a longer one takes the room of other responses too. This is
 * one with three TTLs, or two and two cuts. */
#define RECALL_PLAN_OCTETS 40

/* Takes memory for `capacity` responses; for none, nothing is remembered. Returns 0 or a negative
 * errno. */
int recall_init(struct recall *r, uint32_t capacity);
void recall_fini(struct recall *r);

/* Remembers the outcome of `j`, and how that became `made`. `until_s` is how long what was trusted
 * for it holds. Does nothing where that cannot be used again. */
void recall_put(struct recall *r, struct judging *j, const struct client_query *asked,
        const struct rewrite *how, struct span made, int64_t until_s);

#endif
