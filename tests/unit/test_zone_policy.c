/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Thousands of zones in a directory: they come, change, break and go one by one. */
#include "test.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/sockaddr.h"
#include "daemon/zone_key_files.h"
#include "daemon/zone_policy.h"

#define FILES_SETTLE_US 30000 /* then a file that is the same counts as the same (base/file.c) */

struct bed {
	struct config config;
	struct crypto *crypto;
	struct zone_policy *policy;
	struct complaint why;
};

static void run(const struct bed *bed, const char *command)
{
	char line[CONFIG_PATH_MAX + 400];

	snprintf(line, sizeof(line), "cd %s && %s", bed->config.sign_zones_directory, command);
	assert_row(command, system(line) == 0);
	usleep(FILES_SETTLE_US);
}

static void make_keys_at(struct bed *bed, const char *zone, int64_t now_s)
{
	struct name name;
	struct zone_key_files files = { .directory = bed->config.sign_zones_directory,
		.zone = &name };
	unsigned made;

	assert_true(name_from_text(zone, &name));
	assert_int_equal(
	        zone_keys_generate(&files, ALGORITHM_ECDSAP256, now_s, &made, &bed->why), 0);
	const struct zone_signing how = { .now_s = now_s, .days = 8, .group = (gid_t)-1 };
	assert_int_equal(zone_keys_sign(&files, bed->crypto, &how, &bed->why), 0);
	zone_key_files_free(&files);
	usleep(FILES_SETTLE_US);
}

static void make_keys(struct bed *bed, const char *zone)
{
	make_keys_at(bed, zone, clock_wall_s());
}

/* Zones and keys lie in one directory, which must do, too. */
static void add_zone(struct bed *bed, const char *zone, const char *more)
{
	char command[400];

	snprintf(command, sizeof(command), "echo 'keys = \"'$PWD'\"; %s' >%s.conf", more, zone);
	run(bed, command);
	make_keys(bed, zone);
}

static struct bed *bed_new(void)
{
	struct bed *bed = calloc(1, sizeof(*bed));

	config_defaults(&bed->config);
	strcpy(bed->config.sign_zones_directory, "/tmp/sealgate-zones-XXXXXX");
	assert_non_null(mkdtemp(bed->config.sign_zones_directory));
	bed->crypto = crypto_new();
	return bed;
}

static void bed_free(struct bed *bed)
{
	zone_policy_free(bed->policy);
	crypto_free(bed->crypto);
	run(bed, "rm -r \"$PWD\"");
	config_fini(&bed->config);
	free(bed);
}

/* Puts the next policy in force; `check_ms` is for signatures. */
static void make(struct bed *bed, uint64_t check_ms)
{
	struct zone_policy *next =
	        zone_policy_make(&bed->config, bed->policy, clock_wall_s(), check_ms, &bed->why);

	assert_row(bed->why.text, next);
	zone_policy_free(bed->policy);
	bed->policy = next;
}

/* Does the same for one zone. Returns false if there is no such zone. */
static bool remake(struct bed *bed, const char *zone)
{
	struct name apex;

	assert_true(name_from_text(zone, &apex));
	struct zone_policy *next = zone_policy_remake(
	        &bed->config, bed->policy, &apex, clock_wall_s(), ZONE_POLICY_CHECK_ALL, &bed->why);
	if (!next)
		return false;
	zone_policy_free(bed->policy);
	bed->policy = next;
	return true;
}

static const struct sign_zone *zone_called(const struct bed *bed, const char *text)
{
	struct name name;

	assert_true(name_from_text(text, &name));
	return sign_policy_apex(zone_policy_signing(bed->policy), &name);
}

/* Returns the key that signs the zone, or NULL. */
static const struct signkey *zsk_in_policy(const struct bed *bed, const char *text)
{
	return sign_zone_period(zone_called(bed, text), clock_wall_s())->keys[0].key;
}

static void assert_counts(const struct bed *bed, const char *why, struct zone_counts expected)
{
	struct zone_counts n = zone_policy_counts(bed->policy);

	if (memcmp(&n, &expected, sizeof(n)) != 0)
		fail_msg("%s: changed %u, added %u, gone %u, broken %u, unchecked %u", why,
		        n.changed, n.added, n.gone, n.broken, n.unchecked);
}

