/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What makes a state unfit to act on: a clock that stepped, a backup that was restored. */
#ifndef KEYS_LIFE_TRUST_H
#define KEYS_LIFE_TRUST_H

#include "keys/life_look.h"

/* How far two clocks may be apart. */
#define LIFE_CLOCK_SLACK_S 60

/* A clock that stepped is believed when it has counted as right for so long. Timelines last
 * longer. */
#define LIFE_CLOCK_HOLD_S 86400

/* Whoever was away for longer may have a clock that is ahead by as much, and a timeline that is
 * made longer is valid a day earlier, too (timeline_sign.h). The state on the disk is some hours
 * old. */
#define LIFE_AWAY_S (26 * 3600)

/* With less than this left of the timeline in place, a clock is not doubted that may be right. More
 * is not needed: what the timeline has signed is valid for two days longer (timeline_sign.h). And
 * that little is left may be what a wrong clock makes of 15 days. */
#define LIFE_LEFT_LEAST_S 3600

/* Returns false, with the reason, if nothing may be done: the clock is not set, the zone was left
 * alone for longer than its timelines last, or the state is older than the timeline in place. */
bool life_is_trusted(const struct life *life, const struct life_policy *policy,
        const struct life_observation *look, int64_t now_s, struct complaint *reason);

/* Returns false, with the reason, if no key may move: a server serves keys that this state does not
 * know or has not published yet. */
bool life_explains_servers(
        const struct life *life, const struct life_observation *look, struct complaint *reason);

/* Returns false, with the reason, if a process that has not trusted the state yet must not act on
 * it: a server of the parent relies on keys that do not sign, as far as the state knows. What was
 * asked for by the parent's DS and is not in the state came later, so the state is a backup,
 * whatever servers show. */
bool life_explains_parents(
        const struct life *life, const struct life_observation *look, struct complaint *reason);

/* Returns false, with the reason, if such a process has reached no server of the zone: the state
 * contradicts nobody, but an old backup of state and timeline would not either. */
bool life_is_confirmed(
        const struct life *life, const struct life_observation *look, struct complaint *reason);

/* True if the timeline in place is to be made longer all the same, because a day of 15 is left. */
bool life_may_extend_unconfirmed(
        const struct life_policy *policy, const struct life_observation *look, int64_t now_s);

/* True if the timeline in place may be made longer although a server is not explained: one stale
 * server, or an attacker on the path to it, must not end the zone. The state is no backup: it was
 * trusted in this process, or at least as many servers serve what it says as are not explained. If
 * neither is so, but the timeline nears its end (life_word.h) and each DS set of the parent has a
 * KSK of the state that signs, it may be longer, too: nobody forges a DS, and old keys are better
 * than none. */
bool life_may_extend(const struct life *life, const struct life_policy *policy,
        const struct life_observation *look, int64_t now_s);

/* A look has no more servers of a zone than this. */
#define LIFE_SERVERS_MAX 80

/* Copies the servers, but for those that were reached and are not explained. Returns how many, or 0
 * if none of them was reached, or there are more than LIFE_SERVERS_MAX. */
unsigned life_explained_servers(const struct life *life, const struct life_observation *look,
        struct life_server explained[static LIFE_SERVERS_MAX]);

/* By how much the clock went forward (positive) or back, beyond the time that passed; 0 if it did
 * not. */
int64_t life_clock_jump_s(
        const struct life *life, const struct life_observation *look, int64_t now_s);

/* True if the clock is in doubt though it did not go back: no process counted the time since the
 * last step, which is long ago by a clock that nobody vouches for. By a clock that is ahead a
 * timeline would be made of which nothing is valid yet. */
bool life_clock_is_uncounted(
        const struct life *life, const struct life_observation *look, int64_t now_s);

/* True if the clock has run for LIFE_CLOCK_HOLD_S since it stepped, and did not step again.
 * Remembers the step. */
bool life_clock_is_believed(struct life *life, const struct life_observation *look, int64_t now_s);

/* True if a server was reached, and each that was serves what the state says: the same keys, and
 * signatures of the same ones. */
bool life_has_witness(const struct life *life, const struct life_observation *look);

/* All waits begin anew at `now_s`; the state counts from then on, whatever came before it. For a
 * clock that jumped, and for an operator who knows that the state or the clock is right. */
void life_begin_anew(struct life *life, const struct life_observation *look, int64_t now_s);

#endif
