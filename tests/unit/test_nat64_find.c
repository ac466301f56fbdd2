/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prefixes of NAT64s out of answers for ipv4only.arpa (RFC 7050) and options of Router
 * Advertisements (RFC 8781). */
#include "parsed.h"

#include "config/network_text.h"
#include "wire/nat64_find.h"

/* Writes "PREFIX PREFIX ..." in the order in which they were found. */
static const char *list(const struct network *prefixes, unsigned count)
{
	static char text[NAT64_FOUND_MAX * NETWORK_TEXT_SIZE];
	char one[NETWORK_TEXT_SIZE];

	text[0] = '\0';
	for (unsigned i = 0; i < count; i++) {
		strcat(text, i ? " " : "");
		strcat(text, network_write(&prefixes[i], true, one));
	}
	return text;
}

/* Writes an answer with AAAA records of one TTL each: "ADDRESS ADDRESS/TTL ...". */
static void write_answer(struct msgbuild *b, const char *owner, const char *addresses)
{
	char copy[2048], *rest = NULL;

	snprintf(copy, sizeof(copy), "%s", addresses);
	for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		char *slash = strchr(word, '/');
		uint32_t ttl_s = slash ? (uint32_t)atoi(slash + 1) : 300;
		if (slash)
			*slash = '\0';
		msg_rr(b, owner, TYPE_AAAA, ttl_s, rd_aaaa(word));
	}
}

#define WELL_KNOWN "64:ff9b::c000:aa 64:ff9b::c000:ab"

