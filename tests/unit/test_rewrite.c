/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "judge.h"

#include "gate/rewrite.h"
#include "wire/rdata.h"

#define WWW "www.example.test A 192.0.2.1 | example.test\n"

/* ---- What the client sees ---- */

static void a_client_sees_what_it_asked_for_in_the_order_it_came(void **state)
{
	(void)state;
	static const struct {
		const char *why, *question;
		unsigned rcode;
		const char *records;
		unsigned how;
		const char *list;
	} rows[] = {
		{ "an answer", "www.example.test A", 0, WWW, ASK_PLAIN, "www.example.test/A" },
		{ "an answer, DO", "www.example.test A", 0, WWW, ASK_DO,
		        "www.example.test/A www.example.test/RRSIG" },
		{ "EDNS without DO", "www.example.test A", 0, WWW, ASK_EDNS, "www.example.test/A" },
		{ "two records", "www.example.test A", 0,
		        "www.example.test A 192.0.2.2 192.0.2.1 | example.test", ASK_PLAIN,
		        "www.example.test/A www.example.test/A" },
		{ "a chain, out of order", "a.example.test A", 0,
		        "b.example.test A 192.0.2.1 | example.test\n"
		        "a.example.test CNAME b.example.test | example.test",
		        ASK_PLAIN, "b.example.test/A a.example.test/CNAME" },
		{ "a DNAME and its CNAME", "a.d.example.test A", 0,
		        "d.example.test DNAME e.example.test | example.test\n"
		        "a.d.example.test CNAME a.e.example.test\n"
		        "a.e.example.test A 192.0.2.1 | example.test",
		        ASK_PLAIN,
		        "d.example.test/DNAME a.d.example.test/CNAME a.e.example.test/A" },
		{ "NXDOMAIN", "x.example.test A", 3,
		        SOA_EXAMPLE
		        "> example.test NSEC example.test SOA NS RRSIG NSEC | example.test",
		        ASK_PLAIN, "> example.test/SOA" },
		{ "NXDOMAIN by NSEC3", "x.example.test A", 3,
		        "> =example.test NSEC3 SOA NS RRSIG | example.test\n" SOA_EXAMPLE
		        "> ~x.example.test NSEC3 A RRSIG | example.test\n"
		        "> ~*.example.test NSEC3 A RRSIG | example.test",
		        ASK_PLAIN, "> example.test/SOA" },
		{ "NXDOMAIN, DO", "x.example.test A", 3,
		        SOA_EXAMPLE
		        "> example.test NSEC example.test SOA NS RRSIG NSEC | example.test",
		        ASK_DO,
		        "> example.test/SOA > example.test/RRSIG > example.test/NSEC "
		        "> example.test/RRSIG" },
		{ "a wildcard's proof", "a.w.example.test A", 0,
		        "a.w.example.test A 192.0.2.1 | example.test labels=3\n"
		        "> *.w.example.test NSEC x.example.test A RRSIG NSEC | example.test",
		        ASK_PLAIN, "a.w.example.test/A" },
		{ "a DS that was not asked for", "www.sub.example.test A", 0,
		        "www.sub.example.test A 192.0.2.1 | sub.example.test\n"
		        "+ sub.example.test DS sub.example.test | example.test",
		        ASK_PLAIN, "www.sub.example.test/A" },
		{ "a DS that was asked for", "sub.example.test DS", 0,
		        "sub.example.test DS sub.example.test | example.test", ASK_PLAIN,
		        "sub.example.test/DS" },
		{ "NSEC that was asked for", "www.example.test NSEC", 0,
		        "www.example.test NSEC x.example.test A RRSIG NSEC | example.test",
		        ASK_PLAIN, "www.example.test/NSEC" },
		{ "DNSKEY", "example.test DNSKEY", 0,
		        "example.test DNSKEY example.test | example.test", ASK_PLAIN,
		        "example.test/DNSKEY" },
		{ "DS", "sub.example.test DS", 0,
		        "sub.example.test DS sub.example.test | example.test", ASK_PLAIN,
		        "sub.example.test/DS" },
		{ "all of it", "www.example.test ANY", 0,
		        WWW "www.example.test NSEC x.example.test A RRSIG NSEC | example.test",
		        ASK_PLAIN,
		        "www.example.test/A www.example.test/RRSIG www.example.test/NSEC "
		        "www.example.test/RRSIG" },
		{ "all sections", "www.example.test A", 0,
		        WWW "> example.test NS ns.example.test | example.test\n"
		            "+ ns.example.test A 192.0.2.2 | example.test",
		        ASK_PLAIN, "www.example.test/A > example.test/NS + ns.example.test/A" },
		{ "an unsigned zone is not touched", "www.unsigned.test A", 0,
		        "www.unsigned.test A 192.0.2.1\n> unsigned.test NS ns.unsigned.test\n"
		        "+ ns.unsigned.test A 192.0.2.2",
		        ASK_PLAIN, "www.unsigned.test/A > unsigned.test/NS + ns.unsigned.test/A" },
		{ "stray RRSIGs of an unsigned zone", "www.unsigned.test A", 0,
		        "www.unsigned.test A 192.0.2.1 | unsigned.test", ASK_PLAIN,
		        "www.unsigned.test/A" },
		{ "a referral", "www.sub.example.test A", 0,
		        "> sub.example.test NS ns.sub.example.test\n"
		        "> sub.example.test DS sub.example.test | example.test\n"
		        "+ ns.sub.example.test A 192.0.2.1",
		        ASK_NO_RD, "> sub.example.test/NS + ns.sub.example.test/A" },
	};
	struct judge *j = judge_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		judge_text(j, rows[i].question, rows[i].rcode, rows[i].records, rows[i].how);
		const struct message *m = judge_delivered(j, msg_span(&j->response));
		if (strcmp(judge_list(m), rows[i].list) != 0)
			fail_msg("%s: %s", rows[i].why, judge_list(m));
		assert_row(rows[i].why, m->edns.present == ((rows[i].how & ASK_EDNS) != 0));
		assert_row(rows[i].why, m->edns.dnssec_ok == ((rows[i].how & ASK_DO) == ASK_DO));
		assert_row(rows[i].why, message_rcode(m) == rows[i].rcode);
	}
	judge_free(j);
}

