/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signatures that are made before they are needed, and how many are made at all. */
#include "signkeys.h"

#include "sign/signer_private.h"

/* Once an hour before, and not at the boundary all at once, where clients would wait for it. */
static void signatures_of_the_next_keys_are_made_ahead(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();
	struct signkeys k;

	signkeys_init(&k, l);
	struct sign_period *p = legacy_periods(l, SIGNKEYS_ZONE);
	p[0] = (struct sign_period){ NOW, .key_count = 1, .keys = { signkeys_at(&k, 0) } };
	p[1] = (struct sign_period){ NOW + DAY, .key_count = 2,
		.keys = { signkeys_at(&k, 0), signkeys_at(&k, 2) } };
	signkeys_use(l, 2);
	signkeys_ask(l, NOW + DAY - SIGN_AHEAD_S - 1);
	assert_int_equal(signer_renew(l->signer, 10), 0);
	signkeys_ask(l, NOW + DAY - SIGN_AHEAD_S);
	assert_int_equal(signer_renew(l->signer, 10), 1); /* the first key has signed already */
	signkeys_ask(l, NOW + DAY);
	assert_int_equal(l->result.made, 0);
	assert_true(signkeys_sign_all(l, &k, 1 | 4));
	signkeys_fini(&k, l);
	legacy_free(l);
}

/* A client that asks at the boundary, before the worker was idle, has the signature made; it is not
 * made once more. */
static void what_a_client_had_made_is_not_made_ahead(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();
	struct signkeys k;

	signkeys_init(&k, l);
	struct sign_period *p = legacy_periods(l, SIGNKEYS_ZONE);
	p[0] = (struct sign_period){ NOW, .key_count = 1, .keys = { signkeys_at(&k, 0) } };
	p[1] = (struct sign_period){ NOW + DAY, .key_count = 1, .keys = { signkeys_at(&k, 2) } };
	signkeys_use(l, 2);
	signkeys_ask(l, NOW + DAY - 60);
	signkeys_ask(l, NOW + DAY);
	assert_int_equal(l->result.made, 1);
	assert_int_equal(signer_renew(l->signer, 10), 0);
	signkeys_fini(&k, l);
	legacy_free(l);
}

static void ask_host(struct legacy *l, unsigned number, int64_t now_s)
{
	char question[64], record[96];

	snprintf(question, sizeof(question), "n%u.example.test A", number);
	snprintf(record, sizeof(record), "n%u.example.test A 192.0.2.1", number);
	l->now_s = now_s;
	l->now_ms += 1000;
	legacy_ask(l, question, ASK_DO | ASK_STREAM);
	legacy_respond(l, FLAG_AA, record);
}

/* The one that was noted first is the one that is asked for most, and all that wait have their
 * turn. */
static void the_oldest_is_made_ahead_first(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();
	struct signkeys k;

	signkeys_init(&k, l);
	struct sign_period *p = legacy_periods(l, SIGNKEYS_ZONE);
	p[0] = (struct sign_period){ NOW, .key_count = 1, .keys = { signkeys_at(&k, 0) } };
	p[1] = (struct sign_period){ NOW + DAY, .key_count = 1, .keys = { signkeys_at(&k, 2) } };
	signkeys_use(l, 2);
	/* More than there is room for; and twice, so that the ring goes round. */
	for (unsigned from = 0; from < 2 * RENEWALS_MAX; from += RENEWALS_MAX) {
		for (unsigned i = from; i < from + RENEWALS_MAX + 5; i++)
			ask_host(l, i, NOW + DAY - 60);
		assert_int_equal(signer_renew(l->signer, 10), 10);
		ask_host(l, from + 9, NOW + DAY);
		assert_int_equal(l->result.made, 0);
		ask_host(l, from + 10, NOW + DAY);
		assert_int_equal(l->result.made, 1);
		assert_int_equal(signer_renew(l->signer, 1000), RENEWALS_MAX - 11);
	}
	signkeys_fini(&k, l);
	legacy_free(l);
}

