/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same octets at the same time have the same outcome, recalled or judged. Responses of every
 * kind are judged and then met again: with another id, other TTLs, another letter case, later, and
 * from a client that asks differently. If the message cache knows one, a gate without memory must
 * give the same result, in every field and octet. The seed is fixed, so runs repeat. */
#include "judge.h"
#include "responses.h"

#define ROUNDS 60 /* of each row */

/* A row's question and records as in judge.h. */
struct row {
	const char *why, *question;
	unsigned rcode;
	const char *records;
	unsigned how; /* beside what is drawn */
	bool is_judged_each_time;
};

/* A label and a name of the maximum length. */
#define LABEL_63 "aaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg"
#define NAME_240 LABEL_63 "." LABEL_63 "." LABEL_63 ".hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh"

static const struct row rows[] = {
	{ "a DNAME, and the CNAME made from it", "y.d.example.test A", 0,
	        "d.example.test DNAME e.other.test | example.test\n"
	        "y.d.example.test CNAME y.e.other.test\n"
	        "y.e.other.test A 192.0.2.1 192.0.2.2 | other.test",
	        0, false },
	{ "the CNAME before its DNAME, which is there twice", "y.d.example.test A", 0,
	        "y.d.example.test CNAME y.e.other.test\n"
	        "d.example.test DNAME e.other.test e.other.test | example.test\n"
	        "y.e.other.test A 192.0.2.1 | other.test",
	        0, false },
	{ "a CNAME with its own signature beside a DNAME", "y.d.example.test A", 0,
	        "d.example.test DNAME e.other.test | example.test\n"
	        "y.d.example.test CNAME y.e.other.test | example.test ttl=90\n"
	        "y.e.other.test A 192.0.2.1 | other.test",
	        0, false },
	{ "a DNAME whose product is too long", NAME_240 ".d.example.test A", 6,
	        "d.example.test DNAME " LABEL_63 ".example.test | example.test", 0, false },
	{ "a DNAME of an unsigned zone", "y.unsigned.test A", 0,
	        "unsigned.test DNAME e.unsigned.test\n"
	        "y.unsigned.test CNAME y.e.unsigned.test\n"
	        "y.e.unsigned.test A 192.0.2.1",
	        0, false },
	{ "a chain into an unsigned zone", "a.example.test A", 0,
	        "a.example.test CNAME b.example.test | example.test ttl=200\n"
	        "b.example.test CNAME www.unsigned.test | example.test\n"
	        "www.unsigned.test A 192.0.2.1 192.0.2.2",
	        0, false },
	{ "a chain to a denial", "a.example.test MX", 0,
	        "a.example.test CNAME www.example.test | example.test\n" SOA_EXAMPLE
	        "> www.example.test NSEC example.test A RRSIG NSEC | example.test",
	        0, false },
	{ "a type that does not exist", "www.example.test MX", 0,
	        SOA_EXAMPLE "> www.example.test NSEC example.test A RRSIG NSEC | example.test", 0,
	        false },
	{ "a wildcard alias", "q.w.example.test A", 0,
	        "q.w.example.test CNAME www.example.test | example.test labels=3\n"
	        "www.example.test A 192.0.2.1 | example.test\n"
	        "> *.w.example.test NSEC www.example.test CNAME | example.test",
	        0, false },
	{ "DNSSEC's own types", "example.test DNSKEY", 0,
	        "example.test DNSKEY example.test | example.test", 0, false },
	{ "a DS", "example.test DS", 0, "example.test DS example.test | test", 0, false },
	{ "everything at the name", "www.example.test ANY", 0,
	        "www.example.test A 192.0.2.1 192.0.2.2 | example.test\n"
	        "www.example.test NSEC example.test A RRSIG NSEC | example.test ttl=60",
	        0, false },
	{ "signatures by themselves", "www.example.test RRSIG", 0,
	        "-www.example.test A | example.test", 0, false },
	{ "a referral to a signed zone", "www.sub.example.test A", 0,
	        "> sub.example.test NS ns.sub.example.test\n"
	        "> sub.example.test DS sub.example.test | example.test\n"
	        "+ ns.sub.example.test A 192.0.2.3",
	        ASK_NO_RD, false },
	{ "a referral to an unsigned zone", "www.unsigned.example.test A", 0,
	        "> unsigned.example.test NS ns.unsigned.example.test\n"
	        "> unsigned.example.test NSEC w.example.test NS RRSIG NSEC | example.test\n"
	        "+ ns.unsigned.example.test A 192.0.2.3",
	        ASK_NO_RD, false },
	{ "the part of a chain that the server can know", "a.example.test A", 0,
	        "a.example.test CNAME www.other.test | example.test", ASK_NO_RD, false },
	{ "the part of a chain that a resolver has", "a.example.test A", 0,
	        "a.example.test CNAME www.other.test | example.test", ASK_NO_RD | ASK_RESOLVER,
	        false },
	{ "the part of a chain that a resolver has, unsigned", "a.unsigned.test A", 0,
	        "a.unsigned.test CNAME www.other.test", ASK_NO_RD | ASK_RESOLVER, false },
	{ "the part of a chain for a client that may not iterate", "a.unsigned.test A", 0,
	        "a.unsigned.test CNAME www.other.test\nwww.other.test A 203.0.113.66",
	        ASK_NO_RD | ASK_STRANGER, false },
	{ "a malformed signature beside the one that holds", "www.example.test A", 0,
	        "www.example.test A 192.0.2.1 | example.test\nwww.example.test RRSIG #0001", 0,
	        false },
	{ "two signatures of different TTLs", "www.example.test A", 0,
	        "www.example.test A 192.0.2.1 | example.test ttl=120 | example.test ttl=240", 0,
	        false },
	{ "a signature whose time is to come, before the one that holds", "www.example.test A", 0,
	        "www.example.test A 192.0.2.1 | example.test early ttl=100 | example.test", 0,
	        false },
	{ "a signature that has expired, before the one that holds", "www.example.test A", 0,
	        "www.example.test A 192.0.2.1 | example.test expired ttl=100 | example.test", 0,
	        false },
	/* A target with a pointer, which no sender may write (RFC 2782), but some do. The gate
	 * writes such a message differently. */
	{ "a pointer where none belongs", "a.example.test SRV", 0,
	        "a.example.test CNAME _s.unsigned.test | example.test ttl=100\n"
	        "_s.unsigned.test SRV #000100020035c00e",
	        0, true },
};

