/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Weeks of a zone's keys, with real files, a vault in a directory, and servers that serve what the timeline on the disk
 * says. */
#include "test.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "keeper/keeper_lock.h"
#include "keeper/zone_turn.h"
#include "keys/timeline_check.h"

#define HOUR_S  3600
#define DAY_S   86400
#define START_S (INT64_C(20000) * DAY_S + 12 * HOUR_S + 345)
#define TURNS   5000 /* more are a standstill */

/* The world around one keeper. */
struct bed {
	char directory[64], vault_directory[80], timelines[80];
	struct keeper_store store;
	struct vault *vault;
	struct crypto *crypto;
	struct life_policy policy;
	struct kept_zone zone;
	int64_t now_s, clock_off_s;  /* what time it is, and by how much the clock is wrong */
	bool has_vault, follows_cds; /* the parent does */
	struct life_tags ds;         /* at the parent */
	struct turn_result result;   /* of the last turn */
	unsigned turns, timelines_written, signatures;
	uint16_t signers[8]; /* ZSKs that have signed, in turn */
	unsigned signer_count;
};

static void open_bed_vault(struct bed *bed)
{
	const struct vault_place place = { .where = bed->vault_directory };
	struct complaint why;

	assert_int_equal(vault_open(&bed->vault, &place, &why), VAULT_GOOD);
}

static struct bed *new_bed(void)
{
	struct bed *bed = calloc(1, sizeof(*bed));
	struct complaint error;
	struct name name;

	strcpy(bed->directory, "/tmp/sealgate-test-turn-XXXXXX");
	assert_non_null(mkdtemp(bed->directory));
	snprintf(bed->vault_directory, sizeof(bed->vault_directory), "%s/vault", bed->directory);
	snprintf(bed->timelines, sizeof(bed->timelines), "%s/timelines", bed->directory);
	assert_int_equal(mkdir(bed->vault_directory, 0700), 0);
	assert_int_equal(mkdir(bed->timelines, 0700), 0);
	assert_int_equal(
	        keeper_store_open(&bed->store, bed->directory, bed->timelines, (gid_t)-1, &error),
	        0);
	open_bed_vault(bed);
	bed->crypto = crypto_new();
	bed->has_vault = bed->follows_cds = true;
	bed->now_s = START_S;
	life_policy_init(&bed->policy);
	assert_true(name_from_text("example.org", &name));
	kept_zone_init(&bed->zone, &name);
	assert_true(kept_zone_read(&bed->zone, &bed->store, bed->crypto, &error));
	return bed;
}

static void free_bed(struct bed *bed)
{
	char command[100];

	keeper_store_close(&bed->store);
	vault_close(bed->vault);
	crypto_free(bed->crypto);
	snprintf(command, sizeof(command), "rm -r %s", bed->directory);
	assert_int_equal(system(command), 0);
	free(bed);
}

static void give_order(struct bed *bed, enum life_order order)
{
	struct complaint error = { "" };

	if (!kept_zone_order(&bed->zone, &bed->store, &bed->policy, order, 0, &error))
		fail_msg("the order %d: %s", order, error.text);
}

/* ---- Servers ---- */

static void add_served_tag(struct life_tags *tags, uint16_t tag)
{
	assert_true(tags->count < LIFE_TAGS_MAX);
	tags->tags[tags->count++] = tag;
}

static void add_signers_of(struct life_tags *tags, const struct presigned *set, int64_t now_s)
{
	const struct presigned_rrsig *chosen[LIMIT_DS];
	unsigned count = presigned_choose(set, now_s, chosen);

	assert_true(count > 0);
	for (unsigned i = 0; i < count; i++)
		add_served_tag(tags, chosen[i]->tag);
}

static void note_signer(struct bed *bed, uint16_t tag)
{
	if (bed->signer_count > 0 && bed->signers[bed->signer_count - 1] == tag)
		return;
	assert_true(bed->signer_count < COUNT(bed->signers));
	bed->signers[bed->signer_count++] = tag;
}

