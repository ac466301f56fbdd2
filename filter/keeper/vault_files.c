/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/vault_files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "keeper/private_file.h"
#include "keys/key_text.h"
#include "keys/record_text.h"

#define VAULT_FILE_OCTETS (1u << 20) /* a key file is not longer */
#define DRAWS             20 /* keys that are drawn at most, until the name of one is free */
#define PRIVATE           ".private"

/* Returns the fault, for the caller to return. */
static enum vault_fault fail_file(
        struct complaint *why, enum vault_fault fault, const char *path, const char *what)
{
	complaint_set(why, "%s: %s", path, what);
	return fault;
}

static bool key_file_path(const struct vault_files *files, const char *name, const char *ending,
        char path[static PATH_MAX])
{
	return !strchr(name, '/') &&
	       snprintf(path, PATH_MAX, "%s/%s%s", files->directory, name, ending) < PATH_MAX;
}

enum vault_fault vault_files_open(
        struct vault_files *files, const char *directory, struct complaint *why)
{
	struct stat st;

	if (strlen(directory) >= sizeof(files->directory))
		return fail_file(why, VAULT_SETTING, directory, "the path is too long");
	strcpy(files->directory, directory);
	if (stat(directory, &st) != 0)
		return fail_file(why, VAULT_SETTING, directory, file_why(directory, errno));
	if (!S_ISDIR(st.st_mode))
		return fail_file(why, VAULT_SETTING, directory,
		        "not a directory; a vault is a directory, or a URI that begins with "
		        "pkcs11:");
	if (st.st_uid != geteuid() && st.st_uid != 0 && geteuid() != 0)
		return fail_file(why, VAULT_SETTING, directory,
		        "belongs to another user than the keeper, who may put keys here");
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return fail_file(why, VAULT_SETTING, directory,
		        "other users may put keys here: run `chmod go-w` on it");
	return VAULT_GOOD;
}

/* ---- Reading ---- */

/* Only a file that is not there says that there is no such key: this process may have no
 * descriptors left, or the disk may fail. */
static enum vault_fault fault_of_reading(int error)
{
	if (error == ENOENT)
		return VAULT_NO_KEY;
	return error == EACCES || error == EPERM || error == EISDIR || error == ELOOP
	               ? VAULT_SETTING
	               : VAULT_AWAY;
}

/* Reads the DNSKEY beside a private key. The pair has no private half afterwards. */
static enum vault_fault read_public_half(const struct vault_files *files, const char *name,
        struct keypair *pair, struct complaint *why)
{
	struct key_records records;
	char path[PATH_MAX];

	if (!key_file_path(files, name, ".key", path))
		return fail_file(why, VAULT_NO_KEY, name, "no key file can have this name");
	char *text = file_read(path, VAULT_FILE_OCTETS);
	if (!text) {
		int error = errno;
		return fail_file(why, fault_of_reading(error), path, file_why(path, error));
	}
	bool good = key_records_read(&records, text, path, why);
	free(text);
	if (!good)
		return VAULT_UNFIT;
	good = records.dnskey.count == 1 &&
	       keypair_from_rdata(pair, &records.owner, records.dnskey.rdatas[0]);
	key_records_fini(&records);
	return good ? VAULT_GOOD
	            : fail_file(why, VAULT_UNFIT, path, "expected one DNSKEY that may sign zones");
}

/* After VAULT_GOOD, keypair_fini() frees the private key. */
static enum vault_fault read_pair(const struct vault_files *files, const char *name,
        struct keypair *pair, struct complaint *why)
{
	char path[PATH_MAX];
	enum vault_fault fault = read_public_half(files, name, pair, why);

	if (fault != VAULT_GOOD)
		return fault;
	if (!key_file_path(files, name, PRIVATE, path))
		return fail_file(why, VAULT_NO_KEY, name, "no key file can have this name");
	const char *refused;
	char *text = private_file_read(path, VAULT_FILE_OCTETS, &refused);
	if (!text)
		return fail_file(why, VAULT_SETTING, path, refused);
	bool good = key_text_read_private(pair, text, path, why);
	key_text_free(text);
	return good ? VAULT_GOOD : VAULT_UNFIT;
}

static void set_key(struct vault_key *key, const char *name, const struct keypair *pair)
{
	snprintf(key->name, sizeof(key->name), "%s", name);
	key->algorithm = pair->algorithm;
	key->public_len = pair->rdata_len - 4;
	memcpy(key->public_octets, pair->rdata + 4, key->public_len);
}

/* ---- Finding ---- */

