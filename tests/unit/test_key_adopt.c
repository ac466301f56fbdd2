/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys of a zone that BIND signed come to the keeper, and go back. BIND's tools make the ones and
 * read the others. */
#include "test.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encoding.h"
#include "base/file.h"
#include "base/process.h"
#include "keeper/key_adopt.h"
#include "keeper/key_export.h"
#include "keeper/key_material.h"
#include "keptworld.h"
#include "keys/key_text.h"
#include "keys/life_adopt.h"
#include "keys/record_text.h"
#include "served.h"

#define ZONE  "example.org"
#define NEVER 0

/* ---- Stages from times ---- */

static const char *stage_of(const struct life *life, unsigned key, enum life_record record)
{
	return life_stage_word(life->keys[key].marks[record].stage);
}

/* Hours before now, as in key files; negative: after it. */
struct hours {
	int publish, activate, inactive, delete, sync;
};

#define NO INT32_MIN

static int64_t at_hours(int hours)
{
	return hours == NO ? 0 : WORLD_START_S - hours * INT64_C(3600);
}

static struct life_adopted adopted_of(enum life_role role, uint16_t tag, const struct hours *h)
{
	return (struct life_adopted){ .role = role,
		.algorithm = 13,
		.tag = tag,
		.times = { .is_timed = true,
		        .publish_s = at_hours(h->publish),
		        .activate_s = at_hours(h->activate),
		        .inactive_s = at_hours(h->inactive),
		        .delete_s = at_hours(h->delete),
		        .sync_publish_s = at_hours(h->sync) } };
}

static void the_times_of_a_file_become_stages(void **state)
{
	static const struct {
		const char *why;
		enum life_role role;
		struct hours h;
		enum life_adoption result;
		const char *dnskey, *signs, *ds;
		bool is_leaving;
	} rows[] = {
		{ "a ZSK of long ago", LIFE_ZSK, { 900, 900, NO, NO, NO }, LIFE_ADOPTED,
		        "omnipresent", "omnipresent", "hidden", false },
		{ "one that caches may not have yet", LIFE_ZSK, { 1, 1, NO, NO, NO }, LIFE_ADOPTED,
		        "rumoured", "rumoured", "hidden", false },
		{ "one that is published ahead", LIFE_ZSK, { 3, -5, NO, NO, NO }, LIFE_ADOPTED,
		        "omnipresent", "hidden", "hidden", false },
		{ "one that is to come", LIFE_ZSK, { -50, -60, NO, NO, NO }, LIFE_ADOPTED, "hidden",
		        "hidden", "hidden", false },
		{ "one that signs no more", LIFE_ZSK, { 900, 900, 50, NO, NO }, LIFE_ADOPTED,
		        "omnipresent", "unretentive", "hidden", true },
		{ "one that was removed a moment ago", LIFE_ZSK, { 900, 900, 90, 1, NO },
		        LIFE_ADOPTED, "unretentive", "unretentive", "hidden", true },
		{ "a KSK of long ago, whose DS the keeper has to see", LIFE_KSK,
		        { 900, 900, NO, NO, 800 }, LIFE_ADOPTED, "omnipresent", "omnipresent",
		        "rumoured", false },
		{ "a KSK that ended", LIFE_KSK, { 900, 900, 30, NO, NO }, LIFE_ADOPTED,
		        "omnipresent", "hidden", "unretentive", true },
		{ "a KSK whose CDS is to come", LIFE_KSK, { 3, 3, NO, NO, -5 }, LIFE_ADOPTED,
		        "omnipresent", "omnipresent", "hidden", false },
		{ "a KSK that is to come", LIFE_KSK, { -5, -5, NO, NO, NO }, LIFE_ADOPTS_NOT_YET,
		        NULL, NULL, NULL, false },
		{ "a file that says never", LIFE_ZSK, { NO, NO, NO, NO, NO }, LIFE_ADOPTS_NOT_YET,
		        NULL, NULL, NULL, false },
	};
	struct life_policy policy;

	(void)state;
	life_policy_init(&policy);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct life life;
		const struct life_adopted key = adopted_of(rows[i].role, 7, &rows[i].h);
		life_init(&life);
		assert_row(rows[i].why,
		        life_adopt(&life, &policy, &key, WORLD_START_S) == rows[i].result);
		assert_row(rows[i].why, life.count == (rows[i].result == LIFE_ADOPTED));
		if (life.count == 0)
			continue;
		enum life_record signs = rows[i].role == LIFE_KSK ? LIFE_KRRSIG : LIFE_ZRRSIG;
		if (strcmp(stage_of(&life, 0, LIFE_DNSKEY), rows[i].dnskey) != 0 ||
		        strcmp(stage_of(&life, 0, signs), rows[i].signs) != 0 ||
		        strcmp(stage_of(&life, 0, LIFE_DS), rows[i].ds) != 0)
			fail_msg("%s: %s %s %s", rows[i].why, stage_of(&life, 0, LIFE_DNSKEY),
			        stage_of(&life, 0, signs), stage_of(&life, 0, LIFE_DS));
		assert_row(rows[i].why, life.keys[0].is_leaving == rows[i].is_leaving);
		/* the keeper has to see it itself */
		for (unsigned r = 0; r < LIFE_RECORDS; r++)
			assert_row(rows[i].why, life.keys[0].marks[r].seen_s == 0);
	}
}

