/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A signer follows the timeline that lies in the zone's directory of keys, and takes no older
 * one. */
#include <unistd.h>

#include "base/file.h"
#include "zonebed.h"

#define NOW  INT64_C(1780000000)
#define DAY  PLANNED_DAY
#define WAIT (PLANNED_TTL_S + 2) /* clocks count in whole seconds */

/* A ZSK that takes over after a day. */
static const struct planned_period roll[] = {
	{ NOW, NOW + DAY, KSK | OLD | NEW, KSK, OLD, KSK, 0, 0 },
	{ NOW + DAY, NOW + 3 * DAY, KSK | OLD | NEW, KSK, NEW, 0, 0, 0 },
};

static void reload_badly(struct zone_bed *bed, const char *says)
{
	const char *fault = zone_bed_reload(bed);

	if (!fault || !strstr(fault, says))
		fail_msg("\"%s\", and not \"%s\"", fault ? fault : "nothing", says);
}

/* True if this key alone signs at a time. */
static bool signs(const struct zone_bed *bed, unsigned key, int64_t now_s)
{
	const struct sign_period *p = zone_bed_period(bed, now_s);
	unsigned index = key == OLD ? 1 : 2;

	return p->key_count == 1 && p->keys[0].tag == bed->keys[index].tag &&
	       span_equal(signkey_public(p->keys[0].key), signkey_public(bed->keys[index].key));
}

/* True if the key of this tag signs at a time, maybe beside others. */
static bool signs_with(const struct zone_bed *bed, uint16_t tag, int64_t now_s)
{
	const struct sign_period *p = zone_bed_period(bed, now_s);
	bool found = false;

	for (unsigned i = 0; i < p->key_count; i++)
		found = found || p->keys[i].tag == tag;
	return found;
}

static bool is_by_hand(const struct zone_bed *bed)
{
	const struct sign_period *p = zone_bed_period(bed, bed->now_s);

	return p->key_count == 1 && signkey_algorithm(p->keys[0].key) == ALGORITHM_ED25519;
}

static void keys_change_in_the_second_that_the_timeline_says(void **state)
{
	(void)state;
	struct zone_bed *bed = zone_bed_new(NOW + 60);

	zone_bed_plan(bed, roll, COUNT(roll), 1, NOW);
	zone_bed_reload_well(bed);
	assert_true(signs(bed, OLD, NOW - DAY));
	assert_true(signs(bed, OLD, NOW));
	assert_true(signs(bed, OLD, NOW + DAY - 1));
	assert_true(signs(bed, NEW, NOW + DAY));
	assert_true(signs(bed, NEW, NOW + 30 * DAY));
	assert_int_equal(zone_bed_period(bed, NOW)->dnskey.count, 3);
	/* The parent has a DS for each CDS. */
	assert_int_equal(zone_bed_period(bed, NOW)->ds_count, 1);
	assert_true(span_equal(
	        zone_bed_period(bed, NOW)->ds[0], zone_bed_period(bed, NOW)->cds.rdatas[0]));
	/* That there is none is no change (RFC 7344). */
	assert_int_equal(zone_bed_period(bed, NOW + DAY)->cds.count, 0);
	assert_int_equal(zone_bed_period(bed, NOW + DAY)->ds_count, 1);
	assert_ptr_equal(zone_bed_period(bed, NOW + DAY)->ds, zone_bed_period(bed, NOW)->ds);
	zone_bed_free(bed);
}

/* CDS 0 0 0 00 asks the parent to have no DS (RFC 8078, 4). It is no DS itself. */
static void a_cds_that_deletes_is_no_ds(void **state)
{
	(void)state;
	struct zone_bed *bed = zone_bed_new(NOW + 60);

	zone_bed_plan(bed, roll, COUNT(roll), 1, NOW);
	/* As text: the signature is no matter before the check. */
	char *text = file_read(zone_bed_path(bed, "K" ZONE ".timeline"), 1 << 20);
	char *cds = strstr(text, " IN CDS ") + strlen(" IN CDS "), *end = strchr(cds, '\n');
	char *altered = calloc(1, strlen(text) + 100);
	sprintf(altered, "%.*s0 0 0 00%s", (int)(cds - text), text, end);
	char *sealed = planned_seal(bed->crypto, altered);
	zone_bed_put(bed, "K" ZONE ".timeline", sealed);
	struct complaint why;
	bed->policy = zone_policy_make(&bed->config, NULL, bed->now_s, 0, &why);
	assert_int_equal(zone_bed_period(bed, NOW)->cds.count, 1);
	assert_int_equal(zone_bed_period(bed, NOW)->ds_count, 0);
	free(sealed);
	free(altered);
	free(text);
	zone_bed_free(bed);
}

