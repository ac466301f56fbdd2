/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CONFIG_WORKER_LIMITS_H
#define CONFIG_WORKER_LIMITS_H

#include <stdint.h>

/* How much a worker remembers, and for how long. */
struct worker_limits {
	uint32_t flows;           /* queries in flight */
	uint32_t parked;          /* responses that wait for keys */
	uint32_t zones;           /* names in the zone-status store */
	uint32_t messages;        /* responses in the message cache; 0: none */
	uint32_t park_ms;         /* how long a response may wait for keys */
	uint32_t bogus_grace_ms;  /* how long a Bogus response waits for a better one; 0: not */
	uint32_t flow_timeout_ms; /* how long a query waits for its response */
};

#endif