/* The names of the KSKs of a directory, without endings. */
struct vault_names {
	unsigned count;
	char *names[VAULT_KEYS_MAX];
	/* why a file cannot be read that may be one more; or VAULT_GOOD. It hides no others, but then
	 * nobody can say that a key is not there. */
	enum vault_fault unread;
	struct complaint unread_why;
};

static void free_names(struct vault_names *names)
{
	for (unsigned i = 0; i < names->count; i++)
		free(names->names[i]);
}

/* Any file that is named like a private key, and whose DNSKEY is a KSK's. A private key without a
 * DNSKEY beside it is somebody's copy. Returns VAULT_GOOD; the fault if the DNSKEY may be one, and
 * cannot be read; otherwise VAULT_NO_KEY. */
static enum vault_fault look_for_ksk(
        const struct vault_files *files, const char *file, char *name, struct complaint *why)
{
	size_t len = strlen(file), ending = strlen(PRIVATE);
	struct keypair pair;

	if (file[0] != 'K' || len <= ending || len >= NAME_MAX ||
	        strcmp(file + len - ending, PRIVATE) != 0)
		return VAULT_NO_KEY;
	snprintf(name, NAME_MAX, "%.*s", (int)(len - ending), file);
	enum vault_fault fault = read_public_half(files, name, &pair, why);
	if (fault == VAULT_GOOD)
		return keypair_is_ksk(&pair) ? VAULT_GOOD : VAULT_NO_KEY;
	return fault == VAULT_UNFIT ? VAULT_NO_KEY : fault;
}

static int order_key_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Takes a name, or notes why that cannot be known. Returns false if there are too many. */
static bool take_name(const struct vault_files *files, struct vault_names *names, const char *file)
{
	struct complaint why;
	char name[NAME_MAX];
	enum vault_fault fault = look_for_ksk(files, file, name, &why);

	if (fault == VAULT_GOOD && names->count == VAULT_KEYS_MAX)
		return false;
	if (fault == VAULT_GOOD && !(names->names[names->count] = strdup(name))) {
		complaint_no_memory(&why);
		fault = VAULT_AWAY;
	}
	if (fault == VAULT_GOOD) {
		names->count++;
	} else if (fault != VAULT_NO_KEY && names->unread == VAULT_GOOD) {
		names->unread = fault;
		names->unread_why = why;
	}
	return true;
}

/* After VAULT_GOOD, free_names() frees them. */
static enum vault_fault read_names(
        const struct vault_files *files, struct vault_names *names, struct complaint *why)
{
	DIR *dir = opendir(files->directory);
	struct dirent *entry;

	names->count = 0;
	names->unread = VAULT_GOOD;
	if (!dir) {
		int error = errno;
		return fail_file(why,
		        error == EMFILE || error == ENFILE ? VAULT_AWAY : VAULT_SETTING,
		        files->directory, file_why(files->directory, error));
	}
	while (errno = 0, (entry = readdir(dir))) {
		if (take_name(files, names, entry->d_name))
			continue;
		closedir(dir);
		free_names(names);
		complaint_set(why, "%s: there are more than %d KSKs here", files->directory,
		        VAULT_KEYS_MAX);
		return VAULT_SETTING;
	}
	if (errno && names->unread == VAULT_GOOD)
		names->unread = fail_file(
		        &names->unread_why, VAULT_AWAY, files->directory, strerror(errno));
	closedir(dir);
	qsort(names->names, names->count, sizeof(names->names[0]), order_key_names);
	return VAULT_GOOD;
}

/* The key is not among those that are known. Returns VAULT_NO_KEY, for the caller, whose complaint
 * is set; or why that is not sure. */
static enum vault_fault lack_key(const struct vault_names *names, struct complaint *why)
{
	if (names->unread == VAULT_GOOD)
		return VAULT_NO_KEY;
	*why = names->unread_why;
	return names->unread;
}

/* Reads both halves: a key whose private half cannot be used is no key of the vault. */
static enum vault_fault load_vault_key(const struct vault_files *files, const char *name,
        struct vault_key *key, struct complaint *why)
{
	struct keypair pair;
	enum vault_fault fault = read_pair(files, name, &pair, why);

	if (fault != VAULT_GOOD)
		return fault;
	set_key(key, name, &pair);
	keypair_fini(&pair);
	return VAULT_GOOD;
}

enum vault_fault vault_files_list(const struct vault_files *files, unsigned number,
        struct vault_key *key, struct complaint *why)
{
	struct vault_names names;
	struct complaint ignored;
	enum vault_fault fault = read_names(files, &names, why);

	if (fault != VAULT_GOOD)
		return fault;
	fail_file(why, VAULT_NO_KEY, files->directory, "there are no more keys");
	fault = lack_key(&names, why);
	for (unsigned i = 0, seen = 0; i < names.count && fault != VAULT_GOOD; i++) {
		if (load_vault_key(files, names.names[i], key, &ignored) == VAULT_GOOD &&
		        seen++ == number)
			fault = VAULT_GOOD;
	}
	free_names(&names);
	return fault;
}

