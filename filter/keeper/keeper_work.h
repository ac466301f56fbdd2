/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keeper at work: one loop, which waits for orders and for the turn that is due next. */
#ifndef KEEPER_KEEPER_WORK_H
#define KEEPER_KEEPER_WORK_H

#include "keeper/keeper.h"

/* Works until it is stopped. Returns false with a complaint if it cannot begin: no zone has keeper
 * = true, the configuration lacks something, or another keeper works in the directory. */
bool keeper_work(const struct keeper_job *job, struct complaint *error);

/* True if looks are under way, and no thread has brought anything back for so long: all of them
 * hang. */
#define KEEPER_HANGS_MS 600000 /* a look at silent servers takes a minute */
bool keeper_work_hangs(const struct keeper *k, uint64_t now_ms);

#endif
