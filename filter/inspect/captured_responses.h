/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Collects the responses to one question from captures. */
#ifndef INSPECT_CAPTURED_RESPONSES_H
#define INSPECT_CAPTURED_RESPONSES_H

#include "capture/captured_message.h"
#include "trust/want.h"

#define CAPTURED_RESPONSES_MAX 256 /* that are kept: the newest */

struct captured_response {
	uint8_t *octets;
	size_t len;
	int64_t time_s;
	uint64_t packet;
	const char *path; /* of the capture file; borrowed */
	bool asked_do;    /* its query set DO; true if the query was not captured */
};

struct captured_responses {
	struct want question;
	unsigned count; /* of all responses seen */
	struct captured_response responses[CAPTURED_RESPONSES_MAX];
	unsigned query_count;
	struct captured_query {
		uint16_t id, port;
		bool dnssec_ok;
	} queries[CAPTURED_RESPONSES_MAX];
};

struct message;

/* Takes a parsed message of the file `path` if its question is the one wanted. Returns 0 or
 * -ENOMEM. */
int captured_responses_take(struct captured_responses *c, const char *path,
        const struct captured_message *seen, const struct message *m);

/* Returns the number of kept responses, whose indexes begin at 0 for the oldest. */
unsigned captured_responses_count(const struct captured_responses *c);
const struct captured_response *captured_responses_get(
        const struct captured_responses *c, unsigned index);

void captured_responses_fini(struct captured_responses *c);

#endif
