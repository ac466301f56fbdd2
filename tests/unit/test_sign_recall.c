/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The signer's message cache: an answer that might differ now is not recalled. */
#include "legacy.h"
#include "style.h"

#include "sign/sign_recall.h"

#define AA  FLAG_AA
#define WWW "www.example.test A"

/* A question, and the server's response to it. */
struct exchange {
	const char *question;
	unsigned how;
	uint16_t flags;
	const char *records;
	enum style style;
};

static const struct exchange address = { WWW, ASK_DO, AA, "www.example.test A 192.0.2.1",
	POINTS_ALWAYS },
                             nothing = { "ent.example.test A", ASK_DO, AA | RCODE_NXDOMAIN,
	                             "> example.test SOA", POINTS_ALWAYS },
                             deep = { "a.deep.example.test A", ASK_DO, AA,
	                             "a.deep.example.test A 192.0.2.1", POINTS_ALWAYS },
                             beside = { "ftp.example.test A", ASK_DO, AA,
	                             "ftp.example.test A 192.0.2.7", POINTS_ALWAYS };

static struct span ask_for(struct legacy *l, const struct exchange *e)
{
	legacy_ask(l, e->question, e->how);
	legacy_write(l, e->flags, e->records);
	return style_write(msg_span(&l->judge->response), e->style);
}

/* Returns whether the answer was recalled. */
static bool is_recalled(struct legacy *l, const struct exchange *e)
{
	legacy_respond_octets(l, ask_for(l, e));
	legacy_delivered(l);
	return l->result.is_recalled;
}

static struct legacy *legacy_that_remembers(const struct exchange *e)
{
	struct legacy *l = legacy_new();

	legacy_remember(l);
	assert_false(is_recalled(l, e)); /* a new signature */
	assert_false(is_recalled(l, e));
	assert_true(is_recalled(l, e));
	return l;
}

/* Is called when the query was asked, and before its response comes. */
typedef void change(struct legacy *l, struct span response);

static uint8_t *octets_of(struct span response)
{
	return (uint8_t *)(uintptr_t)response.base;
}

static struct rr *first_record(struct span response)
{
	static struct rr rrs[64];
	struct message m;

	assert_true(message_parse(&m, response, rrs, COUNT(rrs)));
	return rrs;
}

static void no_change(struct legacy *l, struct span response)
{
	(void)l, (void)response;
}

static void change_id(struct legacy *l, struct span response)
{
	l->asked.client.id = 0x4321;
	put_u16(octets_of(response), 0x4321);
}

static void change_client(struct legacy *l, struct span response)
{
	(void)response;
	l->client[3]++;
}

static void take_more(struct legacy *l, struct span response)
{
	(void)response;
	l->asked.client.udp_size = 65535;
}

static void take_less(struct legacy *l, struct span response)
{
	(void)response;
	l->asked.client.udp_size = 600;
}

static void set_co(struct legacy *l, struct span response)
{
	(void)response;
	l->asked.compact_ok = true;
}

static void clear_rd(struct legacy *l, struct span response)
{
	(void)response;
	l->asked.client.flags = 0;
}

static void come_by_tcp(struct legacy *l, struct span response)
{
	(void)response;
	l->is_stream = true;
}

static void change_server(struct legacy *l, struct span response)
{
	(void)response;
	l->server[3]++;
}

static void clear_aa(struct legacy *l, struct span response)
{
	(void)l;
	octets_of(response)[2] &= (uint8_t) ~(FLAG_AA >> 8);
}

static void change_ttl(struct legacy *l, struct span response)
{
	(void)l;
	put_u32(octets_of(response) + rr_ttl_at(first_record(response)), TTL - 1);
}

static void wait_a_little(struct legacy *l, struct span response)
{
	(void)response;
	l->now_s += SIGN_RECALL_S - 1;
}

static void wait_longer(struct legacy *l, struct span response)
{
	(void)response;
	l->now_s += SIGN_RECALL_S;
}