static uint64_t state = 0x5ea19a7e;

static uint32_t draw(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)((state >> 16) % below);
}

static unsigned draw_way(void)
{
	static const unsigned ways[] = { ASK_PLAIN, ASK_EDNS, ASK_DO, ASK_AD, ASK_DO | ASK_AD,
		ASK_LARGE, ASK_LARGE | ASK_DO };
	return ways[draw(COUNT(ways))];
}

/* Draws a time: mostly now; or shortly before a signature becomes valid, or the others expire. */
static int64_t draw_time(void)
{
	enum { EARLY_SKEW_S = 3 * DAY / SKEW_SHARE };

	switch (draw(4)) {
	case 0:
		return NOW + 2 * DAY - EARLY_SKEW_S - draw(TTL);
	case 1:
		return NOW + 5 * DAY - TTL - draw(TTL);
	default:
		return NOW;
	}
}

static uint16_t covered(const struct message *m, const struct rr *rr)
{
	const uint8_t *rdata = message_rdata(m, rr).base;
	return rr->type == TYPE_RRSIG ? (uint16_t)(rdata[0] << 8 | rdata[1]) : rr->type;
}

/* True if two records belong to the same RRset, or are its signatures. */
static bool same_set(const struct message *m, const struct rr *a, const struct rr *b)
{
	struct name owner_a, owner_b;

	assert_true(message_owner(m, a, &owner_a) && message_owner(m, b, &owner_b));
	return a->section == b->section && covered(m, a) == covered(m, b) &&
	       name_equal(&owner_a, &owner_b);
}

/* Draws a TTL for each set, and sometimes one for each record. */
static void draw_ttls(struct msgbuild *b)
{
	static const uint32_t ttls[] = { 0, 1, 50, 99, 100, 101, TTL - 1, TTL, TTL + 1, 3600, DAY,
		INT32_MAX };
	static struct rr rrs[64];
	bool agree = draw(8) > 0;
	struct message m;

	assert_true(message_parse(&m, msg_span(b), rrs, COUNT(rrs)));
	for (unsigned i = 0; i < m.rr_count; i++) {
		rrs[i].ttl_s = ttls[draw(COUNT(ttls))];
		for (unsigned k = 0; agree && k < i; k++) {
			if (same_set(&m, &rrs[k], &rrs[i]))
				rrs[i].ttl_s = rrs[k].ttl_s;
		}
		put_u32(b->octets + rr_ttl_at(&rrs[i]), rrs[i].ttl_s);
	}
}

