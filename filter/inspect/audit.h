/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judges captured traffic as the filter would: the same gate, fed from a capture instead of a
 * queue. The chain of trust comes from the captures themselves, and from a resolver if there is
 * one. */
#ifndef INSPECT_AUDIT_H
#define INSPECT_AUDIT_H

#include <sys/socket.h>

#include "capture/dissect.h"
#include "gate/gate.h"

#define AUDIT_TIME_OF_PACKET INT64_MIN

struct audit_options {
	const struct anchors *anchors;           /* borrowed */
	const struct policy *policy;             /* borrowed */
	const struct nta_list *ntas;             /* borrowed; may be NULL */
	const struct sockaddr_storage *resolver; /* borrowed; NULL: nothing is fetched */
	int64_t time_s;                          /* when to judge, or AUDIT_TIME_OF_PACKET */
	size_t material_max;                     /* messages kept for the links that they hold */
};

/* What was concluded of one response. Borrows from the captured_message and from the audit, until the next
 * call. */
struct audited_response {
	const struct captured_message *seen;
	bool is_parsed; /* `message` is filled, else only what was read before it went wrong */
	struct message message;
	struct gate_result result; /* `octets` holds what would be sent */
};

struct audit;

/* Returns NULL when memory is short. */
struct audit *audit_new(const struct audit_options *options);
void audit_free(struct audit *a);

/* Takes from a message what may be a link of a chain: of all messages before the first is judged,
 * or as they come. Returns 0 or -ENOMEM. */
int audit_collect(struct audit *a, const struct captured_message *seen);

/* Remembers a query and returns false; judges a response, fills `report` and returns
 * true. The status of what is no answer (gate_is_answer()) is Indeterminate, and so is that of an
 * unsigned answer whose query is in the capture and did not ask for signatures. */
bool audit_message(
        struct audit *a, const struct captured_message *seen, struct audited_response *response);

#endif
