/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "turnbed.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "served.h"

static void open_bed_vault(struct bed *bed)
{
	const struct vault_place place = { .where = bed->vault_directory };
	struct complaint why;

	assert_int_equal(vault_open(&bed->vault, &place, &why), VAULT_GOOD);
}

struct bed *new_bed(void)
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

void free_bed(struct bed *bed)
{
	char command[100];

	keeper_store_close(&bed->store);
	vault_close(bed->vault);
	crypto_free(bed->crypto);
	snprintf(command, sizeof(command), "rm -r %s", bed->directory);
	assert_int_equal(system(command), 0);
	free(bed);
}

void bed_order(struct bed *bed, enum life_order order)
{
	struct complaint error = { "" };

	if (!kept_zone_order(&bed->zone, &bed->store, &bed->policy, order, 0, &error))
		fail_msg("the order %d: %s", order, error.text);
}

/* ---- Servers ---- */

static void note_signer(struct bed *bed, uint16_t tag)
{
	if (bed->signer_count > 0 && bed->signers[bed->signer_count - 1] == tag)
		return;
	assert_true(bed->signer_count < COUNT(bed->signers));
	bed->signers[bed->signer_count++] = tag;
}

bool read_bed_timeline(struct bed *bed, struct timeline *t)
{
	return served_timeline(&bed->zone, &bed->store, bed->crypto, t);
}

void bed_serve(struct bed *bed, struct life_server *server)
{
	served_at(server, &bed->zone, &bed->store, bed->crypto, bed->now_s);
	for (unsigned i = 0; i < server->zsk_signers.count; i++)
		note_signer(bed, server->zsk_signers.tags[i]);
}

/* ---- Turns ---- */

uint64_t generation_in_place(struct bed *bed)
{
	struct timeline t;

	if (!read_bed_timeline(bed, &t))
		return 0;
	uint64_t generation = t.generation;
	timeline_fini(&t);
	return generation;
}

struct turn_order bed_turn_order(struct bed *bed)
{
	return (struct turn_order){ .store = &bed->store,
		.policy = &bed->policy,
		.vault = bed->has_vault ? bed->vault : NULL,
		.crypto = bed->crypto,
		.now_s = bed->now_s + bed->clock_off_s,
		.uptime_s = bed->now_s - START_S,
		.is_clock_trusted = true,
		.is_clock_synchronised = !bed->is_clock_alone };
}

void bed_turn(struct bed *bed)
{
	struct life_server server;
	uint64_t generation = generation_in_place(bed);

	bed_serve(bed, &server);
	if (bed->follows_cds)
		served_take_cds(&bed->ds, &server);
	served_turn(&bed->zone, bed_turn_order(bed), &server, &bed->ds, &bed->result);
	if (bed->result.wrote_timeline)
		assert_true(generation_in_place(bed) > generation);
	bed->result.next_s -= bed->clock_off_s;
	assert_true(bed->result.next_s > bed->now_s);
	assert_true(++bed->turns < TURNS);
	bed->timelines_written += bed->result.wrote_timeline;
	bed->signatures += bed->result.signatures;
}

void bed_turn_blind(struct bed *bed)
{
	const struct turn_order order = bed_turn_order(bed);

	zone_turn(&bed->zone, &order, &bed->result);
	bed->result.next_s -= bed->clock_off_s;
}

void bed_turn_well(struct bed *bed)
{
	bed_turn(bed);
	if (!bed->result.is_trusted || bed->result.has_failed || bed->result.fault != VAULT_GOOD)
		fail_msg("a turn failed: %s", bed->result.why.text);
	assert_string_equal(bed->result.why.text, "");
}

void bed_live_for(struct bed *bed, int64_t span_s)
{
	int64_t until_s = bed->now_s + span_s;

	while (bed->now_s < until_s) {
		bed_turn_well(bed);
		bed->now_s = bed->result.next_s < until_s ? bed->result.next_s : until_s;
	}
}

void lose_ksk(struct bed *bed, bool has_vault)
{
	const struct vault_place place = { .where = bed->vault_directory };
	struct complaint why;

	vault_close(bed->vault);
	snprintf(bed->vault_directory, sizeof(bed->vault_directory), "%s/other", bed->directory);
	assert_int_equal(mkdir(bed->vault_directory, 0700), 0);
	assert_int_equal(vault_open(&bed->vault, &place, &why), VAULT_GOOD);
	bed->has_vault = has_vault;
}

void bed_restart(struct bed *bed)
{
	struct name name = bed->zone.name;

	kept_zone_init(&bed->zone, &name);
}

struct bed *signed_bed(void)
{
	struct bed *bed = new_bed();

	bed_order(bed, LIFE_ORDER_SIGN);
	bed_live_for(bed, 6 * DAY_S);
	assert_int_equal(bed->result.word, LIFE_SIGNING);
	assert_int_equal(bed->ds.count, 1);
	return bed;
}

/* ---- Files ---- */

void bed_path(const struct bed *bed, const char *file, char path[static PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/%s", bed->directory, file);
}

unsigned count_files(const struct bed *bed, const char *ending)
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

struct old_files take_files(const struct bed *bed)
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

void put_state_back(const struct bed *bed, const struct old_files *files)
{
	char path[PATH_MAX];

	assert_true(keeper_state_path(&bed->store, &bed->zone.name, path));
	put_file(path, files->state);
}

void put_timeline_back(const struct bed *bed, const struct old_files *files)
{
	char path[PATH_MAX];

	assert_true(keeper_timeline_path(&bed->store, &bed->zone.name, path));
	put_file(path, files->timeline);
}

void free_files(struct old_files *files)
{
	free(files->state);
	free(files->timeline);
}

unsigned count_vault_keys(const struct bed *bed)
{
	struct vault_key key;
	struct complaint why;
	unsigned count = 0;

	while (vault_list(bed->vault, count, &key, &why) == VAULT_GOOD)
		count++;
	return count;
}
