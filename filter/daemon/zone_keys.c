/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "daemon/zone_key_files.h"
#include "daemon/zone_key_paths.h"
#include "keys/key_text.h"
#include "keys/succession.h"
#include "keys/timeline_check.h"
#include "keys/timeline_text.h"

/* ---- What was read ---- */

/* To be called before the file is read, so that a change in between shows the next time. Returns
 * false if memory is short. */
static bool see_file(struct seen_file *file, const char *path)
{
	*file = (struct seen_file){ .path = strdup(path), .identity = file_identify(path) };
	if (file->path)
		file->name = strrchr(file->path, '/') + 1; /* zone_key_path_in() wrote it */
	return file->path;
}

/* True for a file that was never looked at, too. */
static bool is_still_same(const struct seen_file *file, int directory)
{
	struct file_identity now;

	if (!file->path)
		return true;
	now = file_identify_in(directory, file->name);
	return file_is_same(&now, &file->identity);
}

static bool was_there(const struct file_identity *identity)
{
	static const struct file_identity none;

	return !file_is_same(identity, &none);
}

/* ---- A planned timeline ---- */

static int take_timeline(struct zone_keys *z, const struct zone_keys_place *place, const char *text,
        struct complaint *error)
{
	const char *path = z->timeline_file.path;

	if (!timeline_read(&z->timeline, place->crypto, text, path, error))
		return -1;
	if (!name_equal(&z->timeline.zone, place->zone))
		return zone_key_fail(error, path, "this is the timeline of another zone");
	if (timeline_is_unsigned(&z->timeline) && !place->is_kept)
		return zone_key_fail(error, path,
		        "it says that the zone is unsigned, which counts only for a zone with "
		        "keeper = true");
	return 0;
}

static int read_timeline(
        struct zone_keys *z, const struct zone_keys_place *place, struct complaint *error)
{
	char *text = file_read(z->timeline_file.path, TIMELINE_TEXT_OCTETS);

	if (!text)
		return zone_key_fail_errno(error, z->timeline_file.path);
	int result = take_timeline(z, place, text, error);
	key_text_free(text);
	return result;
}

/* ---- Which ZSK signs ---- */

struct zsk_reading {
	struct zone_keys *keys;
	const struct key_records *records;
	const char *directory;
	struct keypair *zsks; /* those that have their private keys in the directory */
	unsigned count;
	struct complaint *error;
};

static int see_zsk_file(struct zsk_reading *r, const struct keypair *k)
{
	char path[PATH_MAX];

	if (!zone_key_path(path, r->directory, k, "private"))
		return zone_key_fail_path(r->error, r->directory);
	if (!see_file(&r->keys->zsk_files[r->keys->zsk_count], path))
		return complaint_no_memory(r->error);
	r->keys->zsk_count++;
	return 0;
}

/* Reads the ZSKs of the signed DNSKEY RRset. Returns 0 or -1. */
static int read_zsks(struct zsk_reading *r)
{
	const struct presigned *set = &r->records->dnskey;

	for (unsigned i = 0; i < set->count; i++) {
		struct keypair *k = &r->zsks[r->count];
		if (!keypair_from_rdata(k, &r->records->owner, set->rdatas[i]) || keypair_is_ksk(k))
			continue;
		if (see_zsk_file(r, k) < 0)
			return -1;
		int found = zone_key_read_private(k, r->directory, r->error);
		if (found < 0)
			return -1;
		r->count += (unsigned)found;
	}
	return 0;
}

static void note_choice_end(struct zone_keys *z, int64_t time_s, int64_t now_s)
{
	if (time_s > now_s && time_s < z->choice_ends_s)
		z->choice_ends_s = time_s;
}

static void take_zsk(struct timeline *t, struct keypair *k)
{
	t->zsks[t->zsk_count++] = (struct timeline_zsk){ k->key, k->tag };
	k->key = NULL;
}

/* Adds a period of the ZSK that was taken last, which begins then. The records are the same in
 * all. */
static void add_period(struct timeline *t, int64_t from_s)
{
	if (t->period_count > 0)
		t->periods[t->period_count - 1].until_s = from_s;
	t->periods[t->period_count++] = (struct timeline_period){ .from_s = from_s,
		.until_s = TIMELINE_NO_END,
		.signer_count = 1,
		.signers = { &t->zsks[t->zsk_count - 1] },
		.records = &t->sets[0] };
}

