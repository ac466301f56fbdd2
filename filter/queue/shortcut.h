/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The worker's end of the shortcut. A program in the kernel (rules/shortcut.bpf.c) decorates
 * queries and sends them on by itself, and puts a copy of each query into a ring. The ring is
 * mapped into memory, so reading it takes no system call. Only admitting or dismissing a server
 * takes one. */
#ifndef QUEUE_SHORTCUT_H
#define QUEUE_SHORTCUT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/span.h"
#include "queue/shortcut_layout.h"

/* The program takes no query if the worker has not called shortcut_alive() for this long. */
#define SHORTCUT_ALIVE_MS 3000

/* More queries than this in one turn are an overload, because the worker handles fewer responses in
 * a turn. Then the shortcut rests for SHORTCUT_REST_MS: all queries go to their queue, where the
 * kernel drops those for which there is no room. */
#define SHORTCUT_MUCH    768
#define SHORTCUT_REST_MS 100

#define SHORTCUT_PATH_MAX 320

struct shortcut {
	bool is_open;
	int servers_fd;
	struct shortcut_state *state;
	unsigned long *consumed;       /* the worker's position in the ring, in octets */
	const unsigned long *produced; /* the kernel's position */
	const uint8_t *records;        /* the ring, mapped twice in a row */
	uint64_t said_until_ms;        /* until when the program may take queries, as last told */
	uint64_t rests_until_ms;
	uint64_t full_before, left_before; /* the program's counters when this was opened */
};

/* Writes the path where a map or the program is pinned. Returns `path`. */
const char *shortcut_pin(
        const char *directory, const char *name, char path[static SHORTCUT_PATH_MAX]);

/* Opens the maps that are pinned in `directory`, and discards the servers that an earlier worker
 * left in them. Its queries are discarded too, unless this worker takes over the queues: then their
 * responses may still come. Returns 0 or a negative errno; call shortcut_close() in both cases. A
 * struct that is all zero is closed. */
int shortcut_open(struct shortcut *s, const char *directory, bool takes_over);

/* Stops the program from taking queries, and unmaps the maps. */
void shortcut_close(struct shortcut *s);

/* Lets the program take queries for SHORTCUT_ALIVE_MS from `now_ms` on; or, if not `wants`, stops
 * it. It is cheap to call this in each turn. During a rest the program stays stopped. */
void shortcut_alive(struct shortcut *s, uint64_t now_ms, bool wants);

/* Stops the program for SHORTCUT_REST_MS from `now_ms` on. */
void shortcut_rest(struct shortcut *s, uint64_t now_ms);

/* Let the program take queries to this server, and end that, for all servers at last.
 * shortcut_admit() returns false if it fails, or if the address is link-local. */
bool shortcut_admit(struct shortcut *s, const struct sockaddr_storage *server);
void shortcut_dismiss(struct shortcut *s, const struct sockaddr_storage *server);
void shortcut_dismiss_all(struct shortcut *s);

/* Takes the packet of a query as it came, the time, and the index of the interface. */
typedef void shortcut_handler(
        void *context, struct span packet, uint64_t at_ms, uint32_t in_interface);

/* Hands over each query that the program has taken so far. Returns how many. */
unsigned shortcut_drain(struct shortcut *s, shortcut_handler *handle, void *context);

#endif
