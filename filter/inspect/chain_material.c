/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inspect/chain_material.h"

#include <errno.h>
#include <stdlib.h>

#include "base/keyedhash.h"
#include "dnssec/rrsig.h"

/* The things that a message may tell about a name. */
enum topic {
	TOPIC_KEYS,   /* the DNSKEYs of the name */
	TOPIC_CUT,    /* whether there is a zone cut at the name */
	TOPIC_DENIAL, /* names that do not exist in the zone of the name */
};

/* The order of the offers: what is known of a message for the topic and name of an entry. */
enum rank {
	RANK_LEARNED, /* the want was learned from it */
	RANK_PROVED,  /* something in it was proved, but not the want */
	RANK_NEW,     /* it was never offered */
	RANK_REFUSED, /* nothing in it held when it was offered */
	RANKS,
};

#define NONE          UINT32_MAX
#define BUCKETS_START 1024 /* a power of two */

struct topic_entry {
	uint64_t hash; /* of topic and name; a collision only costs a useless offer */
	uint32_t message;
	uint32_t older; /* of the same bucket, or NONE */
	enum rank rank;
	uint32_t search; /* the last search in which it was offered */
};

struct kept_message {
	uint8_t *octets;
	size_t len;
	uint32_t place; /* its new index when other messages are forgotten */
	bool is_useful; /* something was learned from it */
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

/* Returns the array with room for one more item, or NULL with the array unchanged. */
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

/* Gives each message to keep its new place, and NONE to the others. Returns the number to keep. */
static size_t place_useful(struct chain_material *c)
{
	uint32_t place = 0;

	for (size_t i = 0; i < c->message_count; i++)
		c->messages[i].place = c->messages[i].is_useful ? place++ : NONE;
	return place;
}

/* Forgets the messages from which nothing was learned: in an attack, mostly forgeries. */
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

/* Keeps about one entry in a bucket. If memory is short, the buckets get longer. */
static void grow_buckets(struct chain_material *c)
{
	uint32_t *more = reallocarray(c->buckets, c->bucket_count * 2, sizeof(*more));

	if (!more)
		return;
	c->buckets = more;
	c->bucket_count *= 2;
	fill_buckets(c);
}

/* Adds an entry for the message that will be kept next. */
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

/* A record signed by a zone above proves that there is no zone cut between: see gate/learn.c. */
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
		/* a referral, which holds the DS or its denial */
		return rr->section == SECTION_AUTHORITY ? add_entry(c, TOPIC_CUT, &owner) : 0;
	case TYPE_RRSIG:
		return add_for_signature(c, m, rr, &owner);
	case TYPE_NSEC3:
		name_parent(&owner, &zone);
		return add_entry(c, TOPIC_DENIAL, &zone);
	case TYPE_NSEC:
		result = add_entry(c, TOPIC_CUT, &owner);
		/* only the signature tells the zone: try each name above */
		for (unsigned labels = 0; result == 0 && labels <= owner.labels; labels++) {
			name_suffix(&owner, labels, &zone);
			result = add_entry(c, TOPIC_DENIAL, &zone);
		}
		return result;
	}
	return 0;
}

/* A response to a DS or DNSKEY query is about the name in the question, even if it has no
 * records. */
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

/* A search in progress. */
struct material_search {
	struct chain_material *material;
	chain_material_offer *offer;
	void *context;
	bool is_noted;               /* the results set the ranks */
	unsigned offers_left[RANKS]; /* not for RANK_NEW */
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

/* Offers the message of an entry. Returns true if the want was learned. */
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
		kept->is_useful = kept->is_useful || learned == LEARNED;
	}
	return learned == LEARNED;
}

static bool may_offer(struct material_search *s, const struct topic_entry *entry)
{
	if (entry->search == s->material->searches) /* it was offered in another rank */
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
