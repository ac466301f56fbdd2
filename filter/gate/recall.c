/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gate/recall.h"

#include "base/spill.h"
#include "gate/expansion.h"
#include "gate/synthesis.h"
#include "wire/edns.h"
#include "wire/rdata.h"

/* A judged response. */
struct judged {
	int64_t from_s;      /* when it was judged */
	uint32_t lifetime_s; /* how long the outcome holds from then on */
	uint32_t more;       /* spare entries of the table, if `plan` is too short */
	uint8_t id_rest[WIDE_HASH_REST];
	uint8_t reason;     /* enum reason */
	uint8_t status : 7; /* enum status */
	bool is_partial : 1;
	uint16_t plan_len : 10;
	uint16_t exemption : 6; /* enum exemption */
	uint8_t plan[RECALL_PLAN_OCTETS];
};

_Static_assert(sizeof(struct judged) - RECALL_PLAN_OCTETS == 32, "32 octets and the plan");
_Static_assert(RECALL_RECORDS <= UINT8_MAX, "struct plan_ttl has a record's index in an octet");
_Static_assert(REASON_COUNT <= UINT8_MAX, "reason is stored in 8 bits");
_Static_assert(PLAN_OCTETS_MAX < 1 << 10 && EXEMPT_COUNT <= 1 << 6, "they share two octets");

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

/* Returns everything about how the client asked that affects the answer, apart from the question's
 * octets and the UDP size. */
static uint16_t way_of_asking(const struct client_query *asked)
{
	return (uint16_t)((asked->flags & (FLAG_RD | FLAG_AD)) | (asked->has_edns ? 1 : 0) |
	                  (asked->dnssec_ok ? 2 : 0) | (unsigned)asked->iterator << 2);
}

static bool may_be_alike(const struct message *m)
{
	return m->question_count == 1 && m->rr_count <= RECALL_RECORDS;
}

/* Masks what may differ, so that responses that are alike have the same octets. The two octets of
 * the id are overwritten with way_of_asking(). */
static void mask_response(
        uint8_t *octets, const struct message *m, const struct client_query *asked)
{
	put_u16(octets, way_of_asking(asked));
	memcpy(octets + DNS_HEADER_SIZE, m->qname.octets, m->qname.len);
	for (unsigned i = 0; i < m->rr_count; i++)
		put_u32(octets + rr_ttl_at(&m->rrs[i]), 0);
}

static void unmask_response(uint8_t *octets, const struct message *m, const uint8_t *qname)
{
	put_u16(octets, m->id);
	memcpy(octets + DNS_HEADER_SIZE, qname, m->qname.len);
	for (unsigned i = 0; i < m->rr_count; i++)
		put_u32(octets + rr_ttl_at(&m->rrs[i]), m->rrs[i].ttl_s);
}

static bool judged_has_id(const void *entry, const void *id)
{
	return wide_hash_has_rest(id, ((const struct judged *)entry)->id_rest);
}

static struct judged *recall_find(struct recall *r, const struct wide_hash *id)
{
	return table_find(&r->messages, wide_hash_begin(id), judged_has_id, id);
}

static void recall_forget(struct recall *r, struct judged *judged)
{
	spill_remove(&r->messages, judged, offsetof(struct judged, more));
}

