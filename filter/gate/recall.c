/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/recall.h"

#include "wire/rdata.h"

/* A response that was judged. */
struct judged {
	struct wide_hash id;
	int64_t from_s, until_s; /* when it was judged; when it holds no more */
	struct outcome outcome;
	bool is_partial;
	struct plan plan;
};

int recall_init(struct recall *r, uint32_t capacity)
{
	*r = (struct recall){ 0 };
	if (capacity == 0)
		return 0;
	int error = hash_key_draw(&r->key);
	return error ? error : table_init(&r->messages, sizeof(struct judged), capacity);
}

void recall_fini(struct recall *r)
{
	table_fini(&r->messages);
}

/* What of a question makes a difference to the answer, but for its own octets and its size. */
static uint16_t way_of_asking(const struct asked *asked)
{
	return (uint16_t)((asked->flags & (FLAG_RD | FLAG_AD)) | (asked->has_edns ? 1 : 0) |
	                  (asked->dnssec_ok ? 2 : 0));
}

static bool may_be_alike(const struct message *m)
{
	return m->question_count == 1 && m->rr_count <= RECALL_RECORDS;
}

/* Makes all responses that are alike the same octets. The way of asking takes the id's place. */
static void mask(uint8_t *octets, const struct message *m, const struct asked *asked)
{
	put_u16(octets, way_of_asking(asked));
	memcpy(octets + DNS_HEADER_SIZE, m->qname.octets, m->qname.len);
	for (unsigned i = 0; i < m->rr_count; i++)
		put_u32(octets + rr_ttl_at(&m->rrs[i]), 0);
}

static void unmask(uint8_t *octets, const struct message *m, const uint8_t *qname)
{
	put_u16(octets, m->id);
	memcpy(octets + DNS_HEADER_SIZE, qname, m->qname.len);
	for (unsigned i = 0; i < m->rr_count; i++)
		put_u32(octets + rr_ttl_at(&m->rrs[i]), m->rrs[i].ttl_s);
}

static bool is_id(const void *entry, const void *key)
{
	return memcmp(&((const struct judged *)entry)->id, key, sizeof(struct wide_hash)) == 0;
}

/* The table is one of a keyed hash, and half of ours is as good as another. */
static uint64_t half(const struct wide_hash *id)
{
	uint64_t hash;
	memcpy(&hash, id->octets, sizeof(hash));
	return hash;
}

static struct judged *find(struct recall *r, const struct wide_hash *id)
{
	return table_find(&r->messages, half(id), is_id, id);
}

/* The hash of the masked octets, which are as they were when this returns. */
static struct wide_hash identify(
        struct recall *r, uint8_t *octets, const struct message *m, const struct asked *asked)
{
	uint8_t qname[NAME_MAX_OCTETS];

	memcpy(qname, octets + DNS_HEADER_SIZE, m->qname.len);
	mask(octets, m, asked);
	struct wide_hash id = keyed_hash_wide(&r->key, span_of(octets, m->octets.len));
	unmask(octets, m, qname);
	return id;
}

static bool has_odd_ttl(const struct message *m)
{
	for (unsigned i = 0; i < m->rr_count; i++) {
		if (m->rrs[i].odd_ttl)
			return true;
	}
	return false;
}

bool gate_recall(struct gate *g, const struct asked *asked, const struct message *m,
        uint8_t *octets, int64_t now_s, struct gate_result *result)
{
	struct recall *r = &g->recall;

	if (r->messages.used == 0 || !may_be_alike(m) || has_odd_ttl(m))
		return false;
	struct wide_hash id = identify(r, octets, m, asked);
	struct judged *judged = find(r, &id);
	if (!judged || now_s < judged->from_s || now_s >= judged->until_s ||
	        judged->plan.length > asked->udp_size || !plan_fits(&judged->plan, m))
		return false;
	table_touch(&r->messages, judged);
	*result = (struct gate_result){
		.verdict = GATE_ACCEPT, .outcome = judged->outcome, .is_partial = judged->is_partial
	};
	if (plan_apply(&judged->plan, m, octets)) {
		result->verdict = GATE_REWRITE;
		result->octets = span_of(octets, judged->plan.length);
	}
	return true;
}

void gate_forget(struct gate *g)
{
	struct judged *judged;

	while (g->recall.messages.used > 0 && (judged = table_oldest(&g->recall.messages)))
		table_remove(&g->recall.messages, judged);
}

/* Until when the RRset's part in the answer stays the same: its signature may be believed, and what
 * is left of its time does not cut its TTL. */
