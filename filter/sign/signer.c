/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/signer.h"

#include <errno.h>
#include <stdlib.h>

#include "sign/sign_budget.h"
#include "sign/sign_kept.h"
#include "sign/sign_memory.h"
#include "sign/sign_servers.h"
#include "sign/signer_private.h"

#define ARENA_OCTETS (4u << 20) /* for the groups and the canonical form of the largest message */

static const char *const outcome_words[] = {
#define X(name, word) [SIGN_OUTCOME_##name] = word,
	SIGN_OUTCOMES(X)
#undef X
};

const char *sign_outcome_word(enum sign_outcome o)
{
	return outcome_words[o];
}

static const struct signer_limits defaults = {
	.signatures = 32768,
	.denials = 16384,
	.ttls = 32768,
	.names = 16384,
	.cuts = 4096,
	.networks = 4096,
	.servers = 256,
};

static uint32_t or_default(uint32_t given, uint32_t otherwise)
{
	return given ? given : otherwise;
}

static void take_limits(struct signer *s, const struct signer_limits *given)
{
	static const struct signer_limits none;
	const struct signer_limits *l = given ? given : &none;

	s->limits = (struct signer_limits){
		.signatures = or_default(l->signatures, defaults.signatures),
		.denials = or_default(l->denials, defaults.denials),
		.ttls = or_default(l->ttls, defaults.ttls),
		.names = or_default(l->names, defaults.names),
		.cuts = or_default(l->cuts, defaults.cuts),
		.networks = or_default(l->networks, defaults.networks),
		.servers = or_default(l->servers, defaults.servers),
		.messages = l->messages,
	};
}

static size_t longest_signature(const struct sign_policy *p)
{
	size_t longest = 1;

	for (unsigned i = 0; i < p->zone_count; i++) {
		size_t octets = signkey_signature_octets(p->zones[i].key);
		if (octets > longest)
			longest = octets;
	}
	return longest;
}

struct signer *signer_new(
        struct crypto *crypto, const struct sign_policy *policy, const struct signer_limits *limits)
{
	struct signer *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->crypto = crypto;
	take_limits(s, limits);
	s->items = calloc(SIGN_ITEMS_MAX, sizeof(*s->items));
	if (hash_key_draw(&s->key) == 0 && s->items && arena_init(&s->arena, ARENA_OCTETS) == 0 &&
	        memory_init(s) == 0 && sign_recall_init(&s->recall, s->limits.messages) == 0 &&
	        sign_budget_init(s) == 0 && sign_servers_init(s) == 0 &&
	        signer_set_policy(s, policy) == 0)
		return s;
	signer_free(s);
	return NULL;
}

void signer_free(struct signer *s)
{
	if (!s)
		return;
	table_fini(&s->signatures);
	table_fini(&s->denials);
	table_fini(&s->ttls);
	table_fini(&s->names);
	table_fini(&s->cuts);
	table_fini(&s->networks);
	table_fini(&s->servers);
	sign_recall_fini(&s->recall);
	arena_fini(&s->arena);
	free(s->zones);
	free(s->items);
	free(s);
}

/* What was learned of the zones that both policies have. */
static void keep_zones(
        struct signer *s, const struct sign_policy *policy, struct zone_memory *memory)
{
	for (unsigned i = 0; s->policy && i < policy->zone_count; i++) {
		const struct sign_zone *zone = &policy->zones[i];
		const struct sign_zone *before = sign_policy_apex(s->policy, &zone->apex);
		if (!before)
			continue;
		memory[i] = *memory_zone(s, before);
		memory[i].ttl_s = least(memory[i].ttl_s, zone->max_ttl_s);
		memory[i].original_ttl_s = least(memory[i].original_ttl_s, zone->max_ttl_s);
	}
}

/* Signatures are found by all that they cover, the key too, so old ones can stay; but longer ones
 * would not fit in beside them. Returns 0 or -ENOMEM. */
static int fit_signatures(struct signer *s, size_t octets)
{
	struct table signatures = { 0 }, denials = { 0 };

	if (octets <= s->signature_octets)
		return 0;
	if (signatures_init(&signatures, octets, s->limits.signatures) < 0 ||
	        signatures_init(&denials, octets, s->limits.denials) < 0) {
		table_fini(&signatures);
		table_fini(&denials);
		return -ENOMEM;
	}
	table_fini(&s->signatures);
	table_fini(&s->denials);
	s->signatures = signatures;
	s->denials = denials;
	s->signature_octets = octets;
	return 0;
}

int signer_set_policy(struct signer *s, const struct sign_policy *policy)
{
	if (sign_policy_check(policy))
		return -EINVAL;
	size_t zones = policy->zone_count ? policy->zone_count : 1;
	struct zone_memory *memory = calloc(zones, sizeof(*memory));

	if (!memory || fit_signatures(s, longest_signature(policy)) < 0) {
		free(memory);
		return -ENOMEM;
	}
	keep_zones(s, policy, memory);
	free(s->zones);
	s->zones = memory;
	s->renewals.count = 0; /* they have keys of the old one */
	if (!s->policy || !sign_policy_asks_alike(s->policy, policy))
		s->policy_number++;
	s->policy = policy;
	s->recall.learned[LESSON_ANY]++;
	s->period_s = sign_policy_period(policy);
	return 0;
}

void signer_believe_clock(struct signer *s, bool is_believed)
{
	s->doubts_clock = !is_believed;
}
