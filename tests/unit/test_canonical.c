/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "parsed.h"

#include "dnssec/canonical.h"
#include "vectors_crypto.h"

static const struct signing times = { .inception = 1, .expiration = 2 };

/* The octets that the first RRset's RRSIG signs, in the arena. */
static struct span signed_data(struct parsed *p)
{
	const struct rrset *set = &p->g.sets[0];
	struct canonical_set canonical;
	struct rrsig sig;

	assert_true(rrsig_read(&p->m, &p->m.rrs[set->first_sig], &sig));
	assert_true(canonical_set_build(&canonical, &p->g, set, &p->arena));
	return canonical_signed_data(&canonical, &sig, &p->arena);
}

/* The answers in RFC 6605, and the octets that dnspython computes for them. */
static void signed_octets_are_those_of_rfc_6605(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		size_t vector;
		uint8_t algorithm;
		uint16_t tag;
		uint32_t inception, expiration;
	} rows[] = {
		{ "RFC 6605, 6.1", 1, ALGORITHM_ECDSAP256, 55648, 1281607479, 1284026679 },
		{ "RFC 6605, 6.2", 2, ALGORITHM_ECDSAP384, 10771, 1281608425, 1284027625 },
	};
	struct testkey *k = testkey_new(ALGORITHM_ED25519, 257, "example.net");

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct signing how = { .inception = rows[i].inception,
			.expiration = rows[i].expiration,
			.algorithm = rows[i].algorithm,
			.tag = rows[i].tag };
		size_t len;
		uint8_t *want = unhex(vectors[rows[i].vector].data, &len);
		struct msgbuild b;
		struct parsed p;

		assert_string_equal(vectors[rows[i].vector].source, rows[i].why);
		msg_begin(&b, 1, FLAG_QR, "www.example.net", TYPE_A);
		msg_signed(&b, k, "www.example.net", TYPE_A, 3600, RRSET(rd_a("192.0.2.1")), &how);
		assert_true(parsed_open(&p, msg_span(&b)));
		assert_row(rows[i].why, span_equal(signed_data(&p), span_of(want, len)));
		parsed_close(&p);
		free(want);
	}
	testkey_free(k);
}

static void rdata_is_sorted_and_each_value_once(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		const char *texts[4], *sorted[4];
	} rows[] = {
		{ "one", { "a" }, { "a" } },
		{ "sorted already", { "a", "b" }, { "a", "b" } },
		{ "the wrong way", { "c", "b", "a" }, { "a", "b", "c" } },
		{ "twice", { "b", "a", "b" }, { "a", "b" } },
		{ "all the same", { "a", "a", "a" }, { "a" } },
		{ "the length octet sorts first", { "b", "aa" }, { "b", "aa" } },
		{ "case counts in TXT", { "a", "A" }, { "A", "a" } },
		{ "octets are unsigned", { "\xff", "\x01" }, { "\x01", "\xff" } },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct canonical_set canonical;
		struct msgbuild b;
		struct parsed p;

		msg_begin(&b, 1, FLAG_QR, "a.test", TYPE_TXT);
		for (size_t n = 0; n < 4 && rows[i].texts[n]; n++)
			msg_rr(&b, "a.test", TYPE_TXT, 1, rd_txt(rows[i].texts[n]));
		assert_true(parsed_open(&p, msg_span(&b)));
		assert_true(canonical_set_build(&canonical, &p.g, &p.g.sets[0], &p.arena));
		size_t n = 0;
		for (; n < 4 && rows[i].sorted[n]; n++) {
			struct rd want = rd_txt(rows[i].sorted[n]);
			assert_row(rows[i].why, n < canonical.count);
			assert_row(rows[i].why,
			        span_equal(canonical.rdatas[n], span_of(want.octets, want.len)));
		}
		assert_row(rows[i].why, n == canonical.count);
		parsed_close(&p);
	}
}

