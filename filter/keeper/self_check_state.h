/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Conclusions from the self-checks of a zone, one after the other: when an alarm rings, and what a
 * person is told. An answer that validators cannot use is DNSSECInternalFailure. An address that
 * does not answer is not: no signature is wrong, and resolvers ask another one. If it stays so,
 * somebody must act (DNSSECKeySigningKeysNeedingAction), since keys cannot change before all
 * addresses show it. Does no I/O. */
#ifndef KEEPER_SELF_CHECK_STATE_H
#define KEEPER_SELF_CHECK_STATE_H

#include "keeper/self_check.h"

/* A server may be in disorder for a moment, so the alarm rings after so many wrong checks in a row;
 * or after one that found an answer Bogus twice. */
#define SELF_CHECK_LOST 3

/* A server that starts anew is silent for some minutes. */
#define SELF_CHECK_SILENT_S 900

/* Checks of one kind, one after the other. */
struct self_check_row {
	unsigned count;
	int64_t since_s; /* the first one */
};

/* All zero: no check was done yet. */
struct self_check_state {
	bool is_failing;                /* an answer is wrong: the alarm rings */
	bool is_silent;                 /* an address does not answer, for SELF_CHECK_SILENT_S */
	bool is_told;                   /* a fault was told, and its end was not */
	int64_t checked_s;              /* the last check that could judge; 0: none */
	unsigned checked, failed;       /* addresses, in that check */
	struct self_check_row failures; /* without a good one between them */
	struct self_check_row wrong, silent; /* the last ones, by the worst that each has found */
	struct self_check_finding worst;     /* of the last one, if it failed */
};

/* Takes in a check. One that could not judge changes nothing. Returns true if a person is to be
 * told: an alarm begins or ends, or rings for another fault than before, or all is well again. */
bool self_check_state_take(
        struct self_check_state *s, const struct self_check_result *result, int64_t now_s);

/* Writes what is wrong: which address, which question, what, and since when. Without a fault: how
 * many addresses are well, or that no check was done yet. */
void self_check_state_tell(const struct self_check_state *s, struct complaint *sentence);

#endif
