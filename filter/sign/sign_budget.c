/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A new signature takes some 25 microseconds of the processor, and a client can cause one with each
 * new name that it asks for. */
#include "sign/sign_budget.h"

#include "sign/signer_private.h"

/* Answers over UDP without the server, a second. A resolver asks for the keys of a zone once in
 * their TTL, so even a network with many needs a handful an hour. But the source of a query may be
 * forged, and an answer may be twenty times as long; and a limit that the server may have does not
 * see it. */
#define ANSWERS_OF_NETWORK 20
#define ANSWERS_OF_ALL     1000 /* the cut ones too, which are no longer than their query */

enum { NETWORK_4_OCTETS = 3, NETWORK_6_OCTETS = 7 }; /* a /24 of IPv4, a /56 of IPv6 */

struct client_network {
	uint8_t len;
	uint8_t octets[NETWORK_6_OCTETS];
	struct token_bucket bucket;  /* of new signatures */
	struct token_bucket answers; /* without the server */
};

int sign_budget_init(struct signer *s)
{
	return table_init(&s->networks, sizeof(struct client_network), s->limits.networks);
}

/* Fills a bucket up to now. It holds the tokens of at most one second. */
static void bucket_refill(struct token_bucket *b, uint32_t per_s, uint64_t now_ms)
{
	uint64_t passed_ms = now_ms > b->refilled_ms ? now_ms - b->refilled_ms : 0;
	uint64_t fresh = passed_ms >= 1000 ? per_s : passed_ms * per_s / 1000;

	if (fresh == 0)
		return;
	/* The time of a token that is not complete yet counts for the next call. */
	b->refilled_ms = passed_ms >= 1000 ? now_ms : b->refilled_ms + fresh * 1000 / per_s;
	b->tokens = b->tokens + fresh > per_s ? per_s : (uint32_t)(b->tokens + fresh);
}

static bool is_same_network(const void *entry, const void *key)
{
	const struct client_network *n = entry;
	const struct span *octets = key;
	return n->len == octets->len && memcmp(n->octets, octets->base, n->len) == 0;
}

/* An operator who lets a network cause fewer signatures lets it have no more answers. */
static uint32_t answers_of_network(const struct signer *s)
{
	uint32_t limit = s->policy->signatures_per_network;

	return limit > 0 && limit < ANSWERS_OF_NETWORK ? limit : ANSWERS_OF_NETWORK;
}

static struct client_network *network_note(struct signer *s, struct span client, uint64_t now_ms)
{
	size_t len = client.len == 4 ? NETWORK_4_OCTETS : NETWORK_6_OCTETS;
	struct span network = span_of(client.base, client.len < len ? client.len : len);
	uint64_t hash = keyed_hash(&s->key, network);
	struct client_network *n = table_find(&s->networks, hash, is_same_network, &network);

	if (n) {
		table_touch(&s->networks, n);
		return n;
	}
	n = table_add_or_replace(&s->networks, hash);
	n->len = (uint8_t)network.len;
	memcpy(n->octets, network.base, network.len);
	n->bucket = (struct token_bucket){ now_ms, s->policy->signatures_per_network };
	n->answers = (struct token_bucket){ now_ms, answers_of_network(s) };
	return n;
}

static bool bucket_has_token(struct token_bucket *b, uint32_t per_s, uint64_t now_ms)
{
	if (per_s == 0)
		return true;
	bucket_refill(b, per_s, now_ms);
	return b->tokens > 0;
}

static void bucket_take_token(struct token_bucket *b)
{
	if (b->tokens > 0)
		b->tokens--;
}

/* Over TCP the address of a client is not spoofed, and it was perhaps the limit of its network that
 * sent the client there. So only the limit for all clients counts, which TCP does not share with
 * UDP. */
bool budget_take(struct signer *s, struct span client, bool is_stream, uint64_t now_ms)
{
	struct token_bucket *all = is_stream ? &s->streams : &s->datagrams;
	struct token_bucket *own = NULL;

	if (!bucket_has_token(all, s->policy->signatures_per_s, now_ms))
		return false;
	if (!is_stream && s->policy->signatures_per_network > 0) {
		own = &network_note(s, client, now_ms)->bucket;
		if (!bucket_has_token(own, s->policy->signatures_per_network, now_ms))
			return false;
		bucket_take_token(own);
	}
	bucket_take_token(all);
	return true;
}

bool budget_has_answer(struct signer *s, uint64_t now_ms)
{
	return bucket_has_token(&s->answers, ANSWERS_OF_ALL, now_ms);
}

bool budget_take_answer(struct signer *s, struct span client, uint64_t now_ms)
{
	struct token_bucket *own = &network_note(s, client, now_ms)->answers;

	bucket_take_token(&s->answers);
	if (!bucket_has_token(own, answers_of_network(s), now_ms))
		return false;
	bucket_take_token(own);
	return true;
}
