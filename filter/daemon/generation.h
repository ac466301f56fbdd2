/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A generation: one reading of the configuration, with what is made of it and what the workers
 * borrow. A reload makes the next one. The former one lives until no worker uses it any more. */
#ifndef DAEMON_GENERATION_H
#define DAEMON_GENERATION_H

#include "config/config.h"
#include "gate/policy.h"
#include "worker/worker.h"

struct generation {
	struct config config;
	struct policy policy;
	struct worker_config settings; /* what the workers take from it after a reload */
};

/* Makes a generation of `c`, whose lists it takes over: `c` is empty afterwards. Of `started`, the
 * configuration at the start (NULL: this one), it borrows what a reload cannot change. Returns NULL
 * if memory is short, and `c` is as before. */
struct generation *generation_new(struct config *c, const struct config *started);

/* NULL is fine. */
void generation_free(struct generation *g);

#endif
