/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the flows that another process left. Its memory may hold anything, and change while it is
 * read: each flow is copied first, and the copy is checked. */
#include "flow/flow_kept.h"

#include <stdlib.h>

#include "base/spill.h"
#include "flow/flow_private.h"

/* Flows with one hash, at most. A search for a flow compares all of them. */
#define SAME_HASH_MAX (4 * FLOW_QUESTIONS)

_Static_assert(sizeof(struct flow_kept) % TABLE_ALIGN == 0, "the table follows it");

struct flow_kept flow_kept_head(uint32_t capacity, enum flow_trade trade)
{
	return (struct flow_kept){ .layout = FLOW_LAYOUT,
		.flow_size = sizeof(struct flow),
		.octets = FLOW_OCTETS,
		.question_max = QUESTION_MAX,
		.signing_size = sizeof(struct packed_signing),
		.trade = trade,
		.capacity = capacity };
}

size_t flow_kept_size(uint32_t capacity)
{
	return sizeof(struct flow_kept) + table_memory(sizeof(struct flow), capacity);
}

/* The memory of the other process. */
struct kept_source {
	struct flow_kept head; /* a copy */
	const uint8_t *slots;
	uint64_t alive_ms, latest_ms; /* a flow expires between these */
	uint64_t outage_ms;           /* and has this much more time */
};

/* A flow that may be taken. */
struct candidate {
	uint64_t expires_ms;
	uint32_t slot;
};

/* True if this program would have written the memory in the same way. */
static bool source_open(
        struct kept_source *s, const struct flow_table *t, const void *memory, size_t size)
{
	const size_t slot = table_memory(sizeof(struct flow), 1);

	if (size < sizeof(s->head))
		return false;
	memcpy(&s->head, memory, sizeof(s->head));
	struct flow_kept wanted = flow_kept_head(s->head.capacity, t->kept->trade);
	s->slots = (const uint8_t *)memory + sizeof(s->head);
	return memcmp(&s->head, &wanted, offsetof(struct flow_kept, gone_count)) == 0 &&
	       s->head.capacity <= (size - sizeof(s->head)) / slot &&
	       s->head.gone_count <= FLOW_GONE_MAX;
}

static bool source_read(const struct kept_source *s, uint32_t slot, struct flow *flow)
{
	return table_read_kept(s->slots, sizeof(*flow), slot, flow).kind == TABLE_KEPT_ENTRY;
}

/* Returns when the flow in `slot` expires. A flow that was answered says 0: the verdict on its
 * response may not have been sent, so it still counts. 0 if there is no such flow. */
static uint64_t source_expiry(const struct kept_source *s, uint32_t slot, const struct flow *flow)
{
	uint64_t expires_ms = flow->expires_ms;

	for (uint32_t i = 0; expires_ms == 0 && i < s->head.gone_count; i++) {
		if (s->head.gone[i].slot == slot)
			expires_ms = s->head.gone[i].expires_ms;
	}
	return expires_ms > s->alive_ms && expires_ms <= s->latest_ms ? expires_ms : 0;
}

/* A bool with another value than 0 and 1 may not even be looked at. */
static bool is_bool(const void *octet)
{
	uint8_t value;

	memcpy(&value, octet, 1);
	return value <= 1;
}

static bool has_good_owner(const struct flow *flow)
{
	const struct flow_owner *owner = &flow->owner;

	return is_bool(&owner->is_counted) &&
	       (!owner->is_counted ||
	               (owner->client.address < SHARE_TALLIES &&
	                       owner->client.network < SHARE_TALLIES && owner->side < FLOW_SIDES));
}

static bool has_plausible_values(const struct kept_source *s, const struct flow *flow)
{
	bool is_exempt = flow->kind != QUERY_JUDGED;

	return has_good_owner(flow) && flow->question_len <= QUESTION_MAX &&
	       flow->iterator <= ITERATOR_SERVER &&
	       (s->head.trade == FLOW_SIGNS
	                       ? flow->is_signing
	                       : !flow->is_signing && (is_exempt || !flow->passes_unjudged));
}

/* Copies `len` octets, the question and the rest, from the flow and its spare entries. */
static bool read_kept_octets(
        const struct kept_source *s, const struct flow *flow, uint8_t *octets, size_t len)
{
	uint8_t spare[sizeof(*flow)];
	uint32_t at = flow->more;
	size_t done = len < FLOW_OCTETS ? len : FLOW_OCTETS;

	memcpy(octets, flow->octets, done);
	while (done < len) {
		size_t n = len - done < sizeof(spare) ? len - done : sizeof(spare);
		if (at >= s->head.capacity)
			return false;
		struct table_kept_slot slot = table_read_kept(s->slots, sizeof(spare), at, spare);
		if (slot.kind != TABLE_KEPT_SPARE)
			return false;
		memcpy(octets + done, spare, n);
		done += n;
		at = slot.next;
	}
	return at == TABLE_NONE;
}

/* Reads the name of a question. A query for a DNS cookie has no question. */
static bool read_question(struct span question, struct name *name)
{
	struct cursor c = cursor_over(question);

	*name = (struct name){ 0 };
	if (question.len == 0)
		return true;
	name_read_plain(&c, name);
	cursor_u16(&c);
	cursor_u16(&c);
	return !c.bad && c.at == c.end;
}

