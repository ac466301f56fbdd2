/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of every length: their next names, and that no denial covers too much. */
#include "legacy.h"

#include "dnssec/bitmap.h"
#include "dnssec/nsec.h"
#include "sign/sign_denial.h"

#define AA FLAG_AA

static struct name name_of(const char *text)
{
	struct name n;
	assert_true(name_from_text(text, &n));
	return n;
}

/* The shortest step to the next name: RFC 9824, 3.2, or RFC 4470, 3 if there is no room for
 * that. */
static void the_next_name_is_the_first_possible_one(void **state)
{
	(void)state;
	static const char long_label[] =
	        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"; /* 63 */
	static const struct {
		const char *why, *name, *next, *beside;
	} rows[] = {
		{ "a name with room", "www.test", "\\000.www.test", "www\\000.test" },
		{ "a label of 63 octets: the last octet is raised", "%.test", "\\000.%.test",
		        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab.test" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char name[200], next[200];
		const char *mark = strchr(rows[i].name, '%');
		snprintf(name, sizeof(name), mark ? "%s.test" : "%s",
		        mark ? long_label : rows[i].name);
		snprintf(next, sizeof(next), mark ? "\\000.%s.test" : "%s",
		        mark ? long_label : rows[i].next);
		struct name apex = name_of("test"), n = name_of(name), got;
		struct name want = name_of(next), beside = name_of(rows[i].beside);
		next_name(&n, &apex, &got);
		assert_row(rows[i].why, name_equal(&got, &want));
		next_name_beside(&n, &apex, &got);
		assert_row(rows[i].why, name_equal(&got, &beside));
	}
}

/* A name of labels of these lengths, each filled with one octet, below test. */
static struct name filled(const unsigned *lens, size_t count, uint8_t octet)
{
	struct name n = name_of("test");
	uint8_t label[63];

	for (size_t i = 0; i < count; i++) {
		memset(label, octet, sizeof(label));
		assert_true(name_prepend(&n, span_of(label, lens[i]), &n));
	}
	return n;
}

static void the_longest_names_have_a_next_one(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		unsigned lens[5];
		size_t count;
		uint8_t octet;
		unsigned len, next_len,
		        next_first; /* of the name, of the next, of its first label */
		uint8_t last;       /* the last octet of its first label */
	} rows[] = {
		{ "253 octets: a name below", { 63, 63, 63, 54 }, 4, 'a', 253, 255, 1, 0 },
		{ "254 octets: a longer label", { 63, 63, 63, 55 }, 4, 'a', 254, 255, 56, 0 },
		{ "255 octets: the last octet is raised", { 63, 63, 63, 56 }, 4, 'a', 255, 255, 56,
		        'b' },
		{ "upper-case letters are skipped", { 63, 63, 63, 56 }, 4, '@', 255, 255, 56, '[' },
		{ "only highest octets: the apex is next", { 63, 63, 63, 56 }, 4, 0xff, 255, 0, 0,
		        0 },
		{ "254 octets with a label of 63", { 63, 63, 56, 63 }, 4, 'a', 255, 255, 63, 'b' },
	};
	struct name apex = name_of("test");

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct name n = filled(rows[i].lens, rows[i].count, rows[i].octet), next;
		assert_row(rows[i].why, n.len == rows[i].len);
		next_name(&n, &apex, &next);
		if (rows[i].next_len == 0) { /* no other name of the zone can follow */
			assert_row(rows[i].why, name_equal(&next, &apex));
			continue;
		}
		assert_row(rows[i].why, next.len == rows[i].next_len);
		assert_row(rows[i].why, next.octets[0] == rows[i].next_first);
		assert_row(rows[i].why, next.octets[next.octets[0]] == rows[i].last);
		assert_row(rows[i].why, name_order(&n, &next) < 0);
	}
}

static uint8_t any_octet(unsigned *seed)
{
	static const uint8_t picks[] = { 0, 1, '*', '-', '@', '[', 'a', 'b', 'z', 0x7f, 0xfe,
		0xff };
	*seed = *seed * 1103515245 + 12345;
	return picks[(*seed >> 16) % COUNT(picks)];
}

/* In Knot's CVE-2026-39155 the next name of a long name was too far away, so existing names were
 * denied. Here no possible name lies between a name and its next one. The names tried are close to
 * both. */
