/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is done while the clock is not set, or may be wrong. */
#ifndef WORKER_UNSET_CLOCK_H
#define WORKER_UNSET_CLOCK_H

#include "gate/gate.h"
#include "worker/arrival.h"

struct worker;

/* While the clock is not set: lets the response of a time server pass, and has others wait or
 * refuses them. Returns false when it is to be judged. */
bool unset_clock_takes(struct worker *w, struct arrival *a);

/* While the clock may be wrong, of a time server that is refused for a signature's dates: judges
 * the response again without them. Returns false when it is refused then, too. */
bool unset_clock_excuses(struct worker *w, struct arrival *a, const struct gate_result *result);

#endif
