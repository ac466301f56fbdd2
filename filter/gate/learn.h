/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Learning of zone cuts and keys from responses. Private to gate/. */
#ifndef GATE_LEARN_H
#define GATE_LEARN_H

#include "gate/judging.h"

/* Learns from the message whether a zone begins at `name`: from a DS RRset, from a proof that there
 * is none, or, as a hint for a few seconds, from an alias at the name or records of the zone above.
 * Returns false if nothing of that is proved; with `last_try` stores the cut as broken instead and
 * returns true. */
bool learn_cut(struct judging *j, const struct name *name, bool last_try);

/* Learns from a referral that a zone begins at `name`: from a DS RRset, or from a proof that it has
 * none. Keeps what is known of a delegation. Returns false if the referral shows no delegation, or
 * if something is wanted first. */
bool learn_delegation(struct judging *j, const struct name *name);

#endif