static void a_client_that_asked_for_everything_gets_the_original(void **state)
{
	(void)state;
	struct judge *j = judge_new();

	judge_text(j, "www.example.test A", 0, WWW, ASK_DO);
	assert_int_equal(j->result.verdict, GATE_REWRITE); /* AD was not set */
	j->response.octets[3] |= FLAG_AD;
	struct client_query asked = judge_asked("www.example.test A", ASK_DO);
	judge_octets(j, &asked, msg_span(&j->response));
	assert_int_equal(j->result.verdict, GATE_ACCEPT);

	/* An answer of an unsigned zone without an OPT is not changed for any client. */
	judge_begin(j, "www.unsigned.test A", 0);
	judge_write(j, "www.unsigned.test A 192.0.2.1");
	for (unsigned how = ASK_PLAIN; how <= ASK_DO; how++) {
		asked = judge_asked("www.unsigned.test A", how);
		judge_octets(j, &asked, msg_span(&j->response));
		assert_int_equal(j->result.verdict, GATE_ACCEPT);
	}
	judge_free(j);
}

static void ad_is_true_and_only_for_clients_that_want_it(void **state)
{
	(void)state;
	static const struct {
		const char *question, *records;
		bool is_secure;
	} answers[] = {
		{ "www.example.test A", WWW, true },
		{ "www.example.test A", "> www.example.test NSEC example.test TXT | example.test",
		        true },
		{ "www.unsigned.test A", "www.unsigned.test A 192.0.2.1", false },
		{ "a.example.test A",
		        "a.example.test CNAME b.unsigned.test | example.test\n"
		        "b.unsigned.test A 192.0.2.1",
		        false },
		{ "x.optout.test A", "x.optout.test A 192.0.2.1", false },
	};
	static const struct {
		unsigned how;
		bool wants;
	} clients[] = {
		{ ASK_PLAIN, false },
		{ ASK_EDNS, false },
		{ ASK_DO, true },
		{ ASK_AD, true },
		{ ASK_AD | ASK_EDNS, true },
		{ ASK_AD | ASK_DO, true },
	};
	struct judge *j = judge_new();

	for (size_t a = 0; a < COUNT(answers); a++) {
		for (size_t c = 0; c < 2 * COUNT(clients); c++) {
			struct client_query asked =
			        judge_asked(answers[a].question, clients[c / 2].how);
			bool claimed = c % 2; /* by who sent the response */
			judge_begin(j, answers[a].question, 0);
			judge_write(j, answers[a].records);
			j->response.octets[3] |= claimed ? FLAG_AD : 0;
			judge_octets(j, &asked, msg_span(&j->response));
			const struct message *m = judge_delivered(j, msg_span(&j->response));
			assert_row(answers[a].records,
			        ((m->flags & FLAG_AD) != 0) ==
			                (answers[a].is_secure && clients[c / 2].wants));
		}
	}
	judge_free(j);
}

