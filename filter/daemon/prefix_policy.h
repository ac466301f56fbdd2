/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The policies that the workers get as prefixes of NAT64s are found and lost. Private to
 * daemon/. */
#ifndef DAEMON_PREFIX_POLICY_H
#define DAEMON_PREFIX_POLICY_H

#include "gate/policy.h"
#include "trust/found_prefixes.h"

struct worker;

/* The workers' policy changes at most once in this time, because each change has them forget the
 * responses that they judged. A neighbour can cause a change by a Router Advertisement. */
#define PREFIX_REST_MS 5000

struct prefix_policies {
	/* Borrowed: */
	const struct policy *configured; /* in force until the first prefix is found */
	struct worker *const *workers;
	unsigned worker_count;

	struct prefix_policy *newest; /* with the older ones; NULL: `configured` is in force */
	uint64_t rests_until_ms;
};

/* Gives the workers the configured prefixes and those found that count, unless they have them, or
 * the change must wait. Returns the time until which it waits, or UINT64_MAX. If memory is short,
 * it waits, too. */
uint64_t prefix_policies_publish(
        struct prefix_policies *p, const struct found_prefixes *found, uint64_t now_ms);

/* Replaces the configured policy, and gives it to the workers at once with the prefixes found that
 * count. Returns 0; or -ENOMEM, and nothing changes. */
int prefix_policies_replace(struct prefix_policies *p, const struct policy *configured,
        const struct found_prefixes *found);

/* Frees the policies that no worker uses any more. Returns true if there are others beside the
 * newest. */
bool prefix_policies_clean(struct prefix_policies *p);

/* Frees all. Free the workers first. */
void prefix_policies_fini(struct prefix_policies *p);

#endif
