/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trust/store.h"

#include "base/least.h"
#include "dnssec/limits.h"

int store_init(struct store *s, const struct anchors *anchors, uint32_t capacity)
{
	s->anchors = anchors;
	s->ntas = NULL;
	s->source = 0;
	s->holds_until_s = INT64_MAX;
	s->forgotten_count = 0;
	int error = hash_key_draw(&s->key);
	return error ? error : table_init(&s->facts, sizeof(struct fact), capacity);
}

static void store_forget(struct store *s, struct fact *fact)
{
	keyset_free(fact->keys);
	key_renewal_free(fact);
	table_remove(&s->facts, fact);
}

/* To look for the facts of a name in a store of a million takes half a second, and packets wait
 * meanwhile. */
void store_forget_within(struct store *s, const struct name *top)
{
	s->forgotten[s->forgotten_count++ % STORE_FORGOTTEN] = *top;
}

void store_flush(struct store *s)
{
	store_forget_within(s, &name_root);
}

bool store_has_forgotten(const struct store *s, const struct fact *fact)
{
	if (s->forgotten_count - fact->after_forgotten > STORE_FORGOTTEN)
		return true;
	for (uint64_t n = fact->after_forgotten; n < s->forgotten_count; n++) {
		if (name_within(&fact->name, &s->forgotten[n % STORE_FORGOTTEN]))
			return true;
	}
	return false;
}

uint32_t store_count(const struct store *s)
{
	return s->facts.used;
}

void store_set_anchors(struct store *s, const struct anchors *anchors)
{
	s->anchors = anchors;
	store_flush(s);
}

void store_fini(struct store *s)
{
	struct fact *fact;

	while (s->facts.slots && (fact = table_oldest(&s->facts)))
		store_forget(s, fact);
	table_fini(&s->facts);
}

static bool same_name(const void *entry, const void *key)
{
	return name_equal(&((const struct fact *)entry)->name, key);
}

static uint64_t store_hash_of(const struct store *s, const struct name *name)
{
	return keyed_hash(&s->key, name_span(name));
}

static void drop_keys(struct fact *fact)
{
	keyset_free(fact->keys);
	fact->keys = NULL;
	fact->keys_expire_s = 0;
}

static struct outcome failure_outcome(const struct failure *f)
{
	return outcome_of((enum status)f->status, (enum reason)f->reason);
}

static const struct failure *find_failure(
        const struct fact *fact, uint64_t source, uint16_t type, int64_t now_s)
{
	for (unsigned i = 0; i < STORE_FAILURES; i++) {
		const struct failure *f = &fact->failures[i];
		if (f->type == type && f->source == source && f->expires_s > now_s)
			return f;
	}
	return NULL;
}

/* Replaces the same source's earlier failure of this type, or the failure that expires first. */
static void add_failure(struct fact *fact, const struct failure *failure)
{
	struct failure *place = &fact->failures[0];

	for (unsigned i = 0; i < STORE_FAILURES; i++) {
		struct failure *f = &fact->failures[i];
		if (f->type == failure->type && f->source == failure->source) {
			place = f;
			break;
		}
		if (f->expires_s < place->expires_s)
			place = f;
	}
	*place = *failure;
}

static void forget_failures(struct fact *fact, uint16_t type)
{
	for (unsigned i = 0; i < STORE_FAILURES; i++) {
		if (fact->failures[i].type == type)
			fact->failures[i].expires_s = 0;
	}
}

/* Makes the fact show what holds now for this source: what is proved, otherwise the source's
 * failures. */
static void show_fact(struct fact *fact, uint64_t source, int64_t now_s)
{
	const struct failure *no_cut = find_failure(fact, source, TYPE_DS, now_s);
	const struct failure *no_keys = find_failure(fact, source, TYPE_DNSKEY, now_s);

	if (fact->cut == CUT_BROKEN || fact->cut_expires_s <= now_s)
		fact->cut = CUT_UNKNOWN;
	if (!fact->keys || fact->keys_expire_s <= now_s)
		drop_keys(fact);
	if (fact->cut == CUT_UNKNOWN && no_cut) {
		fact->cut = CUT_BROKEN;
		fact->outcome = failure_outcome(no_cut);
		fact->cut_expires_s = no_cut->expires_s;
	}
	if (!fact->keys && no_keys) {
		fact->keys_outcome = failure_outcome(no_keys);
		fact->keys_expire_s = no_keys->expires_s;
	}
}

