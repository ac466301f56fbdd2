/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keeper's files are whole after a crash, or a failure, at each system call that writes
 * them. */
#include "test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "keeper/keeper_lock.h"
#include "keeper/keeper_store.h"

/* ---- What may fail, or be the last thing that the process does ---- */

enum end { END_NEVER, END_FAILED, END_BEFORE, END_AFTER };

static enum end how;
static int why;                /* errno of END_FAILED */
static unsigned step, at_step; /* counted from 1 */
static char steps[200];        /* a letter for each, equal ones next to each other only once */
static ino_t synced[8];        /* what was forced to the disk */
static unsigned syncs;

/* Counts a step. Returns true if it fails. */
static bool begin_step(char letter)
{
	size_t len = strlen(steps);

	if (how == END_NEVER && at_step == 0)
		return false;
	if (len + 1 < sizeof(steps) && (len == 0 || steps[len - 1] != letter))
		steps[len] = letter;
	if (++step != at_step)
		return false;
	if (how == END_BEFORE)
		raise(SIGKILL);
	errno = why;
	return how == END_FAILED;
}

static void end_step(void)
{
	if (step == at_step && how == END_AFTER)
		raise(SIGKILL);
}

/* The linker replaces the functions without `__wrap_` by these (Makefile). */
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
ssize_t __real_write(int fd, const void *octets, size_t len);
ssize_t __wrap_write(int fd, const void *octets, size_t len);
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);
int __real_unlink(const char *path);
int __wrap_unlink(const char *path);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_fchmod(int fd, mode_t mode);
int __wrap_fchmod(int fd, mode_t mode);
int __real_fchown(int fd, uid_t user, gid_t group);
int __wrap_fchown(int fd, uid_t user, gid_t group);
int __real_close(int fd);
int __wrap_close(int fd);

int __wrap_open(const char *path, int flags, ...)
{
	va_list more;

	va_start(more, flags);
	mode_t mode = flags & O_CREAT ? (mode_t)va_arg(more, int) : 0;
	va_end(more);
	int fd = begin_step('o') ? -1 : __real_open(path, flags, mode);
	end_step();
	return fd;
}

/* A disk takes what it likes: here seven octets at a time, and half of those in the end. */
ssize_t __wrap_write(int fd, const void *octets, size_t len)
{
	if (begin_step('w'))
		return -1;
	ssize_t n = __real_write(fd, octets,
	        len < 7                               ? len
	        : how == END_AFTER && step == at_step ? 3
	                                              : 7);
	end_step();
	return n;
}

#define WRAP(letter, name, parameters, arguments)                                                  \
	int __wrap_##name parameters                                                               \
	{                                                                                          \
		int result = begin_step(letter) ? -1 : __real_##name arguments;                    \
		end_step();                                                                        \
		return result;                                                                     \
	}

/* clang-format off */
WRAP('r', rename, (const char *from, const char *to), (from, to))
WRAP('u', unlink, (const char *path), (path))
WRAP('m', fchmod, (int fd, mode_t mode), (fd, mode))
WRAP('g', fchown, (int fd, uid_t user, gid_t group), (fd, user, group))
/* clang-format on */

int __wrap_fsync(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && syncs < COUNT(synced))
		synced[syncs++] = st.st_ino;
	int result = begin_step('s') ? -1 : __real_fsync(fd);
	end_step();
	return result;
}

/* A descriptor is closed even if close() fails. */
int __wrap_close(int fd)
{
	bool fails = begin_step('c');
	int result = __real_close(fd), number = errno;

	end_step();
	errno = fails ? why : number;
	return fails ? -1 : result;
}

static void plan(enum end end, unsigned at, int number)
{
	memset(steps, 0, sizeof(steps));
	how = end;
	at_step = at;
	why = number;
	step = 0;
	syncs = 0;
}

/* ---- The files ---- */

#define STEPS_MAX     200
#define HOLDER_ENDS_S 20 /* if the test has failed and does not end it */

static char directory[] = "/tmp/sealgate-test-keeper-XXXXXX";
static char state_path[PATH_MAX], timeline_path[PATH_MAX];
static struct keeper_store store;
static struct name zone;

