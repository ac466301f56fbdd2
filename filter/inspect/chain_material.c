/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/chain_material.h"

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

/* What is known of a message, as far as the entry's topic and name go: the order of the offers. */
enum rank {
	RANK_LEARNED, /* it was taken before */
	RANK_PROVED,  /* something in it is proved, but it was not what was wanted */
	RANK_NEW,     /* it was never offered */
	RANK_REFUSED, /* nothing in it holds, or did not when it was offered */
	RANKS,
};

#define NONE          UINT32_MAX
#define BUCKETS_START 1024 /* a power of two */

struct topic_entry {
	uint64_t hash; /* of topic and name; collisions only offer a message in vain */
	uint32_t message;
	uint32_t older; /* of the same bucket, or NONE */
	enum rank rank;
	uint32_t search; /* the last one in which it was offered */
};

struct kept_message {
	uint8_t *octets;
	size_t len;
	uint32_t place; /* that it gets where others are forgotten */
	bool is_of_use; /* something was learned from it */
};

struct chain_material {
	struct hash_key key;
	struct kept_message *messages;
	size_t message_count, message_room;
	size_t messages_max;
	struct topic_entry *entries;
	size_t entry_count, entry_room;
	uint32_t *buckets; /* the newest entry of each, or NONE */
	size_t bucket_count;
	uint32_t searches; /* so far */
};

static void empty_buckets(struct chain_material *c)
{
	for (size_t i = 0; i < c->bucket_count; i++)
		c->buckets[i] = NONE;
}

struct chain_material *chain_material_new(size_t messages_max)
{
	struct chain_material *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->messages_max = messages_max;
	c->bucket_count = BUCKETS_START;
	c->buckets = malloc(c->bucket_count * sizeof(*c->buckets));
	if (!c->buckets || hash_key_draw(&c->key) < 0) {
		chain_material_free(c);
		return NULL;
	}
	empty_buckets(c);
	return c;
}

static void forget_messages(struct chain_material *c)
{
	for (size_t i = 0; i < c->message_count; i++)
		free(c->messages[i].octets);
	c->message_count = c->entry_count = 0;
	if (c->buckets)
		empty_buckets(c);
}

void chain_material_free(struct chain_material *c)
{
	if (!c)
		return;
	forget_messages(c);
	free(c->messages);
	free(c->entries);
	free(c->buckets);
	free(c);
}

/* Makes room for one more in a growing array. Returns NULL, the array unchanged, on failure. */
static void *grow_array(void *array, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	size_t more = *room ? *room * 2 : 64;
	void *larger = reallocarray(array, more, size);
	if (larger)
		*room = more;
	return larger;
}

static uint64_t hash_topic(
        const struct chain_material *c, enum topic topic, const struct name *name)
{
	struct {
		uint8_t topic;
		uint8_t octets[NAME_MAX_OCTETS];
	} text = { .topic = (uint8_t)topic };

	memcpy(text.octets, name->octets, name->len);
	return keyed_hash(&c->key, span_of(&text, 1u + name->len));
}

static uint32_t *bucket_of_hash(struct chain_material *c, uint64_t hash)
{
	return &c->buckets[hash & (c->bucket_count - 1)];
}

static void fill_buckets(struct chain_material *c)
{
	empty_buckets(c);
	for (size_t i = 0; i < c->entry_count; i++) {
		uint32_t *bucket = bucket_of_hash(c, c->entries[i].hash);
		c->entries[i].older = *bucket;
		*bucket = (uint32_t)i;
	}
}

/* Gives a new place to each message that is kept, and none to the others. Returns how many are. */
static size_t place_useful(struct chain_material *c)
{
	uint32_t place = 0;

	for (size_t i = 0; i < c->message_count; i++)
		c->messages[i].place = c->messages[i].is_of_use ? place++ : NONE;
	return place;
}