static void serve_period(struct bed *bed, struct life_server *server, const struct timeline *t)
{
	const struct timeline_period *p = timeline_at(t, bed->now_s);
	const struct key_records *r = p->records;

	assert_true(timeline_lasts_s(t, bed->now_s) > 0);
	for (unsigned i = 0; i < r->dnskey.count; i++)
		add_served_tag(&server->dnskey, dnskey_tag(r->dnskey.rdatas[i]));
	add_signers_of(&server->ksk_signers, &r->dnskey, bed->now_s);
	for (unsigned i = 0; i < p->signer_count; i++) {
		add_served_tag(&server->zsk_signers, p->signers[i]->tag);
		note_signer(bed, p->signers[i]->tag);
	}
	for (unsigned i = 0; i < r->cds.count; i++)
		add_served_tag(&server->cds,
		        (uint16_t)(r->cds.rdatas[i].base[0] << 8 | r->cds.rdatas[i].base[1]));
}

/* Returns false if there is no timeline. */
static bool read_bed_timeline(struct bed *bed, struct timeline *t)
{
	struct complaint error = { "" };
	unsigned line;
	int found = kept_zone_read_timeline(&bed->zone, &bed->store, bed->crypto, t, &error);

	if (found < 0)
		fail_msg("%s", error.text);
	if (found == 0)
		return false;
	const char *fault = timeline_check(bed->crypto, t, &line);
	if (fault)
		fail_msg("line %u of the timeline: %s", line, fault);
	return true;
}

static void serve(struct bed *bed, struct life_server *server)
{
	struct timeline t;

	*server = (struct life_server){ .is_reached = true };
	if (!read_bed_timeline(bed, &t))
		return;
	if (!timeline_is_unsigned(&t))
		serve_period(bed, server, &t);
	timeline_fini(&t);
}

/* A parent that polls takes all CDS, or the order to remove all (its tag is 0). */
static void poll_cds(struct bed *bed, const struct life_server *server)
{
	if (!bed->follows_cds || server->cds.count == 0)
		return;
	bed->ds = server->cds;
	if (server->cds.tags[0] == 0)
		bed->ds.count = 0;
}

/* ---- Turns ---- */

/* 0 if there is none. */
static uint64_t generation_in_place(struct bed *bed)
{
	struct timeline t;

	if (!read_bed_timeline(bed, &t))
		return 0;
	uint64_t generation = t.generation;
	timeline_fini(&t);
	return generation;
}

static void turn(struct bed *bed)
{
	struct life_server server;
	struct life_parent parent = { .is_reached = true };

	serve(bed, &server);
	poll_cds(bed, &server);
	parent.ds = bed->ds;
	const struct life_observation seen = { .servers = &server,
		.server_count = 1,
		.parents = &parent,
		.parent_count = 1,
		.key_ttl_s = bed->policy.key_ttl_s,
		.zone_ttl_s = bed->policy.zone_ttl_s,
		.ds_ttl_s = bed->policy.ds_ttl_s };
	const struct turn_order order = { .store = &bed->store,
		.policy = &bed->policy,
		.vault = bed->has_vault ? bed->vault : NULL,
		.crypto = bed->crypto,
		.seen = &seen,
		.now_s = bed->now_s + bed->clock_off_s,
		.uptime_s = bed->now_s - START_S,
		.is_clock_trusted = true };
	uint64_t generation = generation_in_place(bed);
	zone_turn(&bed->zone, &order, &bed->result);
	if (bed->result.wrote_timeline)
		assert_true(generation_in_place(bed) > generation);
	bed->result.next_s -= bed->clock_off_s;
	assert_true(bed->result.next_s > bed->now_s);
	assert_true(++bed->turns < TURNS);
	bed->timelines_written += bed->result.wrote_timeline;
	bed->signatures += bed->result.signatures;
}

static void turn_well(struct bed *bed)
{
	turn(bed);
	if (!bed->result.is_trusted || bed->result.has_failed || bed->result.fault != VAULT_GOOD)
		fail_msg("a turn failed: %s", bed->result.why.text);
}

/* Turns whenever one is due. */
static void live_for(struct bed *bed, int64_t span_s)
{
	int64_t until_s = bed->now_s + span_s;

	while (bed->now_s < until_s) {
		turn_well(bed);
		bed->now_s = bed->result.next_s < until_s ? bed->result.next_s : until_s;
	}
}

/* What a process knows is gone. */
static void restart(struct bed *bed)
{
	struct name name = bed->zone.name;

	kept_zone_init(&bed->zone, &name);
}