static void an_opt_keeps_its_place_and_its_options(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	enum { OPTION_OCTETS = 12 };

	for (unsigned how = ASK_PLAIN; how <= ASK_DO; how += how == ASK_PLAIN ? 1 : 2) {
		struct client_query asked = judge_asked("www.example.test A", how);
		judge_begin(j, "www.example.test A", 0);
		judge_write(j, WWW);
		msg_section(&j->response, SECTION_ADDITIONAL);
		j->response.compress = false;
		msg_opt(&j->response, 4000, true);
		uint8_t *end = j->response.octets + j->response.len;
		put_u16(end - 2, OPTION_OCTETS); /* the length of the options: a cookie */
		memcpy(end, "\0\12\0\10cookie!!", OPTION_OCTETS);
		j->response.len += OPTION_OCTETS;
		judge_write(j, "+ ns.example.test A 192.0.2.2 | example.test");
		judge_octets(j, &asked, msg_span(&j->response));
		const struct message *m = judge_delivered(j, msg_span(&j->response));
		assert_int_equal(m->edns.present, how != ASK_PLAIN);
		if (how == ASK_PLAIN)
			continue;
		assert_int_equal(m->edns.dnssec_ok, how == ASK_DO);
		assert_int_equal(m->edns.udp_size, 4000);
		assert_true(span_equal(m->edns.options, span_of("\0\12\0\10cookie!!", 12)));
		assert_in_range(m->edns.at, 0, m->rrs[how == ASK_DO ? 2 : 1].owner_at);
	}
	judge_free(j);
}

/* ---- TTLs ---- */

static void ttls_are_limited_to_the_proved_time(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint32_t ttl, original_ttl;
		int32_t left;
		uint32_t delivered;
	} rows[] = {
		{ "as signed", 300, 300, 5 * DAY, 300 },
		{ "aged in a cache", 200, 300, 5 * DAY, 200 },
		{ "raised on the path", 3600, 300, 5 * DAY, 300 },
		{ "the signature ends soon", 3600, 3600, 120, 120 },
		{ "expired within the skew", 3600, 3600, -1, 0 },
		{ "zero", 0, 300, 5 * DAY, 0 },
		{ "the top bit set is zero (RFC 2181, 8)", 0x80000001, 0x80000001, 5 * DAY, 0 },
	};
	struct judge *j = judge_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct client_query asked = judge_asked("www.example.test A", ASK_DO);
		struct signing how = { .inception = NOW - 20 * DAY,
			.expiration = (uint32_t)(NOW + rows[i].left),
			.original_ttl = rows[i].original_ttl };
		judge_begin(j, "www.example.test A", 0);
		msg_signed(&j->response, judge_key(j, "example.test"), "www.example.test", TYPE_A,
		        rows[i].ttl, RRSET(rd_a("192.0.2.1"), rd_a("192.0.2.2")), &how);
		judge_octets(j, &asked, msg_span(&j->response));
		assert_judged(j, rows[i].why, STATUS_SECURE, REASON_NONE);
		const struct message *m = judge_delivered(j, msg_span(&j->response));
		for (unsigned n = 0; n < 3; n++)
			assert_row(rows[i].why, m->rrs[n].ttl_s == rows[i].delivered);
	}
	judge_free(j);
}

static void the_ttls_of_a_set_become_its_smallest(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	struct client_query asked = judge_asked("www.example.test A", ASK_DO);
	struct rd rds[] = { rd_a("192.0.2.1"), rd_a("192.0.2.2") };

	judge_begin(j, "www.example.test A", 0);
	msg_rr(&j->response, "www.example.test", TYPE_A, 300, rds[0]);
	msg_rr(&j->response, "www.example.test", TYPE_A, 60, rds[1]);
	msg_rr(&j->response, "www.example.test", TYPE_RRSIG, 300,
	        rd_rrsig(judge_key(j, "example.test"), "www.example.test", TYPE_A, 300, rds, 2,
	                &valid));
	judge_octets(j, &asked, msg_span(&j->response));
	assert_judged(j, "two TTLs", STATUS_SECURE, REASON_NONE);
	const struct message *m = judge_delivered(j, msg_span(&j->response));
	for (unsigned n = 0; n < 3; n++)
		assert_int_equal(m->rrs[n].ttl_s, 60);
	judge_free(j);
}