static void assert_fault(const struct bed *bed, const char *says)
{
	unsigned broken = zone_policy_counts(bed->policy).broken;

	for (unsigned i = 0; i < broken; i++) {
		if (strstr(zone_policy_nth_fault(bed->policy, i), says))
			return;
	}
	fail_msg("no fault says \"%s\"", says);
}

static void zones_come_change_and_go_with_their_files(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	make(bed, ZONE_POLICY_CHECK_ALL);
	assert_counts(bed, "an empty directory", (struct zone_counts){ 0 });
	add_zone(bed, "example.test", "cuts = ( \"a.example.test\", \"b.example.test\" );");
	add_zone(bed, "a.example.test", "");
	run(bed, "touch .hidden.conf README notes.conf~");
	make(bed, ZONE_POLICY_CHECK_ALL);
	assert_counts(bed, "two", (struct zone_counts){ .added = 2 });
	assert_int_equal(zone_called(bed, "example.test")->cut_count, 2);
	assert_int_equal(zone_called(bed, "example.test")->max_ttl_s, SIGN_MAX_TTL_S);
	const struct signkey *key = zsk_in_policy(bed, "a.example.test");
	run(bed, "echo 'max_ttl = 60;' >>example.test.conf");
	make(bed, ZONE_POLICY_CHECK_ALL);
	assert_counts(bed, "one changed", (struct zone_counts){ .changed = 1 });
	assert_int_equal(zone_called(bed, "example.test")->max_ttl_s, 60);
	assert_ptr_equal(zsk_in_policy(bed, "a.example.test"), key);
	run(bed, "rm a.example.test.conf");
	make(bed, ZONE_POLICY_CHECK_ALL);
	assert_counts(bed, "one gone", (struct zone_counts){ .gone = 1 });
	assert_null(zone_called(bed, "a.example.test"));
	assert_int_equal(zone_called(bed, "example.test")->cut_count, 2);
	bed_free(bed);
}

/* Others may be in the middle of a change by another script. */
static void one_zone_is_read_alone(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	for (unsigned i = 0; i < 5; i++)
		add_zone(bed,
		        (const char *[]){ "a.test", "b.test", "c.test", "d.test", "e.test" }[i],
		        "");
	run(bed, "mv e.test.conf e; echo 'x = 1;' >>d.test.conf");
	make(bed, ZONE_POLICY_CHECK_ALL);
	assert_counts(bed, "all", (struct zone_counts){ .added = 4, .broken = 1 });
	const struct signkey *key = zsk_in_policy(bed, "c.test");
	run(bed, "for zone in a b; do echo 'max_ttl = 60;' >>$zone.test.conf; done; "
	         "sed -i 's/x = 1/max_ttl = 60/' d.test.conf; mv c.test.conf c; mv e e.test.conf");
	assert_true(remake(bed, "B.test."));
	assert_counts(bed, "one changes", (struct zone_counts){ .changed = 1, .broken = 1 });
	assert_int_equal(zone_called(bed, "b.test")->max_ttl_s, 60);
	assert_int_equal(zone_called(bed, "a.test")->max_ttl_s, SIGN_MAX_TTL_S);
	assert_ptr_equal(zsk_in_policy(bed, "c.test"), key);
	assert_null(zsk_in_policy(bed, "d.test"));
	assert_null(zone_called(bed, "e.test"));
	assert_true(remake(bed, "b.test"));
	assert_counts(bed, "the same again", (struct zone_counts){ .broken = 1 });
	assert_true(remake(bed, "c.test"));
	assert_counts(bed, "one goes", (struct zone_counts){ .gone = 1, .broken = 1 });
	assert_true(remake(bed, "e.test"));
	assert_counts(bed, "one comes", (struct zone_counts){ .added = 1, .broken = 1 });
	assert_true(remake(bed, "d.test"));
	assert_counts(bed, "one is mended", (struct zone_counts){ .changed = 1 });
	assert_non_null(zsk_in_policy(bed, "d.test"));
	assert_false(remake(bed, "www.a.test"));
	assert_non_null(strstr(bed->why.text, "there is no zone www.a.test., neither"));
	make(bed, ZONE_POLICY_CHECK_ALL);
	assert_counts(bed, "a reload of all", (struct zone_counts){ .changed = 1 });
	bed_free(bed);
}

