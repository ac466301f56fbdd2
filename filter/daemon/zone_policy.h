/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The zones of a signer with their keys, and the policy of the signer that is made from them. A
 * zone that is broken (its file or its keys) harms no other: it keeps what it had before, or else
 * its answers are SERVFAIL for clients that ask for signatures. */
#ifndef DAEMON_ZONE_POLICY_H
#define DAEMON_ZONE_POLICY_H

#include "base/complaint.h"
#include "base/file.h"
#include "config/config.h"
#include "sign/sign_policy.h"

struct zone_policy;

#define ZONE_POLICY_CHECK_ALL   UINT64_MAX
#define ZONE_POLICY_CHECK_START 500 /* before clients are served; a zone takes some 4 ms */

/* Reads all zones, or, if there is a former policy, those that changed. For a zone with keeper =
 * true of which the former policy has no keys, the copy of its timeline in c->timeline_state
 * (timeline_copy.h) is what was in force so far. Checks their pre-made signatures for at most
 * `check_ms`. A zone that was not checked then is believed, unless the former policy has keys of
 * it: these stay until the new ones are checked (zone_policy_check_some()). A ZSK that resolvers
 * cannot know yet from the former policy is put off, and a DNSKEY record that they need stays
 * (daemon/zone_bridge.h).
 *
 * Borrows lists of the configuration. Returns NULL, with a complaint, if there is no policy at all:
 * the directory cannot be listed, the times do not fit together, or memory is short. */
struct zone_policy *zone_policy_make(const struct config *c, const struct zone_policy *former,
        int64_t now_s, uint64_t check_ms, struct complaint *why);

/* Does the same for the zone `apex` alone: its file and its keys are read if they changed, it
 * comes, or it goes. All others stay as they are in `former`, whatever became of their files. `c`
 * is the configuration in force. Returns NULL also if there is no such zone, and was none. */
struct zone_policy *zone_policy_remake(const struct config *c, const struct zone_policy *former,
        const struct name *apex, int64_t now_s, uint64_t check_ms, struct complaint *why);

void zone_policy_free(struct zone_policy *z);

/* Returns the policy of the signer, which lives as long as `z`. */
const struct sign_policy *zone_policy_signing(const struct zone_policy *z);

/* What became of the zones. */
struct zone_counts {
	unsigned changed, added, gone; /* since the former policy; without one, all are added */
	unsigned without_signing;      /* zones that are unsigned on purpose */
	unsigned broken;               /* zones, and files that are no zones */
	unsigned unchecked;            /* that wait for zone_policy_check_some() */
	unsigned uncopied; /* whose timeline in force is to be copied yet (zone_copies.h) */
};
struct zone_counts zone_policy_counts(const struct zone_policy *z);

/* Returns how a zone is configured, by its index; NULL if that could not be read. */
const struct config_zone *zone_policy_zone(const struct zone_policy *z, unsigned zone);

/* True if the zone, by its index, is not as in the former policy. */
bool zone_policy_is_new(const struct zone_policy *z, unsigned zone);

/* Returns why a zone, by its index, is unsigned on purpose; NULL if it is not. */
const char *zone_policy_unsigned(const struct zone_policy *z, unsigned zone);

/* Returns what the timeline of a zone, by its index, was when it was read; all zero if it was not
 * there. */
struct file_identity zone_policy_timeline(const struct zone_policy *z, unsigned zone);

/* Returns when the timeline in force of a zone, by its index, ends; 0 if no timeline is in force,
 * or if it is unsigned. */
int64_t zone_policy_timeline_end_s(const struct zone_policy *z, unsigned zone);

/* Returns how far the timeline in force should have reached ahead when it was written; 0
 * likewise. */
int64_t zone_policy_timeline_reach_s(const struct zone_policy *z, unsigned zone);

/* Returns until when validators may reject what caches have of a zone, by its index, because its
 * timeline came too late to do better (daemon/zone_crossing.h); 0 if they do not. */
int64_t zone_policy_refused_until_s(const struct zone_policy *z, unsigned zone);

/* True if zones are broken, none is good, and none has keeper = true, whose timeline may come: the
 * operator should see that the start fails. */
bool zone_policy_is_all_broken(const struct zone_policy *z);

/* Returns what is wrong with a zone, by its index in the policy of the signer, or NULL; and what is
 * wrong with the n-th broken zone or file, of as many as there are. */
const char *zone_policy_fault(const struct zone_policy *z, unsigned zone);
const char *zone_policy_nth_fault(const struct zone_policy *z, unsigned n);

/* Returns what is wrong with the n-th file that is no zone; NULL after the last. */
const char *zone_policy_stray(const struct zone_policy *z, unsigned n);

/* Fills `news` with what is wrong of late: it was not so in the former policy, and this function
 * did not tell it before. Returns how many faults that are; only the first `most` have room. */
unsigned zone_policy_news(struct zone_policy *z, const char *news[], unsigned most);

/* Lists the directories of the zones' keys, each once. `*count` is their number. Returns an array
 * to be freed, whose paths are borrowed; NULL if memory is short. */
const char **zone_policy_key_directories(const struct zone_policy *z, unsigned *count);

/* Checks waiting zones until `until_ms` of the monotonic clock, but at least one. The policy of the
 * signer stays as it is: once none waits, and zone_policy_is_settled() is false, the next one is to
 * be made. */
void zone_policy_check_some(struct zone_policy *z, struct crypto *crypto, uint64_t until_ms);
bool zone_policy_is_settled(const struct zone_policy *z);
bool zone_policy_waits(const struct zone_policy *z);

/* Makes the policy that follows from what zone_policy_check_some() found. Returns NULL if memory is
 * short. */
struct zone_policy *zone_policy_settle(const struct zone_policy *z, int64_t now_s);

#endif
