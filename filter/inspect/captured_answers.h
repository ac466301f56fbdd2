/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The responses to one question that captures hold. */
#ifndef INSPECT_CAPTURED_ANSWERS_H
#define INSPECT_CAPTURED_ANSWERS_H

#include "capture/captured_message.h"
#include "trust/want.h"

#define CAPTURED_MAX 256 /* the last ones are kept */

struct captured_response {
	uint8_t *octets;
	size_t len;
	int64_t time_s;
	uint64_t packet;
	const char *path; /* of the file; borrowed */
	bool asked_do;    /* its query asked for signatures; true where that was not captured */
};

struct captured {
	struct want question;
	unsigned count; /* all that were seen */
	struct captured_response responses[CAPTURED_MAX];
	unsigned query_count;
	struct captured_query {
		uint16_t id, port;
		bool dnssec_ok;
	} queries[CAPTURED_MAX];
};

struct message;

/* Takes a parsed message of the file `path` if it asks the question or answers it. Returns 0 or
 * -ENOMEM. */
int captured_take(
        struct captured *c, const char *path, const struct sighting *s, const struct message *m);

/* Returns how many responses there are to be had with captured_get(), the oldest first. */
unsigned captured_count(const struct captured *c);
const struct captured_response *captured_get(const struct captured *c, unsigned index);

void captured_fini(struct captured *c);

#endif
