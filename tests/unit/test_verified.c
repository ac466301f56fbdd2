/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "crypto/verified.h"

static const uint8_t key_a[VERIFIED_OCTETS] = { 1 }, key_b[VERIFIED_OCTETS] = { 2 };

static struct span text(const char *s)
{
	return span_of(s, strlen(s));
}

/* If two triples had the same id, a signature would count for data that it does not sign. */
static void each_triple_has_an_id_of_its_own(void **state)
{
	(void)state;
	struct crypto *c = crypto_new();
	static const struct {
		const char *why;
		const uint8_t *key;
		const char *signature, *data;
	} rows[] = {
		{ "the same triple", key_a, "signature", "data" },
		{ "another key", key_b, "signature", "data" },
		{ "another signature", key_a, "signaturE", "data" },
		{ "other data", key_a, "signature", "datA" },
		{ "an octet moved to the signature", key_a, "signatured", "ata" },
		{ "an octet moved to the data", key_a, "signatur", "edata" },
		{ "no data", key_a, "signaturedata", "" },
	};
	struct verified_id ids[COUNT(rows)];

	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_true(verified_identify(
		        c, rows[i].key, text(rows[i].signature), text(rows[i].data), &ids[i]));
		for (size_t k = 0; k < i; k++)
			assert_row(rows[i].why, memcmp(&ids[i], &ids[k], sizeof(ids[i])) != 0);
	}
	crypto_free(c);
}

static struct verified_id number(uint32_t n)
{
	struct verified_id id = { { 0 } };
	memcpy(id.octets, &n, sizeof(n));
	return id;
}

static void a_full_table_replaces_the_least_recently_used(void **state)
{
	(void)state;
	struct table t;
	struct verified_id first = number(0), second = number(1);

	assert_int_equal(table_init(&t, VERIFIED_OCTETS, VERIFIED_MAX), 0);
	assert_false(verified_find(&t, &first));
	for (uint32_t i = 0; i < VERIFIED_MAX; i++) {
		struct verified_id id = number(i);
		verified_add(&t, &id);
	}
	assert_true(verified_find(&t, &first));
	struct verified_id more = number(VERIFIED_MAX);
	verified_add(&t, &more);
	assert_true(verified_find(&t, &more));
	assert_true(verified_find(&t, &first));
	assert_false(verified_find(&t, &second));
	table_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_triple_has_an_id_of_its_own),
		cmocka_unit_test(a_full_table_replaces_the_least_recently_used),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