/* Replaces the first CDS by another text, and reads the timeline unchecked. */
static void spoil_cds(struct zone_bed *bed, const char *new)
{
	struct complaint why;
	char *text = file_read(zone_bed_path(bed, "K" ZONE ".timeline"), 1 << 20);
	char *line = strstr(text, ZONE ". 3600 IN CDS "), *end = strchr(line, '\n');
	char *altered = calloc(1, strlen(text) + 200);

	sprintf(altered, "%.*s%s%s", (int)(line - text), text, new, end);
	char *sealed = planned_seal(bed->crypto, altered);
	zone_bed_put(bed, "K" ZONE ".timeline", sealed);
	zone_policy_free(bed->policy);
	bed->policy = zone_policy_make(&bed->config, NULL, bed->now_s, 0, &why);
	assert_row(why.text, bed->policy);
	free(sealed);
	free(altered);
	free(text);
}

/* A zone above that is signed here must not deny the DS of a zone whose owner hands it over by hand
 * (cds = false). */
static void without_cds_the_ds_of_the_timeline_counts(void **state)
{
	(void)state;
	static const struct {
		const char *why, *line;
		unsigned count[2]; /* DS records in both periods */
	} rows[] = {
		{ "a DS", ZONE ". 3600 IN DS 7 13 2 00FF", { 1, 0 } },
		{ "a DS, and CDS that asks for none",
		        ZONE ". 3600 IN DS 7 13 2 00FF\n" ZONE ". 3600 IN CDS 0 0 0 00", { 0, 0 } },
		{ "neither", "; nothing", { 0, 0 } },
	};

	for (unsigned i = 0; i < COUNT(rows); i++) {
		struct zone_bed *bed = zone_bed_new(NOW + 60);
		zone_bed_plan(bed, roll, COUNT(roll), 1, NOW);
		spoil_cds(bed, rows[i].line);
		assert_null(zone_policy_fault(bed->policy, 0));
		for (unsigned k = 0; k < 2; k++)
			assert_row(rows[i].why,
			        zone_bed_period(bed, NOW + k * DAY)->ds_count == rows[i].count[k]);
		zone_bed_free(bed);
	}
}

static void a_timeline_counts_before_key_files(void **state)
{
	(void)state;
	struct zone_bed *bed = zone_bed_new(NOW + 60);

	zone_bed_make_by_hand(bed, NOW);
	zone_bed_reload_well(bed);
	assert_true(is_by_hand(bed));
	const uint16_t by_hand = zone_bed_period(bed, bed->now_s)->keys[0].tag;
	zone_bed_plan(bed, roll, COUNT(roll), 1, NOW);
	zone_bed_reload_well(bed);
	/* The key by hand signs, too, while caches have its DNSKEY RRset. */
	assert_true(signs_with(bed, by_hand, bed->now_s));
	assert_true(signs_with(bed, bed->keys[1].tag, bed->now_s));
	assert_true(signs(bed, OLD, bed->now_s + WAIT));
	assert_int_equal(unlink(zone_bed_path(bed, "K" ZONE ".timeline")), 0);
	zone_bed_reload_well(bed);
	assert_true(is_by_hand(bed));
	zone_bed_free(bed);
}

/* The key files beside it may be years old. */
static void a_damaged_timeline_is_not_passed_over(void **state)
{
	(void)state;
	struct zone_bed *bed = zone_bed_new(NOW + 60);

	zone_bed_make_by_hand(bed, NOW);
	zone_bed_put(bed, "K" ZONE ".timeline", "sealgate-timeline 1\n");
	reload_badly(bed, "K" ZONE ".timeline: the file is cut short");
	assert_int_equal(zone_bed_period(bed, bed->now_s)->key_count, 0);
	zone_bed_plan(bed, roll, COUNT(roll), 1, NOW);
	zone_bed_reload_well(bed);
	zone_bed_put(bed, "K" ZONE ".timeline", "");
	reload_badly(bed, "K" ZONE ".timeline: the first line is not");
	assert_true(signs(bed, OLD, bed->now_s));
	zone_bed_free(bed);
}