static int64_t holds_until(const struct ruling *r, int64_t now_s)
{
	if (!r->is_judged || r->outcome.status != STATUS_SECURE)
		return INT64_MAX;
	return now_s + (int64_t)r->proved.left_s - (int64_t)r->proved.original_ttl_s;
}

/* Returns until when all of it stays the same; 0 where that depends on what is not known yet, or on
 * failures, which are soon forgotten. */
static int64_t all_holds_until(const struct judging *j, int64_t until_s)
{
	if (j->outcome.status > STATUS_INSECURE || j->is_provisional)
		return 0;
	for (unsigned i = 0; i < j->sets.count; i++) {
		const struct ruling *r = &j->rulings[i];
		int64_t set_until_s = holds_until(r, j->now_s);
		if (r->is_judged && r->outcome.status > STATUS_INSECURE)
			return 0;
		if (set_until_s < until_s)
			until_s = set_until_s;
	}
	return until_s;
}

/* A signature says how far the TTLs of its set may reach, and the least of these holds for all. */
static struct plan_record record_of(const struct judging *j, unsigned index, uint32_t ttl_s)
{
	struct plan_record record = {
		.ttl_s = ttl_s, .most_s = INT32_MAX, .equal = (uint16_t)index
	};

	if (j->sets.set_of[index] == RR_NONE || j->gate->policy->mode == MODE_MONITOR)
		return record;
	const struct ruling *r = &j->rulings[j->sets.set_of[index]];
	const struct rrset *set = &j->sets.sets[j->sets.set_of[index]];
	if (r->is_judged && r->outcome.status == STATUS_SECURE) {
		record.most_s = r->proved.original_ttl_s;
		record.equal = set->count > 0 ? set->first : (uint16_t)index;
	}
	return record;
}

static bool mark_names(const struct message *m, const struct rr *rr, uint8_t *seen)
{
	struct cursor c = cursor_at(m->octets, rr->owner_at);
	struct rdata_walk walk = rdata_walk_begin(m, rr);
	struct rdata_part part;
	struct name name;

	name_read_marking(&c, &name, seen);
	while (!c.bad && rdata_walk_next(&walk, &part)) {
		if (!part.is_name)
			continue;
		c = cursor_at(m->octets, part.at);
		name_read_marking(&c, &name, seen);
	}
	return !c.bad;
}

static bool is_marked(const uint8_t *seen, size_t at, size_t len)
{
	return memchr(seen + at, 1, len) != NULL;
}

/* A pointer may lead anywhere, so a name may be made of octets that are masked: of a TTL, say. Then
 * what looks alike has other names. Letters of the question are masked too, but only their case. */
static bool has_masked_names(const struct message *m, struct arena *arena)
{
	uint8_t *seen = arena_take(arena, m->octets.len);

	if (!seen)
		return true;
	memset(seen, 0, m->octets.len);
	for (unsigned i = 0; i < m->rr_count; i++) {
		if (!mark_names(m, &m->rrs[i], seen))
			return true;
	}
	bool has = is_marked(seen, 0, sizeof(m->id));
	for (unsigned i = 0; i < m->rr_count; i++)
		has |= is_marked(seen, rr_ttl_at(&m->rrs[i]), sizeof(m->rrs[i].ttl_s));
	return has;
}

static struct judged *make_room(struct recall *r, const struct wide_hash *id)
{
	struct judged *judged = find(r, id);

	if (!judged && r->messages.used == r->messages.capacity)
		table_remove(&r->messages, table_oldest(&r->messages));
	return judged ? judged : table_add(&r->messages, half(id));
}

void recall_put(struct recall *r, struct judging *j, const struct asked *asked,
        const struct rewrite *how, struct span made, int64_t until_s)
{
	const struct message *m = j->m;
	struct arena *arena = &j->gate->arena;
	struct plan_record records[RECALL_RECORDS];
	struct plan plan;

	if (r->messages.capacity == 0 || !may_be_alike(m))
		return;
	until_s = all_holds_until(j, until_s);
	uint8_t *octets = arena_take(arena, m->octets.len);
	if (until_s <= j->now_s || !octets || has_masked_names(m, arena))
		return;
	for (unsigned i = 0; i < m->rr_count; i++)
		records[i] = record_of(j, i, how->ttls[i]);
	if (!plan_make(&plan, m, records, how->keep_opt, made, arena))
		return;
	memcpy(octets, m->octets.base, m->octets.len);
	struct wide_hash id = identify(r, octets, m, asked);
	struct judged *judged = make_room(r, &id);
	*judged = (struct judged){ .id = id,
		.from_s = j->now_s,
		.until_s = until_s,
		.outcome = j->outcome,
		.is_partial = j->is_partial,
		.plan = plan };
}