/* Checks the rest of a flow of the signer, which stands behind the question. */
static bool is_plausible_signing(struct span rest, const struct name *name)
{
	struct packed_signing packed;

	if (!is_bool(rest.base + offsetof(struct packed_signing, compact_ok)) ||
	        !is_bool(rest.base + offsetof(struct packed_signing, sent_edns)) ||
	        !is_bool(rest.base + offsetof(struct packed_signing, subnet.is_given)))
		return false;
	memcpy(&packed, rest.base, sizeof(packed));
	return packed.way < SIGN_WAYS && client_subnet_is_valid(&packed.subnet) &&
	       packed.sent_labels <= name->labels &&
	       (packed.server_len == 4 || packed.server_len == 16);
}

static bool are_plausible(const struct flow *flow, struct span octets)
{
	struct span question = span_of(octets.base, flow->question_len);
	struct span rest = span_of(octets.base + question.len, octets.len - question.len);
	struct name name;

	return read_question(question, &name) &&
	       (!flow->is_signing || (question.len > 0 && is_plausible_signing(rest, &name)));
}

static bool is_same(const void *entry, const void *rest)
{
	return memcmp(((const struct flow *)entry)->key_rest, rest, WIDE_HASH_REST) == 0;
}

static bool is_crowded(const struct flow_table *t, uint32_t hash, const struct flow *flow)
{
	void *same = table_find(&t->table, hash, is_same, flow->key_rest);
	unsigned count = 0;

	for (; same && count < SAME_HASH_MAX; count++)
		same = table_find_next(&t->table, same, is_same, flow->key_rest);
	return count == SAME_HASH_MAX;
}

/* Adds the flow, of which no response waits now: they come again. */
static void add_again(
        struct flow_table *t, uint32_t hash, const struct flow *kept, struct span octets)
{
	unsigned spares = spill_spares(&t->table, FLOW_OCTETS, octets.len);
	struct flow *flow = spill_add(&t->table, hash, offsetof(struct flow, more), spares);
	uint32_t more = flow->more;

	*flow = *kept;
	flow->more = more;
	flow->held_packet = 0;
	flow->parked = 0;
	flow->is_asked_barely = flow->is_asked_once_more = false;
	spill_put(&t->table, flow->more, flow->octets, FLOW_OCTETS, octets);
	flow_share_take(&t->share, &flow->owner, 1 + spares);
}

/* Returns false if the flow is not taken. */
static bool take_flow(
        struct flow_table *t, const struct kept_source *s, const struct candidate *candidate)
{
	struct flow flow;
	uint8_t kept[KEPT_MAX];
	struct table_kept_slot slot =
	        table_read_kept(s->slots, sizeof(flow), candidate->slot, &flow);

	if (slot.kind != TABLE_KEPT_ENTRY || !has_plausible_values(s, &flow))
		return false;
	struct span octets = span_of(
	        kept, flow.question_len + (flow.is_signing ? sizeof(struct packed_signing) : 0));
	if (!read_kept_octets(s, &flow, kept, octets.len))
		return false;
	unsigned spares = spill_spares(&t->table, FLOW_OCTETS, octets.len);
	if (!are_plausible(&flow, octets) || is_crowded(t, slot.hash, &flow) ||
	        t->table.capacity - t->table.used <= spares)
		return false;
	flow.expires_ms = candidate->expires_ms + s->outage_ms;
	if (flow.expires_ms > s->latest_ms)
		flow.expires_ms = s->latest_ms;
	add_again(t, slot.hash, &flow, octets);
	return true;
}

static void set_times(struct kept_source *s, uint64_t now_ms, uint32_t timeout_ms)
{
	s->alive_ms = s->head.alive_ms;
	if (s->alive_ms > now_ms || s->alive_ms == 0)
		s->alive_ms = now_ms;
	if (now_ms - s->alive_ms > FLOW_OUTAGE_MAX_MS)
		s->alive_ms = now_ms - FLOW_OUTAGE_MAX_MS;
	s->outage_ms = now_ms - s->alive_ms;
	s->latest_ms = now_ms + timeout_ms;
}

static int by_expiry(const void *a, const void *b)
{
	const struct candidate *one = a, *other = b;

	return (one->expires_ms > other->expires_ms) - (one->expires_ms < other->expires_ms);
}

static uint32_t find_candidates(const struct kept_source *s, struct candidate *candidates)
{
	uint32_t count = 0;
	struct flow flow;

	for (uint32_t i = 0; i < s->head.capacity; i++) {
		uint64_t expires_ms = source_read(s, i, &flow) ? source_expiry(s, i, &flow) : 0;
		if (expires_ms > 0)
			candidates[count++] = (struct candidate){ expires_ms, i };
	}
	return count;
}

/* The flows are added in the order of their expiry, in which the table has them. */
unsigned flow_table_inherit(struct flow_table *t, const void *memory, size_t size, uint64_t now_ms)
{
	struct kept_source *s = malloc(sizeof(*s));
	struct candidate *candidates = NULL;
	unsigned taken = 0;

	if (s && source_open(s, t, memory, size)) {
		set_times(s, now_ms, t->timeout_ms);
		t->hash_key = t->kept->hash_key = s->head.hash_key;
		t->share.clients.key = t->kept->share_key = s->head.share_key;
		candidates = calloc(s->head.capacity, sizeof(*candidates));
	}
	uint32_t count = candidates ? find_candidates(s, candidates) : 0;
	if (count > 0)
		qsort(candidates, count, sizeof(*candidates), by_expiry);
	for (uint32_t i = 0; i < count; i++)
		taken += take_flow(t, s, &candidates[i]);
	free(candidates);
	free(s);
	return taken;
}