static void a_listed_zone_is_read_alone_and_its_file_does_not_count(void **state)
{
	(void)state;
	struct bed *bed = bed_new();
	struct config_zone listed = { .max_ttl_s = SIGN_MAX_TTL_S };

	add_zone(bed, "a.test", "");
	add_zone(bed, "listed.test", "max_ttl = 60;");
	assert_true(name_from_text("listed.test", &listed.apex));
	strcpy(listed.keys, bed->config.sign_zones_directory);
	bed->config.sign_zones = (struct config_zones){ .count = 1, .items = &listed };
	make(bed, ZONE_POLICY_CHECK_ALL);
	const struct signkey *key = zsk_in_policy(bed, "listed.test");
	run(bed, "rm Klisted.test*");
	make_keys(bed, "listed.test");
	assert_true(remake(bed, "listed.test"));
	assert_counts(bed, "keys", (struct zone_counts){ .changed = 1, .broken = 1 });
	assert_fault(bed, "listed.test.conf: sign.zones has the same zone, and counts");
	assert_ptr_not_equal(zsk_in_policy(bed, "listed.test"), key);
	assert_int_equal(zone_called(bed, "listed.test")->max_ttl_s, SIGN_MAX_TTL_S);
	assert_false(remake(bed, "www.listed.test"));
	bed->config.sign_zones = (struct config_zones){ 0 };
	bed_free(bed);
}

/* The file is at fault, and not the keys: what the zone had before stays, or it has no keys. */
static void a_wrong_file_is_told_and_breaks_its_zone_alone(void **state)
{
	(void)state;
	static const struct {
		const char *why, *text, *says;
	} rows[] = {
		{ "syntax", "keys = ;", "a.example.test.conf:1: syntax error" },
		{ "an unknown member", "\\nttl = 1;", ":2: a zone has no member \"ttl\"" },
		{ "a name", "name = \"a.example.test\";", ":1: the name of this file is the name" },
		{ "no such server", "servers = [ \"192.0.2.2\" ];",
		        ":1: the server \"192.0.2.2\" of a zone is not in sign.servers" },
		{ "a TTL that is too long for all zones", "max_ttl = 604800;", "lifetime" },
		{ "a cut elsewhere", "cuts = [ \"x.test\" ];", ":1: a cut must be a name below" },
		{ "no keys", "keys = \"/nowhere\";", "there is no file /nowhere/K" },
		{ "another file in it", "\n @include \"saved\"",
		        "a.example.test.conf: the file of a zone cannot include another one" },
	};
	struct bed *bed = bed_new();

	bed->config.sign_servers.items = calloc(1, sizeof(struct sockaddr_storage));
	bed->config.sign_servers.items[bed->config.sign_servers.count++] =
	        sockaddr_of(span_of("\xc0\x00\x02\x01", 4), 53, 0);
	add_zone(bed, "example.test", "");
	add_zone(bed, "a.example.test", "servers = [ \"192.0.2.1\" ];");
	make(bed, ZONE_POLICY_CHECK_ALL);
	const struct signkey *key = zsk_in_policy(bed, "a.example.test");
	for (size_t i = 0; i < COUNT(rows); i++) {
		char command[300];
		snprintf(command, sizeof(command),
		        "cp a.example.test.conf saved && printf '%s\\n' >a.example.test.conf",
		        rows[i].text);
		run(bed, command);
		make(bed, ZONE_POLICY_CHECK_ALL);
		assert_counts(bed, rows[i].why, (struct zone_counts){ .changed = 1, .broken = 1 });
		assert_fault(bed, rows[i].says);
		assert_row(rows[i].why, zsk_in_policy(bed, "a.example.test") == key);
		assert_row(rows[i].why, zone_called(bed, "a.example.test")->server_count == 1);
		struct zone_policy *fresh = zone_policy_make(
		        &bed->config, NULL, clock_wall_s(), ZONE_POLICY_CHECK_ALL, &bed->why);
		assert_non_null(fresh);
		assert_int_equal(zone_policy_counts(fresh).broken, 1);
		assert_int_equal(zone_policy_signing(fresh)->zone_count, 2);
		zone_policy_free(fresh);
		run(bed, "mv saved a.example.test.conf");
	}
	make(bed, ZONE_POLICY_CHECK_ALL);
	assert_counts(bed, "mended", (struct zone_counts){ .changed = 1 });
	bed_free(bed);
}

