/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/sandbox.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "daemon/landlock.h"
#include "daemon/written.h"

/* The process enters the sandbox once, and never leaves it, so these are for the whole process. The main thread
 * writes them before it starts a keeper. */
static bool calls_are_filtered;
static int landlock_version; /* 0: files are not restricted */

/* ---- Files ---- */

/* For the directories of files that the configuration names, and the rest of the list below. */
#define FIXED_MAX 8

struct places {
	struct landlock_place *items;
	char (*paths)[PATH_MAX]; /* of directories: an item may borrow the path of its place here */
	unsigned count;
};

static void add_place(struct places *p, const char *path, enum landlock_use use)
{
	p->items[p->count++] = (struct landlock_place){ path, use };
}

/* The directory, because a file may be replaced by a new one. */
static void add_directory_of(struct places *p, const char *path)
{
	file_directory(path, p->paths[p->count]);
	add_place(p, p->paths[p->count], LANDLOCK_READ);
}

/* A name may be a link to a file elsewhere, and the link may lead to the next version of that file tomorrow. */
static void add_file(struct places *p, const char *path)
{
	char *target = realpath(path, NULL);

	add_directory_of(p, path);
	if (target)
		add_directory_of(p, target);
	free(target);
}

/* The files that are read at the start only are not in it. */
static void list_places(struct places *p, const struct config *c, const char *file,
        const struct written_directory written[], unsigned count)
{
	add_file(p, file ? file : CONFIG_DEFAULT_PATH);
	add_file(p, c->trust_anchor);
	add_place(p, "/dev/urandom", LANDLOCK_READ);
	for (unsigned i = 0; i < c->sign_zones.count; i++)
		add_place(p, c->sign_zones.items[i].keys, LANDLOCK_READ);
	for (unsigned i = 0; i < count; i++)
		add_place(p, written[i].path, LANDLOCK_WRITE);
}

static int restrict_files(const struct config *c, const char *file)
{
	struct written_directory written[WRITTEN_MAX];
	unsigned count = written_directories(c, written);
	unsigned room = FIXED_MAX + WRITTEN_MAX + c->sign_zones.count;
	struct places p = { calloc(room, sizeof(*p.items)), calloc(room, sizeof(*p.paths)), 0 };
	int result = -ENOMEM;

	if (p.items && p.paths) {
		list_places(&p, c, file, written, count);
		result = landlock_enter(p.items, p.count);
	}
	free(p.items);
	free(p.paths);
	return result;
}

/* Takes the result of landlock_enter(). */
static void note_landlock(int result)
{
	if (result > 0)
		landlock_version = result;
	else if (result == -ENOSYS || result == -EOPNOTSUPP)
		log_line(LOG_LEVEL_DEBUG, "sandbox: this kernel has no Landlock (%s)",
		        strerror(-result));
	else
		log_warning("sandbox: files cannot be restricted: %s", strerror(-result));
}

void sandbox_begin(const struct config *c, const char *file)
{
	if (c->sandbox)
		note_landlock(restrict_files(c, file));
}

/* ---- System calls ---- */

/* Returns true if the thread is under the filter. */
static bool filter_calls(enum seccomp_kind kind, bool uses_bpf)
{
	int error = seccomp_is_built() ? seccomp_enter(kind, uses_bpf) : 0;

	if (error)
		log_warning("sandbox: system calls cannot be filtered: %s", strerror(-error));
	return seccomp_is_built() && !error;
}

void sandbox_main(const struct config *c)
{
	calls_are_filtered = c->sandbox && filter_calls(SECCOMP_MAIN, false);
}

void sandbox_worker(const struct config *c)
{
	if (c->sandbox)
		filter_calls(SECCOMP_WORKER, c->shortcut_interfaces.count > 0);
}

void sandbox_keeper(enum seccomp_kind kind)
{
	if (calls_are_filtered)
		filter_calls(kind, false);
}

/* The programs of netfilter may be anywhere, and read anything. iptables-legacy takes a lock. */
void sandbox_guard(const struct config *c)
{
	static const struct landlock_place places[] = { { "/", LANDLOCK_EXECUTE },
		{ "/dev/null", LANDLOCK_WRITE }, { "/run/xtables.lock", LANDLOCK_WRITE } };

	if (!c->sandbox)
		return;
	note_landlock(landlock_enter(places, sizeof(places) / sizeof(places[0])));
	filter_calls(SECCOMP_GUARD, false);
}

/* ---- What is in force ---- */

const char *sandbox_words(void)
{
	static const char *const words[2][2] = { { "none", "landlock" },
		{ "seccomp", "seccomp,landlock" } };

	return words[calls_are_filtered][landlock_version > 0];
}

void sandbox_log(void)
{
	char files[64] = "files not restricted";

	if (landlock_version > 0)
		snprintf(files, sizeof(files), "files by Landlock, version %d", landlock_version);
	log_info("sandbox: user %u, CAP_NET_ADMIN alone, %s, %s", geteuid(),
	        calls_are_filtered   ? "system calls filtered"
	        : seccomp_is_built() ? "system calls not filtered"
	                             : "system calls not filtered (built without libseccomp)",
	        files);
}
