/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of a refused response that pass: a blocked name, and the SOA before a transfer. */
#include "judge.h"

#include "gate/query.h"
#include "wire/edns.h"

enum {
	PASSES_BLOCKED = 1,
	PASSES_TRANSFERS = 2,
	PRECEDES_TRANSFER = 4, /* the client asks the server for SOA alone */
	IS_AUTHORITY = 8,      /* AA */
};

#define BLOCK PASSES_BLOCKED
#define SOA   (PASSES_TRANSFERS | PRECEDES_TRANSFER | IS_AUTHORITY)

static void expect_passes(struct judge *j, const char *why, enum exemption wanted, unsigned given,
        struct client_query *asked, const char *passes)
{
	struct writer out = writer_over(j->out, sizeof(j->out));

	j->policy.passes_blocked = given & PASSES_BLOCKED;
	j->policy.passes_transfers = given & PASSES_TRANSFERS;
	asked->precedes_transfer = given & PRECEDES_TRANSFER;
	judge_octets(j, asked, msg_span(&j->response));
	assert_row(why, j->result.verdict == GATE_SERVFAIL);
	assert_row(why, gate_unproved(&j->gate, asked, msg_span(&j->response)) == wanted);
	if (wanted == EXEMPT_NOT)
		return;
	gate_pass(&j->gate, asked, msg_span(&j->response), wanted, &out, &j->result);
	const struct message *sent = judge_delivered(j, msg_span(&j->response));
	if (strcmp(judge_list(sent), passes) != 0)
		fail_msg("%s: \"%s\" passes", why, judge_list(sent));
	assert_row(why, !(sent->flags & FLAG_AD));
	for (unsigned i = 0; i < sent->rr_count; i++)
		assert_row(why, sent->rrs[i].ttl_s <= exempts[wanted].most_ttl_s);
}

