/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DNS64 (RFC 6147): a resolver in front of a NAT64 makes AAAA records up for names that have only A
 * records. Nobody signs such an AAAA record. In a signed zone it passes, as Insecure (EXEMPT_DNS64),
 * if all of this is proved:
 *
 * - it lies in a prefix of the policy, and is the RFC 6052 form of an address of the name;
 * - the A RRset with that address is Secure;
 * - the zone proves that the name has no AAAA record.
 *
 * The A RRset and the proof are wanted, if they are missing. So a forger of such a record can only give
 * the client an address that the name has. Private to gate/. */
#ifndef GATE_DNS64_H
#define GATE_DNS64_H

#include "gate/judging.h"

/* True if a want is one of DNS64. */
static inline bool dns64_is_want(const struct want *want)
{
	return want->type == TYPE_A || want->type == TYPE_AAAA || want->type == TYPE_NSEC;
}

/* Judges an RRset of the answer for what a DNS64 may have made: AAAA records, or the CNAME of a
 * reverse name. Call it before judge_part(), which uses the ruling. Rules on nothing else. Returns
 * false if something is wanted first. */
bool dns64_judge(struct judging *j, const struct rrset *set);

/* Learns the response to a want of DNS64. Returns false if it proves nothing; with `last_try` notes
 * that instead and returns true. */
bool dns64_learn(struct judging *j, const struct want *want, bool last_try);

/* Notes that a want of DNS64 could not be had. */
void dns64_learn_failure(
        struct gate *g, const struct want *want, struct outcome outcome, int64_t now_s);

#endif