static void no_name_lies_between_a_name_and_its_next(void **state)
{
	(void)state;
	struct name apex = name_of("test");
	unsigned seed = 1;

	for (unsigned round = 0; round < 3000; round++) {
		struct name n = apex, next, probe;
		uint8_t label[63];
		while (n.labels < 6) {
			unsigned len = 1 + (round * 7 + n.labels * 13) % 63;
			for (unsigned i = 0; i < len; i++)
				label[i] = any_octet(&seed);
			if (!name_prepend(&n, span_of(label, len), &n))
				break;
		}
		next_name(&n, &apex, &next);
		assert_true(name_equal(&next, &apex) || name_order(&n, &next) < 0);
		assert_true(name_within(&next, &apex));
		const struct nsec nsec = { .owner = n, .next = next };
		/* Names below it. */
		for (unsigned o = 0; o < 256; o++) {
			uint8_t one[2] = { (uint8_t)o, 0 };
			if (name_prepend(&n, span_of(one, 1 + o % 2), &probe))
				assert_false(nsec_spans(&nsec, &apex, &probe));
		}
		/* Names after it: each label is raised in each possible way. */
		for (unsigned up = 0; up + 1 < n.labels; up++) {
			struct name at, above;
			name_suffix(&n, n.labels - up, &at);
			name_parent(&at, &above);
			unsigned len = at.octets[0];
			memcpy(label, at.octets + 1, len);
			if (len < 63) {
				label[len] = 0;
				if (name_prepend(&above, span_of(label, len + 1), &probe))
					assert_false(nsec_spans(&nsec, &apex, &probe));
			}
			for (unsigned i = 0; i < len; i++) {
				uint8_t was = label[i];
				if (was == 0xff)
					continue;
				label[i]++;
				for (unsigned keep = i + 1; keep <= len; keep++) {
					if (name_prepend(&above, span_of(label, keep), &probe))
						assert_false(nsec_spans(&nsec, &apex, &probe));
				}
				label[i] = was;
			}
		}
	}
}

static void write_text(const struct name *n, char text[static NAME_TEXT_SIZE])
{
	name_text(n, text);
	text[strlen(text) - 1] = '\0';
}

/* For each length of a name, with short and long labels: the gate takes an answer and a denial for
 * Secure, and the denial fits the UDP size of the client. */
static void names_of_all_lengths_are_answered_and_denied(void **state)
{
	(void)state;
	static const unsigned label_lens[] = { 1, 7, 63 };
	struct legacy *l = legacy_new();

	for (size_t which = 0; which < COUNT(label_lens); which++) {
		for (unsigned len = 16; len <= 255; len++) {
			struct name n = name_of("example.test");
			char text[NAME_TEXT_SIZE], question[NAME_TEXT_SIZE + 8];
			char record[NAME_TEXT_SIZE + 32];
			/* Labels of the wanted length, and one of what is left. */
			while (n.len < len) {
				unsigned left = len - n.len - 1;
				unsigned label =
				        left > label_lens[which] ? label_lens[which] : left;
				if (left == label + 1)
					label = label > 1 ? label - 1 : left;
				uint8_t octets[63];
				memset(octets, n.labels % 2 ? 'x' : 'Y', sizeof(octets));
				if (label == 0 || !name_prepend(&n, span_of(octets, label), &n))
					break;
			}
			assert_int_equal(n.len, len);
			write_text(&n, text);
			snprintf(question, sizeof(question), "%s A", text);
			snprintf(record, sizeof(record), "%s A 192.0.2.1", text);
			legacy_ask(l, question, ASK_DO);
			legacy_respond(l, AA, record);
			assert_int_equal(l->result.outcome, SIGN_OUTCOME_ANSWER);
			assert_row(text, legacy_judged(l).status == STATUS_SECURE);
			legacy_ask(l, question, ASK_DO);
			legacy_respond(l, AA, "> example.test SOA");
			assert_int_equal(l->result.outcome, SIGN_OUTCOME_NODATA);
			assert_in_range(l->result.octets.len, 0, 1232);
			assert_row(text, legacy_judged(l).status == STATUS_SECURE);
		}
	}
	legacy_free(l);
}

/* Resolvers vary the letter case of the question, and get the same letters back. */
static void letter_case_is_kept_and_needs_no_new_signature(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();
	static const char base[] = "abc.example.test";

	for (unsigned mask = 0; mask < 1u << 14; mask += 37) {
		char question[64];
		unsigned bit = 0;
		snprintf(question, sizeof(question), "%s A", base);
		for (size_t i = 0; i < sizeof(base) - 1; i++) {
			if (base[i] != '.' && (mask >> bit++ & 1))
				question[i] = (char)(base[i] - 32);
		}
		legacy_ask(l, question, ASK_DO);
		legacy_respond(l, mask & 1 ? AA : AA | RCODE_NXDOMAIN, "> example.test SOA");
		assert_in_range(l->result.made, 0, mask < 80 ? 2 : 0);
		assert_true(span_equal(legacy_delivered(l)->question,
		        span_of(l->asked.client.question, l->asked.client.question_len)));
		assert_row(question, legacy_judged(l).status == STATUS_SECURE);
	}
	legacy_free(l);
}