static struct bed *signed_bed(void)
{
	struct bed *bed = new_bed();

	give_order(bed, LIFE_ORDER_SIGN);
	live_for(bed, 6 * DAY_S);
	assert_int_equal(bed->result.word, LIFE_SIGNING);
	assert_int_equal(bed->ds.count, 1);
	return bed;
}

/* ---- Files ---- */

static void bed_path(const struct bed *bed, const char *file, char path[static PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s", bed->directory, file);
}

static unsigned count_files(const struct bed *bed, const char *ending)
{
	DIR *dir = opendir(bed->directory);
	struct dirent *entry;
	unsigned count = 0;

	while ((entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);
		count += len > strlen(ending) &&
		         strcmp(entry->d_name + len - strlen(ending), ending) == 0;
	}
	closedir(dir);
	return count;
}

/* The two files of a zone, to put them back. */
struct old_files {
	char *state, *timeline;
};

static struct old_files take_files(const struct bed *bed)
{
	char state[PATH_MAX], timeline[PATH_MAX];

	assert_true(keeper_state_path(&bed->store, &bed->zone.name, state) &&
	            keeper_timeline_path(&bed->store, &bed->zone.name, timeline));
	return (struct old_files){ file_read(state, 1 << 20), file_read(timeline, 1 << 20) };
}

static void put_file(const char *path, const char *text)
{
	assert_int_equal(text ? file_replace(path, text, 0600) : unlink(path), 0);
}

static void put_state_back(const struct bed *bed, const struct old_files *files)
{
	char path[PATH_MAX];

	assert_true(keeper_state_path(&bed->store, &bed->zone.name, path));
	put_file(path, files->state);
}

static void put_timeline_back(const struct bed *bed, const struct old_files *files)
{
	char path[PATH_MAX];

	assert_true(keeper_timeline_path(&bed->store, &bed->zone.name, path));
	put_file(path, files->timeline);
}

static void free_files(struct old_files *files)
{
	free(files->state);
	free(files->timeline);
}

/* ---- Tests ---- */

static void a_zone_nobody_gave_an_order_for_stays_as_it_is(void **state)
{
	struct bed *bed = new_bed();

	(void)state;
	live_for(bed, 10 * DAY_S);
	assert_int_equal(bed->result.word, LIFE_UNSIGNED);
	assert_int_equal(bed->timelines_written, 0);
	assert_int_equal(count_files(bed, ".key"), 0);
	free_bed(bed);
}

static void a_zone_goes_from_nothing_to_its_ds(void **state)
{
	struct bed *bed = new_bed();
	struct stat st;
	char path[PATH_MAX];

	(void)state;
	bed->follows_cds = false;
	give_order(bed, LIFE_ORDER_SIGN);
	turn_well(bed);
	assert_true(bed->result.wrote_state && bed->result.wrote_timeline);
	assert_int_equal(bed->zone.life.count, 2);
	assert_int_equal(count_files(bed, ".key"), 2);
	assert_int_equal(count_files(bed, ".private"), 1);
	assert_int_equal(count_files(bed, ".vault"), 1);
	live_for(bed, 5 * DAY_S);
	assert_int_equal(bed->result.word, LIFE_WAITING_FOR_PARENT);
	bed->follows_cds = true;
	live_for(bed, 3 * DAY_S);
	assert_int_equal(bed->result.word, LIFE_SIGNING);
	assert_int_equal(bed->result.alarms.needs, 0);
	assert_int_equal(count_files(bed, ".key"), 2);
	snprintf(path, sizeof(path), "%s/Kexample.org.+013+%05u.private", bed->directory,
	        bed->signers[0]);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	free_bed(bed);
}

static void a_day_costs_one_signature_of_each_set(void **state)
{
	struct bed *bed = signed_bed();
	unsigned signatures = bed->signatures, written = bed->timelines_written;

	(void)state;
	live_for(bed, 5 * DAY_S);
	assert_int_equal(bed->timelines_written - written, 5);
	assert_int_equal(bed->signatures - signatures, 5 * 3);
	free_bed(bed);
}

static void zsks_roll_by_themselves(void **state)
{
	struct bed *bed = signed_bed();

	(void)state;
	live_for(bed, 70 * DAY_S);
	assert_int_equal(bed->signer_count, 3);
	assert_int_equal(bed->result.word, LIFE_SIGNING);
	free_bed(bed);
}

static void a_ksk_rolls_when_the_parent_has_the_new_ds(void **state)
{
	struct bed *bed = signed_bed();
	uint16_t before = bed->ds.tags[0];
	struct life_server server;

	(void)state;
	give_order(bed, LIFE_ORDER_ROLL_KSK);
	live_for(bed, 8 * DAY_S);
	assert_int_equal(bed->result.word, LIFE_SIGNING);
	assert_int_equal(bed->ds.count, 1);
	assert_int_not_equal(bed->ds.tags[0], before);
	serve(bed, &server);
	assert_int_equal(server.ksk_signers.count, 1);
	assert_int_equal(server.ksk_signers.tags[0], bed->ds.tags[0]);
	assert_false(life_tags_have(&server.dnskey, before));
	free_bed(bed);
}

static void a_zone_goes_unsigned_in_order_and_its_timeline_says_so_then(void **state)
{
	struct bed *bed = signed_bed();
	struct timeline t;

	(void)state;
	give_order(bed, LIFE_ORDER_UNSIGN);
	live_for(bed, 20 * DAY_S);
	assert_int_equal(bed->ds.count, 0);
	assert_int_equal(bed->result.word, LIFE_UNSIGNED);
	assert_true(read_bed_timeline(bed, &t));
	assert_true(timeline_is_unsigned(&t));
	assert_int_equal(t.generation, bed->zone.life.generation);
	assert_int_equal(t.zsk_count, 0);
	timeline_fini(&t);
	restart(bed);
	turn_well(bed);
	assert_false(bed->result.wrote_state || bed->result.wrote_timeline);
	put_timeline_back(bed, &(struct old_files){ NULL, NULL });
	restart(bed);
	turn_well(bed);
	assert_true(read_bed_timeline(bed, &t));
	timeline_fini(&t);
	live_for(bed, 20 * DAY_S);
	assert_int_equal(bed->result.word, LIFE_UNSIGNED);
	give_order(bed, LIFE_ORDER_SIGN);
	live_for(bed, 6 * DAY_S);
	assert_int_equal(bed->result.word, LIFE_SIGNING);
	free_bed(bed);
}

/* When half of the timeline is gone, somebody is told. A ZSK rolls meanwhile. */
static void without_the_vault_a_zone_lives_on_its_timeline(void **state)
{
	struct bed *bed = signed_bed();
	struct old_files files;

	(void)state;
	live_for(bed, 24 * DAY_S);
	unsigned signers = bed->signer_count, keys = count_files(bed, ".key");
	files = take_files(bed);
	bed->has_vault = false;
	for (unsigned hour = 0; hour < 14 * 24; hour++) {
		turn(bed);
		assert_true(bed->result.is_trusted);
		assert_false(bed->result.has_failed || bed->result.wrote_timeline);
		assert_int_equal((bed->result.alarms.needs & LIFE_NEEDS_VAULT) != 0,
		        bed->zone.end_s - bed->now_s < life_left_s(&bed->policy));
		bed->now_s += HOUR_S;
	}
	assert_int_equal(bed->result.fault, VAULT_AWAY);
	assert_non_null(strstr(bed->result.why.text, "vault"));
	assert_int_equal(bed->signer_count, signers + 1);
	assert_int_equal(count_files(bed, ".key"), keys);
	bed->has_vault = true;
	live_for(bed, 5 * DAY_S);
	assert_int_equal(bed->result.word, LIFE_SIGNING);
	assert_int_equal(bed->result.alarms.needs, 0);
	free_files(&files);
	free_bed(bed);
}

static unsigned count_vault_keys(const struct bed *bed)
{
	struct vault_key key;
	struct complaint why;
	unsigned count = 0;

	while (vault_list(bed->vault, count, &key, &why) == VAULT_GOOD)
		count++;
	return count;
}

enum crash { CRASH_BEFORE_THE_STATE, CRASH_BEFORE_THE_TIMELINE, CRASH_AT_THE_END, CRASHES };

/* Every turn that writes a timeline is made twice: it crashes the first time. */
static void turn_with_crash(struct bed *bed, enum crash crash)
{
	struct old_files files = take_files(bed);

	turn_well(bed);
	if (bed->result.wrote_timeline) {
		if (crash == CRASH_BEFORE_THE_STATE)
			put_state_back(bed, &files);
		if (crash != CRASH_AT_THE_END)
			put_timeline_back(bed, &files);
		restart(bed);
		bed->now_s++;
		turn_well(bed);
	}
	free_files(&files);
}

static void a_crash_after_any_write_loses_nothing(void **state)
{
	(void)state;
	for (unsigned crash = 0; crash < CRASHES; crash++) {
		struct bed *bed = new_bed();
		give_order(bed, LIFE_ORDER_SIGN);
		while (bed->now_s < START_S + 40 * DAY_S) {
			turn_with_crash(bed, crash);
			bed->now_s = bed->result.next_s;
		}
		assert_int_equal(bed->result.word, LIFE_SIGNING);
		assert_int_equal(bed->signer_count, 2);
		assert_int_equal(count_vault_keys(bed), 1);
		give_order(bed, LIFE_ORDER_ROLL_KSK);
		turn_with_crash(bed, crash);
		assert_int_equal(count_vault_keys(bed), 2);
		assert_int_equal(count_files(bed, ".vault"), 2);
		free_bed(bed);
	}
}

static void an_old_state_is_not_acted_on(void **state)
{
	struct bed *bed = signed_bed();
	struct old_files old = take_files(bed), newest;

	(void)state;
	live_for(bed, 2 * DAY_S);
	newest = take_files(bed);
	put_state_back(bed, &old);
	restart(bed);
	for (unsigned i = 0; i < 5; i++) {
		turn(bed);
		assert_int_equal(bed->result.word, LIFE_INTERNAL_FAILURE);
		assert_true(bed->result.alarms.has_failed);
		assert_non_null(strstr(bed->result.why.text, "Kexample.org.state"));
		assert_false(bed->result.wrote_state || bed->result.wrote_timeline);
		bed->now_s = bed->result.next_s;
	}
	struct old_files now = take_files(bed);
	assert_string_equal(now.state, old.state);
	assert_string_equal(now.timeline, newest.timeline);
	put_state_back(bed, &newest);
	live_for(bed, DAY_S);
	assert_int_equal(bed->result.word, LIFE_SIGNING);
	free_files(&now);
	free_files(&old);
	free_files(&newest);
	free_bed(bed);
}

/* Both files and the keys are of one backup: only what servers serve tells. */
static void an_old_state_with_its_old_timeline_is_not_acted_on_either(void **state)
{
	struct bed *bed = signed_bed();
	struct old_files old = take_files(bed);
	struct life_server server;
	struct turn_result result;

	(void)state;
	live_for(bed, 33 * DAY_S);
	serve(bed, &server);
	put_state_back(bed, &old);
	put_timeline_back(bed, &old);
	restart(bed);
	bed->now_s = START_S + 7 * DAY_S;
	const struct life_observation seen = { .servers = &server, .server_count = 1 };
	const struct turn_order order = { .store = &bed->store,
		.policy = &bed->policy,
		.vault = bed->vault,
		.crypto = bed->crypto,
		.seen = &seen,
		.now_s = bed->now_s,
		.is_clock_trusted = true };
	zone_turn(&bed->zone, &order, &result);
	assert_false(result.is_trusted || result.wrote_state || result.wrote_timeline);
	assert_non_null(strstr(result.why.text, "old backup"));
	free_files(&old);
	free_bed(bed);
}

static void a_clock_that_steps_moves_no_key_and_writes_nothing(void **state)
{
	struct bed *bed = signed_bed();

	(void)state;
	bed->clock_off_s = 10 * DAY_S;
	for (unsigned i = 0; i < 5; i++) {
		turn(bed);
		assert_false(bed->result.is_trusted || bed->result.wrote_state ||
		             bed->result.wrote_timeline);
		assert_non_null(strstr(bed->result.why.text, "clock stepped"));
		assert_int_equal(bed->result.word, LIFE_INTERNAL_FAILURE);
		bed->now_s = bed->result.next_s;
	}
	bed->clock_off_s = 0;
	live_for(bed, 3 * DAY_S);
	assert_int_equal(bed->result.word, LIFE_SIGNING);
	free_bed(bed);
}

static void a_timeline_that_cannot_be_written_comes_later(void **state)
{
	struct bed *bed = signed_bed();
	char path[PATH_MAX];

	(void)state;
	bed_path(bed, "timelines/Kexample.org.timeline.new", path);
	assert_int_equal(mkdir(path, 0700), 0);
	while (!bed->result.has_failed) {
		bed->now_s = bed->result.next_s;
		turn(bed);
	}
	assert_int_equal(bed->result.word, LIFE_INTERNAL_FAILURE);
	assert_non_null(strstr(bed->result.why.text, "Kexample.org.timeline"));
	assert_in_range(bed->result.next_s - bed->now_s, 1, HOUR_S);
	assert_int_equal(rmdir(path), 0);
	bed->now_s = bed->result.next_s;
	turn_well(bed);
	assert_true(bed->result.wrote_timeline);
	live_for(bed, 2 * DAY_S);
	assert_int_equal(bed->result.word, LIFE_SIGNING);
	free_bed(bed);
}

/* One an hour would fill a token. */
static void no_ksk_is_made_while_nothing_can_be_written(void **state)
{
	struct bed *bed = new_bed();
	char path[PATH_MAX];

	(void)state;
	give_order(bed, LIFE_ORDER_SIGN);
	bed_path(bed, "Kexample.org.state.new", path);
	assert_int_equal(mkdir(path, 0700), 0);
	for (unsigned i = 0; i < 5; i++) {
		turn(bed);
		assert_true(bed->result.has_failed);
		bed->now_s = bed->result.next_s;
	}
	assert_int_equal(count_files(bed, ".private"), 0);
	struct complaint why;
	struct vault_key key;
	assert_int_equal(vault_list(bed->vault, 0, &key, &why), VAULT_NO_KEY);
	assert_int_equal(rmdir(path), 0);
	turn_well(bed);
	assert_int_equal(vault_list(bed->vault, 0, &key, &why), VAULT_GOOD);
	assert_int_equal(vault_list(bed->vault, 1, &key, &why), VAULT_NO_KEY);
	free_bed(bed);
}

static void a_file_of_a_key_that_is_missing_is_named_and_the_zone_lives_on(void **state)
{
	struct bed *bed = signed_bed();
	char file[80], path[PATH_MAX];

	(void)state;
	snprintf(file, sizeof(file), "Kexample.org.+013+%05u.private", bed->signers[0]);
	bed_path(bed, file, path);
	assert_int_equal(unlink(path), 0);
	while (!bed->result.has_failed) {
		bed->now_s = bed->result.next_s;
		turn(bed);
	}
	assert_non_null(strstr(bed->result.why.text, file));
	assert_int_equal(bed->result.fault, VAULT_GOOD);
	assert_false(bed->result.wrote_timeline);
	assert_int_equal(bed->result.word, LIFE_INTERNAL_FAILURE);
	free_bed(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zone_nobody_gave_an_order_for_stays_as_it_is),
		cmocka_unit_test(a_zone_goes_from_nothing_to_its_ds),
		cmocka_unit_test(a_day_costs_one_signature_of_each_set),
		cmocka_unit_test(zsks_roll_by_themselves),
		cmocka_unit_test(a_ksk_rolls_when_the_parent_has_the_new_ds),
		cmocka_unit_test(a_zone_goes_unsigned_in_order_and_its_timeline_says_so_then),
		cmocka_unit_test(without_the_vault_a_zone_lives_on_its_timeline),
		cmocka_unit_test(a_crash_after_any_write_loses_nothing),
		cmocka_unit_test(an_old_state_is_not_acted_on),
		cmocka_unit_test(an_old_state_with_its_old_timeline_is_not_acted_on_either),
		cmocka_unit_test(a_clock_that_steps_moves_no_key_and_writes_nothing),
		cmocka_unit_test(a_timeline_that_cannot_be_written_comes_later),
		cmocka_unit_test(no_ksk_is_made_while_nothing_can_be_written),
		cmocka_unit_test(a_file_of_a_key_that_is_missing_is_named_and_the_zone_lives_on),
	};
	return cmocka_run_group_tests_name("zone_turn", tests, NULL, NULL);
}
