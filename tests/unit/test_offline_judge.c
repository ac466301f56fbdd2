/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge.h"

#include "inspect/offline_judge.h"

/* Captured responses, and a judge that learns from them. */
struct scene {
	struct judge *judge;
	struct chain_material *material;
	struct rr *rrs;
	uint8_t *answer;
	unsigned tried;
};

static void keep(struct scene *s)
{
	struct message m;

	assert_true(message_parse(&m, msg_span(&s->judge->response), s->rrs, MESSAGE_RRS_MAX));
	assert_int_equal(chain_material_add(s->material, &m), 0);
}

static void see(struct scene *s, const char *question, const char *records)
{
	judge_begin(s->judge, question, 0);
	judge_write(s->judge, records);
	keep(s);
}

/* Sees `count` copies of a response, with different ids. */
static void see_many(struct scene *s, const char *question, const char *records, unsigned count)
{
	judge_begin(s->judge, question, 0);
	judge_write(s->judge, records);
	for (unsigned i = 0; i < count; i++) {
		put_u16(s->judge->response.octets, (uint16_t)i);
		keep(s);
	}
}

static void see_chain(struct scene *s)
{
	see(s, ". DNSKEY", ". DNSKEY . | .");
	see(s, "test DS", "test DS test | .");
	see(s, "test DNSKEY", "test DNSKEY test | test");
	see(s, "example.test DS", "example.test DS example.test | test");
	see(s, "example.test DNSKEY", "example.test DNSKEY example.test | example.test");
}

static void count(void *context, const struct want *want, struct span message, bool is_learned)
{
	struct scene *s = context;

	(void)want;
	(void)message;
	(void)is_learned;
	s->tried++;
}

/* Judges an answer with the captured material. Returns the number of messages tried for it. */
static unsigned judge_by_material(struct scene *s, const char *question, const char *records)
{
	struct judge *j = s->judge;
	struct offline_judge judge = { .gate = &j->gate,
		.material = s->material,
		.answer = s->answer,
		.written = s->answer,
		.tried = count,
		.context = s };
	struct client_query asked = judge_asked(question, ASK_DO);

	s->tried = 0;
	store_flush(&j->store);
	crypto_forget(j->crypto);
	judge_begin(j, question, 0);
	judge_write(j, records);
	offline_judge_response(&judge, &asked, true, msg_span(&j->response), j->now, &j->result);
	return s->tried;
}

static int setup(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	*s = (struct scene){ .judge = judge_new(),
		.material = chain_material_new(4096),
		.rrs = calloc(MESSAGE_RRS_MAX, sizeof(struct rr)),
		.answer = malloc(EXCHANGE_ANSWER_MAX) };
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct scene *s = *state;

	judge_free(s->judge);
	chain_material_free(s->material);
	free(s->rrs);
	free(s->answer);
	free(s);
	return 0;
}

#define ADDRESS "www.example.test A 192.0.2.1 | example.test"

static void a_flood_of_forgeries_hides_no_link(void **state)
{
	static const struct {
		const char *why, *question, *records;
	} rows[] = {
		{ "keys of another zone", "example.test DNSKEY",
		        "example.test DNSKEY other.test | example.test" },
		{ "unsigned keys", "example.test DNSKEY", "example.test DNSKEY example.test" },
		{ "keys with a bad signature", "example.test DNSKEY",
		        "example.test DNSKEY example.test | example.test spoilt" },
		{ "the DS of another zone", "example.test DS",
		        "example.test DS other.test | test spoilt" },
		{ "no DS", "example.test DS", "" },
		{ "a denial of the DS", "example.test DS",
		        "> example.test NSEC z.test NS | test spoilt" },
		{ "a denial of the DS in another response", "nosuch.test A",
		        "> example.test NSEC z.test NS | test spoilt" },
	};
	struct scene *s = *state;

	for (size_t i = 0; i < COUNT(rows); i++)
		see_many(s, rows[i].question, rows[i].records, CHAIN_MATERIAL_OFFERS / 4);
	see_chain(s);
	for (size_t i = 0; i < COUNT(rows); i++)
		see_many(s, rows[i].question, rows[i].records, CHAIN_MATERIAL_OFFERS + 10);
	unsigned first = judge_by_material(s, "www.example.test A", ADDRESS);
	assert_judged(s->judge, "at first", STATUS_SECURE, REASON_NONE);
	unsigned second = judge_by_material(s, "www.example.test A", ADDRESS);
	assert_judged(s->judge, "again", STATUS_SECURE, REASON_NONE);
	assert_in_range(first, 6 * CHAIN_MATERIAL_OFFERS, UINT32_MAX);
	assert_int_equal(second, 5); /* messages that were useful before come first */
}

static void a_flood_of_forgeries_hides_no_denial(void **state)
{
	struct scene *s = *state;

	see_chain(s);
	see(s, "x.test A", "> test NSEC b.test NS SOA | test\n> b.test NSEC d.test A | test");
	see(s, "www.b.test A", "> u.test NSEC unsigned.test TXT | test");
	judge_by_material(s, "y.unsigned.test A", "y.unsigned.test A 192.0.2.1");
	assert_judged(s->judge, "nothing is there", STATUS_INDETERMINATE, REASON_LINK_MISSING);

	/* a message tried in vain is not lost behind messages that never held */
	see_many(s, "q.test A", "> a.test NSEC test NS | test spoilt", CHAIN_MATERIAL_OFFERS + 10);
	judge_by_material(s, "y.unsigned.test A", "y.unsigned.test A 192.0.2.1");
	see_many(s, "q.test A", "> a.test NSEC test NS | test spoilt", CHAIN_MATERIAL_OFFERS + 10);
	judge_by_material(s, "y.c.test A", "y.c.test A 192.0.2.1");
	assert_judged(s->judge, "c.test does not exist", STATUS_BOGUS, REASON_RRSIG_MISSING);
}

static void useful_messages_stay_when_others_fill_the_memory(void **state)
{
	struct scene *s = *state;

	see_chain(s);
	judge_by_material(s, "www.example.test A", ADDRESS);
	assert_judged(s->judge, "at first", STATUS_SECURE, REASON_NONE);
	for (int i = 0; i < 3; i++)
		see_many(s, "example.test DNSKEY", "example.test DNSKEY other.test | example.test",
		        4096);
	assert_int_equal(judge_by_material(s, "www.example.test A", ADDRESS), 5);
	assert_judged(s->judge, "after the flood", STATUS_SECURE, REASON_NONE);
}

static void new_messages_have_room_though_all_were_useful(void **state)
{
	struct scene *s = *state;

	chain_material_free(s->material);
	s->material = chain_material_new(5);
	for (int i = 0; i < 3; i++) {
		see_chain(s);
		judge_by_material(s, "www.example.test A", ADDRESS);
		assert_judged(s->judge, "what came last is there", STATUS_SECURE, REASON_NONE);
	}
}

#define scene_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(a_flood_of_forgeries_hides_no_link),
		scene_test(a_flood_of_forgeries_hides_no_denial),
		scene_test(useful_messages_stay_when_others_fill_the_memory),
		scene_test(new_messages_have_room_though_all_were_useful),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
