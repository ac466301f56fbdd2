/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The message cache. A response that differs from a judged one only in its id, its TTLs and the
 * letter case of its question has the same outcome, and is rewritten in the same way. A forger
 * would have to match a keyed hash of 128 bits over the rest of the message and over how the client
 * asked. Only Secure and Insecure responses are remembered, until one of the facts expires on which
 * they rest. Private to gate/. */
#ifndef GATE_RECALL_H
#define GATE_RECALL_H

#include "gate/judging.h"
#include "gate/plan.h"
#include "gate/rewrite.h"

/* Responses with more records are judged each time. */
#define RECALL_RECORDS 64

/* Octets of a plan that an entry has room for; a longer plan takes spare entries too. Enough for
 * three TTLs, or for two TTLs and two cuts. */
#define RECALL_PLAN_OCTETS 40

/* Allocates room for `capacity` responses; for 0 nothing is remembered. Returns 0 or a negative
 * errno. */
int recall_init(struct recall *r, uint32_t capacity);
void recall_fini(struct recall *r);

/* Remembers the outcome of `j`, and how its message became `made`. `until_s` is when the first fact
 * that it relies on expires. Does nothing if the result cannot be used again. */
void recall_put(struct recall *r, struct judging *j, const struct client_query *asked,
        const struct rewrite *how, struct span made, int64_t until_s);

#endif
