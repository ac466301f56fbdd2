/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The responses to one question that captures hold. */
#ifndef INSPECT_CAPTURED_RESPONSES_H
#define INSPECT_CAPTURED_RESPONSES_H

#include "capture/captured_message.h"
#include "trust/want.h"

#define CAPTURED_RESPONSES_MAX 256 /* the last ones are kept */

struct captured_response {
	uint8_t *octets;
	size_t len;
	int64_t time_s;
	uint64_t packet;
	const char *path; /* of the file; borrowed */
	bool asked_do;    /* its query asked for signatures; true where that was not captured */
};

struct captured_responses {
	struct want question;
	unsigned count; /* all that were seen */
	struct captured_response responses[CAPTURED_RESPONSES_MAX];
	unsigned query_count;
	struct captured_query {
		uint16_t id, port;
		bool dnssec_ok;
	} queries[CAPTURED_RESPONSES_MAX];
};

struct message;

/* Takes a parsed message of the file `path` if it asks the question or answers it. Returns 0 or
 * -ENOMEM. */
int captured_responses_take(struct captured_responses *c, const char *path,
        const struct captured_message *seen, const struct message *m);

/* Returns how many responses there are to be had with captured_responses_get(), the oldest first. */
unsigned captured_responses_count(const struct captured_responses *c);
const struct captured_response *captured_responses_get(
        const struct captured_responses *c, unsigned index);

void captured_responses_fini(struct captured_responses *c);

#endif