/* Most boundaries are of a CDS, or of a key that is published. They cost nothing. */
static void nothing_is_made_for_a_boundary_where_the_same_keys_sign_on(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		unsigned keys[3]; /* of three periods, by bits */
		unsigned ahead;   /* signatures that are made an hour before the second */
	} rows[] = {
		{ "the same key", { 1, 1, 4 }, 0 },
		{ "the same two keys", { 1 | 4, 1 | 4, 1 | 4 }, 0 },
		{ "one more", { 1, 1 | 4, 1 | 4 }, 1 },
		{ "another one of the same algorithm", { 1, 2, 2 }, 1 },
		{ "another one of two", { 1 | 4, 2 | 4, 2 | 4 }, 1 },
	};
	struct legacy *l = legacy_new();
	struct signkeys k;

	legacy_remember(l);
	signkeys_init(&k, l);
	struct sign_period *p = legacy_periods(l, SIGNKEYS_ZONE);
	for (size_t i = 0; i < COUNT(rows); i++) {
		for (unsigned n = 0; n < 3; n++) {
			p[n] = (struct sign_period){ .from_s = NOW + (int64_t)n * DAY };
			for (unsigned key = 0; key < SIGNKEYS; key++) {
				if (rows[i].keys[n] >> key & 1)
					p[n].keys[p[n].key_count++] = signkeys_at(&k, key);
			}
		}
		signkeys_use(l, 3);
		for (unsigned times = 0; times < 3; times++)
			ask_host(l, (unsigned)i, NOW + DAY - SIGN_AHEAD_S - 10);
		/* The kept answer is good for the boundary, too, unless other signatures are
		 * needed. */
		ask_host(l, (unsigned)i, NOW + DAY - SIGN_AHEAD_S + 5);
		assert_row(rows[i].why, l->result.is_recalled == (rows[i].ahead == 0));
		assert_row(rows[i].why, signer_renew(l->signer, 10) == rows[i].ahead);
		int64_t end_s = sign_period_keys_end_s(
		        &legacy_zone(l, SIGNKEYS_ZONE)->periods, NOW + DAY - 60);
		assert_row(rows[i].why, rows[i].ahead == (end_s == NOW + DAY));
	}
	signkeys_fini(&k, l);
	legacy_free(l);
}

/* The limit is for all sets of an answer, however many come after it. */
static void no_answer_has_more_signed_sets_than_validators_check(void **state)
{
	(void)state;
	struct legacy *l = legacy_new();
	char records[8192];
	size_t len = (size_t)snprintf(records, sizeof(records), "www.example.test A 192.0.2.1");
	unsigned rrsigs = 0;

	for (unsigned i = 0; i < 2 * LIMIT_SIGNED; i++) {
		ask_host(l, i, NOW);
		len += (size_t)snprintf(records + len, sizeof(records) - len,
		        "\n+ n%u.example.test A 192.0.2.1", i);
	}
	legacy_ask(l, SIGNKEYS_WWW, ASK_DO | ASK_STREAM);
	legacy_respond(l, FLAG_AA, records);
	const struct message *m = legacy_delivered(l);
	for (unsigned i = 0; i < m->rr_count; i++)
		rrsigs += m->rrs[i].type == TYPE_RRSIG;
	assert_int_equal(rrsigs, LIMIT_SIGNED);
	assert_int_equal(m->rr_count - rrsigs, 1 + 2 * LIMIT_SIGNED);
	legacy_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signatures_of_the_next_keys_are_made_ahead),
		cmocka_unit_test(what_a_client_had_made_is_not_made_ahead),
		cmocka_unit_test(the_oldest_is_made_ahead_first),
		cmocka_unit_test(nothing_is_made_for_a_boundary_where_the_same_keys_sign_on),
		cmocka_unit_test(no_answer_has_more_signed_sets_than_validators_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
