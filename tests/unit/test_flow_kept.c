/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The flows that a process leaves to its successor, who believes nothing of them unchecked. */
#include "test.h"

#include "flow/flow_kept.h"
#include "flowtalk.h"

#define CAPACITY 16
#define LONG_NAME                                                                                  \
	"a-label-that-is-rather-long.and-another-one-of-these.and-a-third-one-that-needs-a-spare." \
	"entry-and-one-more-of-them.so-that-there-are-several-of-them.example.org"

enum { SHORT, LONG, IPV6, LAST, TALKS };

/* A process: its memory, and the table in it. */
struct process {
	uint8_t *memory;
	size_t size;
	struct flow_table table;
};

static struct talk talks[TALKS];
static enum flow_trade trade = FLOW_VALIDATES;

static void begin_with(struct process *p, uint32_t capacity)
{
	p->size = flow_kept_size(capacity);
	p->memory = calloc(1, p->size);
	assert_int_equal(
	        flow_table_init_kept(&p->table, capacity, TIMEOUT_MS, p->memory, trade), 0);
}

static void begin(struct process *p)
{
	begin_with(p, CAPACITY);
}

static void end(struct process *p)
{
	flow_table_fini(&p->table);
	free(p->memory);
}

static void begin_talks(void)
{
	begin_talk(&talks[SHORT], 4, 1000, 7, "example.org");
	begin_talk(&talks[LONG], 4, 1001, 8, LONG_NAME);
	begin_talk(&talks[IPV6], 6, 1002, 9, "www.example.org");
	begin_talk(&talks[LAST], 4, 1003, 10, "last.example.org");
}

/* What the signer keeps of a query, made from its id. */
static struct flow_signing signing_of(const struct talk *t)
{
	return (struct flow_signing){ .asked = { .client = t->asked,
		                              .way = (uint8_t)(t->asked.id % SIGN_WAYS),
		                              .sent_labels = 1,
		                              .sent_type = TYPE_NS,
		                              .compact_ok = t->asked.id % 2,
		                              .zone_number = 70000u + t->asked.id },
		.server_len = t->asked.id % 2 ? 4 : 16,
		.server = { (uint8_t)t->asked.id, 1 } };
}

static bool ask_in_trade(struct process *p, const struct talk *t, uint64_t now_ms)
{
	if (trade != FLOW_SIGNS)
		return ask(&p->table, t, now_ms);
	const struct flow_signing signing = signing_of(t);
	struct flow_key key =
	        flow_key_of_query(&p->table.hash_key, &t->query, t->asked.id, t->query_way);
	return flow_remember_signing(&p->table, &key, &signing, now_ms).evicted == 0;
}

static void ask_all(struct process *p)
{
	begin_talks();
	for (int i = 0; i < TALKS; i++)
		assert_true(ask_in_trade(p, &talks[i], START_MS + (unsigned)i));
	/* the first slot has the newest flow then */
	assert_true(ask_in_trade(p, &talks[SHORT], START_MS + TALKS));
}

/* The successor's own layout of the memory. */
static void a_successor_finds_each_flow(void **state)
{
	(void)state;
	struct process old, new;

	begin(&old);
	ask_all(&old);
	answered(&old.table, &talks[SHORT], START_MS + 9)->parked = 3;
	answered(&old.table, &talks[SHORT], START_MS + 9)->is_asked_barely = true;
	begin(&new);
	assert_int_equal(flow_table_inherit(&new.table, old.memory, old.size, START_MS + 9), TALKS);
	for (int i = 0; i < TALKS; i++)
		assert_non_null(answered(&new.table, &talks[i], START_MS + 9));
	struct flow *flow = answered(&new.table, &talks[SHORT], START_MS + 9);
	assert_int_equal(flow->parked, 0); /* the responses that waited come again */
	assert_false(flow->is_asked_barely);
	/* in the order of expiry */
	assert_int_equal(flow_expire(&new.table, START_MS + TIMEOUT_MS + IPV6), 2);
	assert_non_null(answered(&new.table, &talks[LAST], START_MS + TIMEOUT_MS + IPV6));
	assert_int_equal(flow_expire(&new.table, START_MS + TIMEOUT_MS + TALKS), 2);
	assert_int_equal(new.table.table.used, 0);
	end(&old);
	end(&new);
}