/* A type that exists but is not in the bit map would be denied to resolvers that use NSEC records
 * aggressively. A type such as NS or DNAME in the bit map would change the nature of the name. */
static void the_bit_map_lacks_only_the_type_of_the_question(void **state)
{
	(void)state;
	static const uint16_t never[] = { TYPE_CNAME, TYPE_DNAME, TYPE_DS, TYPE_NXNAME, TYPE_ANY,
		TYPE_OPT, TYPE_NSEC3, TYPE_NSEC3PARAM, TYPE_AXFR };
	static const uint16_t apex_only[] = { TYPE_NS, TYPE_SOA, TYPE_DNSKEY };
	const struct sign_period apex = { .key_count = 1 };
	const struct learned_types none = { 0 };

	for (unsigned type = 1; type < 400; type++) {
		for (unsigned is_apex = 0; is_apex < 2; is_apex++) {
			uint8_t octets[400];
			struct writer w = writer_over(octets, sizeof(octets));
			struct sign_types types =
			        types_of_name(&none, is_apex ? &apex : NULL, (uint16_t)type);
			nsec_write(&w, &name_root, &types);
			struct span bits = span_of(octets + 1, w.len - 1);
			assert_true(bitmap_is_valid(bits));
			assert_true(bitmap_has(bits, TYPE_NSEC) && bitmap_has(bits, TYPE_RRSIG));
			if (type != TYPE_NSEC && type != TYPE_RRSIG)
				assert_false(bitmap_has(bits, (uint16_t)type));
			assert_int_equal(bitmap_has(bits, TYPE_A), type != TYPE_A);
			for (size_t i = 0; i < COUNT(never); i++)
				assert_false(bitmap_has(bits, never[i]));
			for (size_t i = 0; i < COUNT(apex_only); i++)
				assert_int_equal(bitmap_has(bits, apex_only[i]),
				        is_apex && apex_only[i] != type);
			assert_false(bitmap_is_bare(bits));
		}
	}
}

/* Returns whether the NSEC of the denial of this type has the type `wanted`. */
static bool is_in_denial(struct legacy *l, const char *question, uint16_t wanted)
{
	const struct message *m;
	struct nsec nsec;

	legacy_ask(l, question, ASK_DO);
	legacy_respond(l, AA, "> example.test SOA");
	assert_int_equal(legacy_judged(l).status, STATUS_SECURE);
	m = legacy_delivered(l);
	for (unsigned i = 0; i < m->rr_count; i++) {
		if (m->rrs[i].type == TYPE_NSEC)
			return nsec_read(m, &m->rrs[i], &nsec) && bitmap_has(nsec.bitmap, wanted);
	}
	fail();
	return false;
}

/* Otherwise an answer of a type that nobody thought of is taken down by a denial of another
 * type. */
static void a_type_that_was_answered_is_denied_nowhere_else_in_the_zone(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();

	assert_false(is_in_denial(l, "a.example.test AAAA", 65400));
	legacy_ask(l, "b.example.test TYPE65400", ASK_DO);
	legacy_respond(l, AA, "b.example.test TYPE65400 #0102");
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_ANSWER);
	assert_true(is_in_denial(l, "a.example.test AAAA", 65400));
	assert_false(is_in_denial(l, "a.example.test TYPE65400", 65400));
	legacy_free(l);
}

/* At another name the type would say that names below it are elsewhere (RFC 6672). */
static void only_a_name_with_a_dname_has_the_type(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();

	legacy_ask(l, "x.d.example.test A", ASK_DO);
	legacy_respond(l, AA,
	        "d.example.test DNAME e.example.test\nx.d.example.test CNAME x.e.example.test");
	assert_int_equal(l->result.outcome, SIGN_OUTCOME_ANSWER);
	assert_true(is_in_denial(l, "d.example.test AAAA", TYPE_DNAME));
	assert_false(is_in_denial(l, "d.example.test DNAME", TYPE_DNAME));
	assert_false(is_in_denial(l, "e.example.test AAAA", TYPE_DNAME));
	assert_false(is_in_denial(l, "example.test AAAA", TYPE_DNAME));
	legacy_ask(l, "example.test DNAME", ASK_DO);
	legacy_respond(l, AA, "example.test DNAME other.test");
	assert_true(is_in_denial(l, "example.test AAAA", TYPE_DNAME));
	legacy_free(l);
}