static void a_file_that_is_no_zone_is_told(void **state)
{
	(void)state;
	struct bed *bed = bed_new();
	struct config_zone listed = { .max_ttl_s = SIGN_MAX_TTL_S };

	add_zone(bed, "example.test", "");
	add_zone(bed, "listed.test", "max_ttl = 60;");
	run(bed, "touch x..test.conf Example.TEST.conf listed.test..conf; mkdir folder.test.conf; "
	         "mkfifo fifo.test.conf; ln -s /proc/self/mem mem.test.conf");
	assert_true(name_from_text("listed.test", &listed.apex));
	strcpy(listed.keys, bed->config.sign_zones_directory);
	bed->config.sign_zones = (struct config_zones){ .count = 1, .items = &listed };
	make(bed, ZONE_POLICY_CHECK_ALL);
	assert_counts(bed, "at first", (struct zone_counts){ .added = 5, .broken = 7 });
	assert_fault(bed, "x..test.conf: the name of this file is no domain name");
	assert_fault(bed, "another file has the same zone: remove one");
	assert_fault(bed, "listed.test.conf: sign.zones has the same zone, and counts");
	assert_fault(bed, "listed.test..conf: sign.zones has the same zone, and counts");
	assert_fault(bed, "folder.test.conf: not a file");
	assert_fault(bed, "fifo.test.conf: not a file");
	assert_fault(bed, "mem.test.conf: Input/output error");
	assert_int_equal(zone_called(bed, "listed.test")->max_ttl_s, SIGN_MAX_TTL_S);
	bed->config.sign_zones = (struct config_zones){ 0 };
	bed_free(bed);
}

/* Otherwise its signed absence would make a secure zone insecure. */
static void the_ds_of_a_cut_counts_if_the_zone_there_has_none(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	add_zone(bed, "test",
	        "cuts = ( { name = \"a.test\"; ds = [ \"1 13 2 "
	        "0123456789012345678901234567890123456789012345678901234567890123\" ]; } );");
	add_zone(bed, "a.test", "");
	run(bed, "sed -i '/ CDS /d' Ka.test.signed-dnskey");
	make(bed, ZONE_POLICY_CHECK_ALL);
	assert_counts(bed, "both", (struct zone_counts){ .added = 2 });
	assert_int_equal(sign_zone_period(zone_called(bed, "a.test"), clock_wall_s())->ds_count, 0);
	assert_int_equal(zone_called(bed, "test")->cut_count, 1);
	assert_int_equal(zone_called(bed, "test")->cuts[0].ds_count, 1);
	bed_free(bed);
}

/* As of an old backup. */
static void signatures_that_have_ended_do_not_replace_valid_ones(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	add_zone(bed, "a.test", "");
	make(bed, ZONE_POLICY_CHECK_ALL);
	const struct signkey *key = zsk_in_policy(bed, "a.test");
	run(bed, "mkdir saved; mv Ka.test* saved");
	make_keys_at(bed, "a.test", clock_wall_s() - 30 * 86400);
	make(bed, ZONE_POLICY_CHECK_ALL);
	assert_counts(bed, "the old ones", (struct zone_counts){ .changed = 1, .broken = 1 });
	assert_fault(bed, "Ka.test.signed-dnskey: no signature of the DNSKEY records is valid now");
	assert_ptr_equal(zsk_in_policy(bed, "a.test"), key);
	bed_free(bed);
}