/* Forgets the messages that were of no use: forgeries, mostly, where somebody wants it full. */
static void forget_useless(struct chain_material *c)
{
	size_t kept = place_useful(c), entries = 0;

	if (kept > c->messages_max / 2) {
		forget_messages(c);
		return;
	}
	for (size_t i = 0; i < c->entry_count; i++) {
		struct topic_entry entry = c->entries[i];
		entry.message = c->messages[entry.message].place;
		if (entry.message != NONE)
			c->entries[entries++] = entry;
	}
	c->entry_count = entries;
	for (size_t i = 0; i < c->message_count; i++) {
		struct kept_message message = c->messages[i];
		if (message.place == NONE)
			free(message.octets);
		else
			c->messages[message.place] = message;
	}
	c->message_count = kept;
	fill_buckets(c);
}

/* Keeps about one entry in a bucket. Where there is no memory for it they only get fuller. */
static void grow_buckets(struct chain_material *c)
{
	uint32_t *more = reallocarray(c->buckets, c->bucket_count * 2, sizeof(*more));

	if (!more)
		return;
	c->buckets = more;
	c->bucket_count *= 2;
	fill_buckets(c);
}

/* The entry is of the message that is kept next. */
static int add_entry(struct chain_material *c, enum topic topic, const struct name *name)
{
	uint64_t hash = hash_topic(c, topic, name);
	uint32_t *bucket = bucket_of_hash(c, hash);
	struct topic_entry *entries =
	        grow_array(c->entries, c->entry_count, &c->entry_room, sizeof(*entries));

	if (!entries)
		return -ENOMEM;
	c->entries = entries;
	if (*bucket != NONE && entries[*bucket].hash == hash &&
	        entries[*bucket].message == c->message_count)
		return 0;
	entries[c->entry_count] =
	        (struct topic_entry){ hash, (uint32_t)c->message_count, *bucket, RANK_NEW, 0 };
	*bucket = (uint32_t)c->entry_count++;
	if (c->entry_count > c->bucket_count)
		grow_buckets(c);
	return 0;
}

/* A record that is signed by a zone above shows that no cut lies between: see gate/learn.c. */
static int add_for_signature(struct chain_material *c, const struct message *m, const struct rr *rr,
        const struct name *owner)
{
	struct rrsig sig;
	struct name between;
	int result = 0;

	if (!rrsig_read(m, rr, &sig) || !name_within(owner, &sig.signer))
		return 0;
	for (unsigned labels = sig.signer.labels + 1u; result == 0 && labels <= owner->labels;
	        labels++) {
		name_suffix(owner, labels, &between);
		result = add_entry(c, TOPIC_CUT, &between);
	}
	return result;
}

static int add_for_record(struct chain_material *c, const struct message *m, const struct rr *rr)
{
	struct name owner, zone;
	int result = 0;

	if (rr->class != CLASS_IN || !message_owner(m, rr, &owner))
		return 0;
	switch (rr->type) {
	case TYPE_DNSKEY:
		return add_entry(c, TOPIC_KEYS, &owner);
	case TYPE_DS:
		return add_entry(c, TOPIC_CUT, &owner);
	case TYPE_NS:
		/* of a referral, which holds DS or its denial */
		return rr->section == SECTION_AUTHORITY ? add_entry(c, TOPIC_CUT, &owner) : 0;
	case TYPE_RRSIG:
		return add_for_signature(c, m, rr, &owner);
	case TYPE_NSEC3:
		name_parent(&owner, &zone);
		return add_entry(c, TOPIC_DENIAL, &zone);
	case TYPE_NSEC:
		result = add_entry(c, TOPIC_CUT, &owner);
		/* which of the names above it is the zone, the signature tells: all may be */
		for (unsigned labels = 0; result == 0 && labels <= owner.labels; labels++) {
			name_suffix(&owner, labels, &zone);
			result = add_entry(c, TOPIC_DENIAL, &zone);
		}
		return result;
	}
	return 0;
}

/* An answer to a question for DS or DNSKEY speaks of the name that was asked for, even by what is
 * not in it. */
static int add_for_question(struct chain_material *c, const struct message *m)
{
	if (m->question_count != 1 || m->qclass != CLASS_IN)
		return 0;
	if (m->qtype == TYPE_DS)
		return add_entry(c, TOPIC_CUT, &m->qname);
	return m->qtype == TYPE_DNSKEY ? add_entry(c, TOPIC_KEYS, &m->qname) : 0;
}

