/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_key_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "daemon/zone_key_paths.h"
#include "keys/foreign_keys.h"
#include "keys/key_text.h"
#include "keys/presign.h"
#include "keys/record_text.h"

#define DRAWS_MAX 100 /* keys that are drawn at most, until the tag of one is unique */

static int read_key_file(struct zone_key_files *f, const char *file, struct complaint *error)
{
	struct key_records records;
	char path[PATH_MAX];
	int result = 0;

	if (!zone_key_path_in(path, f->directory, file))
		return zone_key_fail_path(error, f->directory);
	char *text = file_read(path, ZONE_KEY_FILE_OCTETS);
	if (!text)
		return zone_key_fail_errno(error, path);
	struct keypair *k = &f->keys[f->count];
	struct key_times times;
	bool good = key_times_read(&times, text, path, error) &&
	            key_records_read(&records, text, path, error);
	free(text);
	if (!good)
		return -1;
	if (records.dnskey.count != 1 || !name_equal(&records.owner, f->zone) ||
	        !keypair_from_rdata(k, f->zone, records.dnskey.rdatas[0]))
		result = zone_key_fail(error, path,
		        "expected one DNSKEY record of the zone that the name of the file says");
	else {
		/* of a key without a private half; otherwise those of that count */
		k->times = times;
		result = zone_key_read_private(k, f->directory, error) < 0 ? -1 : 0;
		f->count += result == 0;
	}
	key_records_fini(&records);
	return result;
}

/* True for the file of a zone's DNSKEY: "Kzone.+AAA+TTTTT.key". */
static bool is_key_file(const char *file, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(file, prefix, len) == 0 && strlen(file) == len + strlen("013+12345.key") &&
	       strcmp(file + strlen(file) - strlen(".key"), ".key") == 0;
}

int zone_key_files_read(struct zone_key_files *f, const char *directory, const struct name *zone,
        struct complaint *error)
{
	char name[NAME_TEXT_SIZE], prefix[NAME_TEXT_SIZE + 4];
	DIR *dir = opendir(directory);
	struct dirent *entry;
	int result = 0;

	*f = (struct zone_key_files){ .directory = directory, .zone = zone };
	if (!dir)
		return zone_key_fail(error, directory, file_why(directory, errno));
	snprintf(prefix, sizeof(prefix), "K%s+", name_text(zone, name));
	while (result == 0 && (entry = readdir(dir))) {
		if (!is_key_file(entry->d_name, prefix))
			continue;
		if (f->count == LIMIT_KEYS)
			result = zone_key_fail(error, directory,
			        "there are more keys of this zone than it may have; move old ones "
			        "elsewhere");
		else
			result = read_key_file(f, entry->d_name, error);
	}
	closedir(dir);
	if (result < 0)
		zone_key_files_free(f);
	return result;
}

void zone_key_files_free(struct zone_key_files *f)
{
	for (unsigned i = 0; i < f->count; i++)
		keypair_fini(&f->keys[i]);
	f->count = 0;
}

/* ---- New keys ---- */

static bool collides_with_any(const struct zone_key_files *f, const struct keypair *k)
{
	for (unsigned i = 0; i < f->count; i++) {
		if (keypair_collides(&f->keys[i], k))
			return true;
	}
	return false;
}

/* Draws a key whose tag no other key of the zone has, or would have once revoked. */
static bool draw_key(
        const struct zone_key_files *f, uint16_t flags, uint8_t algorithm, struct keypair *k)
{
	for (unsigned i = 0; i < DRAWS_MAX; i++) {
		struct signkey *key = signkey_generate(algorithm);
		if (!key)
			return false;
		keypair_init(k, f->zone, flags, key);
		if (!collides_with_any(f, k))
			return true;
		keypair_fini(k);
	}
	return false;
}

/* Frees `text`, which may be NULL. */
static int write_key_file(const char *directory, const struct keypair *k, const char *ending,
        char *text, mode_t mode, struct complaint *error)
{
	char path[PATH_MAX] = "";
	int result = -ENOMEM;

	if (text)
		result = zone_key_path(path, directory, k, ending) ? file_create(path, text, mode)
		                                                   : -ENAMETOOLONG;
	key_text_free(text);
	return result < 0 ? zone_key_fail(error, path[0] ? path : directory, strerror(-result)) : 0;
}

static int make_key(struct zone_key_files *f, uint16_t flags, uint8_t algorithm, int64_t now_s,
        struct complaint *error)
{
	struct keypair *k = &f->keys[f->count];

	if (f->count == LIMIT_KEYS)
		return zone_key_fail(error, f->directory,
		        "the zone has as many keys as it may have; move old ones elsewhere");
	if (!draw_key(f, flags, algorithm, k))
		return zone_key_fail(error, f->directory,
		        "cannot make a key: OpenSSL failed, or every key tag drawn was in use");
	f->count++;
	if (write_key_file(f->directory, k, "private", key_text_private(k, now_s), 0600, error) < 0)
		return -1;
	return write_key_file(f->directory, k, "key", key_text_public(k, now_s), 0644, error);
}