void store_set_server(struct store *s, struct span address)
{
	s->server_len = (uint8_t)(address.len <= sizeof(s->server) ? address.len : 0);
	if (s->server_len > 0)
		memcpy(s->server, address.base, s->server_len);
}

void store_rely(struct store *s, int64_t until_s)
{
	if (until_s < s->holds_until_s)
		s->holds_until_s = until_s;
}

static void rely_on(struct store *s, const struct fact *fact)
{
	if (fact->cut != CUT_UNKNOWN)
		store_rely(s, fact->cut_expires_s);
	if (fact->keys_expire_s != 0)
		store_rely(s, fact->keys_expire_s);
}

/* Every search comes here, so that no fact is used which was forgotten. */
static struct fact *find_fact(struct store *s, uint64_t hash, const struct name *name)
{
	struct fact *fact = table_find(&s->facts, hash, same_name, name);

	if (fact && store_has_forgotten(s, fact)) {
		store_forget(s, fact);
		return NULL;
	}
	if (fact)
		fact->after_forgotten = s->forgotten_count;
	return fact;
}

struct fact *store_fact(struct store *s, const struct name *name)
{
	return find_fact(s, store_hash_of(s, name), name);
}

struct fact *store_newest(const struct store *s)
{
	return table_newest(&s->facts);
}

struct fact *store_older(const struct store *s, struct fact *fact)
{
	return table_older(&s->facts, fact);
}

const struct fact *store_find(struct store *s, const struct name *name, int64_t now_s)
{
	return store_find_known(s, name, now_s);
}

struct fact *store_find_known(struct store *s, const struct name *name, int64_t now_s)
{
	struct fact *fact = store_fact(s, name);

	if (!fact)
		return NULL;
	show_fact(fact, s->source, now_s);
	table_touch(&s->facts, fact);
	rely_on(s, fact);
	return fact;
}

/* Returns the fact to write to, with what it shows now. A full table replaces its least recently
 * used fact. */
static struct fact *find_or_add(struct store *s, const struct name *name, int64_t now_s)
{
	uint64_t hash = store_hash_of(s, name);
	struct fact *fact = find_fact(s, hash, name);

	if (!fact) {
		fact = table_add(&s->facts, hash);
		if (!fact) {
			store_forget(s, table_oldest(&s->facts));
			fact = table_add(&s->facts, hash);
		}
		fact->name = *name;
		fact->after_forgotten = s->forgotten_count;
	}
	show_fact(fact, s->source, now_s);
	return fact;
}

/* Ends a doubt: the query for the DS was answered, or failed. */
static void settle_doubt(struct fact *fact, int64_t now_s)
{
	if (fact->is_doubted)
		fact->settled_s = now_s;
	fact->is_doubted = false;
}

/* Returns how long a failure is remembered: longer if the same failed a short time ago. */
static uint32_t failure_span(
        const struct fact *fact, uint64_t source, uint16_t type, int64_t now_s, uint32_t ttl_s)
{
	uint32_t span_s = LIMIT_FAILED_TTL_S;

	for (unsigned i = 0; i < STORE_FAILURES; i++) {
		const struct failure *f = &fact->failures[i];
		if (f->type == type && f->source == source && f->expires_s != 0 &&
		        now_s - f->expires_s < (int64_t)f->span_s)
			span_s = 2 * f->span_s;
	}
	return (uint32_t)least(span_s, ttl_s);
}

static void put_failure(struct store *s, struct fact *fact, uint16_t type, struct outcome outcome,
        int64_t now_s, uint32_t ttl_s)
{
	uint32_t span_s = failure_span(fact, s->source, type, now_s, ttl_s);

	add_failure(fact, &(struct failure){ .source = s->source,
	                          .expires_s = now_s + span_s,
	                          .span_s = span_s,
	                          .type = type,
	                          .status = (uint8_t)outcome.status,
	                          .reason = (uint8_t)outcome.reason });
	show_fact(fact, s->source, now_s);
}