static int choose_zsks(struct zone_keys *z, struct keypair *zsks, unsigned count, int64_t now_s,
        struct complaint *error)
{
	int other;
	struct succession s = succession_choose(zsks, count, now_s, &other);

	if (s.now < 0 && other < 0)
		return zone_key_fail(error, z->signed_file.path,
		        "none of the ZSKs listed here has its private key in this directory");
	if (s.now < 0) {
		complaint_set(error,
		        "%s: two ZSKs could sign, and one of them is key %u: move one elsewhere, "
		        "or give "
		        "them times with dnssec-settime; then run `sealgate keys sign`",
		        z->signed_file.path, zsks[other].tag);
		return -1;
	}
	for (unsigned i = 0; i < count; i++) {
		note_choice_end(z, zsks[i].times.activate_s, now_s);
		note_choice_end(z, zsks[i].times.inactive_s, now_s);
		note_choice_end(z, zsks[i].times.delete_s, now_s);
	}
	take_zsk(&z->timeline, &zsks[s.now]);
	add_period(&z->timeline, 0);
	if (s.next >= 0) {
		take_zsk(&z->timeline, &zsks[s.next]);
		add_period(&z->timeline, s.next_from_s);
	}
	return 0;
}

static int load_zsks(
        struct zone_keys *z, const char *directory, int64_t now_s, struct complaint *error)
{
	const struct key_records *records = &z->timeline.sets[0];
	struct zsk_reading r = { .keys = z,
		.records = records,
		.directory = directory,
		.zsks = calloc(records->dnskey.count, sizeof(*r.zsks)),
		.error = error };
	int result = -1;

	z->zsk_files = calloc(records->dnskey.count, sizeof(*z->zsk_files));
	if (!r.zsks || !z->zsk_files)
		zone_key_fail(error, z->signed_file.path, "out of memory");
	else if (read_zsks(&r) == 0)
		result = choose_zsks(z, r.zsks, r.count, now_s, error);
	for (unsigned i = 0; r.zsks && i < records->dnskey.count; i++)
		keypair_fini(&r.zsks[i]);
	free(r.zsks);
	return result;
}

/* ---- The signed file ---- */

static int check_owner(const struct key_records *r, const struct name *zone, const char *path,
        struct complaint *error)
{
	if (!name_equal(&r->owner, zone))
		return zone_key_fail(error, path, "the records are those of another zone");
	if (r->dnskey.count == 0)
		return zone_key_fail(error, path,
		        "there is no DNSKEY record in this file; make it with `sealgate keys "
		        "sign`");
	return 0;
}

static int say_no_keys(
        const char *path, const char *directory, const struct name *zone, struct complaint *error)
{
	char text[NAME_TEXT_SIZE];

	if (errno != ENOENT)
		return zone_key_fail_errno(error, path);
	complaint_set(error,
	        "there is no file %s; make keys with `sealgate keys generate %s --directory %s`, "
	        "or, if the zone has keys there, sign them with `sealgate keys sign`",
	        path, name_text(zone, text), directory);
	return -1;
}

/* The timeline that follows from what `sealgate keys sign` wrote, and from the times of the
 * ZSKs. */
static int take_signed_file(struct zone_keys *z, const char *directory, const char *text,
        int64_t now_s, const struct name *zone, struct complaint *error)
{
	const char *path = z->signed_file.path;
	struct timeline *t = &z->timeline;

	if (!timeline_init(t, zone, 2, 1, 2))
		return complaint_no_memory(error);
	if (!key_records_read(&t->sets[0], text, path, error))
		return -1;
	t->set_count = 1;
	if (check_owner(&t->sets[0], zone, path, error) < 0)
		return -1;
	return load_zsks(z, directory, now_s, error);
}

static int read_signed(struct zone_keys *z, const char *directory, const struct name *zone,
        int64_t now_s, struct complaint *error)
{
	const char *path = z->signed_file.path;
	char *text = file_read(path, ZONE_KEY_FILE_OCTETS);

	if (!text)
		return say_no_keys(path, directory, zone, error);
	int result = take_signed_file(z, directory, text, now_s, zone, error);
	free(text);
	return result;
}