static int keep_message(struct chain_material *c, struct span octets)
{
	struct kept_message *messages =
	        grow_array(c->messages, c->message_count, &c->message_room, sizeof(*messages));

	if (!messages)
		return -ENOMEM;
	c->messages = messages;
	uint8_t *copy = malloc(octets.len);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, octets.base, octets.len);
	c->messages[c->message_count++] =
	        (struct kept_message){ .octets = copy, .len = octets.len };
	return 0;
}

int chain_material_add(struct chain_material *c, const struct message *response)
{
	if (c->message_count == c->messages_max)
		forget_useless(c);
	size_t before = c->entry_count;
	int result = add_for_question(c, response);

	for (unsigned i = 0; result == 0 && i < response->rr_count; i++)
		result = add_for_record(c, response, &response->rrs[i]);
	if (result == 0 && c->entry_count > before)
		result = keep_message(c, response->octets);
	return result;
}

/* One search going on. */
struct material_search {
	struct chain_material *material;
	chain_material_offer *offer;
	void *context;
	bool is_noted;               /* what comes of it */
	unsigned offers_left[RANKS]; /* but for RANK_NEW */
};

static struct material_search begin_search(
        struct chain_material *c, chain_material_offer *offer, void *context, bool is_noted)
{
	c->searches++;
	return (struct material_search){ .material = c,
		.offer = offer,
		.context = context,
		.is_noted = is_noted,
		.offers_left = { [RANK_LEARNED] = CHAIN_MATERIAL_OFFERS,
		        [RANK_PROVED] = CHAIN_MATERIAL_OFFERS,
		        [RANK_REFUSED] = CHAIN_MATERIAL_OFFERS } };
}

/* Offers the message of an entry. Returns true when it is taken. */
static bool offer_one(struct material_search *s, struct topic_entry *entry)
{
	static const enum rank ranks[] = {
		[LEARNED] = RANK_LEARNED, [LEARN_OTHER] = RANK_PROVED, [LEARN_RETRY] = RANK_REFUSED
	};
	struct kept_message *kept = &s->material->messages[entry->message];
	enum learned learned = s->offer(s->context, span_of(kept->octets, kept->len));

	entry->search = s->material->searches;
	if (s->is_noted) {
		entry->rank = ranks[learned];
		kept->is_of_use = kept->is_of_use || learned == LEARNED;
	}
	return learned == LEARNED;
}

static bool may_offer(struct material_search *s, const struct topic_entry *entry)
{
	if (entry->search == s->material->searches) /* it was, in another rank */
		return false;
	if (entry->rank == RANK_NEW)
		return true;
	if (s->offers_left[entry->rank] == 0)
		return false;
	s->offers_left[entry->rank]--;
	return true;
}

static bool offer_rank(struct material_search *s, uint64_t hash, enum rank rank)
{
	for (uint32_t i = *bucket_of_hash(s->material, hash); i != NONE;
	        i = s->material->entries[i].older) {
		struct topic_entry *entry = &s->material->entries[i];
		if (entry->hash == hash && entry->rank == rank && may_offer(s, entry) &&
		        offer_one(s, entry))
			return true;
	}
	return false;
}

static bool offer_all(struct material_search *s, enum topic topic, const struct name *name)
{
	uint64_t hash = hash_topic(s->material, topic, name);

	for (enum rank rank = 0; rank < RANKS; rank++) {
		if (offer_rank(s, hash, rank))
			return true;
	}
	return false;
}

static bool offer_by_name(struct material_search *s, const struct want *want)
{
	return offer_all(s, want->type == TYPE_DNSKEY ? TOPIC_KEYS : TOPIC_CUT, &want->name);
}

bool chain_material_search_by_name(struct chain_material *c, const struct want *want,
        chain_material_offer *offer, void *context)
{
	struct material_search s = begin_search(c, offer, context, false);
	return offer_by_name(&s, want);
}

bool chain_material_search(struct chain_material *c, const struct want *want,
        chain_material_offer *offer, void *context)
{
	struct material_search s = begin_search(c, offer, context, true);
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
