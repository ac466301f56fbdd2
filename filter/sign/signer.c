/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sign/signer.h"

#include <errno.h>
#include <stdlib.h>

#include "sign/sign_budget.h"
#include "sign/sign_doubt.h"
#include "sign/sign_haste.h"
#include "sign/sign_kept.h"
#include "sign/sign_memory.h"
#include "sign/sign_memory_names.h"
#include "sign/sign_memory_zones.h"
#include "sign/sign_recall.h"
#include "sign/sign_servers.h"
#include "sign/signer_private.h"

#define ARENA_OCTETS (4u << 20) /* for the RRsets and canonical form of any message */

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
		size_t octets = sign_periods_longest(&p->zones[i].periods);
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
	        memory_init(s) == 0 && memory_init_names(s) == 0 && sign_recall_init(s) == 0 &&
	        sign_budget_init(s) == 0 && sign_servers_init(s) == 0 && sign_haste_init(s) == 0 &&
	        signer_set_policy(s, policy) == 0)
		return s;
	signer_free(s);
	return NULL;
}

void signer_free(struct signer *s)
{
	if (!s)
		return;
	table_fini(&s->networks);
	table_fini(&s->hasty);
	table_fini(&s->servers);
	table_fini(&s->messages);
	memory_fini(s);
	arena_fini(&s->arena);
	free(s->items);
	free(s->zone_numbers);
	free(s);
}

int signer_set_policy(struct signer *s, const struct sign_policy *policy)
{
	if (sign_policy_check(policy))
		return -EINVAL;
	struct zone_memory **zones = calloc(policy->zone_count + 1, sizeof(*zones));
	uint32_t *numbers = calloc(policy->zone_count + 1, sizeof(*numbers));

	if (!zones || !numbers || signatures_fit(s, longest_signature(policy)) < 0) {
		free(zones);
		free(numbers);
		return -ENOMEM;
	}
	for (unsigned i = 0; i < policy->zone_count; i++)
		numbers[i] = sign_zone_number(&policy->zones[i]);
	free(s->zone_numbers);
	s->zone_numbers = numbers;
	memory_set_policy(s, policy, zones);
	s->renewals.count = 0; /* they borrow keys of the old policy */
	s->policy = policy;
	s->term_s = sign_policy_term(policy);
	return 0;
}

void signer_forget(struct signer *s)
{
	memory_flush_names(s);
	memory_flush_zones(s);
}

void signer_believe_clock(struct signer *s, bool is_believed)
{
	s->doubts_clock = !is_believed;
}

unsigned signer_renew(struct signer *s, unsigned most)
{
	struct renewals *r = &s->renewals;
	unsigned made = 0;

	while (made < most && r->count > 0) {
		struct renewal *oldest = &r->items[r->first];
		r->first = (r->first + 1) % RENEWALS_MAX;
		r->count--;
		if (memory_peek(s, MEMORY_SIGNATURES, &oldest->id))
			continue; /* a client has asked for it meanwhile */
		signature_make(s, oldest->key, span_of(oldest->data, oldest->len),
		        MEMORY_SIGNATURES, &oldest->id);
		made++;
	}
	return made;
}

void sign_unanswered(
        struct signer *s, const struct signer_query *asked, const struct sign_context *context)
{
	server_note_silence(s, asked, context);
	haste_note_silence(s, context);
	doubt_unanswered(s, asked, context->peers->server, context->now_s);
}