static void a_synthesised_cname_lives_no_longer_than_its_dname(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	struct client_query asked = judge_asked("a.d.example.test CNAME", ASK_DO);

	judge_begin(j, "a.d.example.test CNAME", 0);
	msg_signed(&j->response, judge_key(j, "example.test"), "d.example.test", TYPE_DNAME, 60,
	        RRSET(rd_name("e.test")), &valid);
	msg_rr(&j->response, "a.d.example.test", TYPE_CNAME, 86400, rd_name("a.e.test"));
	judge_octets(j, &asked, msg_span(&j->response));
	assert_judged(j, "DNAME", STATUS_SECURE, REASON_NONE);
	assert_int_equal(judge_delivered(j, msg_span(&j->response))->rrs[2].ttl_s, 60);
	judge_free(j);
}

/* ---- Size ---- */

/* Text of an RRset of `count` TXT records of 40 octets each. */
static char *texts(char *at, const char *prefix, const char *owner, unsigned count)
{
	at += sprintf(at, "%s%s TXT", prefix, owner);
	for (unsigned i = 0; i < count; i++)
		at += sprintf(at, " %039u", i);
	return at + sprintf(at, " | example.test\n");
}

static void a_message_fits_the_client_by_losing_additional_first_then_all(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		unsigned answers, extras, how;
		bool extras_kept, truncated;
	} rows[] = {
		{ "fits", 4, 2, ASK_PLAIN, true, false },
		{ "additional is too much", 6, 6, ASK_PLAIN, false, false },
		{ "the answer is too much", 12, 0, ASK_PLAIN, false, true },
		{ "EDNS: fits", 6, 6, ASK_EDNS, true, false },
		{ "EDNS: additional is too much", 14, 14, ASK_EDNS, false, false },
		{ "EDNS: the answer is too much", 30, 0, ASK_EDNS, false, true },
		{ "signatures do not count for a client that does not get them", 8, 0, ASK_PLAIN,
		        false, false },
		{ "a large client", 30, 9, ASK_LARGE, true, false },
	};
	struct judge *j = judge_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[8192];
		char *end = texts(text, "", "www.example.test", rows[i].answers);
		if (rows[i].extras)
			texts(end, "+ ", "other.example.test", rows[i].extras);
		judge_text(j, "www.example.test TXT", 0, text, rows[i].how | ASK_AD);
		assert_judged(j, rows[i].why, STATUS_SECURE, REASON_NONE);
		const struct message *m = judge_delivered(j, msg_span(&j->response));
		struct client_query asked = judge_asked("www.example.test TXT", rows[i].how);
		unsigned kept = rows[i].truncated ? 0 : rows[i].answers;
		assert_row(rows[i].why, m->octets.len <= asked.udp_size);
		assert_row(rows[i].why, ((m->flags & FLAG_TC) != 0) == rows[i].truncated);
		assert_row(rows[i].why,
		        m->rr_count == kept + (rows[i].extras_kept ? rows[i].extras : 0));
		assert_row(rows[i].why, m->edns.present == asked.has_edns);
		assert_row(rows[i].why, !rows[i].truncated || !(m->flags & FLAG_AD));
	}
	judge_free(j);
}

/* A response whose OPT has one option of this many octets. */
static void begin_with_option(struct judge *j, const char *records, size_t octets)
{
	judge_begin(j, "www.example.test TXT", 0);
	j->response.octets[3] |= FLAG_AD;
	judge_write(j, records);
	msg_section(&j->response, SECTION_ADDITIONAL);
	j->response.compress = false;
	msg_opt(&j->response, 1232, true);
	put_u16(j->response.octets + j->response.len - 2, (uint16_t)(4 + octets));
	put_u32(j->response.octets + j->response.len, (uint32_t)octets);
	memset(j->response.octets + j->response.len + 4, 'x', octets);
	j->response.len += 4 + octets;
}

