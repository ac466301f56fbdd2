/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/prefix_policy.h"

#include <errno.h>
#include <stdlib.h>

#include "config/config.h"
#include "worker/worker_orders.h"

/* A policy, and the prefixes that it borrows. */
struct prefix_policy {
	struct prefix_policy *older;
	struct policy policy;
	struct network prefixes[CONFIG_NETWORKS_MAX + FOUND_PREFIXES_MAX];
};

static bool has_prefix(const struct policy *policy, const struct network *prefix)
{
	for (unsigned i = 0; i < policy->dns64_count; i++) {
		if (network_equal(&policy->dns64[i], prefix))
			return true;
	}
	return false;
}

/* The configured prefixes come first, then those found, each once. */
static void fill(struct prefix_policy *made, const struct policy *configured,
        const struct found_prefixes *found)
{
	struct policy *policy = &made->policy;

	*policy = *configured;
	policy->dns64 = made->prefixes;
	for (unsigned i = 0; i < configured->dns64_count; i++)
		made->prefixes[i] = configured->dns64[i];
	for (unsigned i = 0; i < found->count; i++) {
		const struct found_prefix *p = &found->items[i];
		if (p->use != PREFIX_COUNTS || has_prefix(policy, &p->network))
			continue;
		made->prefixes[policy->dns64_count++] = p->network;
		policy->dns64_found++;
	}
}

/* True if both have the same prefixes, in whatever order they were found. */
static bool is_alike(const struct policy *a, const struct policy *b)
{
	if (a->dns64_count != b->dns64_count)
		return false;
	for (unsigned i = 0; i < a->dns64_count; i++) {
		if (!has_prefix(b, &a->dns64[i]))
			return false;
	}
	return true;
}

static const struct policy *in_force(const struct prefix_policies *p)
{
	return p->newest ? &p->newest->policy : p->configured;
}

static void give(struct prefix_policies *p, struct prefix_policy *made)
{
	made->older = p->newest;
	p->newest = made;
	for (unsigned i = 0; i < p->worker_count; i++)
		worker_use_policy(p->workers[i], &made->policy);
}

uint64_t prefix_policies_publish(
        struct prefix_policies *p, const struct found_prefixes *found, uint64_t now_ms)
{
	struct prefix_policy *made = calloc(1, sizeof(*made));

	if (!made)
		return now_ms + PREFIX_REST_MS;
	fill(made, p->configured, found);
	bool changes = !is_alike(&made->policy, in_force(p));
	if (!changes || now_ms < p->rests_until_ms) {
		free(made);
		return changes ? p->rests_until_ms : UINT64_MAX;
	}
	give(p, made);
	p->rests_until_ms = now_ms + PREFIX_REST_MS;
	return UINT64_MAX;
}

int prefix_policies_replace(struct prefix_policies *p, const struct policy *configured,
        const struct found_prefixes *found)
{
	struct prefix_policy *made = calloc(1, sizeof(*made));

	if (!made)
		return -ENOMEM;
	p->configured = configured;
	fill(made, configured, found);
	give(p, made);
	return 0;
}

static void free_older(struct prefix_policy *policy)
{
	while (policy->older) {
		struct prefix_policy *older = policy->older;
		policy->older = older->older;
		free(older);
	}
}

/* A worker that does not use the newest policy might still take an old one. */
bool prefix_policies_clean(struct prefix_policies *p)
{
	if (!p->newest || !p->newest->older)
		return false;
	for (unsigned i = 0; i < p->worker_count; i++) {
		if (worker_policy(p->workers[i]) != &p->newest->policy)
			return true;
	}
	free_older(p->newest);
	return false;
}

void prefix_policies_fini(struct prefix_policies *p)
{
	if (p->newest)
		free_older(p->newest);
	free(p->newest);
	p->newest = NULL;
}
