/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys are read again while workers sign with them. */
#include "test.h"

#include <limits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/complaint.h"
#include "base/log.h"
#include "daemon/timeline_watch.h"
#include "daemon/zone_keeper.h"
#include "daemon/zone_key_files.h"
#include "keys/presign.h"
#include "keys/succession.h"
#include "worker/worker_orders.h"
#include "worker/worker_private.h"

#define NOW             1750000000
#define DAY             INT64_C(86400)
#define ZONE            "example.test"
#define FILES_SETTLE_US 30000 /* then a file that is the same counts as the same (base/file.c) */
#define ROOM            4     /* zones, cuts and servers that a test adds */

struct bed {
	struct config config;
	struct crypto *crypto;
	struct zone_keeper *keeper;
	struct worker *worker;
	struct complaint why;
};

/* Makes the keys that are missing, and signs with all; by force, if that is not safe. */
static void sign_keys(struct bed *bed, const char *zone, int64_t now_s, bool is_forced)
{
	static struct zone_key_files files;
	struct name name;
	unsigned made;

	assert_true(name_from_text(zone, &name));
	assert_int_equal(
	        zone_key_files_read(&files, bed->config.sign_zones.items[0].keys, &name, &bed->why),
	        0);
	assert_int_equal(
	        zone_keys_generate(&files, ALGORITHM_ECDSAP256, now_s, &made, &bed->why), 0);
	const struct zone_signing how = {
		.now_s = now_s, .days = PRESIGN_DAYS, .group = (gid_t)-1, .is_forced = is_forced
	};
	assert_row(bed->why.text, zone_keys_sign(&files, bed->crypto, &how, &bed->why) == 0);
	zone_key_files_free(&files);
	usleep(FILES_SETTLE_US);
}

static void make_keys(struct bed *bed, const char *zone, int64_t now_s)
{
	sign_keys(bed, zone, now_s, false);
}

static void run(const struct bed *bed, const char *command)
{
	char line[CONFIG_PATH_MAX + 200];

	snprintf(line, sizeof(line), "cd %s && %s", bed->config.sign_zones.items[0].keys, command);
	assert_int_equal(system(line), 0);
	usleep(FILES_SETTLE_US);
}

static void add_zone(struct bed *bed, const char *zone, int64_t now_s)
{
	struct config_zones *zones = &bed->config.sign_zones;
	struct config_zone *added = &zones->items[zones->count++];

	assert_true(name_from_text(zone, &added->apex));
	memmove(added->keys, zones->items[0].keys, sizeof(added->keys));
	added->max_ttl_s = SIGN_MAX_TTL_S;
	make_keys(bed, zone, now_s);
}

static struct bed *bed_new(void)
{
	struct bed *bed = calloc(1, sizeof(*bed));

	log_set_level(LOG_LEVEL_ERROR);
	config_defaults(&bed->config);
	bed->config.sign_zones =
	        (struct config_zones){ .items = calloc(ROOM, sizeof(struct config_zone)),
		        .cuts = calloc(ROOM, sizeof(struct config_cut)),
		        .speakers = calloc(ROOM, sizeof(struct network)) };
	strcpy(bed->config.sign_zones.items[0].keys, "/tmp/sealgate-keeper-XXXXXX");
	assert_non_null(mkdtemp(bed->config.sign_zones.items[0].keys));
	snprintf(bed->config.timeline_state, CONFIG_PATH_MAX, "%.100s/state",
	        bed->config.sign_zones.items[0].keys);
	bed->crypto = crypto_new();
	add_zone(bed, ZONE, NOW);
	return bed;
}

static void start(struct bed *bed)
{
	struct worker *w = calloc(1, sizeof(*w));

	bed->keeper = zone_keeper_new(&bed->config, &bed->why);
	assert_row(bed->why.text, bed->keeper);
	w->wake_fd = -1;
	w->crypto = bed->crypto;
	w->orders.sign_policy = w->sign_policy_used = zone_keeper_policy(bed->keeper);
	w->sign_trade.signer = signer_new(bed->crypto, w->sign_policy_used, NULL);
	assert_non_null(w->sign_trade.signer);
	bed->worker = w;
	zone_keeper_serve(bed->keeper, &bed->worker, 1);
}

