/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UDP packets as the kernel's queue hands them over, and a stand-in for that queue, which notes the
 * verdict of each. */
#ifndef TESTS_PACKETS_H
#define TESTS_PACKETS_H

#include "test.h"

#include "worker/datagram.h"

#define VERDICTS_MAX 64

enum told { NONE, ACCEPTED, REPLACED, DROPPED, SPOILED };

struct told_verdict {
	uint64_t id;
	enum told told;
};

struct verdict_log {
	struct told_verdict all[VERDICTS_MAX];
	unsigned count;
	uint8_t payload[65535]; /* of the last one that was accepted with another */
	size_t payload_len;
};

/* The verdicts that `log` notes. A second verdict on one packet fails the test. */
struct packet_verdicts verdicts_noted(struct verdict_log *log);

/* What packet `id` was told. */
enum told verdict_on(const struct verdict_log *log, uint64_t id);

struct end_point {
	const char *address; /* of IPv4 */
	uint16_t port;
};

/* A packet that the kernel holds. */
struct held_packet {
	uint8_t octets[65535];
	struct queued queued;
	struct packet packet;
};

/* Fills everything but the interfaces. */
void packet_make(struct held_packet *p, uint64_t id, struct end_point from, struct end_point to,
        struct span payload);

#endif
