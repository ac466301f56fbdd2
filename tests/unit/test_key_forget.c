/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which files of keys go when nothing names them any more. */
#include "test.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "keeper/key_forget.h"
#include "keeper/key_material.h"
#include "keys/key_text.h"
#include "keptworld.h"
#include "planned.h"

#define KEPT_S (30 * WORLD_DAY_S)

/* Of the files that were written later than `after_s`. */
static void set_age(const char *directory, const char *ending, int64_t after_s, int64_t time_s)
{
	struct stat st;

	const struct timespec times[2] = { { time_s, 0 }, { time_s, 0 } };
	DIR *dir = opendir(directory);
	struct dirent *entry;

	while ((entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);
		if (len > strlen(ending) &&
		        strcmp(entry->d_name + len - strlen(ending), ending) == 0 &&
		        fstatat(dirfd(dir), entry->d_name, &st, 0) == 0 && st.st_mtime > after_s)
			assert_int_equal(utimensat(dirfd(dir), entry->d_name, times, 0), 0);
	}
	closedir(dir);
}

static void a_year_of_zsks_leaves_the_files_of_those_that_are_known(void **state)
{
	struct kept_world *w = kept_world_new();
	const struct world_zone *z = kept_world_add_signed(w, "example.org");

	(void)state;
	w->policy.ksk_life_s = 100 * WORLD_DAY_S;
	for (unsigned month = 0; month < 12; month++) {
		/* the files of this month have the time of the machine, which is later */
		set_age(w->directory, ".private", WORLD_START_S + 500 * WORLD_DAY_S, w->now_s);
		kept_world_live(w, 30 * WORLD_DAY_S);
	}
	unsigned zsks = 0;
	for (unsigned i = 0; i < z->kept.life.count; i++)
		zsks += z->kept.life.keys[i].role == LIFE_ZSK;
	/* those of the last month may be there still */
	assert_in_range(kept_world_files(w->directory, "K", ".private"), zsks, zsks + 1);
	/* three KSKs and the one that carries the zone: the vault has them for ever, and their
	 * files say which */
	assert_int_equal(kept_world_files(w->vault_directory, "K", ".private"),
	        kept_world_files(w->directory, "K", ".vault"));
	assert_in_range(kept_world_files(w->directory, "K", ".vault"), 3, 5);
	kept_world_free(w);
}

/* A directory with the files of four ZSKs and a KSK of one zone, and one ZSK of another. */
enum { OF_LIFE, OF_TIMELINE, FORGOTTEN, YOUNG, PAIR_KSK, OF_OTHER_ZONE, PAIRS };

struct litter {
	char directory[64];
	struct name zone, other;
	struct keypair pairs[PAIRS];
};

static void new_litter(struct litter *l)
{
	struct complaint error;

	strcpy(l->directory, "/tmp/sealgate-test-forget-XXXXXX");
	assert_non_null(mkdtemp(l->directory));
	assert_true(name_from_text("example.org", &l->zone));
	assert_true(name_from_text("sub.example.org", &l->other));
	for (unsigned i = 0; i < PAIRS; i++) {
		planned_key(&l->pairs[i], i == OF_OTHER_ZONE ? &l->other : &l->zone,
		        i == PAIR_KSK ? KEYPAIR_KSK : KEYPAIR_ZSK, 13);
		assert_int_equal(
		        key_material_add_zsk(l->directory, &l->pairs[i], WORLD_START_S, &error), 0);
	}
	set_age(l->directory, ".private", 0, WORLD_START_S - KEPT_S);
}

static bool is_there(const struct litter *l, unsigned pair)
{
	char name[KEY_NAME_SIZE];

	key_name(&l->pairs[pair], name);
	unsigned files = kept_world_files(l->directory, name, ".key") +
	                 kept_world_files(l->directory, name, ".private");
	assert_int_not_equal(files, 1);
	return files == 2;
}

static void free_litter(struct litter *l)
{
	char command[100];

	for (unsigned i = 0; i < PAIRS; i++)
		keypair_fini(&l->pairs[i]);
	snprintf(command, sizeof(command), "rm -r %s", l->directory);
	assert_int_equal(system(command), 0);
}

static void only_old_zsks_of_the_zone_that_nothing_names_go(void **state)
{
	struct timeline_zsk zsk = { .key = NULL };
	const struct timeline t = { .zsk_count = 1, .zsks = &zsk };
	char name[KEY_NAME_SIZE];
	struct litter l;
	struct life life;

	(void)state;
	new_litter(&l);
	life_init(&life);
	assert_non_null(
	        life_add(&life, LIFE_ZSK, 13, l.pairs[OF_LIFE].tag, WORLD_START_S, WORLD_START_S));
	zsk = (struct timeline_zsk){ l.pairs[OF_TIMELINE].key, l.pairs[OF_TIMELINE].tag };
	snprintf(name, sizeof(name), "+%05u.private", l.pairs[YOUNG].tag);
	set_age(l.directory, name, 0, WORLD_START_S - KEPT_S + 1);
	assert_int_equal(key_forget(l.directory, &l.zone, &life, &t, WORLD_START_S), 1);
	assert_false(is_there(&l, FORGOTTEN));
	for (unsigned i = 0; i < PAIRS; i++)
		assert_true(i == FORGOTTEN || is_there(&l, i));
	free_litter(&l);
}

static void a_file_that_is_not_what_its_name_says_stays(void **state)
{
	char name[KEY_NAME_SIZE], from[PATH_MAX], to[PATH_MAX];
	struct litter l;
	struct life life;

	(void)state;
	new_litter(&l);
	life_init(&life);
	key_name(&l.pairs[FORGOTTEN], name);
	snprintf(from, sizeof(from), "%s/%s.key", l.directory, name);
	snprintf(to, sizeof(to), "%s/Kexample.org.+013+%05u.key", l.directory,
	        (l.pairs[FORGOTTEN].tag + 1) % 60000);
	assert_int_equal(rename(from, to), 0);
	key_forget(l.directory, &l.zone, &life, NULL, WORLD_START_S);
	assert_int_equal(kept_world_files(l.directory, name, ".private"), 1);
	free_litter(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_year_of_zsks_leaves_the_files_of_those_that_are_known),
		cmocka_unit_test(only_old_zsks_of_the_zone_that_nothing_names_go),
		cmocka_unit_test(a_file_that_is_not_what_its_name_says_stays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
