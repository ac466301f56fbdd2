/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/monitor_memory.h"

#include "base/least.h"
#include "base/sockaddr.h"
#include "base/writer.h"
#include "wire/rdata.h"

struct remembered_copy {
	uint64_t until_ms;
	uint8_t id_rest[WIDE_HASH_REST];
	uint8_t fate, status, reason;
};

int monitor_memory_init(struct monitor_memory *memory)
{
	int result = hash_key_draw(&memory->key);

	return result < 0 ? result
	                  : table_init(&memory->table, sizeof(struct remembered_copy),
	                            MONITOR_MEMORY_MAX);
}

void monitor_memory_fini(struct monitor_memory *memory)
{
	table_fini(&memory->table);
}

/* ---- Identity ---- */

/* The sum of hashes does not depend on their order. It is secret, so no other set of records with
 * this sum can be searched for. */
struct hash_sum {
	uint64_t halves[2];
};

static void hash_sum_add(struct hash_sum *sum, const struct wide_hash *hash)
{
	uint64_t halves[2];

	memcpy(halves, hash->octets, sizeof(halves));
	sum->halves[0] += halves[0];
	sum->halves[1] += halves[1];
}

static void put_name(const struct message *m, size_t at, struct writer *out)
{
	struct cursor c = cursor_at(m->octets, at);
	struct name name;

	name_read(&c, &name);
	writer_put(out, span_of(name.octets, name.len));
}

/* More than any record takes: of what is no name only a hash is written, however long it is, and no
 * type has more than two names, or three strings and a name (NAPTR). */
#define RECORD_OCTETS_MAX 2048

static void put_hash(const struct hash_key *key, struct span octets, struct writer *out)
{
	struct wide_hash hash = keyed_hash_wide(key, octets);

	writer_put(out, span_of(hash.octets, sizeof(hash.octets)));
}

/* Writes a record in its section, without its TTL and with its names in full and in lower case. */
static void put_record(const struct hash_key *key, const struct message *m, const struct rr *rr,
        struct writer *out)
{
	struct rdata_walk walk = rdata_walk_begin(m, rr);
	struct rdata_part part;

	writer_u16(out, (uint16_t)rr->section);
	put_name(m, rr->owner_at, out);
	writer_u16(out, rr->type);
	writer_u16(out, rr->class);
	if (!rdata_has_names(rr->type)) {
		put_hash(key, message_rdata(m, rr), out);
		return;
	}
	while (rdata_walk_next(&walk, &part)) {
		if (part.is_name)
			put_name(m, part.at, out);
		else
			put_hash(key, part.octets, out);
	}
	if (!rdata_walk_done(&walk)) /* malformed */
		put_hash(key, message_rdata(m, rr), out);
}

struct wide_hash monitor_memory_identify(const struct monitor_memory *memory,
        const struct message *response, const struct sockaddr_storage *server)
{
	uint8_t octets[RECORD_OCTETS_MAX];
	struct hash_sum sum = { { 0 } };

	for (unsigned i = 0; i < response->rr_count; i++) {
		struct writer out = writer_over(octets, sizeof(octets));
		put_record(&memory->key, response, &response->rrs[i], &out);
		struct wide_hash hash = keyed_hash_wide(&memory->key, writer_span(&out));
		hash_sum_add(&sum, &hash);
	}
	struct writer out = writer_over(octets, sizeof(octets));
	writer_put(&out, span_of(&sum, sizeof(sum)));
	writer_put(&out, span_of(response->qname.octets, response->qname.len));
	writer_u16(&out, response->qtype);
	writer_u16(&out, response->qclass);
	writer_u16(&out, (uint16_t)message_rcode(response));
	writer_put(&out, sockaddr_octets(server));
	return keyed_hash_wide(&memory->key, writer_span(&out));
}

/* ---- The table ---- */

static bool copy_has_id(const void *entry, const void *id)
{
	return wide_hash_has_rest(id, ((const struct remembered_copy *)entry)->id_rest);
}

static struct remembered_copy *find_copy(
        const struct monitor_memory *memory, const struct wide_hash *id)
{
	return table_find(&memory->table, wide_hash_begin(id), copy_has_id, id);
}

bool monitor_memory_find(struct monitor_memory *memory, const struct wide_hash *id, uint64_t now_ms,
        enum copy_fate *fate, struct outcome *outcome)
{
	struct remembered_copy *copy = find_copy(memory, id);

	if (!copy || copy->until_ms <= now_ms)
		return false;
	table_touch(&memory->table, copy);
	*fate = copy->fate;
	*outcome = outcome_of(copy->status, copy->reason);
	return true;
}

static uint64_t lifetime_ms(enum copy_fate fate, uint32_t ttl_s)
{
	if (fate != COPY_PASSES)
		return MONITOR_OTHER_S * 1000;
	if (ttl_s < MONITOR_PASSES_MIN_S)
		return MONITOR_PASSES_MIN_S * 1000;
	return 1000 * least(ttl_s, MONITOR_PASSES_MAX_S);
}

void monitor_memory_put(struct monitor_memory *memory, const struct wide_hash *id, uint64_t now_ms,
        uint32_t ttl_s, enum copy_fate fate, struct outcome outcome)
{
	struct remembered_copy *copy = find_copy(memory, id);

	if (!copy)
		copy = table_add_or_replace(&memory->table, wide_hash_begin(id));
	memcpy(copy->id_rest, wide_hash_rest(id), WIDE_HASH_REST);
	copy->until_ms = now_ms + lifetime_ms(fate, ttl_s);
	copy->fate = fate;
	copy->status = outcome.status;
	copy->reason = (uint8_t)outcome.reason;
}