/* ---- Either of them, or neither ---- */

/* A zone without files is unsigned if the keeper has not begun. A directory that is missing, or may
 * not be looked into, says nothing of that. */
static int take_absence(
        struct zone_keys *z, const struct zone_keys_place *place, struct complaint *error)
{
	struct stat st;

	if (access(place->directory, X_OK) < 0)
		return zone_key_fail_errno(error, place->directory);
	if (lstat(z->timeline_file.path, &st) == 0 || errno != ENOENT)
		return read_timeline(z, place, error);
	z->is_absent = true;
	return 0;
}

static int read_without_timeline(struct zone_keys *z, const struct zone_keys_place *place,
        int64_t now_s, struct complaint *error)
{
	char path[PATH_MAX];

	if (!zone_key_ending_path(path, place->directory, place->zone, ZONE_KEYS_SIGNED))
		return zone_key_fail_path(error, place->directory);
	if (!see_file(&z->signed_file, path))
		return complaint_no_memory(error);
	if (place->is_kept && !was_there(&z->signed_file.identity))
		return take_absence(z, place, error);
	return read_signed(z, place->directory, place->zone, now_s, error);
}

/* A timeline that is damaged is not passed over: the other files may be years old. */
static int read_either(struct zone_keys *z, const struct zone_keys_place *place, int64_t now_s,
        struct complaint *error)
{
	char path[PATH_MAX];

	if (!zone_key_ending_path(path, place->directory, place->zone, ZONE_KEYS_TIMELINE))
		return zone_key_fail_path(error, place->directory);
	if (!see_file(&z->timeline_file, path))
		return complaint_no_memory(error);
	if (!was_there(&z->timeline_file.identity))
		return read_without_timeline(z, place, now_s, error);
	if (zone_key_ending_path(path, place->directory, place->zone, ZONE_KEYS_SIGNED)) {
		struct file_identity idle = file_identify(path);
		z->has_idle_files = was_there(&idle);
	}
	return read_timeline(z, place, error);
}

int zone_keys_read(struct zone_keys *z, const struct zone_keys_place *place, int64_t now_s,
        struct complaint *error)
{
	*z = (struct zone_keys){ .choice_ends_s = INT64_MAX };
	if (read_either(z, place, now_s, error) == 0)
		return 0;
	zone_keys_unload(z);
	return -1;
}

bool zone_keys_take(struct zone_keys *z, const char *directory, struct timeline *t)
{
	char path[PATH_MAX];

	*z = (struct zone_keys){ .timeline = *t, .choice_ends_s = INT64_MAX };
	*t = (struct timeline){ .period_count = 0 };
	if (zone_key_ending_path(path, directory, &z->timeline.zone, ZONE_KEYS_TIMELINE) &&
	        see_file(&z->timeline_file, path))
		return true;
	zone_keys_unload(z);
	return false;
}

const char *zone_keys_path(const struct zone_keys *z)
{
	return z->signed_file.path && !z->is_absent ? z->signed_file.path : z->timeline_file.path;
}

int zone_keys_check(const struct zone_keys *z, struct crypto *crypto, struct complaint *error)
{
	unsigned line;
	const char *fault = timeline_check(crypto, &z->timeline, &line);

	if (!fault)
		return 0;
	if (line == 0)
		return zone_key_fail(error, zone_keys_path(z), fault);
	complaint_set(error, "%s:%u: %s", zone_keys_path(z), line, fault);
	return -1;
}

bool zone_keys_are_current(const struct zone_keys *z, int directory, int64_t now_s)
{
	bool is_same = now_s < z->choice_ends_s && is_still_same(&z->timeline_file, directory) &&
	               is_still_same(&z->signed_file, directory);

	for (unsigned i = 0; is_same && i < z->zsk_count; i++)
		is_same = is_still_same(&z->zsk_files[i], directory);
	return is_same;
}

void zone_keys_unload(struct zone_keys *z)
{
	timeline_fini(&z->timeline);
	for (unsigned i = 0; i < z->zsk_count; i++)
		free(z->zsk_files[i].path);
	free(z->zsk_files);
	free(z->signed_file.path);
	free(z->timeline_file.path);
	*z = (struct zone_keys){ 0 };
}
