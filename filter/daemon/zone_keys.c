/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_keys.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/complaint.h"
#include "base/file.h"
#include "keys/key_text.h"
#include "keys/presign.h"
#include "keys/presign_check.h"

#define FILE_MAX_OCTETS (1u << 20)
#define SIGNED_ENDING   "signed-dnskey"
#define DRAWS_MAX       100 /* keys that are drawn at most, until the tag of one is unique */

static int keys_fail(struct complaint *error, const char *path, const char *what)
{
	complaint_set(error, "%s: %s", path, what);
	return -1;
}

static int keys_fail_errno(struct complaint *error, const char *path)
{
	if (errno == EACCES && access(path, R_OK) != 0)
		return keys_fail(error, path,
		        "the user that sealgate runs as may not read this; docs/signing.md has the "
		        "commands that change this");
	return keys_fail(error, path,
	        errno == EINVAL || errno == EFBIG ? "not a key file: it is binary or too large"
	                                          : file_why(path, errno));
}

static int keys_fail_path(struct complaint *error, const char *directory)
{
	return keys_fail(error, directory,
	        "no key file can be here: its path is too long, or the zone's name has a \"/\"");
}

/* Returns false if the path is too long, or if `file` would be in another directory. */
static bool path_in(char path[static PATH_MAX], const char *directory, const char *file)
{
	return !strchr(file, '/') &&
	       (size_t)snprintf(path, PATH_MAX, "%s/%s", directory, file) < PATH_MAX;
}

static bool signed_path(char path[static PATH_MAX], const char *directory, const struct name *zone)
{
	char name[NAME_TEXT_SIZE], file[NAME_TEXT_SIZE + 32];

	snprintf(file, sizeof(file), "K%s" SIGNED_ENDING, name_text(zone, name));
	return path_in(path, directory, file);
}

static bool key_path(char path[static PATH_MAX], const char *directory, const struct keypair *k,
        const char *ending)
{
	char name[KEY_NAME_SIZE], file[KEY_NAME_SIZE + 16];

	snprintf(file, sizeof(file), "%s.%s", key_name(k, name), ending);
	return path_in(path, directory, file);
}

/* ---- The keys that sign answers ---- */

/* Reads the private key of `k`. Returns 1; 0 if there is no such file; or -1. */
static int read_private(struct keypair *k, const char *directory, struct complaint *error)
{
	char path[PATH_MAX];
	char *text;

	if (!key_path(path, directory, k, "private"))
		return keys_fail_path(error, directory);
	text = file_read(path, FILE_MAX_OCTETS);
	if (!text && errno == ENOENT)
		return 0;
	if (!text)
		return keys_fail_errno(error, path);
	bool good = key_text_read_private(k, text, path, error);
	key_text_free(text);
	return good ? 1 : -1;
}

/* Takes the first ZSK of the signed DNSKEY RRset that has its private key in the directory. */
static int load_zsk(struct zone_keys *z, const char *directory, const char *signed_file,
        struct complaint *error)
{
	const struct presigned *set = &z->records.dnskey;

	for (unsigned i = 0; i < set->count; i++) {
		if (!keypair_from_rdata(&z->zsk, &z->records.owner, set->rdatas[i]) ||
		        keypair_is_ksk(&z->zsk))
			continue;
		int found = read_private(&z->zsk, directory, error);
		if (found != 0)
			return found > 0 ? 0 : -1;
	}
	return keys_fail(error, signed_file,
	        "none of the ZSKs listed here has its private key in this directory");
}

/* Checks that the records belong to the zone, and that their signatures are valid. */
static int check_records(const struct key_records *r, struct crypto *crypto,
        const struct name *zone, const char *path, struct complaint *error)
{
	unsigned line;
	const char *fault;

	if (!name_equal(&r->owner, zone))
		return keys_fail(error, path, "the records are those of another zone");
	if (r->dnskey.count == 0)
		return keys_fail(error, path,
		        "there is no DNSKEY record in this file; make it with `sealgate keys "
		        "sign`");
	fault = presign_check(crypto, r, &line);
	if (!fault)
		return 0;
	if (line == 0)
		return keys_fail(error, path, fault);
	complaint_set(error, "%s:%u: %s", path, line, fault);
	return -1;
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
		return keys_fail_errno(error, path);
	complaint_set(error,
	        "there is no file %s; make keys with `sealgate keys generate %s --directory %s`, "
	        "or, if the zone has keys there, sign them with `sealgate keys sign`",
	        path, name_text(zone, text), directory);
	return -1;
}

