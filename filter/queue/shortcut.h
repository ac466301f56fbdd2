/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The worker's end of the shortcut: queries that the kernel has sent on by itself, decorated, and
 * of which it tells here (rules/shortcut.bpf.c). A ring of them lies in memory, so that reading it
 * takes no system call; one is only made when a server comes or goes. */
#ifndef QUEUE_SHORTCUT_H
#define QUEUE_SHORTCUT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/span.h"
#include "queue/shortcut_layout.h"

/* The kernel takes nothing once a worker has said nothing for so long. */
#define SHORTCUT_ALIVE_MS 3000

/* More queries than this in one turn of the worker are an overload: it handles fewer responses than
 * that in the same turn. Then all queries come to their queue for a while, where the kernel drops
 * those for which there is no room. */
#define SHORTCUT_MUCH    768
#define SHORTCUT_REST_MS 100

#define SHORTCUT_PATH_MAX 320

struct shortcut {
	bool is_open;
	int servers_fd;
	struct shortcut_state *state;
	unsigned long *consumed;       /* of the ring, in octets, by the worker */
	const unsigned long *produced; /* and by the kernel */
	const uint8_t *records;        /* the ring twice, one behind the other */
	uint64_t said_until_ms;
	uint64_t rests_until_ms;           /* nothing is taken so long, since it was too much */
	uint64_t full_before, left_before; /* of the program's counters, when it was opened */
};

/* Writes the path under which a map or the program is pinned. Returns `path`. */
const char *shortcut_pin(
        const char *directory, const char *name, char path[static SHORTCUT_PATH_MAX]);

/* Opens what is pinned in `directory`, and forgets what others left there. Returns 0 or a negative
 * errno; shortcut_close() in both cases. One that is all zero is closed. */
int shortcut_open(struct shortcut *s, const char *directory);

/* The kernel takes nothing any more. */
void shortcut_close(struct shortcut *s);

/* Says that the worker lives, at `now_ms`, or that it wants nothing taken. Often is cheap. After
 * shortcut_rest() nothing is taken for a while, whatever it wants. */
void shortcut_alive(struct shortcut *s, uint64_t now_ms, bool wants);

/* Too much was taken: nothing is, for SHORTCUT_REST_MS from `now_ms` on. */
void shortcut_rest(struct shortcut *s, uint64_t now_ms);

/* Has queries to this server taken, or not any more. Returns false when that is not done, as for an
 * address that is none of the kernel's business. */
bool shortcut_admit(struct shortcut *s, const struct sockaddr_storage *server);
void shortcut_dismiss(struct shortcut *s, const struct sockaddr_storage *server);

/* Is given the packet of a query as it came, when that was, and the index of the interface. */
typedef void shortcut_handler(
        void *context, struct span packet, uint64_t at_ms, uint32_t in_interface);

/* Hands over each query that has been taken so far. Returns how many there were. */
unsigned shortcut_drain(struct shortcut *s, shortcut_handler *handle, void *context);

#endif