static void set_clock_back(struct legacy *l, struct span response)
{
	(void)response;
	l->now_s--;
}

static void doubt_clock(struct legacy *l, struct span response)
{
	(void)response;
	signer_believe_clock(l->signer, false);
}

static void reload(struct legacy *l, struct span response)
{
	(void)response;
	assert_int_equal(signer_set_policy(l->signer, &l->policy), 0);
}

/* Has another query answered first. */
static void meet(struct legacy *l, const struct exchange *e)
{
	struct signer_query asked = l->asked;

	is_recalled(l, e);
	l->asked = asked;
}

static void meet_a_name_beside(struct legacy *l, struct span response)
{
	(void)response;
	meet(l, &beside);
}

static void meet_a_name_below(struct legacy *l, struct span response)
{
	static const struct exchange below = { "a.ent.example.test A", ASK_DO, AA,
		"a.ent.example.test A 192.0.2.1", POINTS_ALWAYS };

	(void)response;
	meet(l, &below);
}

static void meet_a_cut(struct legacy *l, struct span response)
{
	static const struct exchange referral = { "a.cut.example.test A", ASK_DO, 0,
		"> cut.example.test NS ns.other.test", POINTS_ALWAYS };

	(void)response;
	meet(l, &referral);
}

static void meet_another_soa(struct legacy *l, struct span response)
{
	struct signer_query asked = l->asked;

	(void)response;
	legacy_ask(l, "example.test SOA", ASK_DO);
	legacy_write(l, AA, "example.test SOA");
	struct msgbuild *b = &l->judge->response;
	b->octets[b->len - 17]++; /* its serial number */
	legacy_respond_octets(l, msg_span(b));
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_ANSWER);
	l->asked = asked;
}

/* A higher TTL of one set puts all answers out of date. */
static void meet_a_higher_ttl(struct legacy *l, struct span response)
{
	struct signer_query asked = l->asked;

	(void)response;
	meet(l, &beside);
	struct span higher = ask_for(l, &beside);
	put_u32(octets_of(higher) + rr_ttl_at(first_record(higher)), TTL + 1);
	legacy_respond_octets(l, higher);
	l->asked = asked;
}

static void an_answer_is_recalled_only_if_nothing_it_depends_on_changed(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		const struct exchange *exchange;
		change *change;
		bool is_recalled;
	} rows[] = {
		{ "nothing changes, an answer", &address, no_change, true },
		{ "nothing changes, a denial", &nothing, no_change, true },
		{ "the message id", &address, change_id, true },
		{ "another client", &address, change_client, true },
		{ "a larger UDP size than we ever send", &address, take_more, true },
		{ "a smaller UDP size", &address, take_less, false },
		{ "the client sets CO", &nothing, set_co, false },
		{ "the client does not set RD", &address, clear_rd, false },
		{ "the client comes by TCP", &address, come_by_tcp, false },
		{ "another server", &address, change_server, false },
		{ "the server's flags", &address, clear_aa, false },
		{ "a TTL", &address, change_ttl, false },
		{ "less than a minute passes", &address, wait_a_little, true },
		{ "a minute passes", &address, wait_longer, false },
		{ "the clock is set back", &address, set_clock_back, false },
		{ "the clock is not set any more", &address, doubt_clock, false },
		{ "the same policy loaded again", &address, reload, false },
		{ "another name was seen beside it", &address, meet_a_name_beside, true },
		{ "another name was seen, and the answer denies one", &nothing, meet_a_name_beside,
		        false },
		{ "a name was seen below one that exists", &address, meet_a_name_below, true },
		{ "a name was seen below one that does not exist", &nothing, meet_a_name_below,
		        false },
		{ "a new name, of the kind that anybody can make up below a wildcard, was seen",
		        &deep, meet_a_name_below, true },
		{ "a cut was seen", &address, meet_a_cut, false },
		{ "another SOA was seen, and the answer has none", &address, meet_another_soa,
		        true },
		{ "another SOA was seen, and the answer has one", &nothing, meet_another_soa,
		        false },
		{ "a higher TTL was seen", &address, meet_a_higher_ttl, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct legacy *l = legacy_that_remembers(rows[i].exchange);
		static uint8_t octets[65535];
		struct span response = ask_for(l, rows[i].exchange);
		memcpy(octets, response.base, response.len);
		response.base = octets;
		rows[i].change(l, response);
		legacy_respond_octets(l, response);
		assert_row(rows[i].why, l->result.is_recalled == rows[i].is_recalled);
		assert_row(rows[i].why, l->result.verdict == SIGN_VERDICT_REWRITE);
		assert_row(rows[i].why, legacy_delivered(l)->id == l->asked.client.id);
		legacy_free(l);
	}
}

