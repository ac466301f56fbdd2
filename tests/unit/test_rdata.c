/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "wire/rdata.h"

/* The name x is at octet 12, as a target for pointers. The RDATA is where a record has its RDATA,
 * at the end of the message and of its memory. */
#define RDATA_AT 25

static uint8_t *message_with(uint16_t type, const char *rdata, size_t *len, struct rr *rr)
{
	size_t rdata_len;
	uint8_t *octets = unhex(rdata, &rdata_len), *m = calloc(1, RDATA_AT + rdata_len);

	memcpy(m + DNS_HEADER_SIZE, "\1x", 3);
	if (rdata_len)
		memcpy(m + RDATA_AT, octets, rdata_len);
	free(octets);
	*len = RDATA_AT + rdata_len;
	*rr = (struct rr){ .owner_at = DNS_HEADER_SIZE,
		.rdata_at = RDATA_AT,
		.rdata_len = (uint16_t)rdata_len,
		.type = type };
	return m;
}

/* Writes the pieces of a walk as text: the number of octets of each, after `n` if the piece is a
 * name. */
static bool walk(const struct message *m, const struct rr *rr, char *text)
{
	struct rdata_walk w = rdata_walk_begin(m, rr);
	struct rdata_part part;

	*text = '\0';
	while (rdata_walk_next(&w, &part))
		text += sprintf(text, "%s%zu ", part.is_name ? "n" : "", part.octets.len);
	return rdata_walk_done(&w);
}

static void names_are_found_in_every_type_that_has_them(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint16_t type;
		const char *rdata, *parts;
		bool done;
	} rows[] = {
		{ "A", TYPE_A, "c0000201", "4 ", true },
		{ "A may be of any length", TYPE_A, "", "", true },
		{ "NS", TYPE_NS, "016100", "n3 ", true },
		{ "NS compressed", TYPE_NS, "0161c00c", "n4 ", true },
		{ "NS with an octet after the name", TYPE_NS, "016100ff", "n3 1 ", true },
		{ "NS empty", TYPE_NS, "", "", false },
		{ "NS cut short", TYPE_NS, "0161", "", false },
		{ "NS with half a pointer", TYPE_NS, "c0", "", false },
		{ "NS pointing forward", TYPE_NS, "c0ff", "", false },
		{ "CNAME", TYPE_CNAME, "00", "n1 ", true },
		{ "DNAME", TYPE_DNAME, "c00c", "n2 ", true },
		{ "PTR", TYPE_PTR, "016100", "n3 ", true },
		{ "MX", TYPE_MX, "000a 016100", "2 n3 ", true },
		{ "MX without a name", TYPE_MX, "000a", "2 ", false },
		{ "MX with half a preference", TYPE_MX, "00", "", false },
		{ "SOA", TYPE_SOA, "016100 0162c00c 00000001 00000002 00000003 00000004 00000005",
		        "n3 n4 20 ", true },
		{ "SOA with one name", TYPE_SOA, "016100", "n3 ", false },
		{ "MINFO", TYPE_MINFO, "016100 0162 00", "n3 n3 ", true },
		{ "RP", TYPE_RP, "00 00", "n1 n1 ", true },
		{ "AFSDB", TYPE_AFSDB, "0001 016100", "2 n3 ", true },
		{ "RT", TYPE_RT, "0001 016100", "2 n3 ", true },
		{ "PX", TYPE_PX, "0001 016100 00", "2 n3 n1 ", true },
		{ "KX", TYPE_KX, "0001 00", "2 n1 ", true },
		{ "SRV", TYPE_SRV, "0001 0002 0035 016100", "6 n3 ", true },
		{ "NAPTR", TYPE_NAPTR, "0001 0002 0175 00 0361 62 63 016100", "4 2 1 4 n3 ", true },
		{ "NAPTR with a string too long", TYPE_NAPTR, "0001 0002 0175 00 ff61", "4 2 1 ",
		        false },
		{ "SIG", TYPE_SIG, "0001 05 02 00000001 00000002 00000003 1234 00 5151",
		        "9 9 n1 2 ", true },
		{ "NXT", TYPE_NXT, "016100 40", "n3 1 ", true },
		{ "A6, no prefix", TYPE_A6, "00 000102030405060708090a0b0c0d0e0f", "17 ", true },
		{ "A6, a prefix of 64 bits", TYPE_A6, "40 0001020304050607 016100", "9 n3 ", true },
		{ "A6, a prefix of 61 bits", TYPE_A6, "3d 000102030405060708 00", "10 n1 ", true },
		{ "A6, a prefix of 128 bits", TYPE_A6, "80 016100", "1 n3 ", true },
		{ "A6, a prefix of 129 bits", TYPE_A6, "81 016100", "", false },
		{ "TXT", TYPE_TXT, "0161", "2 ", true },
		{ "NSEC's next name is left alone (RFC 6840, 5.1)", TYPE_NSEC, "0141 00 0001 40",
		        "6 ", true },
		{ "RRSIG has its own reader", TYPE_RRSIG, "0001 0161 00", "5 ", true },
		{ "an unknown type", 65280, "c00c", "2 ", true },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char parts[256];
		size_t len;
		struct rr rr;
		uint8_t *octets = message_with(rows[i].type, rows[i].rdata, &len, &rr);
		struct message m = { .octets = span_of(octets, len) };
		bool done = walk(&m, &rr, parts);

		if (strcmp(parts, rows[i].parts) != 0)
			fail_msg("%s: found %s", rows[i].why, parts);
		assert_row(rows[i].why, done == rows[i].done);
		free(octets);
	}
}

/* CVE-2026-56416 was about such a name. The octets after RDLENGTH belong to another record. */
static void a_name_that_runs_past_rdlength_is_malformed(void **state)
{
	(void)state;
	char parts[256];
	size_t len;
	struct rr rr;
	uint8_t *octets = message_with(TYPE_NS, "0361 62 63 00", &len, &rr);
	struct message m = { .octets = span_of(octets, len) };

	assert_true(walk(&m, &rr, parts));
	for (rr.rdata_len = 0; rr.rdata_len < 5; rr.rdata_len++)
		assert_false(walk(&m, &rr, parts));
	free(octets);
}

static void the_types_with_names_are_those_of_rfc_4034_6_2(void **state)
{
	(void)state;
	static const uint16_t with[] = { 2, 3, 4, 5, 6, 7, 8, 9, 12, 14, 15, 17, 18, 21, 24, 26, 30,
		33, 35, 36, 38, 39 };
	size_t next = 0;

	for (unsigned type = 0; type <= UINT16_MAX; type++) {
		bool expected = next < COUNT(with) && with[next] == type;
		assert_int_equal(rdata_has_names((uint16_t)type), expected);
		next += expected;
	}
	assert_int_equal(next, COUNT(with));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_found_in_every_type_that_has_them),
		cmocka_unit_test(a_name_that_runs_past_rdlength_is_malformed),
		cmocka_unit_test(the_types_with_names_are_those_of_rfc_4034_6_2),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