static void a_prefix_is_where_both_addresses_are(void **state)
{
	(void)state;
	static const struct {
		const char *why, *addresses, *prefixes;
		uint32_t ttl_s; /* 0: none */
	} rows[] = {
		{ "the well-known prefix", WELL_KNOWN, "64:ff9b::/96", 300 },
		{ "in the other order", "64:ff9b::c000:ab 64:ff9b::c000:aa", "64:ff9b::/96", 300 },
		{ "96 bits", "fd64:1:2:3::c000:aa fd64:1:2:3::c000:ab", "fd64:1:2:3::/96", 300 },
		{ "64 bits", "fd64:1:2:3:c0:0:aa00:0 fd64:1:2:3:c0:0:ab00:0", "fd64:1:2:3::/64",
		        300 },
		{ "56 bits", "fd64:1:2:3c0:0:aa:: fd64:1:2:3c0:0:ab::", "fd64:1:2:300::/56", 300 },
		{ "48 bits", "fd64:1:2:c000:0:aa00:: fd64:1:2:c000:0:ab00::", "fd64:1:2::/48",
		        300 },
		{ "40 bits", "fd64:1:c0:0:aa:: fd64:1:c0:0:ab::", "fd64:1::/40", 300 },
		{ "32 bits", "fd64:1:c000:aa:: fd64:1:c000:ab::", "fd64:1::/32", 300 },
		{ "the lowest TTL of the two", "64:ff9b::c000:aa/77 64:ff9b::c000:ab/55",
		        "64:ff9b::/96", 55 },
		{ "a TTL of nothing", "64:ff9b::c000:aa/0 64:ff9b::c000:ab", "64:ff9b::/96", 0 },
		{ "the TTL of a record without a prefix does not count",
		        WELL_KNOWN " 2001:db8::1/5", "64:ff9b::/96", 300 },
		{ "two prefixes", WELL_KNOWN " fd64::c000:aa fd64::c000:ab",
		        "64:ff9b::/96 fd64::/96", 300 },
		{ "two lengths",
		        "fd64:1:c000:aa:: fd64:1:c000:ab:: fd64:1::c000:aa fd64:1::c000:ab",
		        "fd64:1::/32 fd64:1::/96", 300 },
		{ "a record twice", WELL_KNOWN " " WELL_KNOWN, "64:ff9b::/96", 300 },

		{ "one address only", "64:ff9b::c000:aa", "", 0 },
		{ "one address twice", "64:ff9b::c000:aa 64:ff9b::c000:aa", "", 0 },
		{ "each in another prefix", "64:ff9b::c000:aa fd64::c000:ab", "", 0 },
		{ "each in another place", "fd64:1:c000:aa:: fd64:1::c000:ab", "", 0 },
		{ "another address", "64:ff9b::c000:aa 64:ff9b::c000:ac", "", 0 },
		{ "a real AAAA record", "2001:db8::1 2001:db8::2", "", 0 },
		{ "40 bits, without the zero octet", "fd64:1:c0:aa:: fd64:1:c0:ab::", "", 0 },
		{ "a suffix", "fd64:1:c000:aa::1 fd64:1:c000:ab::1", "", 0 },
		{ "bits 64 to 71 are set", "fd64:1:c000:aa:100:: fd64:1:c000:ab:100::", "", 0 },
		{ "bits 64 to 71 are set in a prefix of 96 bits",
		        "fd64::100:0:c000:aa fd64::100:0:c000:ab", "", 0 },
		{ "nothing", "", "", 0 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		static struct msgbuild b;
		struct network prefixes[NAT64_FOUND_MAX];
		struct parsed p;
		uint32_t ttl_s;

		msg_begin(&b, 1, FLAG_QR, NAT64_NAME, TYPE_AAAA);
		write_answer(&b, NAT64_NAME, rows[i].addresses);
		assert_true(parsed_open(&p, msg_span(&b)));
		unsigned count = nat64_find_in_answer(&p.m, prefixes, &ttl_s);
		if (strcmp(list(prefixes, count), rows[i].prefixes) != 0)
			fail_msg("%s: found %s", rows[i].why, list(prefixes, count));
		if (count > 0)
			assert_row(rows[i].why, ttl_s == rows[i].ttl_s);
		parsed_close(&p);
	}
}

static void only_records_that_answer_the_question_count(void **state)
{
	(void)state;
	static const struct {
		const char *why, *owner;
		enum section section;
		unsigned count;
	} rows[] = {
		{ "the answer", NAT64_NAME, SECTION_ANSWER, 1 },
		{ "in capitals", "IPv4Only.ARPA", SECTION_ANSWER, 1 },
		{ "another owner", "ipv4only.example", SECTION_ANSWER, 0 },
		{ "authority", NAT64_NAME, SECTION_AUTHORITY, 0 },
		{ "additional", NAT64_NAME, SECTION_ADDITIONAL, 0 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		static struct msgbuild b;
		struct network prefixes[NAT64_FOUND_MAX];
		struct parsed p;
		uint32_t ttl_s;

		msg_begin(&b, 1, FLAG_QR, NAT64_NAME, TYPE_AAAA);
		if (rows[i].section != SECTION_ANSWER)
			msg_section(&b, rows[i].section);
		write_answer(&b, rows[i].owner, WELL_KNOWN);
		assert_true(parsed_open(&p, msg_span(&b)));
		assert_row(
		        rows[i].why, nat64_find_in_answer(&p.m, prefixes, &ttl_s) == rows[i].count);
		parsed_close(&p);
	}
}

/* A server, or an attacker, may send as many as fit. */
static void a_long_answer_gives_a_few_prefixes(void **state)
{
	(void)state;
	static struct msgbuild b;
	struct network prefixes[NAT64_FOUND_MAX];
	struct parsed p;
	uint32_t ttl_s;
	char text[100];

	msg_begin(&b, 1, FLAG_QR, NAT64_NAME, TYPE_AAAA);
	for (unsigned i = 1; i <= 100; i++) {
		snprintf(text, sizeof(text), "fd64:%x::c000:aa fd64:%x::c000:ab", i, i);
		write_answer(&b, NAT64_NAME, text);
	}
	assert_true(parsed_open(&p, msg_span(&b)));
	assert_int_equal(nat64_find_in_answer(&p.m, prefixes, &ttl_s), NAT64_FOUND_MAX);
	assert_string_equal(
	        list(prefixes, NAT64_FOUND_MAX), "fd64:1::/96 fd64:2::/96 fd64:3::/96 fd64:4::/96");
	parsed_close(&p);
}

/* Type 38, length 2; 13 bits of lifetime / 8 and 3 of the length's code; 96 bits of the prefix. */
#define PREF64(scaled) "2602" scaled
#define ULA            "fd64000100020003 00000000"

static void an_option_is_read_as_rfc_8781_says(void **state)
{
	(void)state;
	static const struct {
		const char *why, *hex, *prefix; /* NULL: it is none */
		uint32_t lifetime_s;
	} rows[] = {
		{ "96 bits", PREF64("0708") ULA, "fd64:1:2:3::/96", 1800 },
		{ "64 bits", PREF64("0709") ULA, "fd64:1:2:3::/64", 1800 },
		{ "56 bits, and octets after them", PREF64("070a") ULA, "fd64:1:2::/56", 1800 },
		{ "48 bits", PREF64("070b") ULA, "fd64:1:2::/48", 1800 },
		{ "40 bits", PREF64("070c") ULA, "fd64:1::/40", 1800 },
		{ "32 bits", PREF64("070d") ULA, "fd64:1::/32", 1800 },
		{ "a code of no length", PREF64("070e") ULA, NULL, 0 },
		{ "the other code of no length", PREF64("070f") ULA, NULL, 0 },
		{ "the longest lifetime", PREF64("fff8") ULA, "fd64:1:2:3::/96", 65528 },
		{ "the shortest lifetime", PREF64("0008") ULA, "fd64:1:2:3::/96", 8 },
		{ "taken back", PREF64("0000") ULA, "fd64:1:2:3::/96", 0 },
		{ "taken back, 32 bits", PREF64("0005") ULA, "fd64:1::/32", 0 },
		{ "the well-known prefix", PREF64("0708") "0064ff9b00000000 00000000",
		        "64:ff9b::/96", 1800 },
		{ "bits 64 to 71 are set", PREF64("0708") "fd64000100020003 01000000", NULL, 0 },
		{ "another option (RDNSS)", "1902 0708" ULA, NULL, 0 },
		{ "length 1", "2601 0708" ULA, NULL, 0 },
		{ "length 3", "2603 0708" ULA "0000000000000000", NULL, 0 },
		{ "an octet short", PREF64("0708") "fd64000100020003 000000", NULL, 0 },
		{ "an octet long", PREF64("0708") ULA "00", NULL, 0 },
		{ "nothing", "", NULL, 0 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct network prefix;
		uint32_t lifetime_s;
		size_t len;
		uint8_t *octets = unhex(rows[i].hex, &len);

		bool is_one = nat64_read_option(span_of(octets, len), &prefix, &lifetime_s);
		assert_row(rows[i].why, is_one == (rows[i].prefix != NULL));
		if (is_one && strcmp(list(&prefix, 1), rows[i].prefix) != 0)
			fail_msg("%s: read %s", rows[i].why, list(&prefix, 1));
		if (is_one)
			assert_row(rows[i].why, lifetime_s == rows[i].lifetime_s);
		free(octets);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_prefix_is_where_both_addresses_are),
		cmocka_unit_test(only_records_that_answer_the_question_count),
		cmocka_unit_test(a_long_answer_gives_a_few_prefixes),
		cmocka_unit_test(an_option_is_read_as_rfc_8781_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
