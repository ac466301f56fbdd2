/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last refusals of a worker, for an operator who asks. The memory has a fixed size, and is
 * written only when a response is refused.
 *
 * Anybody who can cause refusals can write here: a client by asking for names that are broken, a
 * forger by forged responses. So one client has a share of the places, and replaces its own oldest
 * refusal when it has used it up; and the same refusal again only counts. A client that forges its
 * own address can replace all of them. */
#ifndef FLOW_REFUSALS_H
#define FLOW_REFUSALS_H

#include <sys/socket.h>

#include "base/keyedhash.h"
#include "gate/client_query.h"

#define REFUSALS          128
#define REFUSALS_A_CLIENT 32

/* One kind of refusal of one question, as it came last. */
struct refusal {
	int64_t at_s;
	unsigned times;
	uint8_t client_len, server_len; /* 4 or 16 */
	uint8_t client[16], server[16];
	const char *status, *reason; /* words that live as long as the program */
	bool is_passed;              /* in monitor mode */
	uint16_t question_len;
	uint8_t question[QUESTION_MAX];
};

struct refusals {
	struct hash_key key;
	uint64_t count; /* of all that were ever noted */
	struct {
		uint64_t what, who; /* keyed hashes: of the refusal, of the client */
		uint64_t number;    /* 0: the place is free; the least one is the oldest */
	} marks[REFUSALS];
	struct refusal kept[REFUSALS]; /* each at the place of its mark */
};

/* Draws the key of the hashes. Returns 0 or a negative errno. */
int refusals_init(struct refusals *all);

/* A refused response, and the reason. */
struct refused_response {
	const struct client_query *asked;
	struct span client, server; /* addresses */
	const char *status, *reason;
	bool is_passed;
};

/* Notes a refusal at `now_s`. */
void refusals_note(struct refusals *all, const struct refused_response *r, int64_t now_s);

/* Returns the newest refusal that is older than `number`, and sets `number` to its own; NULL if
 * there is none. Begin with UINT64_MAX. */
const struct refusal *refusals_before(const struct refusals *all, uint64_t *number);

#endif
