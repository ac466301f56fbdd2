/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keeper at work: looks at each zone when a turn of it is due, makes the turn, and says what changed. One zone after
 * the other, so that a vault and a parent get one question at a time. */
#ifndef KEEPER_KEEPER_WORK_H
#define KEEPER_KEEPER_WORK_H

#include "config/config.h"

/* Borrows everything. */
struct keeper_job {
	const struct config *config;
	const char *vault_program; /* sealgate-vault; NULL: where it is installed */
	int stop_fd; /* when it is readable, the work ends: between two turns, or in a look */
	bool (*clock_is_trusted)(void *context);
	void *context;
};

/* Works until it is stopped. Returns false with a complaint if it cannot begin: no zone has keeper = true, the
 * configuration lacks something, or another keeper works in the directory. */
bool keeper_work(const struct keeper_job *job, struct complaint *error);

#endif
