/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_keys.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "daemon/zone_key_files.h"
#include "daemon/zone_key_paths.h"
#include "keys/presign_check.h"
#include "keys/succession.h"

/* ---- What was read ---- */

/* To be called before the file is read, so that a change in between shows the next time. Returns false if memory is
 * short. */
static bool see_file(struct seen_file *file, const char *path)
{
	*file = (struct seen_file){ .path = strdup(path), .identity = file_identify(path) };
	if (file->path)
		file->name = strrchr(file->path, '/') + 1; /* zone_key_path_in() wrote it */
	return file->path;
}

static bool is_still_same(const struct seen_file *file, int directory)
{
	struct file_identity now = file_identify_in(directory, file->name);

	return file_is_same(&now, &file->identity);
}

/* ---- Which ZSK signs ---- */

struct zsk_reading {
	struct zone_keys *keys;
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
	const struct presigned *set = &r->keys->records.dnskey;

	for (unsigned i = 0; i < set->count; i++) {
		struct keypair *k = &r->zsks[r->count];
		if (!keypair_from_rdata(k, &r->keys->records.owner, set->rdatas[i]) ||
		        keypair_is_ksk(k))
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

static struct zone_zsk take_zsk(struct keypair *zsks, int index)
{
	struct zone_zsk taken = { zsks[index].key, zsks[index].tag };

	zsks[index].key = NULL;
	return taken;
}

static int choose_zsks(struct zone_keys *z, struct keypair *zsks, unsigned count, int64_t now_s,
        const char *signed_file, struct complaint *error)
{
	int other;
	struct succession s = succession_choose(zsks, count, now_s, &other);

	if (s.now < 0 && other < 0)
		return zone_key_fail(error, signed_file,
		        "none of the ZSKs listed here has its private key in this directory");
	if (s.now < 0) {
		complaint_set(error,
		        "%s: two ZSKs could sign, and one of them is key %u: move one elsewhere, "
		        "or give "
		        "them times with dnssec-settime; then run `sealgate keys sign`",
		        signed_file, zsks[other].tag);
		return -1;
	}
	for (unsigned i = 0; i < count; i++) {
		note_choice_end(z, zsks[i].times.activate_s, now_s);
		note_choice_end(z, zsks[i].times.inactive_s, now_s);
		note_choice_end(z, zsks[i].times.delete_s, now_s);
	}
	z->zsk = take_zsk(zsks, s.now);
	if (s.next >= 0)
		z->next_zsk = take_zsk(zsks, s.next);
	z->next_from_s = s.next_from_s;
	return 0;
}

static int load_zsks(struct zone_keys *z, const char *directory, int64_t now_s,
        const char *signed_file, struct complaint *error)
{
	struct zsk_reading r = { .keys = z,
		.directory = directory,
		.zsks = calloc(z->records.dnskey.count, sizeof(*r.zsks)),
		.error = error };
	int result = -1;

	z->choice_ends_s = INT64_MAX;
	z->zsk_files = calloc(z->records.dnskey.count, sizeof(*z->zsk_files));
	if (!r.zsks || !z->zsk_files)
		zone_key_fail(error, signed_file, "out of memory");
	else if (read_zsks(&r) == 0)
		result = choose_zsks(z, r.zsks, r.count, now_s, signed_file, error);
	for (unsigned i = 0; r.zsks && i < z->records.dnskey.count; i++)
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

/* The CDS records are the DS records that the parent should have (RFC 7344, 3.1). */
static int take_ds(struct zone_keys *z)
{
	for (unsigned i = 0; i < z->records.cds.count && i < LIMIT_DS; i++)
		z->ds[z->ds_count++] = z->records.cds.rdatas[i];
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

int zone_keys_read(struct zone_keys *z, const char *directory, const struct name *zone,
        int64_t now_s, struct complaint *error)
{
	char path[PATH_MAX];
	char *text;
	int result = -1;

	*z = (struct zone_keys){ 0 };
	if (!zone_key_ending_path(path, directory, zone, ZONE_KEYS_SIGNED))
		return zone_key_fail_path(error, directory);
	if (!see_file(&z->signed_file, path)) {
		complaint_no_memory(error);
		return -1;
	}
	text = file_read(path, ZONE_KEY_FILE_OCTETS);
	if (!text)
		say_no_keys(path, directory, zone, error);
	else if (key_records_read(&z->records, text, path, error) &&
	         check_owner(&z->records, zone, path, error) == 0 &&
	         load_zsks(z, directory, now_s, path, error) == 0)
		result = take_ds(z);
	free(text);
	if (result < 0)
		zone_keys_unload(z);
	return result;
}

int zone_keys_check(const struct zone_keys *z, struct crypto *crypto, struct complaint *error)
{
	unsigned line;
	const char *fault = presign_check(crypto, &z->records, &line);

	if (!fault)
		return 0;
	if (line == 0)
		return zone_key_fail(error, z->signed_file.path, fault);
	complaint_set(error, "%s:%u: %s", z->signed_file.path, line, fault);
	return -1;
}

bool zone_keys_are_current(const struct zone_keys *z, int directory, int64_t now_s)
{
	bool is_same = now_s < z->choice_ends_s && is_still_same(&z->signed_file, directory);

	for (unsigned i = 0; is_same && i < z->zsk_count; i++)
		is_same = is_still_same(&z->zsk_files[i], directory);
	return is_same;
}

void zone_keys_unload(struct zone_keys *z)
{
	signkey_free(z->zsk.key);
	signkey_free(z->next_zsk.key);
	z->zsk.key = z->next_zsk.key = NULL;
	key_records_fini(&z->records);
	for (unsigned i = 0; i < z->zsk_count; i++)
		free(z->zsk_files[i].path);
	free(z->zsk_files);
	free(z->signed_file.path);
	z->zsk_files = NULL;
	z->signed_file.path = NULL;
	z->zsk_count = 0;
}