static void a_timeline_of_another_zone_is_refused(void **state)
{
	(void)state;
	struct zone_bed *bed = zone_bed_new(NOW + 60);

	zone_bed_plan(bed, roll, COUNT(roll), 1, NOW);
	char from[CONFIG_PATH_MAX + 64];
	strcpy(from, zone_bed_path(bed, "K" ZONE ".timeline"));
	assert_int_equal(rename(from, zone_bed_path(bed, "Kexample.net.timeline")), 0);
	strcpy(from, zone_bed_path(bed, ZONE ".conf"));
	assert_int_equal(rename(from, zone_bed_path(bed, "example.net.conf")), 0);
	reload_badly(bed, "this is the timeline of another zone");
	zone_bed_free(bed);
}

/* An old backup, a late copy, two writers. */
static void an_older_timeline_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *why, *says; /* NULL: it comes into force */
		uint64_t generation;
		int64_t made_s;
	} rows[] = {
		{ "the first one", NULL, 7, 0 },
		{ "the same once more", NULL, 7, 0 },
		{ "an older one", "its generation 6 is older than 7", 6, -5 },
		{ "an older one that was made later", "its generation 6 is older than 7", 6, 5 },
		{ "another one of the same generation", "two keepers", 7, 5 },
		{ "a newer one", NULL, 8, 5 },
		{ "the former one", "its generation 7 is older than 8", 7, 0 },
		{ "one that is much newer", NULL, UINT64_MAX, 6 },
		{ "an older one by far", "its generation 1 is older", 1, 7 },
	};
	struct zone_bed *bed = zone_bed_new(NOW + 60);

	for (size_t i = 0; i < COUNT(rows); i++) {
		/* What is refused would have another key sign. */
		struct planned_period one = roll[0];
		one.signers = rows[i].says ? NEW : OLD;
		zone_bed_plan(bed, &one, 1, rows[i].generation, NOW + rows[i].made_s);
		const char *fault = zone_bed_reload(bed);
		if (!fault != !rows[i].says || (fault && !strstr(fault, rows[i].says)))
			fail_msg("%s: \"%s\"", rows[i].why, fault ? fault : "nothing");
		assert_row(rows[i].why, signs(bed, OLD, bed->now_s));
	}
	/* A restart forgets which one was in force. */
	zone_policy_free(bed->policy);
	bed->policy = NULL;
	zone_bed_reload_well(bed);
	assert_true(signs(bed, NEW, bed->now_s));
	zone_bed_free(bed);
}

static void a_timeline_whose_signatures_have_ended_is_refused(void **state)
{
	(void)state;
	static const struct planned_period over = { NOW - 20 * DAY, NOW - 10 * DAY, KSK | OLD | NEW,
		KSK, NEW, KSK, 0, 0 };
	struct zone_bed *bed = zone_bed_new(NOW + 60);

	zone_bed_plan(bed, roll, COUNT(roll), 1, NOW);
	zone_bed_reload_well(bed);
	zone_bed_plan(bed, &over, 1, 2, NOW + 1);
	reload_badly(bed, "none of its periods has valid signatures now");
	assert_true(signs(bed, OLD, bed->now_s));
	zone_bed_free(bed);
}

/* ---- A timeline that comes late ---- */

/* The new ZSK is published and has taken over, and this signer hears of both only now. */
static void a_zsk_waits_until_resolvers_know_it(void **state)
{
	(void)state;
	static const struct planned_period before[] = {
		{ NOW - DAY, NOW + 2 * DAY, KSK | OLD, KSK, OLD, KSK, 0, 0 },
	};
	static const struct planned_period late[] = {
		{ NOW - DAY, NOW - DAY / 2, KSK | OLD, KSK, OLD, KSK, 0, 0 },
		{ NOW - DAY / 2, NOW - 600, KSK | OLD | NEW, KSK, OLD, KSK, 0, 0 },
		{ NOW - 600, NOW + DAY, KSK | OLD | NEW, KSK, NEW, KSK, 0, 0 },
		{ NOW + DAY, NOW + 2 * DAY, KSK | NEW, KSK, NEW, KSK, 0, 0 },
	};
	struct zone_bed *bed = zone_bed_new(NOW + 60);

	zone_bed_plan(bed, before, COUNT(before), 1, NOW);
	zone_bed_reload_well(bed);
	zone_bed_plan(bed, late, COUNT(late), 2, NOW + 1);
	zone_bed_reload_well(bed);
	/* The RRset with the new one is shown from now on, and the old one signs for the TTL. */
	int64_t known_s = bed->now_s + WAIT, gone_s = known_s + DAY + 2;
	assert_int_equal(zone_bed_period(bed, bed->now_s)->dnskey.count, 3);
	assert_true(signs(bed, OLD, bed->now_s));
	assert_true(signs(bed, OLD, known_s - 1));
	assert_true(signs(bed, NEW, known_s));
	/* The old one stays published until no cache has an answer that it alone signed. */
	assert_int_equal(zone_bed_period(bed, gone_s - 1)->dnskey.count, 3);
	assert_int_equal(zone_bed_period(bed, gone_s)->dnskey.count, 2);
	/* It stays put off if the timeline is prolonged meanwhile. */
	bed->now_s += 60;
	zone_bed_plan(bed, late, COUNT(late), 3, NOW + 2);
	zone_bed_reload_well(bed);
	assert_true(signs(bed, OLD, known_s - 1));
	assert_true(signs(bed, NEW, known_s));
	/* The one that knows all this already waits for nothing. */
	zone_policy_free(bed->policy);
	bed->policy = NULL;
	zone_bed_reload_well(bed);
	assert_true(signs(bed, NEW, bed->now_s));
	zone_bed_free(bed);
}

