/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judges captured traffic with the gate of the packet path. The chain of trust comes from the
 * captures, and from a resolver if one is given. */
#ifndef INSPECT_AUDIT_H
#define INSPECT_AUDIT_H

#include <sys/socket.h>

#include "capture/dissect.h"
#include "gate/gate.h"

#define AUDIT_TIME_OF_PACKET INT64_MIN

struct audit_options {
	const struct anchors *anchors;                       /* borrowed */
	const struct policy *policy;                         /* borrowed */
	const struct nta_list *ntas;                         /* borrowed; may be NULL */
	const struct local_names *local_names, *local_zones; /* borrowed; may be NULL */
	const struct sockaddr_storage *resolver; /* borrowed; NULL: nothing is fetched */
	int64_t time_s;                          /* the time to judge at, or AUDIT_TIME_OF_PACKET */
	size_t material_max;                     /* messages kept for the chain of trust, at most */
};

/* The result for one response. Borrows from `seen` and from the audit until the next call. */
struct audited_response {
	const struct captured_message *seen;
	bool is_parsed; /* else `message` has only the parts before the error */
	struct message message;
	struct gate_result result; /* `octets` is the response that would be sent */
};

struct audit;

/* Returns NULL if memory is short. */
struct audit *audit_new(const struct audit_options *options);
void audit_free(struct audit *a);

/* Keeps a copy of a message that may hold a link of the chain. Call it for all messages before the
 * first is judged, or for each as it comes. Returns 0 or -ENOMEM. */
int audit_collect(struct audit *a, const struct captured_message *seen);

/* Remembers a query and returns false. Judges a response, fills `response` and returns true. A
 * response that is not an answer (gate_is_answer()) is Indeterminate. So is an unsigned answer if
 * its query is in the capture and did not set DO. */
bool audit_message(
        struct audit *a, const struct captured_message *seen, struct audited_response *response);

#endif