static void bed_free(struct bed *bed)
{
	signer_free(bed->worker->sign_trade.signer);
	free(bed->worker);
	zone_keeper_free(bed->keeper);
	crypto_free(bed->crypto);
	run(bed, "rm -r \"$PWD\"");
	config_fini(&bed->config);
	free(bed);
}

static uint16_t tag_in_force(const struct bed *bed)
{
	return sign_zone_period(&zone_keeper_policy(bed->keeper)->zones[0], clock_wall_s())
	        ->keys[0]
	        .tag;
}

static void a_worker_takes_new_keys_at_its_next_turn(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	start(bed);
	for (unsigned i = 0; i < 3; i++) {
		uint16_t before = tag_in_force(bed);
		run(bed, "rm K*");
		do {
			run(bed, "rm -f K*");
			make_keys(bed, ZONE, NOW);
			assert_row(bed->why.text,
			        zone_keeper_reload(bed->keeper, &bed->config, &bed->why) == 0);
			assert_ptr_not_equal(
			        worker_sign_policy(bed->worker), zone_keeper_policy(bed->keeper));
			orders_take(bed->worker);
			assert_ptr_equal(
			        worker_sign_policy(bed->worker), zone_keeper_policy(bed->keeper));
		} while (tag_in_force(bed) == before);
	}
	bed_free(bed);
}

/* The keys that the worker uses stay, and a reload does not wait for the worker for ever. */
static void keys_that_a_worker_uses_are_not_freed(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	start(bed);
	const struct sign_policy *first = zone_keeper_policy(bed->keeper);
	assert_int_equal(zone_keeper_reload(bed->keeper, &bed->config, &bed->why), 0);
	assert_int_equal(zone_keeper_reload(bed->keeper, &bed->config, &bed->why), -1);
	assert_non_null(strstr(bed->why.text, "does not yet use"));
	zone_keeper_look(bed->keeper, NOW, 1000);
	assert_ptr_equal(worker_sign_policy(bed->worker), first);
	assert_int_equal(first->zone_count, 1);
	assert_int_equal(sign_zone_period(&first->zones[0], clock_wall_s())->dnskey.count, 2);
	orders_take(bed->worker);
	zone_keeper_look(bed->keeper, NOW, 1000);
	assert_int_equal(zone_keeper_reload(bed->keeper, &bed->config, &bed->why), 0);
	bed_free(bed);
}

static unsigned broken_at(struct bed *bed, uint64_t now_ms)
{
	zone_keeper_look(bed->keeper, NOW, now_ms);
	orders_take(bed->worker);
	return zone_keeper_counts(bed->keeper).broken;
}

/* The keeper is another user, and cannot order a reload. What people write waits for their
 * order. */
static void the_timeline_of_a_kept_zone_is_read_when_it_changes(void **state)
{
	(void)state;
	for (unsigned is_kept = 0; is_kept < 2; is_kept++) {
		struct bed *bed = bed_new();
		bed->config.sign_zones.items[0].is_kept = (uint8_t)is_kept;
		log_set_level(LOG_LEVEL_ERROR - 1);
		start(bed);
		assert_int_equal(broken_at(bed, 1000), 0);
		run(bed, "echo nonsense >K" ZONE ".timeline");
		assert_int_equal(broken_at(bed, 1000 + TIMELINE_WATCH_MS - 1), 0);
		assert_int_equal(broken_at(bed, 1000 + TIMELINE_WATCH_MS), is_kept);
		const struct sign_policy *read = zone_keeper_policy(bed->keeper);
		assert_int_equal(broken_at(bed, 1001 + TIMELINE_WATCH_MS), is_kept);
		assert_int_equal(broken_at(bed, 30000), is_kept);
		assert_ptr_equal(zone_keeper_policy(bed->keeper), read);
		run(bed, "rm K" ZONE ".timeline");
		assert_int_equal(broken_at(bed, 50000), 0);
		assert_int_equal(
		        zone_keeper_wait_ms(bed->keeper), is_kept ? TIMELINE_WATCH_MS : INT_MAX);
		bed_free(bed);
	}
}

/* A reload that fails is no end: memory, or the directory of zones, may be missing for a moment
 * only. */