/* The former timeline shows the new ZSK since ten minutes, and lets it sign tomorrow; the next one
 * lets it sign now. */
static void a_takeover_that_is_brought_forward_waits_for_the_ttl(void **state)
{
	(void)state;
	static const struct planned_period before[] = {
		{ NOW - DAY, NOW - 600, KSK | OLD, KSK, OLD, KSK, 0, 0 },
		{ NOW - 600, NOW + DAY, KSK | OLD | NEW, KSK, OLD, KSK, 0, 0 },
		{ NOW + DAY, NOW + 2 * DAY, KSK | OLD | NEW, KSK, NEW, KSK, 0, 0 },
	};
	static const struct planned_period earlier[] = {
		{ NOW - 600, NOW + 30, KSK | OLD | NEW, KSK, OLD, KSK, 0, 0 },
		{ NOW + 30, NOW + 2 * DAY, KSK | OLD | NEW, KSK, NEW, KSK, 0, 0 },
	};
	struct zone_bed *bed = zone_bed_new(NOW + 60);

	zone_bed_plan(bed, before, COUNT(before), 1, NOW);
	zone_bed_reload_well(bed);
	zone_bed_plan(bed, earlier, COUNT(earlier), 2, NOW + 1);
	zone_bed_reload_well(bed);
	assert_true(signs(bed, OLD, NOW - 600 + WAIT - 1));
	assert_true(signs(bed, NEW, NOW - 600 + WAIT));
	zone_bed_free(bed);
}

/* Its keys come later (RFC 6781, 4.1.4), so no resolver needs to know them. */
static void signatures_of_a_new_algorithm_wait_for_nothing(void **state)
{
	(void)state;
	static const struct planned_period roll_15[] = {
		{ NOW - DAY, NOW, KSK | OLD, KSK, OLD, KSK, 0, 0 },
		{ NOW, NOW + 2 * DAY, KSK | OLD, KSK, OLD | ZSK_15, KSK, 0, 0 },
	};
	struct zone_bed *bed = zone_bed_new(NOW + 60);

	zone_bed_plan(bed, roll_15, 1, 1, NOW);
	zone_bed_reload_well(bed);
	assert_int_equal(zone_bed_period(bed, bed->now_s)->key_count, 1);
	zone_bed_plan(bed, roll_15, 2, 2, NOW + 1);
	zone_bed_reload_well(bed);
	assert_int_equal(zone_bed_period(bed, NOW - 1)->key_count, 1);
	const struct sign_period *p = zone_bed_period(bed, NOW);
	assert_int_equal(p->key_count, 2);
	for (unsigned i = 0; i < 2; i++) {
		const struct keypair *k = &bed->keys[i == 0 ? 1 : 3];
		assert_int_equal(p->keys[i].tag, k->tag);
		assert_true(span_equal(signkey_public(p->keys[i].key), signkey_public(k->key)));
	}
	zone_bed_free(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_change_in_the_second_that_the_timeline_says),
		cmocka_unit_test(a_cds_that_deletes_is_no_ds),
		cmocka_unit_test(without_cds_the_ds_of_the_timeline_counts),
		cmocka_unit_test(a_timeline_counts_before_key_files),
		cmocka_unit_test(a_damaged_timeline_is_not_passed_over),
		cmocka_unit_test(a_timeline_of_another_zone_is_refused),
		cmocka_unit_test(an_older_timeline_is_refused),
		cmocka_unit_test(a_timeline_whose_signatures_have_ended_is_refused),
		cmocka_unit_test(a_zsk_waits_until_resolvers_know_it),
		cmocka_unit_test(a_takeover_that_is_brought_forward_waits_for_the_ttl),
		cmocka_unit_test(signatures_of_a_new_algorithm_wait_for_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
