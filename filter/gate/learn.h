/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is learned of zone cuts and keys. Private to gate/. */
#ifndef GATE_LEARN_H
#define GATE_LEARN_H

#include "gate/judging.h"

/* Learns from the message whether a zone begins at `name`: by a DS RRset, a proof that there is
 * none, or for seconds by what shows that there is none: an alias there, or records of the zone
 * above. Returns false when nothing of it holds; with `last_try` that is stored as broken. */
bool learn_cut(struct judging *j, const struct name *name, bool last_try);

/* Learns from a referral that a zone begins at `name`: by a DS RRset or a proof that it has none.
 * What is known of a delegation stays. Returns false when the referral shows no delegation, or
 * something is wanted first. */
bool learn_delegation(struct judging *j, const struct name *name);

#endif
