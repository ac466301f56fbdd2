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

/* The fate of a response in enforce mode. */
enum audit_verdict {
	AUDIT_ACCEPT,
	AUDIT_REWRITE,
	AUDIT_SERVFAIL,
	AUDIT_DROP,
	/* The captured response alone does not tell: its query did not ask for signatures, or a
	 * link of its chain is missing. In the packet path sealgate would have asked for them. */
	AUDIT_UNKNOWN,
	AUDIT_VERDICTS
};

/* The result for one response. Borrows from `seen` and from the audit until the next call. */
struct audited_response {
	const struct captured_message *seen;
	bool is_parsed; /* else `message` has only the parts before the error */
	struct message message;
	struct gate_result result; /* its verdict is that of the gate */
	enum audit_verdict verdict;
};

struct audit;

/* Returns NULL if memory is short. */
struct audit *audit_new(const struct audit_options *options);
void audit_free(struct audit *a);

/* Keeps a copy of a message that may hold a link of the chain. Call it for all messages before the
 * first is judged, or for each as it comes. Returns 0 or -ENOMEM. */
int audit_collect(struct audit *a, const struct captured_message *seen);

/* Remembers a query that sealgate itself sent: audit_message() leaves it and its response out. */
void audit_note_own(struct audit *a, const struct captured_message *seen);

/* Remembers a query and returns false. Judges a response, fills `response` and returns true. A
 * response that is not an answer (gate_is_answer()) is Indeterminate.
 *
 * If the query did not set DO, the response has no signatures. Then the resolver is asked the same
 * with DO, as sealgate would have asked, and that is judged (signed_answers.h). Without a resolver
 * such a response is AUDIT_UNKNOWN. If the query was not captured, the response's own OPT tells
 * whether it set DO (RFC 3225, 3). */
bool audit_message(
        struct audit *a, const struct captured_message *seen, struct audited_response *response);

#endif