/* Even for the smallest size: a forwarded packet has no more room than the path has. */
static void a_client_never_gets_more_than_its_udp_size(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		unsigned answers;
		size_t option_octets;
		uint16_t udp_size;
		bool truncated, is_option_kept;
	} rows[] = {
		{ "the original message", 4, 100, 1232, false, true },
		{ "no change is needed, but it is too long", 12, 4, 512, true, false },
		{ "the option alone is too long", 1, 600, 512, true, false },
		{ "exact fit", 0, 600, DNS_HEADER_SIZE + 22 + 11 + 4 + 600, false, true },
		{ "one less", 0, 600, DNS_HEADER_SIZE + 22 + 11 + 4 + 599, true, false },
	};
	struct judge *j = judge_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[8192] = "> www.example.test NSEC x.example.test A RRSIG NSEC | "
		                  "example.test";
		struct client_query asked = judge_asked("www.example.test TXT", ASK_DO);
		if (rows[i].answers > 0)
			texts(text, "", "www.example.test", rows[i].answers);
		asked.udp_size = rows[i].udp_size;
		if (rows[i].answers == 0) { /* an error, of which nothing goes on but this */
			begin_with_option(j, "", rows[i].option_octets);
			j->response.octets[3] = RCODE_REFUSED;
		} else {
			begin_with_option(j, text, rows[i].option_octets);
		}
		judge_octets(j, &asked, msg_span(&j->response));
		const struct message *m = judge_delivered(j, msg_span(&j->response));
		assert_row(rows[i].why, m->octets.len <= rows[i].udp_size);
		assert_row(rows[i].why, ((m->flags & FLAG_TC) != 0) == rows[i].truncated);
		assert_row(rows[i].why, !(rows[i].truncated && (m->flags & FLAG_AD)));
		assert_row(rows[i].why, m->edns.present);
		assert_row(rows[i].why, (m->edns.options.len > 0) == rows[i].is_option_kept);
		assert_row(rows[i].why, (j->result.verdict == GATE_ACCEPT) == !rows[i].truncated);
	}
	struct client_query asked = judge_asked("www.example.test TXT", ASK_DO);
	asked.udp_size = 20; /* less than the question */
	judge_octets(j, &asked, msg_span(&j->response));
	assert_int_equal(j->result.octets.len, DNS_HEADER_SIZE + 22 + 11);
	judge_free(j);
}

static void a_message_too_large_for_the_buffer_is_not_written(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	static struct rr rrs[8];
	static uint8_t room[2048];
	uint32_t ttls[8] = { TTL, TTL_LEFT_OUT, TTL, TTL };
	struct rewrite r = { .ttls = ttls, .keep_opt = true };
	struct message m;

	begin_with_option(j, "www.example.test TXT a | example.test\n> example.test NS n.test", 9);
	assert_true(message_parse(&m, msg_span(&j->response), rrs, COUNT(rrs)));
	struct writer whole = writer_over(room, sizeof(room));
	assert_true(rewrite_message(&r, &m, &j->gate.arena, &whole));
	for (size_t size = 0; size < whole.len; size++) {
		struct writer out = writer_over(room, size);
		assert_false(rewrite_message(&r, &m, &j->gate.arena, &out));
	}
	judge_free(j);
}

/* ---- Names ---- */

/* Writes the name at `at` without compression, in its letter case. Returns its length. */
static size_t expand(struct span octets, size_t at, uint8_t out[static 256])
{
	size_t len = 0;

	for (;;) {
		uint8_t label = octets.base[at];
		if (label >= 0xc0) {
			at = (size_t)(label & 0x3f) << 8 | octets.base[at + 1];
			continue;
		}
		assert_in_range(len + label + 1, 0, 255);
		memcpy(out + len, octets.base + at, label + 1u);
		len += label + 1u;
		at += label + 1u;
		if (label == 0)
			return len;
	}
}

static void assert_same_name(struct span a, size_t at_a, struct span b, size_t at_b)
{
	uint8_t x[256], y[256];
	size_t len = expand(a, at_a, x);

	assert_int_equal(len, expand(b, at_b, y));
	assert_memory_equal(x, y, len);
}