static void a_new_timeline_is_read_after_a_reload_that_failed(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	bed->config.sign_zones.items[0].is_kept = 1;
	log_set_level(LOG_LEVEL_ERROR - 1);
	start(bed);
	assert_int_equal(broken_at(bed, 1000), 0);
	strcpy(bed->config.sign_zones_directory, "/nowhere/on/this/machine");
	run(bed, "echo nonsense >K" ZONE ".timeline");
	assert_int_equal(broken_at(bed, 3000), 0);
	assert_int_equal(broken_at(bed, 5000), 0);
	bed->config.sign_zones_directory[0] = '\0';
	assert_int_equal(broken_at(bed, 7000), 1);
	bed_free(bed);
}

static const struct sign_zone *zone_called(const struct bed *bed, const char *text)
{
	struct name name;

	assert_true(name_from_text(text, &name));
	return sign_policy_apex(zone_keeper_policy(bed->keeper), &name);
}

static const struct sign_period *period_in_keeper(const struct bed *bed, const char *text)
{
	return sign_zone_period(zone_called(bed, text), clock_wall_s());
}

/* Returns the key that signs the zone, or NULL. */
static const struct signkey *zsk_in_keeper(const struct bed *bed, const char *text)
{
	return period_in_keeper(bed, text)->keys[0].key;
}

/* Reloads, and lets the worker take what is new. */
static int reload(struct bed *bed)
{
	int result = zone_keeper_reload(bed->keeper, &bed->config, &bed->why);

	orders_take(bed->worker);
	zone_keeper_look(bed->keeper, -1, 0);
	return result;
}

