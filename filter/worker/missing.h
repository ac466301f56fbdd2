/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logs which DS or DNSKEY, or which whole answer, a server did not give, and the key of the
 * configuration that helps: at most once in MISSING_QUIET_MS for each server and kind of line,
 * however many questions it costs. Private to worker/. */
#ifndef WORKER_MISSING_H
#define WORKER_MISSING_H

#include "base/keyedhash.h"
#include "fetch/fetch.h"
#include "worker/turn.h"

#define MISSING_QUIET_MS 60000
#define MISSING_SERVERS  64 /* that are told apart; two that share a place share their lines */

enum missing_kind {
	MISSING_FAILED, /* nothing usable came while the fetch lasted */
	MISSING_LATE,   /* it has not come yet, and the response may wait no longer */
	MISSING_TCP,    /* it is truncated, and the server gives no TCP */
	MISSING_SOCKET, /* no socket could be opened */
	MISSING_KINDS
};

struct missing {
	const struct turn *turn; /* borrowed */
	uint32_t park_ms, flow_timeout_ms;
	struct hash_key key;
	struct {
		uint64_t until_ms;
		unsigned withheld; /* lines since the last one */
	} said[MISSING_SERVERS][MISSING_KINDS];
};

/* Returns 0 or a negative errno. */
int missing_init(
        struct missing *m, const struct turn *turn, uint32_t park_ms, uint32_t flow_timeout_ms);

#define MISSING_KEYS_SIZE 80

/* Writes which keys limit how long a response waits for keys: `flow_timeout_ms` too, if the longest
 * wait reaches it. Returns `text`. */
const char *missing_keys(const struct missing *m, char text[static MISSING_KEYS_SIZE]);

/* Something that was asked of a server. */
struct missing_what {
	const struct want *want;
	const struct sockaddr_storage *server;
	int error; /* of a socket */
};

/* Logs it, unless that was said lately. Returns true if it was logged. */
bool missing_log_of(struct missing *m, enum missing_kind kind, const struct missing_what *what);

/* Does this for the want of a fetch, and the server that it asked last. */
bool missing_log(struct missing *m, enum missing_kind kind, const struct fetch *fetch);

#endif