static void assert_same_rdata(const struct message *a, const struct rr *in_a,
        const struct message *b, const struct rr *in_b)
{
	struct rdata_walk walk_a = rdata_walk_begin(a, in_a);
	struct rdata_walk walk_b = rdata_walk_begin(b, in_b);
	struct rdata_part x, y;

	while (rdata_walk_next(&walk_a, &x)) {
		assert_true(rdata_walk_next(&walk_b, &y));
		assert_int_equal(x.is_name, y.is_name);
		if (x.is_name)
			assert_same_name(a->octets, x.at, b->octets, y.at);
		else
			assert_true(span_equal(x.octets, y.octets));
	}
	assert_true(rdata_walk_done(&walk_a) && rdata_walk_done(&walk_b));
}

/* Asserts that the delivered records are those of the response without RRSIGs, in the same letter
 * case. */
static void assert_same_but_for_signatures(struct judge *j)
{
	struct message sent;
	struct rr rrs[128];
	const struct message *m = judge_delivered(j, msg_span(&j->response));
	unsigned n = 0;

	assert_int_equal(j->result.verdict, GATE_REWRITE);
	assert_true(message_parse(&sent, msg_span(&j->response), rrs, COUNT(rrs)));
	assert_true(span_equal(sent.question, m->question));
	for (unsigned i = 0; i < sent.rr_count; i++) {
		if (rrs[i].type == TYPE_RRSIG)
			continue;
		assert_in_range(n, 0, m->rr_count - 1);
		const struct rr *got = &m->rrs[n++];
		assert_int_equal(got->type, rrs[i].type);
		assert_int_equal(got->section, rrs[i].section);
		assert_same_name(sent.octets, rrs[i].owner_at, m->octets, got->owner_at);
		assert_same_rdata(&sent, &rrs[i], m, got);
	}
	assert_int_equal(n, m->rr_count);
}

static void letter_case_is_kept(void **state)
{
	(void)state;
	struct judge *j = judge_new();

	judge_text(j, "wWw.eXample.TEST MX", 0,
	        "WWW.Example.tesT MX Mail.EXAMPLE.test mx2.exAmple.Test | example.test\n"
	        "+ mAil.Example.Test A 192.0.2.1 | example.test",
	        ASK_PLAIN);
	assert_judged(j, "letter case", STATUS_SECURE, REASON_NONE);
	assert_same_but_for_signatures(j);
	assert_memory_equal(j->result.octets.base + DNS_HEADER_SIZE, "\3wWw\7eXample\4TEST", 17);
	judge_free(j);
}

/* Appends a record as raw octets: owner, type, RDATA. */
static void put_raw(struct msgbuild *b, struct span owner, uint16_t type, struct span rdata)
{
	struct writer w = writer_over(b->octets, sizeof(b->octets));

	w.len = b->len;
	writer_put(&w, owner);
	writer_u16(&w, type);
	writer_u16(&w, CLASS_IN);
	writer_u32(&w, TTL);
	writer_u16(&w, (uint16_t)rdata.len);
	writer_put(&w, rdata);
	b->len = w.len;
	b->octets[7 + 2 * b->section]++;
}

static struct span pointer_to(size_t at, uint8_t out[static 2])
{
	put_u16(out, (uint16_t)(0xc000 | at));
	return span_of(out, 2);
}

static void put_signature(
        struct judge *j, const char *owner, uint16_t type, const struct rd *rds, size_t count)
{
	msg_rr(&j->response, owner, TYPE_RRSIG, TTL,
	        rd_rrsig(judge_key(j, "example.test"), owner, type, TTL, rds, count, &valid));
}

static void pointers_into_left_out_records_are_corrected(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	struct client_query asked = judge_asked("www.example.test A", ASK_PLAIN);
	struct rd cname = rd_name("mail.example.test"), a = rd_a("192.0.2.1");
	uint8_t pointer[2];
	enum { SIGNER_AT = 18 };

	/* The CNAME's signature is left out; later names point to its signer's name. */
	judge_begin(j, "www.example.test A", 0);
	msg_rr(&j->response, "www.example.test", TYPE_CNAME, TTL, cname);
	size_t owner_len = 2, fixed_len = 10;
	size_t signer_at = j->response.len + owner_len + fixed_len + SIGNER_AT;
	put_signature(j, "www.example.test", TYPE_CNAME, &cname, 1);
	assert_memory_equal(j->response.octets + signer_at, "\7example\4test", 14);
	uint8_t mail[7] = "\4Mail";
	memcpy(mail + 5, pointer_to(signer_at, pointer).base, 2);
	size_t mail_at = j->response.len;
	put_raw(&j->response, span_of(mail, 7), TYPE_A, span_of(a.octets, a.len));
	struct rd sig = rd_rrsig(
	        judge_key(j, "example.test"), "mail.example.test", TYPE_A, TTL, &a, 1, &valid);
	put_raw(&j->response, pointer_to(mail_at, pointer), TYPE_RRSIG,
	        span_of(sig.octets, sig.len));
	judge_octets(j, &asked, msg_span(&j->response));
	assert_judged(j, "pointers", STATUS_SECURE, REASON_NONE);
	assert_same_but_for_signatures(j);
	judge_free(j);
}