int zone_keys_load(struct zone_keys *z, struct crypto *crypto, const char *directory,
        const struct name *zone, struct complaint *error)
{
	char path[PATH_MAX];
	char *text;
	int result = -1;

	*z = (struct zone_keys){ 0 };
	if (!signed_path(path, directory, zone))
		return keys_fail_path(error, directory);
	text = file_read(path, FILE_MAX_OCTETS);
	if (!text)
		return say_no_keys(path, directory, zone, error);
	if (key_records_read(&z->records, text, path, error) &&
	        check_records(&z->records, crypto, zone, path, error) == 0 &&
	        load_zsk(z, directory, path, error) == 0)
		result = take_ds(z);
	free(text);
	if (result < 0)
		zone_keys_unload(z);
	return result;
}

void zone_keys_unload(struct zone_keys *z)
{
	keypair_fini(&z->zsk);
	key_records_fini(&z->records);
}

/* ---- All keys of a zone ---- */

static int read_key_file(struct zone_key_files *f, const char *file, struct complaint *error)
{
	struct key_records records;
	char path[PATH_MAX];
	int result = 0;

	if (!path_in(path, f->directory, file))
		return keys_fail_path(error, f->directory);
	char *text = file_read(path, FILE_MAX_OCTETS);
	if (!text)
		return keys_fail_errno(error, path);
	bool good = key_records_read(&records, text, path, error);
	free(text);
	if (!good)
		return -1;
	struct keypair *k = &f->keys[f->count];
	if (records.dnskey.count != 1 || !name_equal(&records.owner, f->zone) ||
	        !keypair_from_rdata(k, f->zone, records.dnskey.rdatas[0]))
		result = keys_fail(error, path,
		        "expected one DNSKEY record of the zone that the name of the file says");
	else if (read_private(k, f->directory, error) < 0)
		result = -1;
	else
		f->count++;
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
		return keys_fail(error, directory, file_why(directory, errno));
	snprintf(prefix, sizeof(prefix), "K%s+", name_text(zone, name));
	while (result == 0 && (entry = readdir(dir))) {
		if (!is_key_file(entry->d_name, prefix))
			continue;
		if (f->count == LIMIT_KEYS)
			result = keys_fail(error, directory,
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
		result = key_path(path, directory, k, ending) ? file_create(path, text, mode)
		                                              : -ENAMETOOLONG;
	key_text_free(text);
	return result < 0 ? keys_fail(error, path[0] ? path : directory, strerror(-result)) : 0;
}

static int make_key(struct zone_key_files *f, uint16_t flags, uint8_t algorithm, int64_t now_s,
        struct complaint *error)
{
	struct keypair *k = &f->keys[f->count];

	if (f->count == LIMIT_KEYS)
		return keys_fail(error, f->directory,
		        "the zone has as many keys as it may have; move old ones elsewhere");
	if (!draw_key(f, flags, algorithm, k))
		return keys_fail(error, f->directory,
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
			return keys_fail(error, f->directory,
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
		if (!key_path(path, f->directory, &f->keys[i], "private"))
			return keys_fail_path(error, f->directory);
		int failed = file_share(path, 0640, group);
		if (failed)
			return keys_fail(error, path, strerror(-failed));
	}
	return 0;
}

int zone_keys_sign(const struct zone_key_files *f, struct crypto *crypto, int64_t now_s,
        struct complaint *error)
{
	char path[PATH_MAX];
	struct complaint why;

	if (!signed_path(path, f->directory, f->zone))
		return keys_fail_path(error, f->directory);
	char *text = presign(crypto, f->keys, f->count, now_s, &why);
	if (!text)
		return keys_fail(error, f->directory, why.text);
	int result = file_replace(path, text, 0644);
	free(text);
	return result < 0 ? keys_fail(error, path, strerror(-result)) : 0;
}