static void a_planned_end_of_a_zsk_is_when_the_next_one_signs(void **state)
{
	const struct hours h = { 900, 900, -500, -600, NO };
	const struct life_adopted key = adopted_of(LIFE_ZSK, 7, &h);
	struct life_policy policy;
	struct life life;

	(void)state;
	life_policy_init(&policy);
	life_init(&life);
	life_adopt(&life, &policy, &key, WORLD_START_S);
	assert_int_equal(
	        life.keys[0].publish_s + policy.zsk_life_s + life_zsk_notice_s(&life, &policy),
	        at_hours(-500));
}

/* ---- BIND's keys ---- */

static char *tool(const char *const argv[])
{
	struct process p;

	if (process_run(&p, argv, NULL) != 0)
		skip();
	if (p.status != 0)
		fail_msg("%s: %d: %s%s", argv[0], p.status, p.out, p.err);
	char *out = strdup(p.out);
	process_fini(&p);
	return out;
}

/* Makes a key with the times of `argv` from the fourth word on, and reads it. */
static void bind_key(const struct kept_world *w, struct keypair *k, bool is_ksk, int64_t publish_s,
        int64_t inactive_s)
{
	char directory[100], from[40], until[40], path[200];
	struct complaint error = { "" };
	struct name zone;

	snprintf(directory, sizeof(directory), "%s/bind", w->directory);
	mkdir(directory, 0700);
	digits_time_write(publish_s, from);
	if (inactive_s)
		digits_time_write(inactive_s, until);
	const char *const argv[] = { "dnssec-keygen", "-q", "-K", directory, "-a",
		"ECDSAP256SHA256", "-P", from, "-A", from, "-I", inactive_s ? until : "none",
		is_ksk ? "-fKSK" : ZONE, is_ksk ? ZONE : NULL, NULL };
	char *name = tool(argv);
	name[strcspn(name, "\n")] = '\0';
	assert_true(name_from_text(ZONE, &zone));
	assert_true(key_material_read_public(k, directory, name, &zone, &error));
	snprintf(path, sizeof(path), "%s/%s.private", directory, name);
	char *text = file_read(path, 1 << 16);
	assert_non_null(text);
	assert_true(key_times_read(&k->times, text, path, &error));
	assert_true(key_text_read_private(k, text, path, &error));
	key_text_free(text);
	free(name);
}

static bool adopt(struct kept_world *w, struct world_zone *z, struct keypair *keys, unsigned count,
        struct complaint *error)
{
	const struct key_adoption adoption = { .store = &w->store,
		.policy = &w->policy,
		.vault = w->vault,
		.vault_directory = w->vault_directory,
		.keys = keys,
		.count = count,
		.now_s = w->now_s };

	return key_adopt(&z->kept, &adoption, error);
}

static void free_keys(struct keypair *keys, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		keypair_fini(&keys[i]);
}

/* A zone of BIND's keys with its DS at the parent, after its first turn. */
static struct world_zone *adopted_zone(struct kept_world *w, uint16_t *ksk, uint16_t *zsk)
{
	struct world_zone *z = kept_world_add(w, ZONE);
	struct complaint error = { "" };
	struct keypair keys[2];

