/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory of monitor mode: how responses without signatures were judged. An equal response to
 * the same question is judged alike, and no query is sent again. Records may stand in any order,
 * and their TTLs do not count. The hash is keyed and has 128 bits: without its key an attacker
 * cannot make a forgery that counts as judged. Private to worker/. */
#ifndef WORKER_MONITOR_MEMORY_H
#define WORKER_MONITOR_MEMORY_H

#include <sys/socket.h>

#include "base/keyedhash.h"
#include "base/table.h"
#include "dnssec/outcome.h"
#include "wire/message.h"

#define MONITOR_MEMORY_MAX 4096 /* responses; a new one replaces the least recently used */

/* How long an outcome holds at most, in seconds. A response that would pass holds as long as its
 * TTL, within bounds. */
#define MONITOR_PASSES_MIN_S 5
#define MONITOR_PASSES_MAX_S 3600
#define MONITOR_OTHER_S      30

/* What enforce would have done with a response. */
enum copy_fate {
	COPY_PASSES,  /* let it pass */
	COPY_REFUSED, /* SERVFAIL */
	COPY_DIFFERS, /* unlike the signed answer of its server: rotated, or forged */
	COPY_UNKNOWN, /* not judged */
};

struct monitor_memory {
	struct table table;
	struct hash_key key;
};

/* Takes memory. Returns 0 or a negative errno. */
int monitor_memory_init(struct monitor_memory *memory);
void monitor_memory_fini(struct monitor_memory *memory);

/* Returns what identifies a response of `server`. */
struct wide_hash monitor_memory_identify(const struct monitor_memory *memory,
        const struct message *response, const struct sockaddr_storage *server);

/* Returns false if nothing is remembered at `now_ms`. */
bool monitor_memory_find(struct monitor_memory *memory, const struct wide_hash *id, uint64_t now_ms,
        enum copy_fate *fate, struct outcome *outcome);

/* Remembers the fate for `ttl_s`, within the bounds above. */
void monitor_memory_put(struct monitor_memory *memory, const struct wide_hash *id, uint64_t now_ms,
        uint32_t ttl_s, enum copy_fate fate, struct outcome outcome);

#endif