static bool has_newer_ds(const struct fact *fact, uint32_t inception)
{
	return fact->cut == CUT_SECURE && inception_is_before(inception, fact->ds.inception);
}

bool store_has_newer_ds(struct store *s, const struct name *name, uint32_t inception, int64_t now_s)
{
	const struct fact *fact = store_find(s, name, now_s);

	return fact && has_newer_ds(fact, inception);
}

void store_put_cut(struct store *s, const struct name *name, const struct cut_state *state,
        int64_t now_s, uint32_t ttl_s)
{
	struct fact *fact = find_or_add(s, name, now_s);

	settle_doubt(fact, now_s);
	if (key_renewal_take_cut(fact, s->source, state, now_s, ttl_s))
		return;
	if (state->cut == CUT_BROKEN) {
		put_failure(s, fact, TYPE_DS, state->outcome, now_s, ttl_s);
		return;
	}
	uint32_t newest = fact->ds.inception;
	bool was_newer = state->ds && has_newer_ds(fact, state->ds->inception);
	bool is_same = state->ds && ds_set_equal(&fact->ds, state->ds);
	/* An attacker sends again what the parent has replaced: the keys, which are shared,
	 * stay. */
	if (was_newer && !is_same && fact->keys)
		return;
	fact->is_hint = false;
	if (!is_same) {
		drop_keys(fact);
		forget_failures(fact, TYPE_DNSKEY); /* they failed against another DS set */
	}
	fact->cut = state->cut;
	fact->outcome = state->outcome;
	fact->cut_expires_s = now_s + ttl_s;
	if (state->ds)
		fact->ds = *state->ds;
	if (was_newer)
		fact->ds.inception = newest;
	rely_on(s, fact);
}

static bool is_cut_known(const struct fact *fact)
{
	return fact->cut != CUT_UNKNOWN && fact->cut != CUT_BROKEN;
}

void store_put_hint(
        struct store *s, const struct name *name, enum cut cut, int64_t now_s, uint32_t ttl_s)
{
	struct fact *fact = find_or_add(s, name, now_s);

	settle_doubt(fact, now_s);
	key_renewal_take_cut(fact, s->source, &(struct cut_state){ .cut = CUT_BROKEN }, now_s, 0);
	if (!is_cut_known(fact) || fact->is_hint) {
		fact->cut = cut;
		fact->outcome = outcome_of(STATUS_SECURE, REASON_NONE);
		fact->cut_expires_s = now_s + ttl_s;
		fact->is_hint = true;
	}
	rely_on(s, fact);
}

bool store_doubt(struct store *s, const struct name *name, int64_t now_s)
{
	struct fact *fact = store_fact(s, name);

	if (!fact || (fact->cut != CUT_NONE && fact->cut != CUT_NO_NAME && fact->cut != CUT_SECURE))
		return false;
	if (now_s < fact->settled_s || now_s - fact->settled_s >= LIMIT_DOUBT_S)
		fact->is_doubted = true;
	return fact->is_doubted;
}

void store_put_keys(struct store *s, const struct name *name, struct keyset *keys,
        struct outcome outcome, int64_t now_s, uint32_t ttl_s)
{
	struct fact *fact = find_or_add(s, name, now_s);

	bool is_old = keys && fact->keys && keyset_is_older(keys, fact->keys);
	if (is_old) {
		keyset_free(keys);
		keys = NULL;
	}
	if (key_renewal_end(fact, s->source, keys != NULL) || is_old)
		return;
	if (!keys) {
		put_failure(s, fact, TYPE_DNSKEY, outcome, now_s, ttl_s);
		return;
	}
	drop_keys(fact);
	fact->keys = keys;
	fact->keys_outcome = outcome;
	fact->keys_expire_s = now_s + ttl_s;
	fact->keys_since_s = now_s;
	rely_on(s, fact);
}