	kept_world_turn(w, z);
	bind_key(w, &keys[0], false, w->now_s - 20 * WORLD_DAY_S, 0);
	bind_key(w, &keys[1], true, w->now_s - 40 * WORLD_DAY_S, 0);
	*zsk = keys[0].tag;
	*ksk = keys[1].tag;
	if (!adopt(w, z, keys, 2, &error))
		fail_msg("%s", error.text);
	z->ds = (struct life_tags){ .count = 1, .tags = { *ksk } };
	free_keys(keys, 2);
	z->due_s = w->now_s + 1;
	kept_world_live(w, 60);
	return z;
}

static void the_zone_goes_on_with_the_keys_of_bind(void **state)
{
	struct kept_world *w = kept_world_new();
	struct complaint error = { "" };
	struct timeline t;
	uint16_t ksk, zsk;
	struct world_zone *z = adopted_zone(w, &ksk, &zsk);

	(void)state;
	assert_int_equal(kept_zone_read_timeline(&z->kept, &w->store, w->crypto, &t, &error), 1);
	const struct timeline_period *p = timeline_at(&t, w->now_s);
	assert_int_equal(p->records->dnskey.count, 2);
	assert_int_equal(p->signer_count, 1);
	assert_int_equal(p->signers[0]->tag, zsk);
	assert_int_equal(p->records->dnskey.rrsigs[0].tag, ksk);
	timeline_fini(&t);
	kept_world_live(w, 6 * WORLD_DAY_S);
	assert_int_equal(z->result.word, LIFE_SIGNING);
	assert_int_equal(kept_world_carrier(z), ksk);
	/* and later with those of its own */
	kept_world_order(w, z, LIFE_ORDER_ROLL_KSK, 0);
	kept_world_live(w, 60 * WORLD_DAY_S);
	assert_int_not_equal(kept_world_carrier(z), ksk);
	kept_world_free(w);
}

static void what_cannot_go_on_is_refused_and_nothing_is_written(void **state)
{
	static const struct {
		const char *why, *said;
		bool has_ksk, has_zsk, has_private, is_again;
	} rows[] = {
		{ "no ZSK", "no ZSK of algorithm 13", true, false, true, false },
		{ "no KSK", "no KSK of algorithm 13", false, true, true, false },
		{ "a ZSK without its private half", "private half of the ZSK", true, true, false,
		        false },
		{ "a second time", "has keys of this zone already", true, true, true, true },
	};
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct kept_world *w = kept_world_new();
		struct world_zone *z = kept_world_add(w, ZONE);
		struct complaint error = { "" };
		struct keypair keys[2];
		unsigned count = 0;
		char path[PATH_MAX];

		kept_world_turn(w, z);
		if (rows[i].has_ksk)
			bind_key(w, &keys[count++], true, w->now_s - 40 * WORLD_DAY_S, 0);
		if (rows[i].has_zsk)
			bind_key(w, &keys[count++], false, w->now_s - 40 * WORLD_DAY_S, 0);
		if (!rows[i].has_private)
			keypair_fini(&keys[1]);
		if (rows[i].is_again)
			assert_row(rows[i].why, adopt(w, z, keys, count, &error));
		assert_row(rows[i].why, !adopt(w, z, keys, count, &error));
		if (!strstr(error.text, rows[i].said))
			fail_msg("%s: %s", rows[i].why, error.text);
		assert_true(keeper_state_path(&w->store, &z->kept.name, path));
		assert_row(rows[i].why, (access(path, F_OK) == 0) == rows[i].is_again);
		free_keys(keys, count);
		kept_world_free(w);
	}
}

/* ---- Back to BIND ---- */

static void assert_settime(const char *directory, uint16_t tag, const char *line)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/K" ZONE ".+013+%05u.key", directory, tag);
	const char *const argv[] = { "dnssec-settime", "-u", "-p", "all", path, NULL };
	char *out = tool(argv);
	if (!strstr(out, line))
		fail_msg("key %u: \"%s\" is not in\n%s", tag, line, out);
	free(out);
}

