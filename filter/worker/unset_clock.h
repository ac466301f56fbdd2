/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decides about responses while the clock is not set, or may be wrong; arrival.c acts. Private to
 * worker/. */
#ifndef WORKER_UNSET_CLOCK_H
#define WORKER_UNSET_CLOCK_H

#include "base/clock.h"
#include "gate/gate.h"

enum clock_ruling {
	CLOCK_JUDGES, /* judge the response: the clock is set */
	CLOCK_PASSES, /* the response is of a time server: it passes by EXEMPT_CLOCK */
	CLOCK_WAITS,  /* the response can be judged once the clock is set */
};

/* Rules on the response to `asked`, before it is judged. */
enum clock_ruling unset_clock_rule(
        enum clock_state state, const struct policy *policy, const struct client_query *asked);

/* True if a response that was refused for the dates of a signature is to be judged again without
 * dates: the clock may be wrong, and the question is for a time server. */
bool unset_clock_doubts(enum clock_state state, const struct policy *policy,
        const struct client_query *asked, const struct gate_result *refused);

/* True if a response that was judged without dates may go on, by EXEMPT_DATES. */
bool unset_clock_excuses(const struct gate_result *dateless);

#endif