/* True if the key is called so, or belongs to the zone of this name. */
static bool fits(const char *key, const char *name)
{
	size_t len = strlen(name);

	if (strcmp(key, name) == 0)
		return true;
	return len > 0 && strncasecmp(key + 1, name, len) == 0 &&
	       (key[1 + len] == '+' || (key[1 + len] == '.' && key[2 + len] == '+'));
}

enum vault_fault vault_files_find(const struct vault_files *files, const char *name,
        struct vault_key *key, struct complaint *why)
{
	struct vault_names names;
	enum vault_fault fault = read_names(files, &names, why);
	const char *found = NULL, *other = NULL;

	if (fault != VAULT_GOOD)
		return fault;
	for (unsigned i = 0; i < names.count; i++) {
		if (!fits(names.names[i], name))
			continue;
		other = found;
		found = names.names[i];
	}
	if (!found)
		complaint_set(why, "%s: there is no KSK %s with its private half", files->directory,
		        name);
	else if (other)
		complaint_set(why,
		        "%s: several KSKs are called \"%s\": name one whole, such as %s or %s",
		        files->directory, name, other, found);
	fault = !found  ? lack_key(&names, why)
	        : other ? VAULT_SEVERAL
	                : load_vault_key(files, found, key, why);
	free_names(&names);
	return fault;
}

/* ---- Making and signing ---- */

/* Writes the files of a new key. Returns 0, or -errno: -EEXIST if a key has this name already. */
static int write_vault_pair(
        const struct vault_files *files, const struct keypair *pair, int64_t now_s)
{
	char name[KEY_NAME_SIZE], path[PATH_MAX], public_path[PATH_MAX];
	char *private = key_text_private(pair, now_s), *public = key_text_public(pair, now_s);
	int error = -ENOMEM;

	key_name(pair, name);
	if (private && public)
		error = key_file_path(files, name, PRIVATE, path) ? file_create(path, private, 0600)
		                                                  : -ENAMETOOLONG;
	if (!error && key_file_path(files, name, ".key", public_path)) {
		error = file_create(public_path, public, 0644);
		if (error) /* a private key that no public one belongs to is never found again */
			unlink(path);
	}
	key_text_free(private);
	key_text_free(public);
	return error;
}

static enum vault_fault fault_of_write(
        const struct vault_files *files, int error, struct complaint *why)
{
	enum vault_fault fault = error == -ENOSPC || error == -EDQUOT ? VAULT_FULL
	                         : error == -EROFS || error == -EACCES || error == -EPERM
	                                 ? VAULT_READ_ONLY
	                                 : VAULT_SETTING;

	complaint_set(why, "%s: no key can be made here: %s", files->directory, strerror(-error));
	return fault;
}

enum vault_fault vault_files_make(const struct vault_files *files, uint8_t algorithm,
        const char *zone, struct vault_key *key, struct complaint *why)
{
	char name[KEY_NAME_SIZE];
	struct keypair pair;
	struct name owner;
	int error = -EEXIST;

	if (!name_from_text(zone, &owner))
		return fail_file(
		        why, VAULT_SETTING, zone, "a KSK in a directory is called by a zone");
	for (int i = 0; i < DRAWS && error == -EEXIST; i++) {
		struct signkey *drawn = signkey_generate(algorithm);
		if (!drawn)
			return fail_file(
			        why, VAULT_CANNOT, files->directory, "OpenSSL made no key");
		keypair_init(&pair, &owner, KEYPAIR_KSK, drawn);
		error = write_vault_pair(files, &pair, clock_wall_s());
		if (!error)
			set_key(key, key_name(&pair, name), &pair);
		keypair_fini(&pair);
	}
	return error ? fault_of_write(files, error, why) : VAULT_GOOD;
}

enum vault_fault vault_files_sign(const struct vault_files *files, struct crypto *crypto,
        const struct vault_key *key, struct span data, struct vault_signature *signature,
        struct complaint *why)
{
	struct keypair pair;
	enum vault_fault fault = read_pair(files, key->name, &pair, why);

	if (fault != VAULT_GOOD)
		return fault;
	signature->len = pair.algorithm == key->algorithm
	                         ? signkey_sign(crypto, pair.key, data, signature->octets)
	                         : 0;
	keypair_fini(&pair);
	return signature->len > 0
	               ? VAULT_GOOD
	               : fail_file(why, VAULT_BROKEN, key->name, "OpenSSL made no signature");
}
