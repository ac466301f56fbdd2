/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which KSKs the self-checks demand of every server, and when: an alarm for what no validator needs
 * yet would be a false one. */
#include "test.h"

#include "keeper/zone_pace.h"
#include "keeper/zone_sight.h"

#define NOW  1750000000
#define KSK  1001
#define ZSK  2001
#define MANY 1000

/* How a record of a key stands. */
enum standing {
	NOWHERE,
	MADE,    /* it is to be served; not every server was seen with it */
	SEEN,    /* every server was seen with it */
	KNOWN,   /* every resolver has it */
	LEAVING, /* it is to be served no more */
};

static void stand(struct life *life, struct life_key *k, enum life_record record, enum standing how)
{
	static const enum life_stage stages[] = { LIFE_HIDDEN, LIFE_RUMOURED, LIFE_RUMOURED,
		LIFE_OMNIPRESENT, LIFE_UNRETENTIVE };

	life_mark_set(life, k, record, stages[how], NOW);
	k->marks[record].seen_s = how == SEEN ? NOW : 0;
}

static void a_ksk_counts_once_every_server_shows_all_that_it_carries(void **state)
{
	static const struct {
		const char *why;
		enum standing dnskey, krrsig, zsk, zrrsig;
		uint8_t zsk_algorithm;
		bool counts;
	} rows[] = {
		{ "all is old", KNOWN, KNOWN, KNOWN, KNOWN, 13, true },
		{ "every server was seen with all", SEEN, SEEN, SEEN, SEEN, 13, true },
		{ "a first signing that a server lacks", MADE, MADE, MADE, MADE, 13, false },
		{ "the DNSKEY of the KSK is new", MADE, KNOWN, KNOWN, KNOWN, 13, false },
		{ "it does not sign yet", KNOWN, NOWHERE, KNOWN, KNOWN, 13, false },
		{ "its signature is new", KNOWN, MADE, KNOWN, KNOWN, 13, false },
		{ "its signature goes", KNOWN, LEAVING, KNOWN, KNOWN, 13, false },
		{ "its DNSKEY goes", LEAVING, KNOWN, KNOWN, KNOWN, 13, false },
		{ "the zone's signatures are new", KNOWN, KNOWN, KNOWN, MADE, 13, false },
		{ "the zone's signatures go", KNOWN, KNOWN, KNOWN, LEAVING, 13, false },
		{ "the ZSK is new", KNOWN, KNOWN, MADE, KNOWN, 13, false },
		{ "the ZSK is of another algorithm", KNOWN, KNOWN, KNOWN, KNOWN, 15, false },
	};
	const struct zone_sight sight = { .ksks = { { .tag = KSK } }, .ksk_count = 1 };
	const struct zone_sight other = { .ksks = { { .tag = KSK + 1 } }, .ksk_count = 1 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct self_check_key keys[SELF_CHECK_KEYS];
		struct life life;
		life_init(&life);
		struct life_key *ksk = life_add(&life, LIFE_KSK, 13, KSK, NOW, 0);
		stand(&life, ksk, LIFE_DNSKEY, rows[i].dnskey);
		stand(&life, ksk, LIFE_KRRSIG, rows[i].krrsig);
		struct life_key *zsk =
		        life_add(&life, LIFE_ZSK, rows[i].zsk_algorithm, ZSK, NOW, NOW);
		stand(&life, zsk, LIFE_DNSKEY, rows[i].zsk);
		stand(&life, zsk, LIFE_ZRRSIG, rows[i].zrrsig);
		unsigned count = zone_sight_choose(&sight, &life, keys);
		assert_row(rows[i].why, count == rows[i].counts);
		assert_row(rows[i].why, count == 0 || keys[0].tag == KSK);
		assert_row(rows[i].why, zone_sight_choose(&other, &life, keys) == 0);
	}
}

static void a_thousand_zones_are_spread_over_the_period(void **state)
{
	enum { PERIOD = 60 };
	unsigned at[PERIOD] = { 0 };

	(void)state;
	for (unsigned i = 0; i < MANY; i++) {
		char text[40];
		struct name zone;
		snprintf(text, sizeof(text), "customer%u.example", i);
		assert_true(name_from_text(text, &zone));
		int64_t next_s = zone_pace_next(&zone, PERIOD, NOW);
		assert_in_range(next_s, NOW + 1, NOW + PERIOD);
		/* always at this offset, whenever it is asked */
		assert_int_equal(zone_pace_next(&zone, PERIOD, next_s), next_s + PERIOD);
		assert_int_equal(zone_pace_next(&zone, PERIOD, next_s - 1), next_s);
		at[next_s % PERIOD]++;
	}
	for (unsigned i = 0; i < PERIOD; i++)
		assert_in_range(at[i], 1, 3 * MANY / PERIOD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ksk_counts_once_every_server_shows_all_that_it_carries),
		cmocka_unit_test(a_thousand_zones_are_spread_over_the_period),
	};
	return cmocka_run_group_tests_name("zone_sight", tests, NULL, NULL);
}
