/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/once_more.h"

#include "base/least.h"
#include "base/sockaddr.h"
#include "gate/silent.h"

#define THOUSAND 1000

int once_more_init(struct once_more *o)
{
	*o = (struct once_more){ 0 };
	return hash_key_draw(&o->key);
}

void once_more_forget(struct once_more *o)
{
	memset(o->zones, 0, sizeof(o->zones));
}

/* True if another message may not have this fault. The keys of zones are fetched anyway, several
 * times. */
static bool is_fault_of_message(enum reason reason)
{
	switch (reason) {
	case REASON_RRSIG_MISSING:
	case REASON_RRSIG_FAILED:
	case REASON_RRSIG_EXPIRED:
	case REASON_RRSIG_NOT_YET:
	case REASON_RRSIG_TIMES:
	case REASON_RRSIG_NO_KEY:
	case REASON_RRSIG_SIGNER:
	case REASON_RRSIG_LABELS:
	case REASON_WILDCARD_UNPROVED:
	case REASON_DENIAL_MISSING:
	case REASON_DENIAL_FAILED:
	case REASON_CNAME_FORGED:
		return true;
	default:
		return false;
	}
}

/* True if the fault lies in the chain above the answer, which another answer does not change. */
static bool is_of_chain(const struct refused *r)
{
	uint16_t type = r->result->culprit.type;

	return (type == TYPE_DS || type == TYPE_DNSKEY) && type != r->message->qtype;
}

enum once_more_where once_more_helps(const struct refused *r)
{
	const struct gate_result *result = r->result;

	if (result->verdict != GATE_SERVFAIL || result->outcome.status != STATUS_BOGUS ||
	        !is_fault_of_message(result->outcome.reason) || is_of_chain(r))
		return ONCE_MORE_NOT;
	/* the server is known to send no signatures, or was not asked for them */
	if (result->habit != REASON_NONE || r->asked->sent_plain)
		return ONCE_MORE_NOT;
	if (!message_has_type(r->message, TYPE_RRSIG))
		return response_is_silent(r->message) ? ONCE_MORE_NOT : ONCE_MORE_SAME;
	/* a client that does not ask for recursion wants what this server has */
	return r->asked->flags & FLAG_RD ? ONCE_MORE_OTHER : ONCE_MORE_SAME;
}

static bool bucket_take(
        struct once_more_bucket *b, unsigned burst, unsigned per_second, uint64_t now_ms)
{
	uint64_t earned = (now_ms - b->at_ms) * per_second; /* in thousandths */

	b->thousandths = least(b->thousandths + earned, (uint64_t)burst * THOUSAND);
	b->at_ms = now_ms;
	if (b->thousandths < THOUSAND)
		return false;
	b->thousandths -= THOUSAND;
	return true;
}

/* Without a secret an attacker could have two zones share an entry. */
static uint64_t tag_of(const struct once_more *o, const struct refused *r)
{
	struct span server = sockaddr_octets(r->server);
	const uint64_t both[] = { keyed_hash(&o->key, server),
		keyed_hash(&o->key, span_of(r->zone->octets, r->zone->len)) };

	return keyed_hash(&o->key, span_of(both, sizeof(both))) | 1;
}

static struct in_vain *in_vain_of(struct once_more *o, uint64_t tag)
{
	return &o->zones[(tag >> 1) % ONCE_MORE_ZONES];
}

uint64_t once_more_take(struct once_more *o, const struct refused *r, uint64_t now_ms)
{
	uint64_t tag = tag_of(o, r);
	const struct in_vain *zone = in_vain_of(o, tag);
	struct once_more_bucket *client =
	        &o->clients[keyed_hash(&o->key, r->client) % ONCE_MORE_CLIENTS];

	if (zone->tag == tag && zone->count >= ONCE_MORE_IN_VAIN && now_ms < zone->until_ms)
		return 0;
	if (!bucket_take(client, ONCE_MORE_CLIENT_BURST, ONCE_MORE_CLIENT_PER_SECOND, now_ms) ||
	        !bucket_take(&o->all, ONCE_MORE_BURST, ONCE_MORE_PER_SECOND, now_ms))
		return 0;
	return tag;
}

void once_more_note(struct once_more *o, uint64_t tag, bool has_helped, uint64_t now_ms)
{
	struct in_vain *zone = in_vain_of(o, tag);

	if (zone->tag != tag || now_ms >= zone->until_ms || has_helped)
		zone->count = 0;
	zone->tag = tag;
	zone->until_ms = now_ms + ONCE_MORE_IN_VAIN_MS;
	zone->count += !has_helped;
}