/* A third process takes over from the second. */
static void flows_are_handed_on_again(void **state)
{
	(void)state;
	struct process one, two, three;

	begin(&one);
	ask_all(&one);
	begin(&two);
	begin(&three);
	flow_table_inherit(&two.table, one.memory, one.size, START_MS + 9);
	assert_int_equal(
	        flow_table_inherit(&three.table, two.memory, two.size, START_MS + 9), TALKS);
	for (int i = 0; i < TALKS; i++)
		assert_non_null(answered(&three.table, &talks[i], START_MS + 9));
	end(&one);
	end(&two);
	end(&three);
}

/* The process hung, or no process ran. */
static void an_outage_does_not_count(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint64_t alive_ms, now_ms;
		unsigned taken;
		uint64_t first_expires_ms;
	} rows[] = {
		{ "no outage", START_MS + 9, START_MS + 9, TALKS, START_MS + LONG + TIMEOUT_MS },
		{ "ten seconds", START_MS + 9, START_MS + 10009, TALKS,
		        START_MS + LONG + TIMEOUT_MS + 10000 },
		{ "the longest", START_MS + 9, START_MS + 9 + FLOW_OUTAGE_MAX_MS, TALKS,
		        START_MS + LONG + TIMEOUT_MS + FLOW_OUTAGE_MAX_MS },
		{ "longer, so the flows are too old", START_MS + 9,
		        START_MS + 9 + FLOW_OUTAGE_MAX_MS + TIMEOUT_MS, 0, 0 },
		{ "they had expired before", START_MS + TIMEOUT_MS + 9, START_MS + 10009, 0, 0 },
		{ "alive in the future", START_MS + 10009, START_MS + 9, TALKS,
		        START_MS + LONG + TIMEOUT_MS },
		{ "never alive", 0, START_MS + 9, TALKS, START_MS + LONG + TIMEOUT_MS },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct process old, new;
		begin(&old);
		ask_all(&old);
		old.table.kept->alive_ms = rows[i].alive_ms;
		begin(&new);
		unsigned taken =
		        flow_table_inherit(&new.table, old.memory, old.size, rows[i].now_ms);
		const struct flow *oldest = table_oldest(&new.table.table);
		if (taken != rows[i].taken ||
		        (oldest && oldest->expires_ms != rows[i].first_expires_ms))
			fail_msg("%s: %u", rows[i].why, taken);
		end(&old);
		end(&new);
	}
}

static void a_flow_stays_until_the_verdict_on_its_response_is_sent(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		bool is_settled, is_answered_later;
		unsigned taken;
	} rows[] = {
		{ "the verdict was not sent", false, false, TALKS },
		{ "the verdict was sent", true, false, TALKS - 1 },
		{ "the client asked again after that", true, true, TALKS },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct process old, new;
		begin(&old);
		ask_all(&old);
		flow_remove(&old.table, answered(&old.table, &talks[LONG], START_MS + 9));
		assert_null(answered(&old.table, &talks[LONG], START_MS + 9));
		assert_int_equal(flow_expire(&old.table, START_MS + 9), 0);
		if (rows[i].is_settled)
			flow_settle(&old.table);
		if (rows[i].is_answered_later)
			ask(&old.table, &talks[LONG], START_MS + 9);
		begin(&new);
		unsigned taken = flow_table_inherit(&new.table, old.memory, old.size, START_MS + 9);
		if (taken != rows[i].taken)
			fail_msg("%s: %u", rows[i].why, taken);
		end(&old);
		end(&new);
	}
}

/* More flows are answered in one turn than are kept. */
static void a_turn_may_answer_every_flow(void **state)
{
	(void)state;
	struct process p;

	begin(&p);
	for (unsigned turn = 0; turn < 3; turn++) {
		for (unsigned i = 0; i < 4 * CAPACITY; i++) {
			struct talk t;
			begin_talk(&t, 4, (uint16_t)(1000 + i), (uint16_t)i, "example.org");
			ask(&p.table, &t, START_MS);
			flow_remove(&p.table, answered(&p.table, &t, START_MS));
		}
		flow_settle(&p.table);
		assert_int_equal(p.table.table.used, 0);
	}
	end(&p);
}

#define HEAD(member) offsetof(struct flow_kept, member), sizeof(((struct flow_kept *)0)->member)