/* Returns the hash of the masked octets. The octets are unchanged when this returns. */
static struct wide_hash recall_identify(struct recall *r, uint8_t *octets, const struct message *m,
        const struct client_query *asked)
{
	uint8_t qname[NAME_MAX_OCTETS];

	memcpy(qname, octets + DNS_HEADER_SIZE, m->qname.len);
	mask_response(octets, m, asked);
	struct wide_hash id = keyed_hash_wide(&r->key, span_of(octets, m->octets.len));
	unmask_response(octets, m, qname);
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

/* Returns the plan in one piece: in the entry, or copied to `room`. */
static const uint8_t *plan_of(const struct recall *r, const struct judged *judged, uint8_t *room)
{
	if (judged->plan_len <= RECALL_PLAN_OCTETS)
		return judged->plan;
	spill_get(&r->messages, judged->more, judged->plan, RECALL_PLAN_OCTETS, room,
	        judged->plan_len);
	return room;
}

static bool judged_holds(const struct judged *judged, int64_t now_s)
{
	return now_s >= judged->from_s && now_s - judged->from_s < judged->lifetime_s;
}

bool gate_recall(struct gate *g, const struct client_query *asked, const struct message *m,
        uint8_t *octets, int64_t now_s, struct gate_result *result)
{
	struct recall *r = &g->recall;
	uint8_t room[PLAN_OCTETS_MAX];

	if (r->messages.used == 0 || !may_be_alike(m) || has_odd_ttl(m))
		return false;
	struct wide_hash id = recall_identify(r, octets, m, asked);
	struct judged *judged = recall_find(r, &id);
	if (!judged || !judged_holds(judged, now_s))
		return false;
	const uint8_t *plan = plan_of(r, judged, room);
	if (plan_length(plan) > asked->udp_size || !plan_fits(plan, m))
		return false;
	table_touch(&r->messages, judged);
	/* not the names behind `culprit`: clearing them costs too much */
	memset(result, 0, offsetof(struct gate_result, culprit));
	result->verdict = plan_apply(plan, m, octets) ? GATE_REWRITE : GATE_ACCEPT;
	result->outcome = outcome_of(judged->status, judged->reason);
	result->exemption = judged->exemption;
	result->is_partial = judged->is_partial;
	result->filter_ede = edns_filter_code(m->edns.options);
	result->octets = span_of(octets, plan_length(plan));
	return true;
}

/* By another key nothing is found that was kept by the old one. To empty a table of millions takes
 * a second, and packets wait meanwhile. */
static void recall_forget_all(struct recall *r)
{
	if (r->messages.used == 0 || hash_key_draw(&r->key) == 0)
		return;
	while (r->messages.used > 0)
		recall_forget(r, table_oldest(&r->messages));
}

void gate_forget(struct gate *g)
{
	recall_forget_all(&g->recall);
	synthesis_forget(&g->synthesis);
	expansions_forget(&g->expansions);
}

/* Returns until when the RRset's part of the answer stays the same: its signature is valid, and the
 * signature outlives the original TTL, so it does not shorten the TTL. */
static int64_t holds_until(const struct ruling *r, int64_t now_s)
{
	if (!r->is_judged || !r->is_proved)
		return INT64_MAX;
	return now_s + (int64_t)r->proved.left_s - (int64_t)r->proved.original_ttl_s;
}

/* True if a signature that is not valid yet may later replace the one that was used, or prove what
 * is unproved now. If the RRset has one signature only and it is valid, there is no other. */
static bool may_be_signed_otherwise(const struct judging *j, unsigned index)
{
	const struct rrset *set = &j->sets.sets[index];
	const struct ruling *r = &j->rulings[index];

	if (!r->is_judged || (r->outcome.status == STATUS_SECURE && set->sig_count <= 1))
		return false;
	for (uint16_t i = set->first_sig; i != RR_NONE; i = j->sets.next[i]) {
		struct rrsig sig;
		if (rrsig_read(j->m, &j->m->rrs[i], &sig) &&
		        rrsig_check_time(&sig, j->now_s, j->budget.skew_s) == REASON_RRSIG_NOT_YET)
			return true;
	}
	return false;
}

/* Returns until when the whole answer stays the same. 0: do not remember it, because more facts may
 * change it, or because it rests on a failure. */
static int64_t all_holds_until(const struct judging *j, int64_t until_s)
{
	if (j->is_provisional)
		return 0;
	for (unsigned i = 0; i < j->sets.count; i++) {
		const struct ruling *r = &j->rulings[i];
		int64_t set_until_s = holds_until(r, j->now_s);
		if ((r->is_judged && r->outcome.status > STATUS_INSECURE) ||
		        may_be_signed_otherwise(j, i))
			return 0;
		if (set_until_s < until_s)
			until_s = set_until_s;
	}
	return until_s;
}

/* Returns the limit of a record's TTL. The signature limits the TTLs of its RRset, and the smallest
 * of these TTLs applies to all. A CNAME made from a DNAME is limited by the DNAME's TTL in this
 * response. */
static struct plan_record record_of(const struct judging *j, unsigned index, uint32_t ttl_s)
{
	struct plan_record record = {
		.ttl_s = ttl_s, .most_s = exempt_ttl(j->exemption, INT32_MAX), .by = (uint8_t)index
	};
	uint16_t set_index = j->sets.set_of[index];

	if (set_index == RR_NONE)
		return record;
	const struct rrset *set = &j->sets.sets[set_index];
	const struct ruling *r = &j->rulings[set_index];
	if (r->is_judged && ruling_limits_ttl(r)) {
		record.most_s = exempt_ttl(j->exemption, r->proved.original_ttl_s);
		record.is_equal = r->made_from == NULL;
		record.by = (uint8_t)(r->made_from ? r->made_from->first : set->first);
	}
	return record;
}

/* Marks the octets of the record's names. (Reading the owner cannot fail: it was read before.) */
static void mark_names(const struct message *m, const struct rr *rr, uint8_t *seen)
{
	struct cursor c = cursor_at(m->octets, rr->owner_at);
	struct rdata_walk walk = rdata_walk_begin(m, rr);
	struct rdata_part part;
	struct name name;

	name_read_marking(&c, &name, seen);
	while (rdata_walk_next(&walk, &part)) {
		if (!part.is_name)
			continue;
		c = cursor_at(m->octets, part.at);
		name_read_marking(&c, &name, seen);
	}
}

static bool is_marked(const uint8_t *seen, size_t at, size_t len)
{
	return memchr(seen + at, 1, len) != NULL;
}

/* True if a name has masked octets. A compression pointer may lead anywhere, for example into a
 * TTL; then a response that looks alike has other names. Letters of the question are masked too,
 * but only their case. */
static bool has_masked_names(const struct message *m, struct arena *arena)
{
	uint8_t *seen = arena_take(arena, m->octets.len);

	if (!seen)
		return true;
	memset(seen, 0, m->octets.len);
	for (unsigned i = 0; i < m->rr_count; i++)
		mark_names(m, &m->rrs[i], seen);
	bool has = is_marked(seen, 0, sizeof(m->id));
	for (unsigned i = 0; i < m->rr_count; i++)
		has |= is_marked(seen, rr_ttl_at(&m->rrs[i]), sizeof(m->rrs[i].ttl_s));
	return has;
}

/* Returns a new entry with the spare entries for a plan of this length; NULL if the table has too
 * few entries. */
static struct judged *recall_make_room(
        struct recall *r, const struct wide_hash *id, size_t plan_len)
{
	unsigned spares = spill_spares(&r->messages, RECALL_PLAN_OCTETS, plan_len);
	struct judged *judged = recall_find(r, id);

	if (judged)
		recall_forget(r, judged);
	return spill_add(&r->messages, wide_hash_begin(id), offsetof(struct judged, more), spares);
}

static void recall_keep(struct recall *r, const struct wide_hash *id, const struct judging *j,
        int64_t until_s, struct span plan)
{
	struct judged *judged = recall_make_room(r, id, plan.len);
	int64_t lifetime_s = until_s - j->now_s;

	if (!judged)
		return;
	memcpy(judged->id_rest, wide_hash_rest(id), WIDE_HASH_REST);
	judged->from_s = j->now_s;
	judged->lifetime_s = lifetime_s < UINT32_MAX ? (uint32_t)lifetime_s : UINT32_MAX;
	judged->status = j->outcome.status;
	judged->reason = (uint8_t)j->outcome.reason;
	judged->is_partial = j->is_partial;
	judged->plan_len = plan.len & 0x3ff;
	judged->exemption = j->exemption & 0x3f;
	spill_put(&r->messages, judged->more, judged->plan, RECALL_PLAN_OCTETS, plan);
}

/* True if the TTLs alone decide whether the message is sent unchanged or rewritten. */
static bool turns_on_ttls(const struct rewrite *how, const struct message *m)
{
	if (how->flags != m->flags ||
	        (m->edns.present && (!how->keep_opt || how->opt_dnssec_ok != m->edns.dnssec_ok)))
		return false;
	for (unsigned i = 0; i < m->rr_count; i++) {
		if (how->ttls[i] == TTL_LEFT_OUT)
			return false;
	}
	return true;
}

/* Finds the plan. The TTLs may decide whether a message is rewritten. Then the rewritten and the
 * unchanged message must be equal apart from the TTLs. So a message whose names are compressed in
 * another way than rewrite_message() does has no plan. `scratch` has room for the octets of the
 * message. */
static struct span find_plan(uint8_t *room, uint8_t *scratch, const struct judging *j,
        const struct rewrite *how, const struct plan_record *records, struct span made)
{
	const struct message *m = j->m;
	struct arena *arena = &j->gate->arena;
	bool alike = turns_on_ttls(how, m);

	if (alike && made.base == m->octets.base) {
		struct writer out = writer_over(scratch, m->octets.len);
		if (!rewrite_message(how, m, arena, &out))
			return span_of(NULL, 0);
		made = writer_span(&out);
	}
	struct span plan = plan_make(room, m, records, how->keep_opt, made, arena);
	return alike && plan.len > 0 && !plan_only_caps(plan.base) ? span_of(NULL, 0) : plan;
}

void recall_put(struct recall *r, struct judging *j, const struct client_query *asked,
        const struct rewrite *how, struct span made, int64_t until_s)
{
	const struct message *m = j->m;
	struct arena *arena = &j->gate->arena;
	struct plan_record records[RECALL_RECORDS];
	uint8_t room[PLAN_OCTETS_MAX];

	if (r->messages.capacity == 0 || !may_be_alike(m))
		return;
	until_s = all_holds_until(j, until_s);
	uint8_t *octets = arena_take(arena, m->octets.len);
	if (until_s <= j->now_s || !octets || has_masked_names(m, arena))
		return;
	for (unsigned i = 0; i < m->rr_count; i++)
		records[i] = record_of(j, i, how->ttls[i]);
	struct span plan = find_plan(room, octets, j, how, records, made);
	if (plan.len == 0)
		return;
	memcpy(octets, m->octets.base, m->octets.len);
	struct wide_hash id = recall_identify(r, octets, m, asked);
	recall_keep(r, &id, j, until_s, plan);
}