/* The directory was not mounted, perhaps. Without zones all answers would pass unsigned. */
static void all_zones_do_not_vanish_by_a_reload(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	add_zone(bed, "a.test", "");
	make(bed, ZONE_POLICY_CHECK_ALL);
	run(bed, "rm *.conf");
	assert_null(zone_policy_make(&bed->config, bed->policy, clock_wall_s(), 0, &bed->why));
	assert_non_null(strstr(bed->why.text, "all zones are gone"));
	bed_free(bed);
}

/* A script that changes one zone must not fail because of another one. */
static void what_was_broken_before_is_no_news(void **state)
{
	(void)state;
	struct bed *bed = bed_new();
	const char *news[4];

	add_zone(bed, "a.test", "");
	add_zone(bed, "b.test", "");
	run(bed, "echo 'x = 1;' >a.test.conf; touch x..y.conf");
	make(bed, ZONE_POLICY_CHECK_ALL);
	assert_int_equal(zone_policy_news(bed->policy, news, COUNT(news)), 2);
	assert_int_equal(zone_policy_news(bed->policy, news, COUNT(news)), 0);
	make(bed, ZONE_POLICY_CHECK_ALL);
	assert_int_equal(zone_policy_counts(bed->policy).broken, 2);
	assert_int_equal(zone_policy_news(bed->policy, news, COUNT(news)), 0);
	run(bed, "echo 'y = 1;' >a.test.conf; rm Kb.test.signed-dnskey");
	make(bed, ZONE_POLICY_CHECK_ALL);
	assert_int_equal(zone_policy_news(bed->policy, news, 1), 2);
	assert_non_null(strstr(news[0], "a.test.conf:1: a zone has no member \"y\""));
	bed_free(bed);
}

/* Nothing at all can be said of the zones then, so what was in force stays. */
static void without_the_directory_there_is_no_policy(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	run(bed, "mv \"$PWD\" \"$PWD.moved\"");
	assert_null(zone_policy_make(&bed->config, NULL, 0, 0, &bed->why));
	assert_non_null(strstr(bed->why.text, "No such file or directory"));
	strcat(bed->config.sign_zones_directory, ".moved");
	bed_free(bed);
}

/* ---- Checks that wait ---- */

static void settle(struct bed *bed)
{
	struct zone_policy *next;

	assert_false(zone_policy_is_settled(bed->policy));
	next = zone_policy_settle(bed->policy, clock_wall_s());
	zone_policy_free(bed->policy);
	bed->policy = next;
}

/* At the start there is nothing better, so a zone signs before its check. A zone that fails the
 * check signs no more. */
static void at_the_start_zones_sign_until_a_check_says_no(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	add_zone(bed, "a.test", "");
	add_zone(bed, "b.test", "");
	run(bed, "sed -i -E '5s/ 20/ 21/' Ka.test.signed-dnskey; touch x..y.conf");
	make(bed, 0);
	assert_counts(
	        bed, "at first", (struct zone_counts){ .added = 2, .broken = 1, .unchecked = 2 });
	assert_non_null(zsk_in_policy(bed, "a.test"));
	zone_policy_check_some(bed->policy, bed->crypto, 0);
	assert_int_equal(zone_policy_counts(bed->policy).unchecked, 1);
	zone_policy_check_some(bed->policy, bed->crypto, 0);
	settle(bed);
	assert_counts(bed, "then", (struct zone_counts){ .broken = 2 });
	assert_fault(bed, "x..y.conf");
	assert_null(zsk_in_policy(bed, "a.test"));
	assert_non_null(zsk_in_policy(bed, "b.test"));
	/* Nor does it after a reload, until the next check. */
	make(bed, 0);
	assert_counts(
	        bed, "a reload", (struct zone_counts){ .changed = 1, .broken = 2, .unchecked = 1 });
	assert_null(zsk_in_policy(bed, "a.test"));
	run(bed, "rm Ka.test*");
	make_keys(bed, "a.test");
	make(bed, 0);
	assert_null(zsk_in_policy(bed, "a.test"));
	zone_policy_check_some(bed->policy, bed->crypto, 0);
	settle(bed);
	assert_counts(bed, "mended", (struct zone_counts){ .broken = 1 });
	assert_non_null(zsk_in_policy(bed, "a.test"));
	bed_free(bed);
}