static const char old_state[] = "an old state, which is longer than the new one\n";
static const char new_state[] = "a new state\n";
static const char old_timeline[] = "an old timeline\n";
static const char new_timeline[] = "a new timeline, which is longer than the old one\n";

static int set_up(void **state)
{
	struct complaint error;

	(void)state;
	if (!mkdtemp(directory) || !name_from_text("example.org", &zone) ||
	        keeper_store_open(&store, directory, directory, getgid(), &error) < 0)
		return -1;
	return keeper_state_path(&store, &zone, state_path) &&
	                       keeper_timeline_path(&store, &zone, timeline_path)
	               ? 0
	               : -1;
}

static int tear_down(void **state)
{
	(void)state;
	keeper_store_close(&store);
	unlink(state_path);
	unlink(timeline_path);
	return rmdir(directory);
}

static int write_new_files(struct complaint *error)
{
	return keeper_store_write(&store, &zone, new_state, new_timeline, error);
}

static void write_old_files(void)
{
	struct complaint error;

	plan(END_NEVER, 0, 0);
	assert_int_equal(keeper_store_write(&store, &zone, old_state, old_timeline, &error), 0);
}

static bool has(const char *path, const char *text)
{
	char *found = file_read(path, 1000);
	bool same = found && strcmp(found, text) == 0;

	free(found);
	return same;
}

/* Each file is whole, and the timeline is never newer than the state. */
static void check_files(void)
{
	plan(END_NEVER, 0, 0);
	assert_true(has(state_path, old_state) || has(state_path, new_state));
	assert_true(has(timeline_path, old_timeline) || has(timeline_path, new_timeline));
	assert_true(has(state_path, new_state) || has(timeline_path, old_timeline));
}

static void check_that_new_files_can_be_written(void)
{
	struct complaint error;

	plan(END_NEVER, 0, 0);
	assert_int_equal(write_new_files(&error), 0);
	assert_true(has(state_path, new_state) && has(timeline_path, new_timeline));
}

/* Writes in a process that ends at step `at`. Returns false if it was not killed: there are fewer
 * steps. */
static bool crash_at(enum end end, unsigned at)
{
	struct complaint error;
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		plan(end, at, 0);
		_exit(write_new_files(&error) == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (!WIFSIGNALED(status))
		assert_int_equal(status, 0);
	return WIFSIGNALED(status);
}

static void a_crash_at_any_step_leaves_each_file_whole(void **state)
{
	static const enum end ends[] = { END_BEFORE, END_AFTER };

	(void)state;
	for (size_t e = 0; e < COUNT(ends); e++) {
		unsigned at = 1;
		write_old_files();
		while (at < STEPS_MAX && crash_at(ends[e], at)) {
			check_files();
			check_that_new_files_can_be_written();
			write_old_files();
			at++;
		}
		assert_in_range(at, 20, STEPS_MAX - 1);
		assert_true(has(state_path, new_state) && has(timeline_path, new_timeline));
	}
}

static void a_failure_at_any_step_loses_nothing_and_is_told(void **state)
{
	static const struct {
		int number;
		const char *words;
	} rows[] = {
		{ ENOSPC, "disk is full" },
		{ EDQUOT, "disk is full" },
		{ EROFS, "read-only" },
		{ EACCES, "may not write" },
		{ EIO, "Input/output error" },
	};
	struct complaint error;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		unsigned failures = 0;
		for (unsigned at = 1; at < STEPS_MAX; at++) {
			write_old_files();
			plan(END_FAILED, at, rows[i].number);
			int result = write_new_files(&error);
			bool was_reached = step >= at;
			check_files();
			if (result == 0) {
				assert_true(has(state_path, new_state) &&
				            has(timeline_path, new_timeline));
				if (!was_reached)
					break;
				continue; /* there was nothing to unlink */
			}
			failures++;
			assert_int_equal(result, -rows[i].number);
			assert_non_null(strstr(error.text, rows[i].words));
			assert_non_null(strstr(error.text, directory));
			check_that_new_files_can_be_written();
		}
		assert_in_range(failures, 16, STEPS_MAX - 2);
	}
}

static ino_t inode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_ino;
}

/* Otherwise a crash of the machine leaves a new name without its text, or loses the state and keeps
 * the timeline. */
