/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Timelines that are made from a plan, day after day. */
#include "test.h"

#include "keys/timeline_check.h"
#include "keys/timeline_sign.h"
#include "keys/timeline_text.h"
#include "keys/timeline_write.h"

#define DAY_S   86400
#define NOON_S  (INT64_C(20000) * DAY_S + DAY_S / 2)
#define AHEAD_S (15 * DAY_S)

enum { KSK, NEXT_KSK, ZSK, NEXT_ZSK, KEYS };
#define BIT(key) (1u << (key))

struct bed {
	struct crypto *crypto;
	struct name zone;
	struct keypair keys[KEYS];
	bool has_vault;
	unsigned signed_by[KEYS];
	struct complaint why;
};

static bool sign_by_bed(void *vault, unsigned key, struct span data, struct writer *signature,
        struct complaint *error)
{
	struct bed *bed = vault;
	uint8_t octets[SIGNATURE_MAX_OCTETS];

	if (!bed->has_vault) {
		complaint_set(error, "the vault is away");
		return false;
	}
	bed->signed_by[key]++;
	size_t len = signkey_sign(bed->crypto, bed->keys[key].key, data, octets);
	writer_put(signature, span_of(octets, len));
	return len > 0;
}

static struct bed *bed_new(uint8_t algorithm)
{
	struct bed *bed = calloc(1, sizeof(*bed));

	bed->crypto = crypto_new();
	bed->has_vault = true;
	assert_true(name_from_text("example.org", &bed->zone));
	for (unsigned i = 0; i < KEYS; i++)
		keypair_init(&bed->keys[i], &bed->zone, i < ZSK ? KEYPAIR_KSK : KEYPAIR_ZSK,
		        signkey_generate(algorithm));
	return bed;
}

static void bed_free(struct bed *bed)
{
	for (unsigned i = 0; i < KEYS; i++)
		keypair_fini(&bed->keys[i]);
	crypto_free(bed->crypto);
	free(bed);
}

static struct life_period period_of(
        int64_t from_s, int64_t until_s, uint32_t published, uint32_t ksks, uint32_t zsks)
{
	return (struct life_period){ .from_s = from_s,
		.until_s = until_s,
		.published = published,
		.ksk_signers = ksks,
		.zsk_signers = zsks,
		.synced = ksks };
}

/* Returns what timeline_sign() does. */
static int sign(struct bed *bed, struct timeline *t, const struct life_period *periods,
        unsigned count, const struct timeline *former)
{
	const struct timeline_order order = { .crypto = bed->crypto,
		.zone = &bed->zone,
		.keys = bed->keys,
		.key_count = KEYS,
		.periods = periods,
		.period_count = count,
		.former = former,
		.generation = former ? former->generation + 1 : 1,
		.now_s = periods[0].from_s,
		.ttl_s = 3600,
		.sign = sign_by_bed,
		.vault = bed };

	return timeline_sign(t, &order, &bed->why);
}

static void assert_timeline(struct bed *bed, const struct timeline *t)
{
	struct timeline again;
	unsigned line;

	assert_row("checked", timeline_check(bed->crypto, t, &line) == NULL);
	char *text = timeline_write(t, bed->crypto, &bed->why);
	assert_row(bed->why.text, text);
	assert_row(bed->why.text, timeline_read(&again, bed->crypto, text, "file", &bed->why));
	const char *fault = timeline_check(bed->crypto, &again, &line);
	assert_row(fault ? fault : "read", !fault);
	assert_int_equal(again.period_count, t->period_count);
	timeline_fini(&again);
	free(text);
}

/* Otherwise a thousand zones would keep a token busy all day. */
static void a_day_later_each_set_needs_one_signature(void **state)
{
	(void)state;
	struct bed *bed = bed_new(ALGORITHM_ECDSAP256);
	struct timeline former = { 0 }, t;
	const uint32_t published = BIT(KSK) | BIT(ZSK);

	for (unsigned day = 0; day < 20; day++) {
		int64_t now_s = NOON_S + day * DAY_S;
		const struct life_period p =
		        period_of(now_s, now_s + AHEAD_S, published, BIT(KSK), BIT(ZSK));
		int made = sign(bed, &t, &p, 1, day > 0 ? &former : NULL);
		assert_int_equal(made, day > 0 ? 3 : 3 * 16);
		assert_timeline(bed, &t);
		timeline_fini(&former);
		former = t;
	}
	assert_int_equal(former.generation, 20);
	timeline_fini(&former);
	bed_free(bed);
}

/* A plan that stays the same needs no vault. */
static void without_a_vault_what_was_signed_is_written_again(void **state)
{
	(void)state;
	struct bed *bed = bed_new(ALGORITHM_ED25519);
	struct timeline former, t;
	struct life_period p =
	        period_of(NOON_S, NOON_S + AHEAD_S, BIT(KSK) | BIT(ZSK), BIT(KSK), BIT(ZSK));

	assert_int_equal(sign(bed, &former, &p, 1, NULL), 3 * 16);
	bed->has_vault = false;
	p.from_s += 5 * DAY_S;
	assert_int_equal(sign(bed, &t, &p, 1, &former), 0);
	assert_timeline(bed, &t);
	timeline_fini(&t);
	p.published |= BIT(NEXT_ZSK);
	assert_int_equal(sign(bed, &t, &p, 1, &former), -1);
	assert_string_equal(bed->why.text, "the vault is away");
	timeline_fini(&former);
	bed_free(bed);
}