/* Draws another id and letter case for the question, and so for the response. */
static void draw_question(struct client_query *asked, struct msgbuild *b)
{
	asked->id = (uint16_t)draw(65536);
	put_u16(b->octets, asked->id);
	for (unsigned i = 0, left = 0; i < asked->question_len - 5u; i++) {
		uint8_t *octet = &asked->question[i];
		if (left == 0) {
			left = *octet;
			continue;
		}
		left--;
		if ((*octet | 0x20) >= 'a' && (*octet | 0x20) <= 'z' && draw(2))
			*octet ^= 0x20;
		b->octets[DNS_HEADER_SIZE + i] = *octet;
	}
}

/* A gate that remembers, and one with the same knowledge that does not. */
struct pair {
	struct judge *knows, *fresh;
};

static void begin(struct pair *p)
{
	*p = (struct pair){ .knows = judge_new(), .fresh = judge_new() };
	gate_fini(&p->fresh->gate);
	p->fresh->gate = (struct gate){
		.crypto = p->fresh->crypto, .store = &p->fresh->store, .policy = &p->fresh->policy
	};
	assert_int_equal(gate_init(&p->fresh->gate, 0), 0);
}

static void end(struct pair *p)
{
	judge_free(p->knows);
	judge_free(p->fresh);
}

static void write_response(struct judge *j, const struct row *row)
{
	judge_begin(j, row->question, row->rcode);
	judge_write(j, row->records);
	msg_section(&j->response, SECTION_ADDITIONAL);
	j->response.compress = false;
	if (draw(4) == 0)
		msg_opt_with_ede(&j->response, draw(4), (uint16_t)(14 + draw(5))); /* 15: Blocked */
	else if (draw(4))
		msg_opt(&j->response, 1232, draw(4));
}

/* Asserts that a recalled result is the judged one, in each field that gate_recall() promises. */
static void assert_alike(struct pair *p, const struct client_query *asked, const char *why)
{
	struct msgbuild *b = &p->knows->response;
	const struct gate_result *known = &p->knows->result, *judged = &p->fresh->result;

	p->fresh->now = p->knows->now;
	judge_octets(p->fresh, asked, msg_span(b));
	assert_row(why, known->verdict == judged->verdict);
	assert_row(why, known->outcome.status == judged->outcome.status);
	assert_row(why, known->outcome.reason == judged->outcome.reason);
	assert_row(why, known->is_partial == judged->is_partial);
	assert_row(why, known->is_failure == judged->is_failure);
	assert_row(why, known->habit == judged->habit);
	assert_row(why, known->filter_ede == judged->filter_ede);
	assert_row(why, span_equal(known->octets, judged->octets));
}

/* Returns true if the second of two responses that look alike was recalled. */
static bool meets_again(struct pair *p, const struct row *row)
{
	struct client_query asked = judge_asked(row->question, draw_way() | row->how);

	p->knows->now = draw_time();
	write_response(p->knows, row);
	draw_question(&asked, &p->knows->response);
	draw_ttls(&p->knows->response);
	judge_octets(p->knows, &asked, msg_span(&p->knows->response));
	p->knows->now += draw(3) ? draw(TTL) : 0;
	if (draw(8) == 0)
		asked = judge_asked(row->question, draw_way() | row->how);
	if (draw(8) == 0)
		asked.udp_size = (uint16_t)(DNS_PLAIN_SIZE + draw(1000));
	draw_question(&asked, &p->knows->response);
	draw_ttls(&p->knows->response);
	if (!judge_recall(p->knows, &asked, msg_span(&p->knows->response)))
		return false;
	assert_alike(p, &asked, row->why);
	return true;
}

static void meet_rows(void)
{
	struct pair p;
	unsigned known[COUNT(rows) + COUNT(responses)] = { 0 };

	begin(&p);
	for (unsigned i = 0; i < COUNT(known); i++) {
		struct row row = { 0 };
		if (i < COUNT(rows)) {
			row = rows[i];
		} else {
			const struct response *r = &responses[i - COUNT(rows)];
			row = (struct row){ r->question, r->question, r->rcode, r->records, 0,
				false };
		}
		for (unsigned round = 0; round < ROUNDS; round++)
			known[i] += meets_again(&p, &row);
		assert_row(row.why, (known[i] == 0) == row.is_judged_each_time);
	}
	end(&p);
}

static void what_is_remembered_is_what_would_be_judged(void **unused)
{
	(void)unused;
	meet_rows();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_remembered_is_what_would_be_judged),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
