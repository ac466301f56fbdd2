/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What follows from the self-checks of a zone, one after the other: when the alarm rings (DNSSECInternalFailure), and
 * what a person is told. Does no I/O. */
#ifndef KEEPER_SELF_CHECK_STATE_H
#define KEEPER_SELF_CHECK_STATE_H

#include "keeper/self_check.h"

/* A packet may be lost, so the alarm rings after so many failed checks in a row; or after one that found an answer
 * Bogus twice. */
#define SELF_CHECK_LOST 3

/* All zero: no check was done yet. */
struct self_check_state {
	bool is_failing;                 /* the alarm rings */
	int64_t checked_s;               /* the last check that could judge; 0: none */
	unsigned checked, failed;        /* addresses, in that check */
	unsigned row;                    /* failed checks, without a good one between them */
	int64_t since_s;                 /* the first one of the row */
	struct self_check_finding worst; /* of the last one, if it failed */
};

/* Takes in a check. One that could not judge changes nothing. Returns true if a person is to be told: the alarm begins or
 * ends, or rings for another fault than before. */
bool self_check_state_take(
        struct self_check_state *s, const struct self_check_result *result, int64_t now_s);

/* Writes what is wrong: which address, which question, what, and since when. Without a fault: how many addresses are
 * well, or that no check was done yet. */
void self_check_state_tell(const struct self_check_state *s, struct complaint *sentence);

#endif