static void a_roll_of_the_zsk_is_in_the_timeline_ahead(void **state)
{
	(void)state;
	struct bed *bed = bed_new(ALGORITHM_ECDSAP256);
	struct timeline t;
	const uint32_t both = BIT(KSK) | BIT(ZSK) | BIT(NEXT_ZSK);
	const int64_t at_s[] = { NOON_S, NOON_S + DAY_S, NOON_S + DAY_S + 7500, NOON_S + 3 * DAY_S,
		NOON_S + AHEAD_S };
	const struct life_period periods[] = {
		period_of(at_s[0], at_s[1], BIT(KSK) | BIT(ZSK), BIT(KSK), BIT(ZSK)),
		period_of(at_s[1], at_s[2], both, BIT(KSK), BIT(ZSK)),
		period_of(at_s[2], at_s[3], both, BIT(KSK), BIT(NEXT_ZSK)),
		period_of(at_s[3], at_s[4], BIT(KSK) | BIT(NEXT_ZSK), BIT(KSK), BIT(NEXT_ZSK)),
	};

	/* Days: 2 + 1 + 2 + 13; of the third period, one is signed by then, and the CDS are all the
	 * same. */
	assert_int_equal(sign(bed, &t, periods, COUNT(periods), NULL), 2 + 1 + 2 + 13 + 2 * 16);
	assert_timeline(bed, &t);
	for (unsigned i = 0; i < COUNT(periods); i++) {
		const struct timeline_period *p = timeline_at(&t, at_s[i]);
		assert_int_equal(p->records->dnskey.count, i == 0 || i == 3 ? 2 : 3);
		assert_int_equal(p->signers[0]->tag, bed->keys[i < 2 ? ZSK : NEXT_ZSK].tag);
		assert_int_equal(p->records->cds.count, 1);
	}
	timeline_fini(&t);
	bed_free(bed);
}

static void two_ksks_sign_every_set(void **state)
{
	(void)state;
	struct bed *bed = bed_new(ALGORITHM_ECDSAP256);
	struct timeline t;
	const uint32_t ksks = BIT(KSK) | BIT(NEXT_KSK);
	const struct life_period p =
	        period_of(NOON_S, NOON_S + AHEAD_S, ksks | BIT(ZSK), ksks, BIT(ZSK));

	assert_int_equal(sign(bed, &t, &p, 1, NULL), 2 * 3 * 16);
	assert_int_equal(bed->signed_by[KSK], 3 * 16);
	assert_int_equal(bed->signed_by[NEXT_KSK], 3 * 16);
	assert_timeline(bed, &t);
	timeline_fini(&t);
	bed_free(bed);
}

/* RFC 8078, 4. */
static void a_parent_is_asked_to_remove_all_ds(void **state)
{
	(void)state;
	struct bed *bed = bed_new(ALGORITHM_ECDSAP256);
	struct timeline t;
	struct life_period p =
	        period_of(NOON_S, NOON_S + AHEAD_S, BIT(KSK) | BIT(ZSK), BIT(KSK), BIT(ZSK));

	p.synced = 0;
	p.has_delete = true;
	assert_int_equal(sign(bed, &t, &p, 1, NULL), 3 * 16);
	assert_timeline(bed, &t);
	char *text = timeline_write(&t, bed->crypto, &bed->why);
	assert_non_null(strstr(text, " IN CDS 0 0 0 00\n"));
	assert_non_null(strstr(text, " IN CDNSKEY 0 3 0 AA==\n"));
	free(text);
	timeline_fini(&t);
	bed_free(bed);
}

/* Without CDS the timeline still says which DS the parent should have. Nobody signs that. */
static void without_cds_the_ds_is_in_the_timeline(void **state)
{
	(void)state;
	struct bed *bed = bed_new(ALGORITHM_ECDSAP256);
	struct timeline t;
	struct life_period p =
	        period_of(NOON_S, NOON_S + AHEAD_S, BIT(KSK) | BIT(ZSK), BIT(KSK), BIT(ZSK));

	p.synced = 0;
	p.ds = BIT(KSK);
	assert_int_equal(sign(bed, &t, &p, 1, NULL), 16);
	assert_timeline(bed, &t);
	assert_int_equal(t.sets[0].ds.count, 1);
	assert_int_equal(t.sets[0].cds.count, 0);
	char *text = timeline_write(&t, bed->crypto, &bed->why);
	assert_non_null(strstr(text, " IN DS "));
	assert_null(strstr(text, "RRSIG DS"));
	free(text);
	timeline_fini(&t);
	bed_free(bed);
}

static void a_zsk_without_its_private_key_is_named(void **state)
{
	(void)state;
	struct bed *bed = bed_new(ALGORITHM_ECDSAP256);
	struct timeline t;
	const struct life_period p =
	        period_of(NOON_S, NOON_S + AHEAD_S, BIT(KSK) | BIT(ZSK), BIT(KSK), BIT(ZSK));
	char says[80];

	signkey_free(bed->keys[ZSK].key);
	bed->keys[ZSK].key = NULL;
	assert_int_equal(sign(bed, &t, &p, 1, NULL), -1);
	snprintf(
	        says, sizeof(says), "the private key of the ZSK %u is missing", bed->keys[ZSK].tag);
	assert_string_equal(bed->why.text, says);
	bed_free(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_later_each_set_needs_one_signature),
		cmocka_unit_test(without_a_vault_what_was_signed_is_written_again),
		cmocka_unit_test(a_roll_of_the_zsk_is_in_the_timeline_ahead),
		cmocka_unit_test(two_ksks_sign_every_set),
		cmocka_unit_test(a_parent_is_asked_to_remove_all_ds),
		cmocka_unit_test(without_cds_the_ds_is_in_the_timeline),
		cmocka_unit_test(a_zsk_without_its_private_key_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
