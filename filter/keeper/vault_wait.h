/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a thread does while it waits for a token. A token may take half a minute for nothing.
 * Meanwhile people ask the keeper what it does, and the work may have to end. */
#ifndef KEEPER_VAULT_WAIT_H
#define KEEPER_VAULT_WAIT_H

#include <poll.h>
#include <stdbool.h>

#define VAULT_PARTING_MS 2000 /* that a token still has when the work is to end */

struct vault_wait {
	/* when it is readable, `call` is called, for which the vault is away; -1: nobody calls */
	int call_fd;
	int stop_fd; /* when it is readable, the work is to end; -1: it never is */
	void (*call)(void *context);
	void *context;
};

#define VAULT_WAIT_ALONE ((struct vault_wait){ .call_fd = -1, .stop_fd = -1 })

/* True if the work is to end. */
static inline bool vault_wait_is_over(const struct vault_wait *wait)
{
	struct pollfd stop = { .fd = wait->stop_fd, .events = POLLIN };

	return poll(&stop, 1, 0) > 0;
}

#endif