static void another_layout_is_left_alone(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		size_t at, len;
		uint32_t value;
	} rows[] = {
		{ "another version", HEAD(layout), FLOW_LAYOUT + 1 },
		{ "another size of a flow", HEAD(flow_size), sizeof(struct flow) - 1 },
		{ "another room for the question", HEAD(octets), FLOW_OCTETS + 1 },
		{ "longer questions", HEAD(question_max), QUESTION_MAX + 1 },
		{ "another signer", HEAD(signing_size), 0 },
		{ "another trade", HEAD(trade), FLOW_SIGNS },
		{ "more flows than there is memory", HEAD(capacity), CAPACITY + 1 },
		{ "as many flows as can be said", HEAD(capacity), UINT32_MAX },
		{ "more answered flows than fit", HEAD(gone_count), FLOW_GONE_MAX + 1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct process old, new;
		begin(&old);
		ask_all(&old);
		memcpy(old.memory + rows[i].at, &rows[i].value, rows[i].len);
		begin(&new);
		if (flow_table_inherit(&new.table, old.memory, old.size, START_MS + 9) != 0)
			fail_msg("taken in spite of: %s", rows[i].why);
		end(&old);
		end(&new);
	}
	struct process p;
	begin(&p);
	assert_int_equal(flow_table_inherit(&p.table, p.memory, 0, START_MS), 0);
	assert_int_equal(
	        flow_table_inherit(&p.table, p.memory, sizeof(struct flow_kept) - 1, START_MS), 0);
	end(&p);
}

/* A value that this program never writes. An index out of bounds would be written to later. */
static void a_flow_with_an_impossible_owner_is_left_out(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		struct flow_owner owner;
		uint8_t is_counted;
		unsigned taken;
	} rows[] = {
		{ "possible", { .client = { 5, 6 }, .side = 7 }, 1, 1 },
		{ "the last tallies",
		        { .client = { SHARE_TALLIES - 1, SHARE_TALLIES - 1 },
		                .side = FLOW_SIDES - 1 },
		        1, 1 },
		{ "address out of bounds", { .client = { SHARE_TALLIES, 0 } }, 1, 0 },
		{ "network out of bounds", { .client = { 0, SHARE_TALLIES } }, 1, 0 },
		{ "interface out of bounds", { .side = FLOW_SIDES }, 1, 0 },
		{ "not counted, so nothing is looked at", { .side = FLOW_SIDES }, 0, 1 },
		{ "a bool that is neither", { .side = 0 }, 2, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct process old, new;
		begin(&old);
		begin_talks();
		ask(&old.table, &talks[SHORT], START_MS);
		struct flow *flow = answered(&old.table, &talks[SHORT], START_MS + 1);
		flow->owner = rows[i].owner;
		memcpy(&flow->owner.is_counted, &rows[i].is_counted, 1);
		begin(&new);
		unsigned taken = flow_table_inherit(&new.table, old.memory, old.size, START_MS + 1);
		if (taken != rows[i].taken)
			fail_msg("%s: %u", rows[i].why, taken);
		assert_int_equal(new.table.share.clients.used, taken * rows[i].is_counted);
		end(&old);
		end(&new);
	}
}

/* Otherwise each search would compare all of them. */
static void flows_with_one_hash_are_limited(void **state)
{
	(void)state;
	enum { INTERFACES = 6 };
	struct process old, new;

	begin_with(&old, 256);
	for (unsigned i = 0; i < INTERFACES * FLOW_QUESTIONS; i++) {
		char name[32];
		struct talk t;
		snprintf(name, sizeof(name), "n%u.example.org", i);
		begin_talk(&t, 4, 1000, 7, name);
		t.query_way.in = 1 + i / FLOW_QUESTIONS;
		ask(&old.table, &t, START_MS);
	}
	assert_int_equal(old.table.table.used, INTERFACES * FLOW_QUESTIONS);
	begin_with(&new, 256);
	assert_int_equal(flow_table_inherit(&new.table, old.memory, old.size, START_MS + 1),
	        4 * FLOW_QUESTIONS);
	end(&old);
	end(&new);
}