static void names_in_rdata_are_corrected_and_compressed_only_in_old_types(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint16_t type;
		const char *before; /* of the name: octets */
		size_t before_len;
		bool may_stay;
	} rows[] = {
		{ "CNAME", TYPE_CNAME, "", 0, true },
		{ "MX", TYPE_MX, "\0\12", 2, true },
		{ "PTR", TYPE_PTR, "", 0, true },
		{ "SRV", TYPE_SRV, "\0\1\0\2\0\65", 6, false },
		{ "NAPTR", TYPE_NAPTR, "\0\1\0\2\1u\0\0", 8, false },
		{ "KX", TYPE_KX, "\0\1", 2, false },
		{ "AFSDB", TYPE_AFSDB, "\0\1", 2, false },
		{ "RT", TYPE_RT, "\0\1", 2, false },
	};
	struct judge *j = judge_new();

	for (size_t i = 0; i < COUNT(rows); i++) {
		char question[100], type[TYPE_TEXT_SIZE];
		uint8_t rdata[64], plain[64], pointer[2];
		size_t len = rows[i].before_len;

		snprintf(question, sizeof(question), "www.example.test %s",
		        type_text(rows[i].type, type));
		struct client_query asked = judge_asked("www.example.test A", ASK_PLAIN);
		put_u16(asked.question + asked.question_len - 4, rows[i].type);
		msg_begin(&j->response, 0x1234, FLAG_QR, "www.example.test", rows[i].type);
		j->response.compress = true;
		memcpy(rdata, rows[i].before, len);
		memcpy(rdata + len, "\3Srv", 4);
		memcpy(rdata + len + 4, pointer_to(DNS_HEADER_SIZE + 4, pointer).base, 2);
		memcpy(plain, rows[i].before, len);
		memcpy(plain + len, "\3srv\7example\4test", 18);
		struct rd canonical = rd_raw(span_of(plain, len + 18));
		put_signature(j, "www.example.test", rows[i].type, &canonical, 1);
		put_raw(&j->response, pointer_to(DNS_HEADER_SIZE, pointer), rows[i].type,
		        span_of(rdata, len + 6));
		judge_octets(j, &asked, msg_span(&j->response));
		assert_judged(j, rows[i].why, STATUS_SECURE, REASON_NONE);
		assert_same_but_for_signatures(j);
		const struct message *m = judge_delivered(j, msg_span(&j->response));
		assert_row(rows[i].why, m->rrs[0].rdata_len == len + (rows[i].may_stay ? 6u : 18u));
	}
	judge_free(j);
}

static void a_compressed_message_stays_compressed(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	char text[4096];

	texts(text, "", "www.example.test", 5);
	judge_text(j, "www.example.test TXT", 0, text, ASK_PLAIN);
	assert_same_but_for_signatures(j);
	/* question, then five records whose owners are pointers */
	assert_int_equal(j->result.octets.len, DNS_HEADER_SIZE + 22 + 5 * (2 + 10 + 40));
	judge_free(j);
}

/* RFC 1035, 4.1.4: a pointer has fourteen bits. */
static void names_beyond_the_reach_of_a_pointer_are_written_in_full(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	struct client_query asked = judge_asked("www.unsigned.test MX", ASK_LARGE);
	static uint8_t filler[300];

	judge_begin(j, "www.unsigned.test MX", 0);
	for (unsigned i = 0; i < 70; i++)
		msg_rr(&j->response, "www.unsigned.test", TYPE_TXT, TTL,
		        rd_raw(span_of(filler, sizeof(filler))));
	for (unsigned i = 0; i < 2; i++)
		msg_rr(&j->response, "www.unsigned.test", TYPE_MX, TTL,
		        rd_mx((uint16_t)i, "Mail.other.test"));
	j->response.octets[DNS_HEADER_SIZE + 19 + 1] = TYPE_ANY;
	asked.question[asked.question_len - 3] = TYPE_ANY;
	msg_section(&j->response, SECTION_ADDITIONAL);
	msg_opt(&j->response, 1232, true); /* DO is cleared: so it is written anew */
	judge_octets(j, &asked, msg_span(&j->response));
	assert_judged(j, "unsigned", STATUS_INSECURE, REASON_UNSIGNED_ZONE);
	assert_int_equal(j->result.verdict, GATE_REWRITE);
	assert_in_range(j->result.octets.len, 0x4000, 65535);
	assert_same_but_for_signatures(j);
	judge_free(j);
}

