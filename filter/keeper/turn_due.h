/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When the next turn of a zone is due. A turn that comes too early does nothing; one that comes
 * late makes a wait longer. */
#ifndef KEEPER_TURN_DUE_H
#define KEEPER_TURN_DUE_H

#include "keeper/kept_zone.h"

/* True if something is waited for that only a look can show. */
bool turn_is_waiting(const struct life *life);

/* Returns when the next turn is due: the earliest end of a wait, or when the timeline is to reach
 * further. While something is waited for, servers are looked at as often as the policy says, and
 * twelve times as often if they were told only now. */
int64_t turn_due_s(const struct kept_zone *z, const struct life_policy *policy, int64_t now_s);

/* The same after a turn that failed. */
int64_t turn_due_after_failure_s(const struct life_policy *policy, int64_t due_s, int64_t now_s);

/* Returns after how many seconds a zone is looked at again of which nobody has seen enough for
 * `unseen_s`: a network that comes up is noticed within seconds, and one that stays down costs
 * little. */
int64_t turn_due_unseen_s(int64_t unseen_s);

#endif
