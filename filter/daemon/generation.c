/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/generation.h"

#include <stdlib.h>
#include <string.h>

/* The prefixes of NAT64s are those of the start: the gate takes memory for them then. */
static struct policy policy_of(const struct config *c, const struct config *started)
{
	return (struct policy){ .dns64 = started->dns64.items,
		.dns64_count = started->dns64.count,
		.finds_dns64 = started->dns64_discovery != 0,
		.passes_cd = c->checking_disabled == CHECKING_DISABLED_PASS,
		.validators = c->validators.items,
		.validator_count = c->validators.count,
		.has_nsec3_iterations = true,
		.nsec3_iterations = c->nsec3_iterations,
		.unjudged = c->unjudged_servers.items,
		.unjudged_count = c->unjudged_servers.count,
		.passes_transfers = c->zone_transfer == ZONE_TRANSFER_PASS,
		.passes_blocked = c->blocked == BLOCKED_PASS,
		.time_servers = c->before_clock };
}

struct generation *generation_new(struct config *c, const struct config *started)
{
	struct generation *g = calloc(1, sizeof(*g));

	if (!g)
		return NULL;
	g->config = *c;
	memset(c, 0, sizeof(*c));
	g->policy = policy_of(&g->config, started ? started : &g->config);
	return g;
}

void generation_free(struct generation *g)
{
	if (!g)
		return;
	config_fini(&g->config);
	free(g);
}