static void a_slot_says_whether_it_is_an_entry(void **state)
{
	(void)state;
	uint8_t memory[4 * 32] __attribute__((aligned(TABLE_ALIGN))) = { 0 }, entry[16];
	uint32_t chain = TABLE_NONE;
	struct table t;

	assert_int_equal(table_memory(sizeof(entry), 4), sizeof(memory));
	assert_int_equal(table_init_in(&t, sizeof(entry), 4, memory), 0);
	void *first = table_add(&t, 77);
	table_add_spare(&t, &chain);
	assert_int_equal(table_slot(&t, first), 0);
	assert_ptr_equal(table_entry(&t, 0), first);
	assert_int_equal(table_read_kept(memory, 16, 0, entry).kind, TABLE_KEPT_ENTRY);
	assert_int_equal(table_read_kept(memory, 16, 0, entry).hash, 77);
	assert_int_equal(table_read_kept(memory, 16, 1, entry).kind, TABLE_KEPT_SPARE);
	assert_int_equal(table_read_kept(memory, 16, 2, entry).kind, TABLE_KEPT_FREE);
	table_remove(&t, first);
	table_remove_spares(&t, &chain);
	assert_int_equal(table_read_kept(memory, 16, 0, entry).kind, TABLE_KEPT_FREE);
	assert_int_equal(table_read_kept(memory, 16, 1, entry).kind, TABLE_KEPT_FREE);
	table_fini(&t);
}

static void expect_plausible(const struct flow_table *t, const struct flow *flow)
{
	union flow_asked asked;
	struct cursor c;
	struct name name;

	assert_in_range(flow->expires_ms, START_MS + 10, START_MS + 9 + TIMEOUT_MS);
	assert_false(
	        flow->owner.is_counted && (flow->owner.client.address >= SHARE_TALLIES ||
	                                          flow->owner.client.network >= SHARE_TALLIES ||
	                                          flow->owner.side >= FLOW_SIDES));
	assert_false(trade != FLOW_SIGNS && flow->kind == QUERY_JUDGED && flow->passes_unjudged);
	assert_in_range(flow->iterator, ITERATOR_UNKNOWN, ITERATOR_SERVER);
	assert_true(flow->parked == 0 && flow->held_packet == 0);
	assert_int_equal(flow->is_signing, trade == FLOW_SIGNS);
	flow_read(t, flow, &asked);
	if (flow->is_signing) {
		assert_in_range(asked.signing.asked.way, 0, SIGN_WAYS - 1);
		assert_true(asked.signing.server_len == 4 || asked.signing.server_len == 16);
	}
	if (asked.client.question_len == 0)
		return;
	c = cursor_over(span_of(asked.client.question, asked.client.question_len));
	name_read_plain(&c, &name);
	assert_true(!c.bad && c.end - c.at == 4);
}

/* Takes the memory over, checks what came of it, and uses the table until it is empty. */
static void take_over_hostile(const struct process *old)
{
	struct process new;

	begin(&new);
	unsigned taken = flow_table_inherit(&new.table, old->memory, old->size, START_MS + 9);
	assert_in_range(taken, 0, CAPACITY);
	struct flow *flow = table_oldest(&new.table.table);
	for (; flow; flow = table_younger(&new.table.table, flow))
		expect_plausible(&new.table, flow);
	for (int i = 0; i < TALKS; i++)
		ask_in_trade(&new, &talks[i], START_MS + 9);
	for (int i = 0; i < 2; i++)
		flow_expire(&new.table, START_MS + 9 + TIMEOUT_MS);
	assert_int_equal(new.table.table.used, 0);
	assert_int_equal(new.table.share.clients.used, 0);
	end(&new);
}

static void no_octet_of_the_memory_is_believed(void **state)
{
	(void)state;
	struct process old;

	begin(&old);
	ask_all(&old);
	flow_remove(&old.table, answered(&old.table, &talks[SHORT], START_MS + 9));
	const size_t gone_end = offsetof(struct flow_kept, gone) + 2 * sizeof(struct flow_gone);
	for (size_t at = 0; at < old.size; at++) {
		uint8_t before = old.memory[at];
		if (at >= gone_end && at < sizeof(struct flow_kept))
			continue; /* it is not read */
		for (unsigned bit = 0; bit < 8; bit++) {
			old.memory[at] = (uint8_t)(before ^ 1u << bit);
			take_over_hostile(&old);
		}
		old.memory[at] = (uint8_t)~before;
		take_over_hostile(&old);
		old.memory[at] = before;
	}
	end(&old);
}