static bool has_role(const struct zone_key_files *f, bool is_ksk)
{
	for (unsigned i = 0; i < f->count; i++) {
		if (keypair_is_ksk(&f->keys[i]) == is_ksk)
			return true;
	}
	return false;
}

int zone_keys_generate(struct zone_key_files *f, uint8_t algorithm, int64_t now_s, unsigned *made,
        struct complaint *error)
{
	static const uint16_t roles[] = { KEYPAIR_KSK, KEYPAIR_ZSK };

	*made = 0;
	for (unsigned i = 0; i < f->count; i++) {
		/* A zone has one algorithm for all its keys (RFC 4035, 2.2). */
		if (f->keys[i].algorithm != algorithm)
			return zone_key_fail(error, f->directory,
			        "the zone has keys of another algorithm here; use that one for all "
			        "its keys (--algorithm)");
	}
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
		if (has_role(f, roles[i] == KEYPAIR_KSK))
			continue;
		if (make_key(f, roles[i], algorithm, now_s, error) < 0)
			return -1;
		++*made;
	}
	return 0;
}

int zone_keys_share(
        const struct zone_key_files *f, unsigned made, gid_t group, struct complaint *error)
{
	char path[PATH_MAX];

	for (unsigned i = f->count - made; i < f->count; i++) {
		if (keypair_is_ksk(&f->keys[i]))
			continue;
		if (!zone_key_path(path, f->directory, &f->keys[i], "private"))
			return zone_key_fail_path(error, f->directory);
		int failed = file_share(path, 0640, group);
		if (failed)
			return zone_key_fail(error, path, strerror(-failed));
	}
	return 0;
}

/* ---- Signing ahead ---- */

int zone_key_records_read(const struct zone_key_files *f, const char *ending,
        struct key_records *records, struct complaint *error)
{
	char path[PATH_MAX];

	if (!zone_key_ending_path(path, f->directory, f->zone, ending))
		return zone_key_fail_path(error, f->directory);
	char *text = file_read(path, ZONE_KEY_FILE_OCTETS);
	if (!text)
		return errno == ENOENT ? 0 : zone_key_fail_errno(error, path);
	bool good = key_records_read(records, text, path, error);
	free(text);
	if (!good)
		return -1;
	if (name_equal(&records->owner, f->zone))
		return 1;
	key_records_fini(records);
	return zone_key_fail(error, path, "the records are those of another zone");
}

/* Compares the signed text with the file of before, if there is one. */
static int compare_with_before(const struct zone_key_files *f, const struct zone_signing *how,
        const char *text, struct complaint *error)
{
	struct key_records before, after;
	struct complaint why;
	int result = 0;

	int found = zone_key_records_read(f, ZONE_KEYS_SIGNED, &before, error);
	if (found <= 0)
		return how->is_forced ? 0 : found;
	if (!key_records_read(&after, text, f->directory, error)) {
		key_records_fini(&before);
		return -1;
	}
	if (!how->is_forced &&
	        !set_change_is_safe(&before, &after, f->keys, f->count, how->now_s, &why))
		result = zone_key_fail(error, f->directory, why.text);
	else if (how->told)
		set_change_tell(&before, &after, how->told, how->context);
	key_records_fini(&before);
	key_records_fini(&after);
	return result;
}

static int write_signed(const struct zone_key_files *f, const struct zone_signing *how,
        const char *text, struct complaint *error)
{
	char path[PATH_MAX];

	if (!zone_key_ending_path(path, f->directory, f->zone, ZONE_KEYS_SIGNED))
		return zone_key_fail_path(error, f->directory);
	int failed = file_replace_for(path, text, 0640, how->group);
	return failed ? zone_key_fail(error, path, strerror(-failed)) : 0;
}

/* Our keys may have changed since the import. Returns 1, 0 if nothing was imported, or -1. */
static int read_foreign(const struct zone_key_files *f, struct crypto *crypto,
        struct key_records *foreign, struct complaint *error)
{
	struct complaint why;

	int found = zone_key_records_read(f, ZONE_KEYS_FOREIGN, foreign, error);
	if (found <= 0)
		return found;
	foreign_keys_drop_ours(foreign, crypto, f->keys, f->count);
	if (foreign_keys_fit(foreign, crypto, f->keys, f->count, &why))
		return 1;
	key_records_fini(foreign);
	complaint_set(error, "%s/K*" ZONE_KEYS_FOREIGN ": %s", f->directory, why.text);
	return -1;
}

int zone_keys_sign(const struct zone_key_files *f, struct crypto *crypto,
        const struct zone_signing *how, struct complaint *error)
{
	struct key_records foreign;
	struct complaint why;

	int has_foreign = read_foreign(f, crypto, &foreign, error);
	if (has_foreign < 0)
		return -1;
	const struct presign_order order = { .zone = f->zone,
		.keys = f->keys,
		.count = f->count,
		.foreign = has_foreign ? &foreign : NULL,
		.now_s = how->now_s,
		.days = how->days };
	char *text = presign(crypto, &order, &why);
	if (has_foreign)
		key_records_fini(&foreign);
	if (!text)
		return zone_key_fail(error, f->directory, why.text);
	int result = compare_with_before(f, how, text, error);
	if (result == 0)
		result = write_signed(f, how, text, error);
	free(text);
	return result;
}