static void each_file_is_on_the_disk_before_its_name_and_the_state_before_the_timeline(void **state)
{
	struct complaint error;

	(void)state;
	write_old_files();
	plan(END_FAILED, STEPS_MAX, 0);
	assert_int_equal(write_new_files(&error), 0);
	assert_string_equal(steps, "uowmscrosc"
	                           "uowgmscrosc");
	assert_int_equal(syncs, 4);
	assert_int_equal(synced[0], inode_of(state_path));
	assert_int_equal(synced[1], inode_of(directory));
	assert_int_equal(synced[2], inode_of(timeline_path));
	assert_int_equal(synced[3], inode_of(directory));
	plan(END_NEVER, 0, 0);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static void the_state_is_for_the_keeper_and_the_timeline_for_its_group(void **state)
{
	struct keeper_store for_others = store;
	struct complaint error;
	struct stat st;
	mode_t before = umask(0777);

	(void)state;
	for_others.group = geteuid() == 0 ? 4711 : getgid();
	assert_int_equal(
	        keeper_store_write(&for_others, &zone, new_state, new_timeline, &error), 0);
	umask(before);
	assert_int_equal(mode_of(state_path), 0600);
	assert_int_equal(mode_of(timeline_path), 0640);
	assert_int_equal(stat(timeline_path, &st), 0);
	assert_int_equal(st.st_gid, for_others.group);
}

static void a_second_keeper_is_refused_and_told_who_is_there(void **state)
{
	struct keeper_store second;
	struct complaint error;
	char holder[40];

	(void)state;
	snprintf(holder, sizeof(holder), "process %ld,", (long)getpid());
	assert_int_equal(
	        keeper_store_open(&second, directory, directory, (gid_t)-1, &error), -EWOULDBLOCK);
	assert_non_null(strstr(error.text, holder));
	assert_non_null(strstr(error.text, directory));
}

/* Two keepers with their own states would each undo the timelines of the other. */
static void keepers_with_one_directory_in_common_are_refused(void **state)
{
	char other[] = "/tmp/sealgate-test-keeper-XXXXXX",
	     third[] = "/tmp/sealgate-test-keeper-XXXXXX";
	struct keeper_store first, second;
	struct complaint error;

	(void)state;
	assert_true(mkdtemp(other) && mkdtemp(third));
	/* `directory` has the states and the timelines of `store` */
	assert_int_equal(
	        keeper_store_open(&second, other, directory, (gid_t)-1, &error), -EWOULDBLOCK);
	assert_non_null(strstr(error.text, directory));
	assert_int_equal(
	        keeper_store_open(&second, directory, other, (gid_t)-1, &error), -EWOULDBLOCK);
	/* what was refused has left no lock behind */
	assert_int_equal(keeper_store_open(&first, other, third, (gid_t)-1, &error), 0);
	assert_int_equal(keeper_store_open(&second, third, other, (gid_t)-1, &error), -EWOULDBLOCK);
	keeper_store_close(&first);
	assert_int_equal(keeper_store_open(&second, third, other, (gid_t)-1, &error), 0);
	keeper_store_close(&second);
	rmdir(other);
	rmdir(third);
}

/* Whoever tidies up must not let a second keeper in. */
static void nothing_that_is_removed_from_the_directory_ends_the_lock(void **state)
{
	struct complaint error;
	struct dirent *entry;
	char path[PATH_MAX];

	(void)state;
	DIR *dir = opendir(directory);
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		snprintf(path, sizeof(path), "%s/%s", directory, entry->d_name);
		unlink(path);
	}
	closedir(dir);
	assert_int_equal(keeper_lock(directory, &error), -EWOULDBLOCK);
}