/* All slots are filled at random, and look like flows that live. */
static void memory_of_an_attacker_fills_the_table_and_no_more(void **state)
{
	(void)state;
	const size_t slot = table_memory(sizeof(struct flow), 1),
	             header = slot - sizeof(struct flow);
	struct process old;

	srandom(53);
	begin_talks();
	begin(&old);
	for (unsigned round = 0; round < 2000; round++) {
		for (size_t i = 0; i < CAPACITY; i++) {
			uint8_t *at = old.memory + sizeof(struct flow_kept) + i * slot;
			struct flow flow;
			for (size_t o = 0; o < slot; o++)
				at[o] = (uint8_t)random();
			memcpy(&flow, at + header, sizeof(flow));
			flow.expires_ms = START_MS + 9 + (uint64_t)random() % (TIMEOUT_MS + 2);
			flow.question_len = (uint16_t)(random() % (QUESTION_MAX + 9));
			flow.more = (uint32_t)(random() % (CAPACITY + 1));
			flow.is_signing = trade == FLOW_SIGNS;
			memset(flow.octets, 0, random() % 2 ? sizeof(flow.octets) : 1);
			memcpy(at + header, &flow, sizeof(flow));
			if (round % 2) /* one hash for all: a search would compare all of them */
				memset(at, 7, sizeof(uint32_t));
		}
		take_over_hostile(&old);
	}
	end(&old);
}

/* A signer that is replaced signs the responses to queries that the one before sent on. */
static void a_successor_of_a_signer_finds_each_flow(void **state)
{
	(void)state;
	struct process old, new;

	begin(&old);
	ask_all(&old);
	begin(&new);
	assert_int_equal(flow_table_inherit(&new.table, old.memory, old.size, START_MS + 9), TALKS);
	for (int i = 0; i < TALKS; i++) {
		const struct flow_signing wanted = signing_of(&talks[i]);
		struct flow_key key = flow_key_of_query(&new.table.hash_key, &talks[i].query,
		        wanted.asked.client.id, talks[i].query_way);
		struct flow *flow = flow_find_asked(&new.table, &key, &wanted.asked.client);
		union flow_asked read;

		assert_non_null(flow);
		flow_read(&new.table, flow, &read);
		const struct signer_query *asked = &read.signing.asked;
		assert_int_equal(asked->zone_number, wanted.asked.zone_number);
		assert_int_equal(asked->way, wanted.asked.way);
		assert_int_equal(asked->compact_ok, wanted.asked.compact_ok);
		assert_int_equal(asked->client.question_len, wanted.asked.client.question_len);
		assert_memory_equal(asked->client.question, wanted.asked.client.question,
		        wanted.asked.client.question_len);
		assert_int_equal(read.signing.server_len, wanted.server_len);
		assert_memory_equal(read.signing.server, wanted.server, wanted.server_len);
	}
	end(&old);
	end(&new);
}

static int as_a_signer(void **state)
{
	(void)state;
	trade = FLOW_SIGNS;
	return 0;
}

static int as_a_validator(void **state)
{
	(void)state;
	trade = FLOW_VALIDATES;
	return 0;
}

#define SIGNER_TEST(test) cmocka_unit_test_setup_teardown(test, as_a_signer, as_a_validator)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_successor_finds_each_flow),
		cmocka_unit_test(flows_are_handed_on_again),
		cmocka_unit_test(an_outage_does_not_count),
		cmocka_unit_test(a_flow_stays_until_the_verdict_on_its_response_is_sent),
		cmocka_unit_test(a_turn_may_answer_every_flow),
		cmocka_unit_test(another_layout_is_left_alone),
		cmocka_unit_test(a_flow_with_an_impossible_owner_is_left_out),
		cmocka_unit_test(flows_with_one_hash_are_limited),
		cmocka_unit_test(a_slot_says_whether_it_is_an_entry),
		cmocka_unit_test(no_octet_of_the_memory_is_believed),
		cmocka_unit_test(memory_of_an_attacker_fills_the_table_and_no_more),
		SIGNER_TEST(a_successor_of_a_signer_finds_each_flow),
		SIGNER_TEST(no_octet_of_the_memory_is_believed),
		SIGNER_TEST(memory_of_an_attacker_fills_the_table_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
