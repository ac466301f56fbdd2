/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The proof that a wildcard applies, for an answer that lacks it (RFC 4035, 5.3.4). Knot Resolver
 * without a trust anchor leaves it out of answers, and not out of denials. So the same name is
 * asked for a type that it cannot have, NSEC3: the zone's denial of that shows that nothing is
 * closer than the wildcard. (A wildcard has an NSEC, so that one would be made from it like any
 * other record.)
 *
 * A table of a fixed size, by name; a full one replaces its least recently used entry. A proof
 * holds for every client. That there is none is remembered for a few seconds, and only for the
 * server that was asked. An attacker who leaves out proofs, or replays a wildcard's answer under
 * another name, causes one query for a name in that time, and gains nothing by an answer to it:
 * only what the zone has signed counts. Private to gate/. */
#ifndef GATE_EXPANSION_H
#define GATE_EXPANSION_H

#include "gate/judging.h"

#define EXPANSION_NAMES 256

/* Takes memory. Returns 0 or a negative errno. */
int expansions_init(struct expansions *e);
void expansions_fini(struct expansions *e);
void expansions_forget(struct expansions *e);

/* The response has no proof that `set`, whose ruling is proved, was made rightly from a wildcard.
 * Sets `outcome` if that was learned before, else leaves it. Returns false if it is wanted
 * first. */
bool expansion_judge(struct judging *j, const struct rrset *set, struct outcome *outcome);

/* Learns the response to a want of NSEC3. Returns false if it proves nothing; with `last_try` notes
 * that, and returns true. */
bool expansion_learn(struct judging *j, const struct name *name, bool last_try);

/* Notes that a want of NSEC3 could not be had. */
void expansion_learn_failure(struct gate *g, const struct name *name, int64_t now_s);

#endif