/* A client that varies the letter case of its question gets the answers kept for other clients, if
 * the server sends back the letters and its names point to them. Each client gets its own letters
 * back. */
static void letter_case_does_not_matter_if_all_names_point_to_the_question(void **state)
{
	(void)state;
	static const struct {
		const char *why, *question, *records;
		enum style style;
		bool is_recalled;
	} rows[] = {
		{ "pointers", "wWw.example.tEST A", "www.example.test A 192.0.2.1", POINTS_ALWAYS,
		        true },
		{ "other letters", "WWW.eXamPle.TESt A", "www.example.test A 192.0.2.1",
		        POINTS_ALWAYS, true },
		{ "a longer chain", "A.example.TEST A",
		        "a.example.test CNAME b.example.test\nb.example.test A 192.0.2.1",
		        POINTS_ALWAYS, true },
		{ "a server that points only to names in the same letters", "wWw.example.test A",
		        "www.example.test A 192.0.2.1", KEEPS_CASE, false },
		{ "no pointers", "wWw.example.test A", "www.example.test A 192.0.2.1", WRITES_OUT,
		        false },
		{ "no pointers, but a question in lower case", WWW, "www.example.test A 192.0.2.1",
		        WRITES_OUT, true },
		{ "a name that is written out in the letters of the question", "Y.D.example.test A",
		        "d.example.test DNAME e.example.test\n"
		        "y.d.example.test CNAME y.e.example.test\n"
		        "y.e.example.test A 192.0.2.1",
		        POINTS_ALWAYS, false },
		{ "more labels than compression looks for", "1.b.3.4.5.6.7.8.X.example.test A",
		        "1.b.3.4.5.6.7.8.x.example.test A 192.0.2.1", POINTS_ALWAYS, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct exchange e = { rows[i].question, ASK_DO, AA, rows[i].records,
			rows[i].style };
		struct legacy *l = legacy_new();
		char question[100];
		legacy_remember(l);
		snprintf(question, sizeof(question), "%s", rows[i].question);
		for (unsigned times = 0; times < 4; times++) {
			bool recalled = is_recalled(l, &e);
			assert_row(rows[i].why, recalled == (times >= 2 && rows[i].is_recalled));
			assert_row(rows[i].why, span_equal(legacy_delivered(l)->question,
			                                span_of(l->asked.client.question,
			                                        l->asked.client.question_len)));
			if (strcmp(rows[i].question, WWW) == 0)
				continue;
			e.question = question; /* in other letters from now on */
			strrchr(question, '.')[1 + times] ^= 0x20;
		}
		legacy_free(l);
	}
}

/* A server that sends back the question in lower case. */
static void letter_case_matters_if_the_server_does_not_keep_it(void **state)
{
	(void)state;
	static const struct exchange mixed = { "wWw.example.test A", ASK_DO, AA,
		"www.example.test A 192.0.2.1", POINTS_ALWAYS };
	struct legacy *l = legacy_new();

	legacy_remember(l);
	for (unsigned times = 0; times < 4; times++) {
		struct span response = ask_for(l, &mixed);
		lower_octets(octets_of(response) + DNS_HEADER_SIZE, 18);
		legacy_respond_octets(l, response);
		/* The same letters again are recalled. */
		assert_int_equal(l->result.is_recalled, times >= 2);
		assert_int_equal(l->result.octets.base[14], 'W');
	}
	legacy_ask(l, "WwW.example.test A", ASK_DO);
	legacy_write(l, AA, mixed.records);
	struct span response = style_write(msg_span(&l->judge->response), POINTS_ALWAYS);
	lower_octets(octets_of(response) + DNS_HEADER_SIZE, 18);
	legacy_respond_octets(l, response);
	assert_false(l->result.is_recalled);
	legacy_free(l);
}

/* A pointer may lead anywhere. If a name takes octets that the hash does not cover, the answer is
 * made each time. */
static void names_with_octets_that_are_not_hashed_are_not_recalled(void **state)
{
	(void)state;
	static const struct {
		const char *why, *question, *target;
		uint16_t id;
		bool is_recalled;
	} rows[] = {
		{ "a name in the question", "a.example.test A", "#c00e", 0x0d01, true },
		{ "a name that begins in the message id", "a.example.test A", "#c000", 0x0d01,
		        false },
		{ "a name that begins within a label, in lower case",
		        "0.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.test A", "#c00d",
		        0x0d01, true },
		{ "a name that begins within a label, in mixed case",
		        "0.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.Test A", "#c00d",
		        0x0d01, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct legacy *l = legacy_new();
		char records[200];
		legacy_remember(l);
		snprintf(records, sizeof(records), "%.*s CNAME %s",
		        (int)strcspn(rows[i].question, " "), rows[i].question, rows[i].target);
		for (unsigned times = 0; times < 3; times++) {
			legacy_ask(l, rows[i].question, ASK_DO);
			legacy_write(l, AA, records);
			l->asked.client.id = rows[i].id;
			put_u16(l->judge->response.octets, rows[i].id);
			/* The owner becomes a pointer to the question's name. */
			struct msgbuild *b = &l->judge->response;
			size_t owner_at = DNS_HEADER_SIZE + l->asked.client.question_len;
			size_t owner_len = l->asked.client.question_len - 4u;
			put_u16(b->octets + owner_at, 0xc00c);
			b->len -= owner_len - 2;
			memmove(b->octets + owner_at + 2, b->octets + owner_at + owner_len,
			        b->len - owner_at - 2);
			legacy_respond_octets(l, msg_span(b));
			assert_int_equal(l->result.outcome, SIGN_OUTCOME_ANSWER);
			assert_row(rows[i].why,
			        l->result.is_recalled == (times == 2 && rows[i].is_recalled));
		}
		legacy_free(l);
	}
}

/* An additional address gets a signature once a client has asked for it. */
static void an_unsigned_additional_set_is_recalled_until_a_signature_is_made(void **state)
{
	(void)state;
	static const struct exchange mx = { "example.test MX", ASK_DO, AA,
		"example.test MX mail.example.test\n+ mail.example.test A 192.0.2.2",
		POINTS_ALWAYS };
	static const struct exchange mail = { "mail.example.test A", ASK_DO, AA,
		"mail.example.test A 192.0.2.2", POINTS_ALWAYS };
	struct legacy *l = legacy_new();

	legacy_remember(l);
	for (unsigned times = 0; times < 4; times++) {
		assert_int_equal(is_recalled(l, &mx), times > 1);
		assert_int_equal(l->result.found, times > 0);
	}
	is_recalled(l, &nothing); /* makes signatures of the SOA and of a denial */
	assert_false(is_recalled(l, &mx));
	assert_true(is_recalled(l, &mx));
	legacy_ask(l, "x.example.test A", ASK_DO);
	legacy_respond(l, nothing.flags, nothing.records);
	assert_int_equal(l->result.made, 1); /* only that of the denial */
	assert_true(is_recalled(l, &mx));
	is_recalled(l, &mail);
	assert_false(is_recalled(l, &mx));
	assert_int_equal(l->result.found, 2);
	assert_true(is_recalled(l, &mx));
	assert_int_equal(l->result.found, 2);
	legacy_free(l);
}

static void long_answers_are_not_recalled(void **state)
{
	(void)state;
	char records[3000] = "t.example.test TXT";
	struct exchange e = { "t.example.test TXT", ASK_DO | ASK_STREAM, AA, records,
		POINTS_ALWAYS };

	for (unsigned texts = 1; texts < 12; texts++) {
		struct legacy *l = legacy_new();
		size_t len = strlen(records);
		snprintf(records + len, sizeof(records) - len, " %0200u", texts);
		legacy_remember(l);
		is_recalled(l, &e);
		is_recalled(l, &e);
		assert_int_equal(is_recalled(l, &e), l->result.octets.len <= SIGN_RECALL_MAX);
		legacy_free(l);
	}
}

/* When the highest TTL of a set is forgotten, the lower one becomes the original TTL. */
static void a_ttl_that_is_forgotten_is_not_recalled(void **state)
{
	(void)state;
	static const struct signer_limits limits = { .ttls = 2, .messages = 64 };
	struct legacy *l = legacy_new();

	signer_free(l->signer);
	l->signer = signer_new(l->judge->crypto, &l->policy, &limits);
	for (unsigned times = 0; times < 5; times++) {
		struct span response = ask_for(l, &address);
		if (times > 0)
			change_ttl(l, response);
		if (times == 4) {
			static const struct exchange other = { "other.test A", ASK_DO, AA,
				"other.test A 192.0.2.7", POINTS_ALWAYS };
			static uint8_t octets[512];
			memcpy(octets, response.base, response.len);
			meet(l, &beside);
			meet(l, &other);
			response.base = octets;
		}
		legacy_respond_octets(l, response);
		assert_int_equal(l->result.is_recalled, times == 2 || times == 3);
		assert_int_equal(l->result.made, times == 0 || times == 4);
	}
	legacy_free(l);
}

/* A name below which another was seen exists for a day. */
static void an_answer_is_recalled_until_its_names_are_forgotten(void **state)
{
	(void)state;
	static const struct exchange below = { "a.ent.example.test A", ASK_DO, AA,
		"a.ent.example.test A 192.0.2.1", POINTS_ALWAYS };
	static const struct {
		int64_t passed_s;
		bool is_recalled;
		enum sign_outcome outcome;
	} rows[] = {
		{ 0, false, SIGN_OUTCOME_NODATA },
		{ DAY - 30, false, SIGN_OUTCOME_NODATA },
		{ 1, true, SIGN_OUTCOME_NODATA },
		{ 28, true, SIGN_OUTCOME_NODATA },
		{ 1, false, SIGN_OUTCOME_NXDOMAIN },
	};
	struct legacy *l = legacy_new();

	legacy_remember(l);
	is_recalled(l, &below);
	for (size_t i = 0; i < COUNT(rows); i++) {
		l->now_s += rows[i].passed_s;
		assert_int_equal(is_recalled(l, &nothing), rows[i].is_recalled);
		assert_int_equal(l->result.outcome, rows[i].outcome);
	}
	legacy_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_recalled_only_if_nothing_it_depends_on_changed),
		cmocka_unit_test(letter_case_does_not_matter_if_all_names_point_to_the_question),
		cmocka_unit_test(letter_case_matters_if_the_server_does_not_keep_it),
		cmocka_unit_test(names_with_octets_that_are_not_hashed_are_not_recalled),
		cmocka_unit_test(an_unsigned_additional_set_is_recalled_until_a_signature_is_made),
		cmocka_unit_test(long_answers_are_not_recalled),
		cmocka_unit_test(a_ttl_that_is_forgotten_is_not_recalled),
		cmocka_unit_test(an_answer_is_recalled_until_its_names_are_forgotten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