/* The table is small: the first ones stay. */
static void learned_types_are_in_order_and_bounded(void **state)
{
	(void)state;
	static const uint16_t given[] = { 65400, 300, 65300, 300, 32768 },
	                      sorted[] = { 300, 32768, 65300, 65400 };
	static const uint16_t refused[] = { 0, TYPE_A, TYPE_NS, TYPE_SOA, TYPE_CNAME, TYPE_DNAME,
		TYPE_DS, TYPE_OPT, TYPE_ANY, TYPE_AXFR, TYPE_NXNAME, TYPE_DNSKEY };
	struct learned_types learned = { 0 };
	uint8_t octets[NSEC_RDATA_MAX];

	for (size_t i = 0; i < COUNT(given); i++)
		assert_int_equal(learned_types_add(&learned, given[i]), i != 3);
	for (size_t i = 0; i < COUNT(refused); i++)
		assert_false(learned_types_add(&learned, refused[i]));
	assert_int_equal(learned.count, COUNT(sorted));
	assert_memory_equal(learned.types, sorted, sizeof(sorted));
	for (unsigned window = 4; learned.count < SIGN_LEARNED_TYPES; window++)
		assert_true(learned_types_add(&learned, (uint16_t)(window << 8 | 0xff)));
	assert_false(learned_types_add(&learned, 65401));
	const struct sign_period apex = { .key_count = 1 };
	struct sign_types types = types_of_name(&learned, &apex, TYPE_A);
	struct writer w = writer_over(octets, sizeof(octets));
	nsec_write(&w, &name_root, &types);
	struct span bits = span_of(octets + 1, w.len - 1);
	assert_false(w.full);
	assert_true(bitmap_is_valid(bits));
	for (unsigned i = 0; i < learned.count; i++)
		assert_true(bitmap_has(bits, learned.types[i]));
}

/* Makes the signer sign the root zone, with its key in the world, in place of other.test. */
static void sign_the_root(struct legacy *l)
{
	const struct testkey *k = judge_key(l->judge, ".");
	struct sign_zone *zone = legacy_zone(l, "other.test");
	uint8_t secret[32];

	testkey_secret(k, secret);
	struct sign_key *key = &legacy_periods(l, "other.test")->keys[0];
	signkey_free((struct signkey *)(uintptr_t)key->key);
	key->key = signkey_from_secret(ALGORITHM_ED25519, span_of(secret, sizeof(secret)));
	assert_non_null(key->key);
	key->tag = testkey_tag(k);
	zone->apex = name_root;
	assert_int_equal(sign_policy_sort(l->zones, LEGACY_ZONES), -1);
	assert_int_equal(signer_set_policy(l->signer, &l->policy), 0);
}

/* The root has no parent, and every name is in it. judge_list() writes no dot for it. */
static void the_root_is_a_zone_like_others(void **state)
{
	(void)state;
	static const struct legacy_row rows[] = {
		{ "its SOA", ". SOA", ASK_DO, AA, ". SOA", "/SOA /RRSIG", SIGN_OUTCOME_ANSWER, AA },
		{ "a name", "one A", ASK_DO, AA, "one A 192.0.2.1", "one/A one/RRSIG",
		        SIGN_OUTCOME_ANSWER, AA },
		{ "no such type at the apex", ". MX", ASK_DO, AA, "> . SOA",
		        "> /SOA > /RRSIG > /NSEC > /RRSIG", SIGN_OUTCOME_NODATA, AA },
		{ "no such name", "a.b.nowhere A", ASK_DO, AA | RCODE_NXDOMAIN, "> . SOA",
		        "> /SOA > /RRSIG > a.b.nowhere/NSEC > a.b.nowhere/RRSIG",
		        SIGN_OUTCOME_NXDOMAIN, AA },
	};

	static const struct legacy_row ds = { "its DS", ". DS", ASK_DO, AA, ". SOA",
		"> /SOA > /RRSIG > /NSEC > /RRSIG", SIGN_OUTCOME_NODATA, AA };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct legacy *l = legacy_new();
		sign_the_root(l);
		legacy_check(l, &rows[i]);
		assert_row(rows[i].why, legacy_judged(l).status == STATUS_SECURE);
		legacy_check(l, &ds);
		legacy_free(l);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_next_name_is_the_first_possible_one),
		cmocka_unit_test(the_longest_names_have_a_next_one),
		cmocka_unit_test(no_name_lies_between_a_name_and_its_next),
		cmocka_unit_test(names_of_all_lengths_are_answered_and_denied),
		cmocka_unit_test(letter_case_is_kept_and_needs_no_new_signature),
		cmocka_unit_test(the_root_is_a_zone_like_others),
		cmocka_unit_test(the_bit_map_lacks_only_the_type_of_the_question),
		cmocka_unit_test(a_type_that_was_answered_is_denied_nowhere_else_in_the_zone),
		cmocka_unit_test(only_a_name_with_a_dname_has_the_type),
		cmocka_unit_test(learned_types_are_in_order_and_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