static void malformed_rdata_is_not_rewritten(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	struct client_query asked = judge_asked("www.unsigned.test MX", ASK_EDNS);

	for (unsigned changes = 0; changes <= 1; changes++) {
		judge_begin(j, "www.unsigned.test MX", 0);
		judge_write(j, "www.unsigned.test MX #000a0161");
		if (changes) {
			msg_section(&j->response, SECTION_ADDITIONAL);
			msg_opt(&j->response, 1232, true); /* DO is to be cleared */
		}
		judge_octets(j, &asked, msg_span(&j->response));
		assert_int_equal(j->result.verdict, changes ? GATE_SERVFAIL : GATE_ACCEPT);
	}
	assert_judged(j, "rewritten", STATUS_BOGUS, REASON_MALFORMED);
	judge_free(j);
}

static void a_malformed_owner_is_not_rewritten(void **state)
{
	(void)state;
	struct judge *j = judge_new();
	struct client_query asked = judge_asked("www.example.test A", ASK_DO);
	uint8_t owner[4] = { 1, 'a', 0, 0 };

	/* A name that points into itself, in an unjudged record: a pause. */
	judge_begin(j, "www.example.test A", 0);
	put_u16(owner + 2, (uint16_t)(0xc000 | j->response.len));
	put_raw(&j->response, span_of(owner, 4), TYPE_A, span_of("\0\0\0\0", 4));
	asked.dnssec_ok = asked.has_edns = false;
	msg_section(&j->response, SECTION_ADDITIONAL);
	j->response.compress = false;
	msg_opt(&j->response, 1232, true); /* would have to go */
	struct writer out = writer_over(j->out, sizeof(j->out));
	gate_pass(&j->gate, &asked, msg_span(&j->response), EXEMPT_PAUSE, &out, &j->result);
	assert_int_equal(j->result.verdict, GATE_ACCEPT);

	/* The same in another class. */
	asked.question[asked.question_len - 1] = 3;
	j->response.octets[DNS_HEADER_SIZE + 18 + 3] = 3;
	j->response.octets[DNS_HEADER_SIZE + 22 + 4 + 3] = 3;
	judge_octets(j, &asked, msg_span(&j->response));
	assert_int_equal(j->result.verdict, GATE_SERVFAIL);
	judge_free(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_sees_what_it_asked_for_in_the_order_it_came),
		cmocka_unit_test(a_client_that_asked_for_everything_gets_the_original),
		cmocka_unit_test(ad_is_true_and_only_for_clients_that_want_it),
		cmocka_unit_test(an_opt_keeps_its_place_and_its_options),
		cmocka_unit_test(ttls_are_limited_to_the_proved_time),
		cmocka_unit_test(the_ttls_of_a_set_become_its_smallest),
		cmocka_unit_test(a_synthesised_cname_lives_no_longer_than_its_dname),
		cmocka_unit_test(a_message_fits_the_client_by_losing_additional_first_then_all),
		cmocka_unit_test(a_client_never_gets_more_than_its_udp_size),
		cmocka_unit_test(a_message_too_large_for_the_buffer_is_not_written),
		cmocka_unit_test(letter_case_is_kept),
		cmocka_unit_test(pointers_into_left_out_records_are_corrected),
		cmocka_unit_test(names_in_rdata_are_corrected_and_compressed_only_in_old_types),
		cmocka_unit_test(a_compressed_message_stays_compressed),
		cmocka_unit_test(names_beyond_the_reach_of_a_pointer_are_written_in_full),
		cmocka_unit_test(malformed_rdata_is_not_rewritten),
		cmocka_unit_test(a_malformed_owner_is_not_rewritten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
