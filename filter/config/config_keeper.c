/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/config_keeper.h"

#include "crypto/pubkey.h"

bool config_keeper_policy(const struct config *c, const struct config_zone *zone,
        struct life_policy *policy, struct complaint *error)
{
	life_policy_init(policy);
	policy->algorithm =
	        c->keeper_algorithm == KEEPER_ED25519 ? ALGORITHM_ED25519 : ALGORITHM_ECDSAP256;
	policy->has_cds = c->keeper_cds;
	policy->has_standby = c->keeper_standby;
	policy->ahead_s = c->keeper_ahead_s;
	policy->look_s = c->keeper_look_s;
	policy->zsk_life_s = c->keeper_zsk_life_s;
	policy->ksk_life_s = c->keeper_ksk_life_s;
	policy->key_ttl_s = c->keeper_dnskey_ttl_s;
	policy->zone_ttl_s = zone->max_ttl_s;
	policy->ds_ttl_s = c->keeper_ds_ttl_s;
	policy->zone_spread_s = c->keeper_zone_spread_s;
	policy->parent_spread_s = c->keeper_parent_spread_s;
	policy->publish_safety_s = policy->retire_safety_s = c->keeper_safety_s;
	return life_policy_check(policy, error);
}
