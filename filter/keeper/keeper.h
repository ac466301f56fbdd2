/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keeper: what it is given, what it works with, and the zones that it looks after. One thread
 * has it. */
#ifndef KEEPER_KEEPER_H
#define KEEPER_KEEPER_H

#include "keeper/keeper_tools.h"
#include "keeper/keeper_zones.h"

struct keeper;

/* Borrows everything. */
struct keeper_job {
	const struct config *config;
	const char *vault_program; /* sealgate-vault; NULL: where it is installed */
	/* when it is readable, the work ends after the turn that is made, and looks end at once */
	int stop_fd;
	/* when it is readable, `serve` is called, also while the vault is waited for; -1: nobody
	 * gives orders */
	int control_fd;
	bool (*clock_is_trusted)(void *context);
	bool (*clock_is_synchronised)(void *context); /* as the kernel knows; NULL: it does not */
	void (*serve)(void *context, struct keeper *keeper);
	/* called once a minute at least while work makes progress */
	void (*is_alive)(void *context);
	void *context;
};

struct keeper {
	const struct keeper_job *job;
	struct keeper_tools tools;
	struct keeper_zones zones;
	struct keeper_zone *turning; /* its turn is being made, and may wait for the vault */
	uint64_t back_ms; /* when a job of the pool came back last, by the clock that never steps */
};

#endif