/* A zone whose files are wrong keeps its keys and its signatures; the other gets its new ones. */
static void a_broken_zone_keeps_what_it_had_and_the_others_go_on(void **state)
{
	(void)state;
	static const struct {
		const char *why, *spoil, *says;
	} rows[] = {
		{ "an invalid signature", "sed -i -E '5s/ 20/ 21/' K" ZONE ".signed-dnskey",
		        "signed-dnskey:5: " },
		{ "no private key", "rm K" ZONE ".*.private", "private key" },
		{ "no file", "rm K" ZONE ".signed-dnskey", "`sealgate keys generate" },
		{ "half a file",
		        "head -c 900 K" ZONE ".signed-dnskey >x; mv x K" ZONE ".signed-dnskey",
		        "signed-dnskey" },
		{ "nothing", "rm K" ZONE ".*", "`sealgate keys generate" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bed *bed = bed_new();
		add_zone(bed, "a." ZONE, NOW);
		start(bed);
		const struct signkey *key = zsk_in_keeper(bed, ZONE);
		uint16_t others = period_in_keeper(bed, "a." ZONE)->keys[0].tag;
		run(bed, rows[i].spoil);
		do {
			run(bed, "rm Ka." ZONE "*");
			make_keys(bed, "a." ZONE, NOW);
			assert_row(rows[i].why, reload(bed) == 0);
		} while (period_in_keeper(bed, "a." ZONE)->keys[0].tag == others);
		assert_row(rows[i].why, zsk_in_keeper(bed, ZONE) == key);
		assert_row(rows[i].why, period_in_keeper(bed, ZONE)->dnskey.count == 2);
		assert_row(rows[i].why, worker_sign_policy(bed->worker)->zone_count == 2);
		assert_row(rows[i].why, zone_keeper_counts(bed->keeper).broken == 1);
		const char *first;
		assert_row(rows[i].why, zone_keeper_news(bed->keeper, &first) == 1);
		if (!strstr(first, rows[i].says))
			fail_msg("%s: says \"%s\"", rows[i].why, first);
		assert_row(rows[i].why, reload(bed) == 0);
		assert_row("and again", zsk_in_keeper(bed, ZONE) == key);
		assert_row("it was told", zone_keeper_news(bed->keeper, &first) == 0);
		run(bed, "rm -f K" ZONE ".*");
		make_keys(bed, ZONE, NOW);
		assert_row("mended", reload(bed) == 0);
		assert_row(rows[i].why, zone_keeper_counts(bed->keeper).broken == 0);
		assert_row(rows[i].why, zsk_in_keeper(bed, ZONE) != key);
		bed_free(bed);
	}
}

/* Without former keys nothing of the zone can be signed. The zone stays in the policy: otherwise
 * the keys of the zone above would sign its names. */
static void a_zone_that_is_broken_at_the_start_has_no_keys_and_no_other_signs_for_it(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	add_zone(bed, "a." ZONE, NOW);
	run(bed, "rm Ka." ZONE ".signed-dnskey");
	start(bed);
	assert_non_null(zsk_in_keeper(bed, ZONE));
	assert_null(zsk_in_keeper(bed, "a." ZONE));
	assert_int_equal(zone_keeper_counts(bed->keeper).broken, 1);
	assert_null(zone_keeper_fault(bed->keeper,
	        (unsigned)(zone_called(bed, ZONE) - zone_keeper_policy(bed->keeper)->zones)));
	run(bed, "rm Ka." ZONE ".*");
	make_keys(bed, "a." ZONE, NOW);
	assert_int_equal(reload(bed), 0);
	assert_non_null(zsk_in_keeper(bed, "a." ZONE));
	bed_free(bed);
}

/* Then the start fails, so that the operator sees it. */
static void a_start_without_any_zone_fails(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	run(bed, "rm K" ZONE ".signed-dnskey");
	assert_null(zone_keeper_new(&bed->config, &bed->why));
	assert_non_null(strstr(bed->why.text, "`sealgate keys generate"));
	make_keys(bed, ZONE, NOW);
	start(bed);
	bed_free(bed);
}

/* ---- Only what changed is read ---- */

/* Any change of a file that matters shows, also one that leaves its size and its time of
 * modification. */
static void a_zone_is_read_again_if_one_of_its_files_changed(void **state)
{
	(void)state;
	static const struct {
		const char *why, *change;
		unsigned read;
	} rows[] = {
		{ "nothing", "true", 0 },
		{ "the file of the KSK's private key, which is not read",
		        "touch $(grep -l ' 257 ' K" ZONE ".*.key | sed s/key$/private/)", 0 },
		{ "the signatures were written again",
		        "cp K" ZONE ".signed-dnskey x; mv x K" ZONE ".signed-dnskey", 1 },
		{ "the signatures, in place, with the time of before",
		        "touch -r K" ZONE ".signed-dnskey t; sed -i -E 's/^;/; /' K" ZONE
		        ".signed-dnskey; touch -r t K" ZONE ".signed-dnskey",
		        1 },
		{ "the private key of the ZSK",
		        "touch $(grep -l ' 256 ' K" ZONE ".*.key | sed s/key$/private/)", 1 },
	};
	struct bed *bed = bed_new();

	add_zone(bed, "a." ZONE, NOW);
	start(bed);
	for (size_t i = 0; i < COUNT(rows); i++) {
		run(bed, rows[i].change);
		assert_row(rows[i].why, reload(bed) == 0);
		assert_row(rows[i].why, zone_keeper_counts(bed->keeper).changed == rows[i].read);
		assert_row(rows[i].why, zone_keeper_counts(bed->keeper).broken == 0);
	}
	bed->config.sign_zones.items[1].max_ttl_s = 60;
	assert_int_equal(reload(bed), 0);
	assert_int_equal(zone_keeper_counts(bed->keeper).changed, 1);
	assert_int_equal(zone_called(bed, "a." ZONE)->max_ttl_s, 60);
	bed_free(bed);
}

/* A ZSK that was put off stays so while other zones change. */
static void a_zone_that_stays_keeps_the_zsk_that_was_put_off(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	start(bed);
	int64_t known_s = clock_wall_s() + PRESIGN_TTL_S + SUCCESSION_SPREAD_S;
	/* The next ZSK is to sign in a minute, and caches may lack it for the TTL of the DNSKEY
	 * set. */
	run(bed, "dnssec-keygen -q -a 13 -P now -A +1mi " ZONE " >/dev/null");
	sign_keys(bed, ZONE, clock_wall_s(), true);
	assert_int_equal(reload(bed), 0);
	const struct sign_periods *periods = &zone_called(bed, ZONE)->periods;
	assert_int_equal(periods->count, 2);
	assert_true(periods->items[1].held_s > 0);
	int64_t from_s = periods->items[1].from_s;
	assert_true(from_s >= known_s);
	assert_int_equal(reload(bed), 0);
	assert_int_equal(zone_keeper_counts(bed->keeper).changed, 0);
	periods = &zone_called(bed, ZONE)->periods;
	assert_true(periods->items[1].held_s > 0);
	assert_int_equal(periods->items[1].from_s, from_s);
	bed_free(bed);
}

static void the_zone_that_expires_first_is_found(void **state)
{
	(void)state;
	struct bed *bed = bed_new();
	struct name name;

	add_zone(bed, "a." ZONE, NOW - 5 * DAY);
	add_zone(bed, "b." ZONE, NOW + 5 * DAY);
	start(bed);
	assert_true(name_from_text("a." ZONE, &name));
	const struct sign_zone *first = zone_keeper_first_to_end(bed->keeper, NOW + 10 * DAY);
	assert_true(name_equal(&first->apex, &name));
	assert_int_equal(sign_periods_last_s(&first->periods, NOW + 10 * DAY), 6 * DAY - 3600);
	/* a signature that is not valid yet does not count */
	assert_true(name_from_text("b." ZONE, &name));
	first = zone_keeper_first_to_end(bed->keeper, NOW);
	assert_true(name_equal(&first->apex, &name));
	assert_int_equal(sign_periods_last_s(&first->periods, NOW), -1);
	bed_free(bed);
}

/* Each zone gets its own cuts and servers, also after a reload. */
static void the_policy_has_the_configured_cuts_and_servers(void **state)
{
	(void)state;
	struct bed *bed = bed_new();
	struct config_zones *zones = &bed->config.sign_zones;
	const struct network server = { { 192, 0, 2, 53 }, 4, 32 };
	struct name name;

	add_zone(bed, "a." ZONE, NOW);
	zones->speakers[zones->speaker_count++] = server;
	zones->items[1].speaker_count = 1;
	zones->cut_count = 2;
	zones->items[0].cut_count = 2; /* it lists both, and one belongs to the other zone */
	assert_true(name_from_text("cut." ZONE, &zones->cuts[0].name));
	assert_true(name_from_text("cut.a." ZONE, &zones->cuts[1].name));
	zones->cuts[1].ds_count = 1;
	zones->cuts[1].ds[0] = (struct config_ds){ 36, { 1, 2, 13, 2, 5 } };
	start(bed);
	for (unsigned round = 0; round < 2; round++) {
		const struct sign_policy *p = zone_keeper_policy(bed->keeper);
		assert_true(name_from_text(ZONE, &name));
		const struct sign_zone *zone = sign_policy_apex(p, &name);
		assert_int_equal(zone->server_count, 0);
		assert_int_equal(zone->cut_count, 1);
		assert_int_equal(zone->cuts[0].ds_count, 0);
		assert_true(name_equal(&zone->cuts[0].name, &zones->cuts[0].name));
		assert_true(name_from_text("a." ZONE, &name));
		zone = sign_policy_apex(p, &name);
		assert_int_equal(zone->server_count, 1);
		assert_memory_equal(zone->servers, &server, sizeof(server));
		assert_int_equal(zone->cut_count, 1);
		assert_int_equal(zone->cuts[0].ds_count, 1);
		assert_int_equal(zone->cuts[0].ds[0].len, 36);
		assert_memory_equal(zone->cuts[0].ds[0].base, zones->cuts[1].ds[0].octets, 36);
		assert_int_equal(zone_keeper_reload(bed->keeper, &bed->config, &bed->why), 0);
		orders_take(bed->worker);
	}
	bed_free(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_worker_takes_new_keys_at_its_next_turn),
		cmocka_unit_test(the_timeline_of_a_kept_zone_is_read_when_it_changes),
		cmocka_unit_test(a_new_timeline_is_read_after_a_reload_that_failed),
		cmocka_unit_test(keys_that_a_worker_uses_are_not_freed),
		cmocka_unit_test(a_broken_zone_keeps_what_it_had_and_the_others_go_on),
		cmocka_unit_test(
		        a_zone_that_is_broken_at_the_start_has_no_keys_and_no_other_signs_for_it),
		cmocka_unit_test(a_start_without_any_zone_fails),
		cmocka_unit_test(a_zone_is_read_again_if_one_of_its_files_changed),
		cmocka_unit_test(a_zone_that_stays_keeps_the_zsk_that_was_put_off),
		cmocka_unit_test(the_zone_that_expires_first_is_found),
		cmocka_unit_test(the_policy_has_the_configured_cuts_and_servers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
