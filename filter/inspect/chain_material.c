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

struct entry {
	uint64_t hash; /* of topic and name; collisions only offer a message in vain */
	uint32_t message;
	uint32_t older; /* of the same bucket, or NONE */
	enum rank rank;
	uint32_t search; /* the last one in which it was offered */
};

struct kept {
	uint8_t *octets;
	size_t len;
	uint32_t place; /* that it gets where others are forgotten */
	bool is_of_use; /* something was learned from it */
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
	uint32_t searches; /* so far */
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

static void fill_buckets(struct evidence *e)
{
	empty_buckets(e);
	for (size_t i = 0; i < e->entry_count; i++) {
		uint32_t *bucket = bucket_of(e, e->entries[i].hash);
		e->entries[i].older = *bucket;
		*bucket = (uint32_t)i;
	}
}

/* Gives a new place to each message that is kept, and none to the others. Returns how many are. */
static size_t place_useful(struct evidence *e)
{
	uint32_t place = 0;

	for (size_t i = 0; i < e->message_count; i++)
		e->messages[i].place = e->messages[i].is_of_use ? place++ : NONE;
	return place;
}

/* Forgets the messages that were of no use: forgeries, mostly, where somebody wants it full. */
static void forget_useless(struct evidence *e)
{
	size_t kept = place_useful(e), entries = 0;

	if (kept > e->messages_max / 2) {
		forget_all(e);
		return;
	}
	for (size_t i = 0; i < e->entry_count; i++) {
		struct entry entry = e->entries[i];
		entry.message = e->messages[entry.message].place;
		if (entry.message != NONE)
			e->entries[entries++] = entry;
	}
	e->entry_count = entries;
	for (size_t i = 0; i < e->message_count; i++) {
		struct kept message = e->messages[i];
		if (message.place == NONE)
			free(message.octets);
		else
			e->messages[message.place] = message;
	}
	e->message_count = kept;
	fill_buckets(e);
}

/* Keeps about one entry in a bucket. Where there is no memory for it they only get fuller. */
static void spread(struct evidence *e)
{
	uint32_t *more = reallocarray(e->buckets, e->bucket_count * 2, sizeof(*more));

	if (!more)
		return;
	e->buckets = more;
	e->bucket_count *= 2;
	fill_buckets(e);
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
	entries[e->entry_count] =
	        (struct entry){ hash, (uint32_t)e->message_count, *bucket, RANK_NEW, 0 };
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
	e->messages[e->message_count++] = (struct kept){ .octets = copy, .len = octets.len };
	return 0;
}

int evidence_add(struct evidence *e, const struct message *response)
{
	if (e->message_count == e->messages_max)
		forget_useless(e);
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
	bool is_noted;               /* what comes of it */
	unsigned offers_left[RANKS]; /* but for RANK_NEW */
};

static struct search begin_search(
        struct evidence *e, evidence_offer *offer, void *context, bool is_noted)
{
	e->searches++;
	return (struct search){ .e = e,
		.offer = offer,
		.context = context,
		.is_noted = is_noted,
		.offers_left = { [RANK_LEARNED] = EVIDENCE_OFFERS,
		        [RANK_PROVED] = EVIDENCE_OFFERS,
		        [RANK_REFUSED] = EVIDENCE_OFFERS } };
}

/* Offers the message of an entry. Returns true when it is taken. */
static bool offer_one(struct search *s, struct entry *entry)
{
	static const enum rank ranks[] = {
		[LEARNED] = RANK_LEARNED, [LEARN_OTHER] = RANK_PROVED, [LEARN_RETRY] = RANK_REFUSED
	};
	struct kept *kept = &s->e->messages[entry->message];
	enum learned learned = s->offer(s->context, span_of(kept->octets, kept->len));

	entry->search = s->e->searches;
	if (s->is_noted) {
		entry->rank = ranks[learned];
		kept->is_of_use = kept->is_of_use || learned == LEARNED;
	}
	return learned == LEARNED;
}

static bool may_offer(struct search *s, const struct entry *entry)
{
	if (entry->search == s->e->searches) /* it was, in another rank */
		return false;
	if (entry->rank == RANK_NEW)
		return true;
	if (s->offers_left[entry->rank] == 0)
		return false;
	s->offers_left[entry->rank]--;
	return true;
}

static bool offer_rank(struct search *s, uint64_t hash, enum rank rank)
{
	for (uint32_t i = *bucket_of(s->e, hash); i != NONE; i = s->e->entries[i].older) {
		struct entry *entry = &s->e->entries[i];
		if (entry->hash == hash && entry->rank == rank && may_offer(s, entry) &&
		        offer_one(s, entry))
			return true;
	}
	return false;
}

static bool offer_all(struct search *s, enum topic topic, const struct name *name)
{
	uint64_t hash = hash_of(s->e, topic, name);

	for (enum rank rank = 0; rank < RANKS; rank++) {
		if (offer_rank(s, hash, rank))
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
	struct search s = begin_search(e, offer, context, false);
	return offer_by_name(&s, want);
}

bool evidence_search(
        struct evidence *e, const struct want *want, evidence_offer *offer, void *context)
{
	struct search s = begin_search(e, offer, context, true);
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