/* The records are those of filters, and those that an attacker would like to pass by them. */
static void only_what_says_nothing_passes_a_refusal(void **state)
{
	(void)state;
	static const struct {
		const char *why, *question;
		unsigned how, rcode;
		const char *records;
		unsigned given;
		enum exemption passes_by;
		const char *passes;
	} rows[] = {
		/* blocked */
		{ "no such name, as AdGuard and NextDNS say it", "ads.example.test A", ASK_AD, 3,
		        "> ads.example.test SOA", BLOCK, EXEMPT_BLOCKED, "" },
		{ "no such type, RPZ", "ads.example.test AAAA", ASK_PLAIN, 0, "", BLOCK,
		        EXEMPT_BLOCKED, "" },
		{ "0.0.0.0, Pi-hole", "ads.example.test A", ASK_PLAIN, 0,
		        "ads.example.test A 0.0.0.0", BLOCK, EXEMPT_BLOCKED, "ads.example.test/A" },
		{ "::", "ads.example.test AAAA", ASK_DO, 0, "ads.example.test AAAA ::", BLOCK,
		        EXEMPT_BLOCKED, "ads.example.test/AAAA" },
		{ "HTTPS", "ads.example.test HTTPS", ASK_PLAIN, 0, "", BLOCK, EXEMPT_BLOCKED, "" },
		{ "the SOA that would make the denial last", "www.example.test A", ASK_PLAIN, 3,
		        "> test SOA\n+ www.example.test A 203.0.113.66", BLOCK, EXEMPT_BLOCKED,
		        "" },
		{ "SVCB", "www.example.test SVCB", ASK_PLAIN, 0, "", BLOCK, EXEMPT_BLOCKED, "" },
		{ "a name that a DNAME makes too long", "ads.example.test A", ASK_PLAIN, 6, "",
		        BLOCK, EXEMPT_NOT, "" },
		{ ":: where an address of IPv4 is asked for", "ads.example.test A", ASK_PLAIN, 0,
		        "ads.example.test AAAA ::", BLOCK, EXEMPT_BLOCKED, "" },
		{ "0.0.0.0 of another name", "ads.example.test A", ASK_PLAIN, 0,
		        "www.example.test A 0.0.0.0", BLOCK, EXEMPT_BLOCKED, "" },
		{ "not by default", "ads.example.test A", ASK_PLAIN, 3, "", 0, EXEMPT_NOT, "" },
		{ "an address", "www.example.test A", ASK_PLAIN, 0,
		        "www.example.test A 203.0.113.66", BLOCK, EXEMPT_NOT, "" },
		{ "an address beside 0.0.0.0", "www.example.test A", ASK_PLAIN, 0,
		        "www.example.test A 0.0.0.0 203.0.113.66", BLOCK, EXEMPT_NOT, "" },
		{ "an alias to a page that says it is blocked", "ads.example.test A", ASK_PLAIN, 0,
		        "ads.example.test CNAME block.page.test\nblock.page.test A 203.0.113.66",
		        BLOCK, EXEMPT_NOT, "" },
		{ "an alias whose address was taken away, filter-AAAA of dnsmasq",
		        "a.example.test AAAA", ASK_PLAIN, 0,
		        "a.example.test CNAME www.example.test | example.test", BLOCK,
		        EXEMPT_BLOCKED, "" },
		{ "a forged alias to nothing", "ads.example.test A", ASK_DO, 3,
		        "ads.example.test CNAME block.page.test", BLOCK, EXEMPT_BLOCKED, "" },
		{ "an alias to 0.0.0.0", "ads.example.test A", ASK_PLAIN, 0,
		        "ads.example.test CNAME block.page.test\nblock.page.test A 0.0.0.0", BLOCK,
		        EXEMPT_BLOCKED, "" },
		{ "a DNAME to 0.0.0.0", "ads.example.test A", ASK_PLAIN, 0,
		        "example.test DNAME page.test\nads.example.test CNAME ads.page.test\n"
		        "ads.page.test A 0.0.0.0",
		        BLOCK, EXEMPT_BLOCKED, "" },
		{ "three octets that are zero", "ads.example.test A", ASK_PLAIN, 0,
		        "ads.example.test A #000000", BLOCK, EXEMPT_NOT, "" },
		{ "four octets as an address of IPv6", "ads.example.test AAAA", ASK_PLAIN, 0,
		        "ads.example.test AAAA #00000000", BLOCK, EXEMPT_NOT, "" },
		{ "an alias that is asked for", "ads.example.test CNAME", ASK_PLAIN, 0,
		        "ads.example.test CNAME block.page.test", BLOCK, EXEMPT_NOT, "" },
		{ "no TLSA: mail would go to any certificate", "_25._tcp.example.test TLSA",
		        ASK_PLAIN, 3, "", BLOCK, EXEMPT_NOT, "" },
		{ "no address of a TLSA's name: a cache would deny the TLSA by it",
		        "_25._tcp.example.test A", ASK_PLAIN, 3, "", BLOCK, EXEMPT_NOT, "" },
		{ "no CAA: any authority might sign", "www.example.test CAA", ASK_PLAIN, 0, "",
		        BLOCK, EXEMPT_NOT, "" },
		{ "no MX", "example.test MX", ASK_PLAIN, 0, "", BLOCK, EXEMPT_NOT, "" },
		{ "no DS: the zone would be unsigned", "sub.example.test DS", ASK_DO, 0, "", BLOCK,
		        EXEMPT_NOT, "" },
		{ "to a resolver that iterates", "www.example.test A", ASK_NO_RD, 3, "", BLOCK,
		        EXEMPT_NOT, "" },
		/* before a transfer */
		{ "a primary's SOA", "example.test SOA", ASK_NO_RD, 0, "example.test SOA", SOA,
		        EXEMPT_SOA, "example.test/SOA" },
		{ "an SOA in a denial, for nsupdate", "www.example.test SOA", ASK_NO_RD, 0,
		        "> example.test SOA", SOA, EXEMPT_SOA, "> example.test/SOA" },
		{ "with other records", "example.test SOA", ASK_NO_RD, 0,
		        "example.test SOA\nexample.test A 203.0.113.66\n"
		        "> example.test NS ns.attacker.test\n+ ns.example.test A 203.0.113.66",
		        SOA, EXEMPT_SOA, "example.test/SOA" },
		{ "an SOA of another name", "example.test SOA", ASK_NO_RD, 0, "other.test SOA", SOA,
		        EXEMPT_SOA, "" },
		{ "an SOA in the additional section", "example.test SOA", ASK_NO_RD, 0,
		        "+ example.test SOA", SOA, EXEMPT_SOA, "" },
		{ "an SOA of a name above, as an answer", "example.test SOA", ASK_NO_RD, 0,
		        "test SOA", SOA, EXEMPT_SOA, "" },
		{ "no authority", "example.test SOA", ASK_NO_RD, 0, "example.test SOA",
		        SOA & ~IS_AUTHORITY, EXEMPT_NOT, "" },
		{ "a client that asks this server for more", "example.test SOA", ASK_NO_RD, 0,
		        "example.test SOA", SOA & ~PRECEDES_TRANSFER, EXEMPT_NOT, "" },
		{ "with RD, as nsupdate looks for a zone's primary", "example.test SOA", ASK_PLAIN,
		        0, "example.test SOA", SOA, EXEMPT_NOT, "" },
		{ "transfers are refused", "example.test SOA", ASK_NO_RD, 0, "example.test SOA",
		        SOA & ~PASSES_TRANSFERS, EXEMPT_NOT, "" },
		{ "an address", "www.example.test A", ASK_NO_RD, 0,
		        "www.example.test A 203.0.113.66", SOA, EXEMPT_NOT, "" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct judge *j = judge_new();
		struct client_query asked = judge_asked(rows[i].question, rows[i].how);

		judge_begin(j, rows[i].question, rows[i].rcode);
		judge_write(j, rows[i].records);
		put_u16(j->response.octets + 2,
		        (uint16_t)(FLAG_QR | FLAG_RA | FLAG_AD | rows[i].rcode |
		                   (rows[i].given & IS_AUTHORITY ? FLAG_AA : 0)));
		expect_passes(
		        j, rows[i].why, rows[i].passes_by, rows[i].given, &asked, rows[i].passes);
		judge_free(j);
	}
}

static enum exemption exemption_of(struct judge *j, const char *question, unsigned how)
{
	struct client_query asked = judge_asked(question, how);

	asked.precedes_transfer = true;
	return gate_unproved(&j->gate, &asked, msg_span(&j->response));
}

static void of_what_is_no_answer_nothing_passes(void **state)
{
	(void)state;
	struct judge *j = judge_new();

	j->policy.passes_blocked = j->policy.passes_transfers = true;
	judge_begin(j, "ads.example.test A", RCODE_NXDOMAIN);
	assert_int_equal(exemption_of(j, "ads.example.test A", ASK_PLAIN), EXEMPT_BLOCKED);
	put_u16(j->response.octets + j->response.len - 2, CLASS_ANY);
	assert_int_equal(exemption_of(j, "ads.example.test A", ASK_PLAIN), EXEMPT_NOT);
	judge_begin(j, "ads.example.test A", RCODE_REFUSED);
	assert_int_equal(exemption_of(j, "ads.example.test A", ASK_PLAIN), EXEMPT_NOT);
	judge_begin(j, "example.test SOA", 0);
	put_u16(j->response.octets + 2, FLAG_QR | FLAG_AA);
	assert_int_equal(exemption_of(j, "example.test SOA", ASK_NO_RD), EXEMPT_SOA);
	put_u16(j->response.octets + j->response.len - 2, CLASS_ANY);
	assert_int_equal(exemption_of(j, "example.test SOA", ASK_NO_RD), EXEMPT_NOT);
	j->response.len = DNS_HEADER_SIZE + 1;
	assert_int_equal(exemption_of(j, "example.test SOA", ASK_NO_RD), EXEMPT_NOT);
	judge_free(j);
}

/* A record of another class, and one whose owner cannot be read. */
static void no_odd_record_passes_a_refusal(void **state)
{
	(void)state;
	static const struct {
		const char *question, *record;
		unsigned how;
		enum exemption exemption;
	} rows[] = {
		{ "ads.example.test A", "ads.example.test A 0.0.0.0", ASK_PLAIN, EXEMPT_BLOCKED },
		{ "example.test SOA", "> example.test SOA", ASK_NO_RD, EXEMPT_SOA },
	};

	for (size_t i = 0; i < COUNT(rows) * 2; i++) {
		bool is_owner = i % 2;
		struct judge *j = judge_new();
		struct client_query asked = judge_asked(rows[i / 2].question, rows[i / 2].how);
		struct writer out = writer_over(j->out, sizeof(j->out));
		static struct rr rrs[4];
		struct message m;

		judge_begin(j, rows[i / 2].question, 0);
		size_t at = j->response.len;
		j->response.compress = true;
		judge_write(j, rows[i / 2].record);
		assert_true(message_parse(&m, msg_span(&j->response), rrs, COUNT(rrs)));
		if (is_owner)
			put_u16(j->response.octets + at, (uint16_t)(0xc000 | at)); /* to itself */
		else
			put_u16(j->response.octets + m.rrs[0].rdata_at - 8, 3);
		gate_pass(&j->gate, &asked, msg_span(&j->response), rows[i / 2].exemption, &out,
		        &j->result);
		if (j->result.verdict == GATE_REWRITE)
			assert_string_equal(
			        judge_list(judge_delivered(j, msg_span(&j->response))), "");
		else
			assert_int_equal(j->result.verdict, GATE_SERVFAIL);
		judge_free(j);
	}
}

static void a_servers_word_that_it_filters_is_found(void **state)
{
	(void)state;
	static const struct {
		const char *why, *options;
		size_t len;
		uint16_t code;
	} rows[] = {
		{ "no option", "", 0, 0 },
		{ "Blocked", "\0\17\0\2\0\17", 6, 15 },
		{ "Censored, with a text", "\0\17\0\5\0\20abc", 9, 16 },
		{ "Filtered, after a cookie", "\0\12\0\1x\0\17\0\2\0\21", 11, 17 },
		{ "Forged Answer", "\0\17\0\2\0\4", 6, 4 },
		{ "Prohibited, after an error that is none", "\0\17\0\2\0\26\0\17\0\2\0\22", 12,
		        18 },
		{ "an error that is none", "\0\17\0\2\0\26", 6, 0 },
		{ "the same number in another option", "\0\12\0\2\0\17", 6, 0 },
		{ "a code that is cut", "\0\17\0\1\0", 5, 0 },
		{ "an option that is cut", "\0\17\0\2\0", 5, 0 },
		{ "a head that is cut", "\0\17\0", 3, 0 },
		{ "longer than the options", "\0\17\377\377\0\17", 6, 0 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct span options = span_of(rows[i].options, rows[i].len);
		assert_row(rows[i].why, edns_filter_code(options) == rows[i].code);
	}
	assert_string_equal(edns_filter_word(17), "Filtered");
	assert_string_equal(edns_filter_word(22), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_says_nothing_passes_a_refusal),
		cmocka_unit_test(of_what_is_no_answer_nothing_passes),
		cmocka_unit_test(no_odd_record_passes_a_refusal),
		cmocka_unit_test(a_servers_word_that_it_filters_is_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
