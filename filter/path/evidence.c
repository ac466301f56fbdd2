/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "path/evidence.h"

#include <errno.h>
#include <stdlib.h>

#include "base/keyedhash.h"
#include "dnssec/rrsig.h"

/* What a message may be of use for, and for which name. */
enum topic {
	TOPIC_KEYS,   /* the DNSKEYs of the name */
	TOPIC_CUT,    /* whether a zone begins at the name */
	TOPIC_DENIAL, /* what does not exist in the zone of the name */
};

#define NONE          UINT32_MAX
#define BUCKETS_START 1024 /* a power of two */

struct entry {
	uint64_t hash; /* of topic and name; collisions only offer a message in vain */
	uint32_t message;
	uint32_t older; /* of the same bucket, or NONE */
};

struct kept {
	uint8_t *octets;
	size_t len;
};

struct evidence {
	struct hash_key key;
	struct kept *messages;
	size_t message_count, message_room;
	size_t messages_max;
	struct entry *entries;
	size_t entry_count, entry_room;
	uint32_t *buckets; /* the newest entry of each, or NONE */
	size_t bucket_count;
};

static void empty_buckets(struct evidence *e)
{
	for (size_t i = 0; i < e->bucket_count; i++)
		e->buckets[i] = NONE;
}

struct evidence *evidence_new(size_t messages_max)
{
	struct evidence *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->messages_max = messages_max;
	e->bucket_count = BUCKETS_START;
	e->buckets = malloc(e->bucket_count * sizeof(*e->buckets));
	if (!e->buckets || hash_key_draw(&e->key) < 0) {
		evidence_free(e);
		return NULL;
	}
	empty_buckets(e);
	return e;
}

static void forget_all(struct evidence *e)
{
	for (size_t i = 0; i < e->message_count; i++)
		free(e->messages[i].octets);
	e->message_count = e->entry_count = 0;
	if (e->buckets)
		empty_buckets(e);
}

void evidence_free(struct evidence *e)
{
	if (!e)
		return;
	forget_all(e);
	free(e->messages);
	free(e->entries);
	free(e->buckets);
	free(e);
}

/* Makes room for one more in a growing array. Returns NULL, the array unchanged, on failure. */
static void *grown(void *array, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	size_t more = *room ? *room * 2 : 64;
	void *larger = reallocarray(array, more, size);
	if (larger)
		*room = more;
	return larger;
}

static uint64_t hash_of(const struct evidence *e, enum topic topic, const struct name *name)
{
	struct {
		uint8_t topic;
		uint8_t octets[NAME_MAX_OCTETS];
	} text = { .topic = (uint8_t)topic };

	memcpy(text.octets, name->octets, name->len);
	return keyed_hash(&e->key, span_of(&text, 1u + name->len));
}

static uint32_t *bucket_of(struct evidence *e, uint64_t hash)
{
	return &e->buckets[hash & (e->bucket_count - 1)];
}

/* Keeps about one entry in a bucket. Where there is no memory for it they only get fuller. */
static void spread(struct evidence *e)
{
	uint32_t *more = reallocarray(e->buckets, e->bucket_count * 2, sizeof(*more));

	if (!more)
		return;
	e->buckets = more;
	e->bucket_count *= 2;
	empty_buckets(e);
	for (size_t i = 0; i < e->entry_count; i++) {
		uint32_t *bucket = bucket_of(e, e->entries[i].hash);
		e->entries[i].older = *bucket;
		*bucket = (uint32_t)i;
	}
}

/* The entry is of the message that is kept next. */
static int add_entry(struct evidence *e, enum topic topic, const struct name *name)
{
	uint64_t hash = hash_of(e, topic, name);
	uint32_t *bucket = bucket_of(e, hash);
	struct entry *entries = grown(e->entries, e->entry_count, &e->entry_room, sizeof(*entries));

	if (!entries)
		return -ENOMEM;
	e->entries = entries;
	if (*bucket != NONE && entries[*bucket].hash == hash &&
	        entries[*bucket].message == e->message_count)
		return 0;
	entries[e->entry_count] = (struct entry){ hash, (uint32_t)e->message_count, *bucket };
	*bucket = (uint32_t)e->entry_count++;
	if (e->entry_count > e->bucket_count)
		spread(e);
	return 0;
}

/* A record that is signed by a zone above shows that no cut lies between: see gate/learn.c. */
static int add_for_signature(
        struct evidence *e, const struct message *m, const struct rr *rr, const struct name *owner)
{
	struct rrsig sig;
	struct name between;
	int result = 0;