/* The check of its new keys is over, and not yet that of all others: a reload then must not use the
 * keys that were wrong. */
static void a_withdrawn_zone_does_not_sign_again_by_a_reload_before_all_is_settled(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	add_zone(bed, "a.test", "");
	add_zone(bed, "b.test", "");
	run(bed, "sed -i -E '5s/ 20/ 21/' Ka.test.signed-dnskey");
	make(bed, 0);
	zone_policy_check_some(bed->policy, bed->crypto, UINT64_MAX);
	settle(bed);
	assert_null(zsk_in_policy(bed, "a.test"));
	run(bed, "rm Ka.test* Kb.test*");
	make_keys(bed, "a.test");
	make_keys(bed, "b.test");
	make(bed, 0);
	zone_policy_check_some(bed->policy, bed->crypto, 0);
	assert_int_equal(zone_policy_counts(bed->policy).unchecked, 1);
	make(bed, 0);
	assert_null(zsk_in_policy(bed, "a.test"));
	assert_true(remake(bed, "b.test"));
	assert_null(zsk_in_policy(bed, "a.test"));
	zone_policy_check_some(bed->policy, bed->crypto, UINT64_MAX);
	settle(bed);
	assert_counts(bed, "then", (struct zone_counts){ 0 });
	assert_non_null(zsk_in_policy(bed, "a.test"));
	bed_free(bed);
}

/* New keys take the place of those that work only after their check. */
static void in_a_reload_a_zone_keeps_its_keys_until_the_check_of_the_new_ones(void **state)
{
	(void)state;
	struct bed *bed = bed_new();

	add_zone(bed, "a.test", "");
	add_zone(bed, "b.test", "");
	make(bed, ZONE_POLICY_CHECK_ALL);
	const struct signkey *a = zsk_in_policy(bed, "a.test");
	const struct signkey *b = zsk_in_policy(bed, "b.test");
	run(bed, "rm Ka.test* Kb.test*");
	make_keys(bed, "a.test");
	make_keys(bed, "b.test");
	run(bed, "sed -i -E '5s/ 20/ 21/' Ka.test.signed-dnskey");
	for (unsigned round = 0; round < 2; round++) {
		make(bed, 0);
		assert_counts(bed, round ? "and again" : "first",
		        (struct zone_counts){ .changed = round ? 0 : 2, .unchecked = 2 });
		assert_ptr_equal(zsk_in_policy(bed, "a.test"), a);
		assert_ptr_equal(zsk_in_policy(bed, "b.test"), b);
	}
	zone_policy_check_some(bed->policy, bed->crypto, UINT64_MAX);
	settle(bed);
	assert_counts(bed, "then", (struct zone_counts){ .broken = 1 });
	assert_ptr_equal(zsk_in_policy(bed, "a.test"), a);
	assert_non_null(zsk_in_policy(bed, "b.test"));
	assert_ptr_not_equal(zsk_in_policy(bed, "b.test"), b);
	bed_free(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zones_come_change_and_go_with_their_files),
		cmocka_unit_test(one_zone_is_read_alone),
		cmocka_unit_test(a_listed_zone_is_read_alone_and_its_file_does_not_count),
		cmocka_unit_test(a_wrong_file_is_told_and_breaks_its_zone_alone),
		cmocka_unit_test(a_file_that_is_no_zone_is_told),
		cmocka_unit_test(the_ds_of_a_cut_counts_if_the_zone_there_has_none),
		cmocka_unit_test(signatures_that_have_ended_do_not_replace_valid_ones),
		cmocka_unit_test(all_zones_do_not_vanish_by_a_reload),
		cmocka_unit_test(what_was_broken_before_is_no_news),
		cmocka_unit_test(without_the_directory_there_is_no_policy),
		cmocka_unit_test(at_the_start_zones_sign_until_a_check_says_no),
		cmocka_unit_test(
		        a_withdrawn_zone_does_not_sign_again_by_a_reload_before_all_is_settled),
		cmocka_unit_test(in_a_reload_a_zone_keeps_its_keys_until_the_check_of_the_new_ones),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