/* Returns how many keys were written. */
static int export_zone(const struct kept_world *w, const struct world_zone *z, const char *to)
{
	struct key_story *story = calloc(1, sizeof(*story));
	struct complaint error = { "" };
	struct timeline t;

	assert_int_equal(mkdir(to, 0700), 0);
	assert_int_equal(kept_zone_read_timeline(&z->kept, &w->store, w->crypto, &t, &error), 1);
	key_story_tell(story, &t, &z->kept.life, &w->policy, w->now_s);
	const struct key_export e = { .directory = to,
		.material = w->directory,
		.vault_directory = w->vault_directory,
		.story = story };
	int count = key_export(&e, &error);
	if (count < 2)
		fail_msg("%d: %s", count, error.text);
	assert_int_equal(key_export(&e, &error), -1); /* never overwrites */
	timeline_fini(&t);
	free(story);
	return count;
}

static void bind_obeys_the_times_of_what_is_exported(void **state)
{
	struct kept_world *w = kept_world_new();
	uint16_t ksk, zsk;
	struct world_zone *z = adopted_zone(w, &ksk, &zsk);
	char to[100], path[200], line[60];
	struct stat st;

	(void)state;
	snprintf(to, sizeof(to), "%s/exported", w->directory);
	assert_int_equal(export_zone(w, z, to), 2);
	assert_settime(to, ksk, "Inactive: UNSET\n");
	assert_settime(to, ksk, "Delete: UNSET\n");
	assert_settime(to, zsk, "Delete: UNSET\n");
	snprintf(line, sizeof(line), "SYNC Publish: %lld\n", (long long)WORLD_START_S);
	assert_settime(to, ksk, line);
	snprintf(path, sizeof(path), "%s/K" ZONE ".+013+%05u.private", to, ksk);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	/* BIND signs a zone with them */
	snprintf(path, sizeof(path), "%s/zone", to);
	assert_int_equal(
	        file_replace(path,
	                ZONE ". 60 IN SOA a.test. b.test. 1 1 1 1 1\n" ZONE ". 60 IN NS a.test.\n",
	                0600),
	        0);
	const char *const argv[] = { "dnssec-signzone", "-q", "-S", "-K", to, "-d", to, "-o", ZONE,
		"-f", "-", path, NULL };
	char *out = tool(argv);
	snprintf(line, sizeof(line), " %u %s.", ksk, ZONE);
	assert_non_null(strstr(out, line));
	snprintf(line, sizeof(line), " %u %s.", zsk, ZONE);
	assert_non_null(strstr(out, line));
	free(out);
	kept_world_free(w);
}

static bool is_exported(const char *to, uint16_t tag)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/K" ZONE ".+013+%05u.private", to, tag);
	return access(path, F_OK) == 0;
}

/* A ZSK takes over within these days. What was exported at some time has all that servers show
 * then, and what is planned, and nothing of the former one once it is gone. */
static void a_key_is_exported_from_its_plan_to_its_end(void **state)
{
	struct kept_world *w = kept_world_new();
	uint16_t ksk, old;
	struct world_zone *z = adopted_zone(w, &ksk, &old);
	unsigned planned = 0, retired = 0, gone = 0;

	(void)state;
	kept_world_live(w, 12 * WORLD_DAY_S);
	for (unsigned day = 0; day < 24; day++) {
		struct life_server server;
		char to[100];
		kept_world_live(w, WORLD_DAY_S);
		served_at(&server, &z->kept, &w->store, w->crypto, w->now_s);
		snprintf(to, sizeof(to), "%s/day%u", w->directory, day);
		int count = export_zone(w, z, to);
		for (unsigned i = 0; i < server.dnskey.count; i++)
			assert_true(is_exported(to, server.dnskey.tags[i]));
		bool is_shown = life_tags_have(&server.dnskey, old);
		planned += count > (int)server.dnskey.count;
		retired += is_shown && !life_tags_have(&server.zsk_signers, old);
		gone += !is_shown;
		assert_true(is_shown || !is_exported(to, old));
	}
	assert_true(planned > 0 && retired > 0 && gone > 0);
	kept_world_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_times_of_a_file_become_stages),
		cmocka_unit_test(a_planned_end_of_a_zsk_is_when_the_next_one_signs),
		cmocka_unit_test(the_zone_goes_on_with_the_keys_of_bind),
		cmocka_unit_test(what_cannot_go_on_is_refused_and_nothing_is_written),
		cmocka_unit_test(bind_obeys_the_times_of_what_is_exported),
		cmocka_unit_test(a_key_is_exported_from_its_plan_to_its_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