static void what_stands_in_the_way_of_a_new_file_is_named(void **state)
{
	struct complaint error;
	char path[PATH_MAX + 8];

	(void)state;
	plan(END_NEVER, 0, 0);
	snprintf(path, sizeof(path), "%s.new", state_path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(write_new_files(&error), -EEXIST);
	assert_non_null(strstr(error.text, "with .new behind it"));
	assert_int_equal(rmdir(path), 0);
	check_that_new_files_can_be_written();
}

static void a_keeper_that_was_killed_leaves_no_lock(void **state)
{
	struct complaint error;
	int ready[2], status;
	char octet;

	(void)state;
	keeper_store_close(&store);
	assert_int_equal(pipe(ready), 0);
	pid_t child = fork();
	if (child == 0) {
		alarm(HOLDER_ENDS_S);
		octet = keeper_lock(directory, &error) >= 0;
		(void)!write(ready[1], &octet, 1);
		pause();
	}
	assert_int_equal(read(ready[0], &octet, 1), 1);
	assert_int_equal(octet, 1);
	assert_int_equal(keeper_lock(directory, &error), -EWOULDBLOCK);
	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	assert_int_equal(keeper_store_open(&store, directory, directory, getgid(), &error), 0);
	close(ready[0]);
	close(ready[1]);
}

static void a_directory_that_is_missing_is_named(void **state)
{
	struct keeper_store other;
	struct complaint error;

	(void)state;
	assert_int_equal(
	        keeper_store_open(&other, "/nonexistent/keeper", directory, (gid_t)-1, &error),
	        -ENOENT);
	assert_string_equal(error.text, "/nonexistent/keeper: there is no such directory");
	assert_int_equal(
	        keeper_store_open(&other, directory, "/nonexistent/keys", (gid_t)-1, &error),
	        -ENOENT);
	assert_string_equal(error.text, "/nonexistent/keys: there is no such directory");
}

static void a_zone_whose_name_has_a_slash_writes_nowhere_else(void **state)
{
	struct complaint error;
	struct name odd;

	(void)state;
	assert_true(name_from_text("..\\047x.example.org", &odd) ||
	            name_from_text("a/b.example.org", &odd));
	assert_int_equal(
	        keeper_store_write(&store, &odd, new_state, new_timeline, &error), -ENAMETOOLONG);
	assert_non_null(strstr(error.text, "\"/\""));
}

static void an_old_state_is_recognised_by_its_generation(void **state)
{
	static const struct {
		const char *why;
		uint64_t state, timeline;
		enum keeper_age age;
		const char *words;
	} rows[] = {
		{ "nothing was written yet", 0, 0, KEEPER_AGE_NEW, NULL },
		{ "both of one writing", 7, 7, KEEPER_AGE_CURRENT, NULL },
		{ "a crash before the timeline", 8, 7, KEEPER_AGE_AHEAD, NULL },
		{ "the first state, a crash before the first timeline", 1, 0, KEEPER_AGE_AHEAD,
		        NULL },
		{ "the timeline was restored", 40, 7, KEEPER_AGE_AHEAD, NULL },
		{ "the state was restored", 7, 8, KEEPER_AGE_OLD, "generation 7" },
		{ "the state was restored, long ago", 1, UINT64_MAX, KEEPER_AGE_OLD,
		        "generation 1" },
		{ "the state was removed", 0, 1, KEEPER_AGE_LOST, "missing" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct complaint error;
		assert_row(rows[i].why,
		        keeper_store_age(rows[i].state, rows[i].timeline) == rows[i].age);
		if (!rows[i].words)
			continue;
		keeper_store_tell_age(&store, &zone, rows[i].state, rows[i].timeline, &error);
		assert_row(rows[i].why, strstr(error.text, rows[i].words));
		assert_row(rows[i].why, strstr(error.text, "Kexample.org.state"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_crash_at_any_step_leaves_each_file_whole),
		cmocka_unit_test(a_failure_at_any_step_loses_nothing_and_is_told),
		cmocka_unit_test(
		        each_file_is_on_the_disk_before_its_name_and_the_state_before_the_timeline),
		cmocka_unit_test(the_state_is_for_the_keeper_and_the_timeline_for_its_group),
		cmocka_unit_test(a_second_keeper_is_refused_and_told_who_is_there),
		cmocka_unit_test(keepers_with_one_directory_in_common_are_refused),
		cmocka_unit_test(nothing_that_is_removed_from_the_directory_ends_the_lock),
		cmocka_unit_test(what_stands_in_the_way_of_a_new_file_is_named),
		cmocka_unit_test(a_keeper_that_was_killed_leaves_no_lock),
		cmocka_unit_test(a_directory_that_is_missing_is_named),
		cmocka_unit_test(a_zone_whose_name_has_a_slash_writes_nowhere_else),
		cmocka_unit_test(an_old_state_is_recognised_by_its_generation),
	};
	return cmocka_run_group_tests_name("keeper_store", tests, set_up, tear_down);
}