	if (!rrsig_read(m, rr, &sig) || !name_within(owner, &sig.signer))
		return 0;
	for (unsigned labels = sig.signer.labels + 1u; result == 0 && labels <= owner->labels;
	        labels++) {
		name_suffix(owner, labels, &between);
		result = add_entry(e, TOPIC_CUT, &between);
	}
	return result;
}

static int add_for_record(struct evidence *e, const struct message *m, const struct rr *rr)
{
	struct name owner, zone;
	int result = 0;

	if (rr->class != CLASS_IN || !message_owner(m, rr, &owner))
		return 0;
	switch (rr->type) {
	case TYPE_DNSKEY:
		return add_entry(e, TOPIC_KEYS, &owner);
	case TYPE_DS:
		return add_entry(e, TOPIC_CUT, &owner);
	case TYPE_NS:
		/* of a referral, which holds DS or its denial */
		return rr->section == SECTION_AUTHORITY ? add_entry(e, TOPIC_CUT, &owner) : 0;
	case TYPE_RRSIG:
		return add_for_signature(e, m, rr, &owner);
	case TYPE_NSEC3:
		name_parent(&owner, &zone);
		return add_entry(e, TOPIC_DENIAL, &zone);
	case TYPE_NSEC:
		result = add_entry(e, TOPIC_CUT, &owner);
		/* which of the names above it is the zone, the signature tells: all may be */
		for (unsigned labels = 0; result == 0 && labels <= owner.labels; labels++) {
			name_suffix(&owner, labels, &zone);
			result = add_entry(e, TOPIC_DENIAL, &zone);
		}
		return result;
	}
	return 0;
}

/* An answer to a question for DS or DNSKEY speaks of the name that was asked for, even by what is
 * not in it. */
static int add_for_question(struct evidence *e, const struct message *m)
{
	if (m->question_count != 1 || m->qclass != CLASS_IN)
		return 0;
	if (m->qtype == TYPE_DS)
		return add_entry(e, TOPIC_CUT, &m->qname);
	return m->qtype == TYPE_DNSKEY ? add_entry(e, TOPIC_KEYS, &m->qname) : 0;
}

static int keep(struct evidence *e, struct span octets)
{
	struct kept *messages =
	        grown(e->messages, e->message_count, &e->message_room, sizeof(*messages));

	if (!messages)
		return -ENOMEM;
	e->messages = messages;
	uint8_t *copy = malloc(octets.len);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, octets.base, octets.len);
	e->messages[e->message_count++] = (struct kept){ copy, octets.len };
	return 0;
}

int evidence_add(struct evidence *e, const struct message *response)
{
	if (e->message_count == e->messages_max)
		forget_all(e);
	size_t before = e->entry_count;
	int result = add_for_question(e, response);

	for (unsigned i = 0; result == 0 && i < response->rr_count; i++)
		result = add_for_record(e, response, &response->rrs[i]);
	if (result == 0 && e->entry_count > before)
		result = keep(e, response->octets);
	return result;
}

/* One search going on. */
struct search {
	struct evidence *e;
	evidence_offer *offer;
	void *context;
	unsigned offers_left;
};

static bool offer_all(struct search *s, enum topic topic, const struct name *name)
{
	uint64_t hash = hash_of(s->e, topic, name);
	uint32_t i = *bucket_of(s->e, hash);

	for (; i != NONE && s->offers_left > 0; i = s->e->entries[i].older) {
		const struct entry *entry = &s->e->entries[i];
		if (entry->hash != hash)
			continue;
		const struct kept *kept = &s->e->messages[entry->message];
		s->offers_left--;
		if (s->offer(s->context, span_of(kept->octets, kept->len)))
			return true;
	}
	return false;
}

static bool offer_by_name(struct search *s, const struct want *want)
{
	return offer_all(s, want->type == TYPE_DNSKEY ? TOPIC_KEYS : TOPIC_CUT, &want->name);
}

bool evidence_search_by_name(
        struct evidence *e, const struct want *want, evidence_offer *offer, void *context)
{
	struct search s = { e, offer, context, EVIDENCE_OFFERS };
	return offer_by_name(&s, want);
}

bool evidence_search(
        struct evidence *e, const struct want *want, evidence_offer *offer, void *context)
{
	struct search s = { e, offer, context, EVIDENCE_OFFERS };
	struct name zone;

	if (offer_by_name(&s, want))
		return true;
	for (unsigned labels = want->name.labels; want->type == TYPE_DS && labels-- > 0;) {
		name_suffix(&want->name, labels, &zone);
		if (offer_all(&s, TOPIC_DENIAL, &zone))
			return true;
	}
	return false;
}
