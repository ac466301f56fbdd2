/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/sandbox.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "daemon/landlock.h"
#include "daemon/written.h"

/* The process enters the sandbox once, and never leaves it, so these are for the whole process. The
 * main thread writes them before it starts a keeper. */
static bool is_entered;      /* by the main thread */
static int landlock_version; /* 0: files are not restricted */

/* The kinds of threads, as bits, of which one could not be filtered. */
static atomic_uint unfiltered;

/* ---- Files ---- */

/* For the directories of files that the configuration names, and the rest of the list below. */
#define FIXED_MAX 10

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

/* A name may be a link to a file elsewhere, and the link may lead to the next version of that file
 * tomorrow. */
static void add_file(struct places *p, const char *path)
{
	char *target = realpath(path, NULL);

	add_directory_of(p, path);
	if (target)
		add_directory_of(p, target);
	free(target);
}

/* If there is a directory of zones, a zone that comes later may have its keys in a directory beside
 * those of others. */
static void add_keys_beside(struct places *p, const struct config *c, const char *keys)
{
	file_directory(keys, p->paths[p->count]);
	if (c->sign_zones_directory[0] && strcmp(p->paths[p->count], "/") != 0)
		add_place(p, p->paths[p->count], LANDLOCK_READ);
}

/* The files that are read at the start only are not in it. */
static void list_places(struct places *p, const struct config *c, const char *file,
        const struct key_directories *keys, const struct written_directory written[],
        unsigned count)
{
	add_file(p, file ? file : CONFIG_DEFAULT_PATH);
	add_file(p, c->trust_anchor);
	add_place(p, "/dev/urandom", LANDLOCK_READ);
	if (c->sign_zones_directory[0]) {
		add_place(p, c->sign_zones_directory, LANDLOCK_READ);
		add_place(p, CONFIG_KEYS_DIRECTORY, LANDLOCK_READ); /* for zones to come */
	}
	for (unsigned i = 0; keys && i < keys->count; i++) {
		add_place(p, keys->paths[i], LANDLOCK_READ);
		add_keys_beside(p, c, keys->paths[i]);
	}
	for (unsigned i = 0; i < count; i++)
		add_place(p, written[i].path, LANDLOCK_WRITE);
}

static int restrict_files(
        const struct config *c, const char *file, const struct key_directories *keys)
{
	struct written_directory written[WRITTEN_MAX];
	unsigned count = written_directories(c, written);
	unsigned room = FIXED_MAX + WRITTEN_MAX + (keys ? 2 * keys->count : 0);
	struct places p = { calloc(room, sizeof(*p.items)), calloc(room, sizeof(*p.paths)), 0 };
	int result = -ENOMEM;

	if (p.items && p.paths) {
		list_places(&p, c, file, keys, written, count);
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

void sandbox_begin(const struct config *c, const char *file, const struct key_directories *keys)
{
	if (c->sandbox)
		note_landlock(restrict_files(c, file, keys));
}

/* ---- System calls ---- */

static const char *const names[SECCOMP_KINDS] = { [SECCOMP_WORKER] = "worker",
	[SECCOMP_ANCHORS] = "anchors",
	[SECCOMP_PREFIXES] = "prefixes",
	[SECCOMP_MAIN] = "main",
	[SECCOMP_GUARD] = "guard" };

/* A thread that has not come here yet has read nothing from the network. */
static void filter_calls(enum seccomp_kind kind, bool uses_bpf)
{
	int error = seccomp_is_built() ? seccomp_enter(kind, uses_bpf) : -ENOSYS;

	if (!error)
		return;
	atomic_fetch_or(&unfiltered, 1u << kind);
	if (seccomp_is_built())
		log_warning("sandbox: system calls of the thread \"%s\" cannot be filtered: %s",
		        names[kind], strerror(-error));
}

static bool is_filtered(enum seccomp_kind kind)
{
	return !(atomic_load(&unfiltered) & 1u << kind);
}

void sandbox_main(const struct config *c)
{
	is_entered = c->sandbox;
	if (is_entered)
		filter_calls(SECCOMP_MAIN, false);
}

void sandbox_worker(const struct config *c)
{
	if (c->sandbox)
		filter_calls(SECCOMP_WORKER, c->shortcut_interfaces.count > 0);
}

void sandbox_keeper(enum seccomp_kind kind)
{
	if (is_entered)
		filter_calls(kind, false);
}

/* The programs of netfilter may be anywhere, and read anything. iptables-legacy takes a lock. */
unsigned sandbox_guard(const struct config *c)
{
	static const struct landlock_place places[] = { { "/", LANDLOCK_EXECUTE },
		{ "/dev/null", LANDLOCK_WRITE }, { "/run/xtables.lock", LANDLOCK_WRITE } };

	if (!c->sandbox)
		return 0;
	note_landlock(landlock_enter(places, sizeof(places) / sizeof(places[0])));
	filter_calls(SECCOMP_GUARD, false);
	return (is_filtered(SECCOMP_GUARD) ? SANDBOX_CALLS : 0) |
	       (landlock_version > 0 ? SANDBOX_FILES : 0);
}

/* ---- What is in force ---- */

/* Longer than all words together. */
#define WORDS_SIZE 160

static void add_part(char text[static WORDS_SIZE], const char *first, const char *second)
{
	size_t len = strlen(text);

	snprintf(text + len, WORDS_SIZE - len, "%s%s%s", len ? "," : "", first, second);
}

/* A keeper begins with the filter of the main thread, which starts it. */
static void add_exceptions(char text[static WORDS_SIZE])
{
	for (enum seccomp_kind kind = 0; kind < SECCOMP_GUARD; kind++) {
		bool is_keeper = kind == SECCOMP_ANCHORS || kind == SECCOMP_PREFIXES;
		if (!is_filtered(kind))
			add_part(text, names[kind],
			        is_keeper && is_filtered(SECCOMP_MAIN) ? "-as-main"
			                                               : "-unfiltered");
	}
}

const char *sandbox_words(unsigned guard_parts)
{
	static char text[WORDS_SIZE];
	bool has_filter = is_entered && (is_filtered(SECCOMP_MAIN) || is_filtered(SECCOMP_WORKER));

	text[0] = '\0';
	if (has_filter)
		add_part(text, "seccomp", "");
	if (landlock_version > 0)
		add_part(text, "landlock", "");
	if (has_filter)
		add_exceptions(text);
	if (has_filter && !(guard_parts & SANDBOX_CALLS))
		add_part(text, names[SECCOMP_GUARD], "-unfiltered");
	if (landlock_version > 0 && !(guard_parts & SANDBOX_FILES))
		add_part(text, names[SECCOMP_GUARD], "-files-unrestricted");
	return text[0] ? text : "none";
}

void sandbox_log(void)
{
	char files[64] = "files not restricted";

	if (landlock_version > 0)
		snprintf(files, sizeof(files), "files by Landlock, version %d", landlock_version);
	log_info("sandbox: user %u, CAP_NET_ADMIN alone, %s, %s", geteuid(),
	        is_entered && is_filtered(SECCOMP_MAIN) && is_filtered(SECCOMP_WORKER)
	                ? "system calls filtered"
	        : seccomp_is_built() ? "not every thread's system calls filtered"
	                             : "system calls not filtered (built without libseccomp)",
	        files);
}