/* The question's name a.TEST stands at octet 12, the label TEST at 14. */
static void names_in_rdata_are_lower_cased_and_uncompressed(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		uint16_t type;
		const char *rdata, *canonical; /* NULL: malformed */
	} rows[] = {
		{ "NS", TYPE_NS, "024e53c00e", "026e73047465737400" },
		{ "MX", TYPE_MX, "000ac00e", "000a047465737400" },
		{ "SRV, which must not be compressed but was", TYPE_SRV, "000100020035c00c",
		        "0001000200350161047465737400" },
		{ "A6 with a prefix", TYPE_A6, "400001020304050607c00e",
		        "400001020304050607047465737400" },
		{ "NSEC keeps its case", TYPE_NSEC, "024e5300000140", "024e5300000140" },
		{ "SVCB keeps its case", 64, "0001024e5300", "0001024e5300" },
		{ "TXT", TYPE_TXT, "024e53", "024e53" },
		{ "NS that runs past its end", TYPE_NS, "034e53", NULL },
		{ "NS that points forward", TYPE_NS, "c0ff", NULL },
		{ "SOA of one name", TYPE_SOA, "016100", NULL },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len, want_len = 0;
		uint8_t *rdata = unhex(rows[i].rdata, &len);
		uint8_t *want = rows[i].canonical ? unhex(rows[i].canonical, &want_len) : NULL;
		struct canonical_set canonical;
		struct msgbuild b;
		struct parsed p;

		msg_begin(&b, 1, FLAG_QR, "a.TEST", rows[i].type);
		msg_rr(&b, "a.test", rows[i].type, 1, rd_raw(span_of(rdata, len)));
		assert_true(parsed_open(&p, msg_span(&b)));
		bool built = canonical_set_build(&canonical, &p.g, &p.g.sets[0], &p.arena);
		assert_row(rows[i].why, built == (want != NULL));
		assert_row(rows[i].why,
		        !built || span_equal(canonical.rdatas[0], span_of(want, want_len)));
		parsed_close(&p);
		free(rdata);
		free(want);
	}
}

static void the_owner_is_the_wildcard_if_there_are_fewer_labels(void **state)
{
	(void)state;
	static const struct {
		const char *why, *owner;
		uint8_t labels;
		const char *signed_owner; /* as octets in a string */
	} rows[] = {
		{ "as many labels", "A.b.Test", 3, "\1a\1b\4test" },
		{ "one less", "A.b.Test", 2, "\1*\1b\4test" },
		{ "two less", "a.b.test", 1, "\1*\4test" },
		{ "a wildcard itself", "*.b.test", 2, "\1*\1b\4test" },
		{ "a wildcard expanded from a wildcard", "*.b.test", 1, "\1*\4test" },
		{ "one octet, one asterisk", "a.test", 1, "\1*\4test" },
	};
	struct testkey *k = testkey_new(ALGORITHM_ED25519, 256, "test");
	const size_t rrsig_fixed = 18, signer = 6;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct signing how = times;
		struct msgbuild b;
		struct parsed p;

		how.labels = rows[i].labels;
		msg_begin(&b, 1, FLAG_QR, rows[i].owner, TYPE_A);
		msg_signed(&b, k, rows[i].owner, TYPE_A, 1, RRSET(rd_a("192.0.2.1")), &how);
		assert_true(parsed_open(&p, msg_span(&b)));
		struct span data = signed_data(&p);
		size_t len = strlen(rows[i].signed_owner) + 1;
		assert_row(rows[i].why, data.len == rrsig_fixed + signer + len + 10 + 4);
		assert_row(rows[i].why,
		        memcmp(data.base + rrsig_fixed + signer, rows[i].signed_owner, len) == 0);
		parsed_close(&p);
	}
	testkey_free(k);
}

static void a_used_up_arena_is_no_crash(void **state)
{
	(void)state;
	struct testkey *k = testkey_new(ALGORITHM_ED25519, 256, "test");
	struct msgbuild b;
	struct parsed p;

	msg_begin(&b, 1, FLAG_QR, "a.test", TYPE_NS);
	msg_signed(
	        &b, k, "a.test", TYPE_NS, 1, RRSET(rd_name("b.test"), rd_name("c.test")), &times);
	assert_true(parsed_open(&p, msg_span(&b)));
	size_t mark = arena_mark(&p.arena);
	struct rrsig sig;
	assert_true(rrsig_read(&p.m, &p.m.rrs[2], &sig));
	for (size_t left = 0; left < 256; left += 8) {
		struct canonical_set canonical;
		p.arena.capacity = mark + left;
		if (canonical_set_build(&canonical, &p.g, &p.g.sets[0], &p.arena)) {
			struct span data = canonical_signed_data(&canonical, &sig, &p.arena);
			assert_true(data.len == 0 ||
			            data.base + data.len <= p.arena.base + mark + left);
		}
		arena_reset(&p.arena, mark);
	}
	parsed_close(&p);
	testkey_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signed_octets_are_those_of_rfc_6605),
		cmocka_unit_test(rdata_is_sorted_and_each_value_once),
		cmocka_unit_test(names_in_rdata_are_lower_cased_and_uncompressed),
		cmocka_unit_test(the_owner_is_the_wildcard_if_there_are_fewer_labels),
		cmocka_unit_test(a_used_up_arena_is_no_crash),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
