/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/key_material.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/encoding.h"
#include "base/file.h"
#include "keeper/private_file.h"
#include "keys/key_text.h"
#include "keys/record_text.h"

#define MATERIAL_OCTETS (1u << 20) /* a key file is not longer */

#define MATERIAL_NO_PATH                                                                           \
	"no key file can be here: its path is too long, or the zone's name has a \"/\""

static bool material_fails(struct complaint *error, const char *path, const char *what)
{
	complaint_set(error, "%s: %s", path, what);
	return false;
}

static bool material_path(
        char path[static PATH_MAX], const char *directory, const char *name, const char *ending)
{
	return !strchr(name, '/') &&
	       (size_t)snprintf(path, PATH_MAX, "%s/%s.%s", directory, name, ending) < PATH_MAX;
}

/* ---- Reading ---- */

/* Returns the text of a file of a key, which key_text_free() frees; NULL with a complaint. `path`
 * is that of the file afterwards. */
static char *read_material(char path[static PATH_MAX], const char *directory, const char *name,
        const char *ending, struct complaint *error)
{
	char *text = NULL;

	if (!material_path(path, directory, name, ending))
		material_fails(error, directory, MATERIAL_NO_PATH);
	else if (!(text = file_read(path, MATERIAL_OCTETS)))
		material_fails(error, path, file_why(path, errno));
	return text;
}

bool key_material_read_public(struct keypair *k, const char *directory, const char *name,
        const struct name *zone, struct complaint *error)
{
	struct key_records records;
	char path[PATH_MAX];
	char *text = read_material(path, directory, name, "key", error);
	bool good = text && key_records_read(&records, text, path, error);

	key_text_free(text);
	if (!good)
		return false;
	good = (records.dnskey.count == 1 && name_equal(&records.owner, zone) &&
	               keypair_from_rdata(k, zone, records.dnskey.rdatas[0])) ||
	       material_fails(error, path, "expected one DNSKEY record of the zone");
	key_records_fini(&records);
	return good;
}

static bool load_private(
        struct keypair *k, const char *directory, const char *name, struct complaint *error)
{
	char path[PATH_MAX];
	const char *fault;

	if (!material_path(path, directory, name, "private"))
		return material_fails(error, directory, MATERIAL_NO_PATH);
	char *text = private_file_read(path, MATERIAL_OCTETS, &fault);
	if (!text)
		return material_fails(error, path, fault);
	bool good = key_text_read_private(k, text, path, error);

	key_text_free(text);
	return good;
}

static bool load_vault_name(char vault_name[static VAULT_NAME_SIZE], unsigned long *generation,
        const char *directory, const char *name, struct complaint *error)
{
	char path[PATH_MAX];
	char *text = read_material(path, directory, name, "vault", error);
	char *end = text ? strchr(text, '\n') : NULL;
	char *last = end ? strchr(end + 1, '\n') : NULL;

	if (!text)
		return false;
	bool good = last && !last[1] && end > text && end - text < VAULT_NAME_SIZE;
	if (good) {
		*end = *last = '\0';
		strcpy(vault_name, text);
		good = decimal_read(end + 1, UINT32_MAX, generation);
	}
	free(text);
	return good || material_fails(error, path,
	                       "expected two lines, the name of the KSK in the vault and the "
	                       "generation of the state that it was made for");
}

static bool will_sign_no_more(const struct life_key *k)
{
	return k->is_leaving && !life_is_out(k, LIFE_ZRRSIG);
}

/* The ZSK of the former timeline that has this DNSKEY. */
static struct signkey *find_former(const struct timeline *former, const struct keypair *k)
{
	const struct timeline_zsk *zsk =
	        former ? timeline_find_zsk(former, k->algorithm, k->tag) : NULL;
	bool is_it = zsk &&
	             span_equal(signkey_public(zsk->key), span_of(k->rdata + 4, k->rdata_len - 4));

	return is_it ? zsk->key : NULL;
}

/* From its file, or else from the former timeline. */
static bool get_private(
        struct key_material *m, const char *directory, const char *name, struct complaint *error)
{
	unsigned index = m->count - 1;
	struct keypair *k = &m->keys[index];

	if (load_private(k, directory, name, error))
		return true;
	k->key = find_former(m->former, k);
	if (!k->key)
		return false;
	m->borrowed |= UINT32_C(1) << index;
	m->lacks = *error;
	return true;
}

/* The other half of a key: of a ZSK the private one, of a KSK its name in the vault. */
static bool load_half(struct key_material *m, const struct life_key *k, const char *directory,
        const char *name, struct complaint *error)
{
	unsigned index = m->count - 1;
	unsigned long ignored;

	if (k->role == LIFE_KSK)
		return load_vault_name(m->vault_names[index], &ignored, directory, name, error);
	return !m->has_private || will_sign_no_more(k) || get_private(m, directory, name, error);
}

/* The files are called by algorithm and tag, and so is the key in the state. */
static bool load_key_of_life(struct key_material *m, const struct life_key *k,
        const char *directory, const struct name *zone, struct complaint *error)
{
	char owner[NAME_TEXT_SIZE], name[KEY_NAME_SIZE];
	struct keypair *pair = &m->keys[m->count++];

	snprintf(name, sizeof(name), "K%s+%03u+%05u", name_text(zone, owner), k->algorithm, k->tag);
	if (!key_material_read_public(pair, directory, name, zone, error))
		return false;
	if (pair->tag != k->tag || pair->algorithm != k->algorithm ||
	        keypair_is_ksk(pair) != (k->role == LIFE_KSK)) {
		complaint_set(error,
		        "%s/%s.key: another key than its name and the zone's state say", directory,
		        name);
		return false;
	}
	return !m->has_names || load_half(m, k, directory, name, error);
}

/* Nothing is left of the key but what the state says, which is enough to avoid its tag. */
static void take_bare_key(struct keypair *pair, const struct life_key *k, const struct name *zone)
{
	keypair_fini(pair);
	*pair = (struct keypair){ .zone = *zone,
		.flags = k->role == LIFE_KSK ? KEYPAIR_KSK : KEYPAIR_ZSK,
		.tag = k->tag,
		.algorithm = k->algorithm };
}

static bool is_needed(const struct life_key *k)
{
	return !k->is_leaving || !life_is_gone(k);
}

/* Takes its members so far from `what`. */
static struct key_material *load_material(const struct key_material *what, const char *directory,
        const struct name *zone, const struct life *life, struct complaint *error)
{
	struct key_material *m = calloc(1, sizeof(*m));

	if (!m) {
		complaint_no_memory(error);
		return NULL;
	}
	*m = *what;
	for (unsigned i = 0; i < life->count; i++) {
		const struct life_key *k = &life->keys[i];
		if (load_key_of_life(m, k, directory, zone, error))
			continue;
		if (is_needed(k)) {
			key_material_free(m);
			return NULL;
		}
		take_bare_key(&m->keys[i], k, zone);
	}
	m->former = NULL;
	return m;
}

struct key_material *key_material_load(const char *directory, const struct name *zone,
        const struct life *life, const struct timeline *former, struct complaint *error)
{
	const struct key_material all = {
		.has_names = true, .has_private = true, .former = former
	};

	return load_material(&all, directory, zone, life, error);
}

struct key_material *key_material_load_named(const char *directory, const struct name *zone,
        const struct life *life, struct complaint *error)
{
	const struct key_material named = { .has_names = true };

	return load_material(&named, directory, zone, life, error);
}

struct key_material *key_material_load_public(const char *directory, const struct name *zone,
        const struct life *life, struct complaint *error)
{
	const struct key_material bare = { .has_names = false };

	return load_material(&bare, directory, zone, life, error);
}

void key_material_free(struct key_material *material)
{
	for (unsigned i = 0; material && i < material->count; i++) {
		if (material->borrowed >> i & 1)
			material->keys[i].key = NULL;
		keypair_fini(&material->keys[i]);
	}
	free(material);
}

bool key_material_collides(const struct key_material *material, const struct keypair *k)
{
	for (unsigned i = 0; i < material->count; i++) {
		const struct keypair *other = &material->keys[i];
		if (other->tag == k->tag || (other->rdata_len && keypair_collides(other, k)))
			return true;
	}
	return false;
}

bool key_material_has_ksk(const char *directory, const struct keypair *k, const char *vault_name)
{
	char name[KEY_NAME_SIZE], known[VAULT_NAME_SIZE];
	struct complaint ignored;
	unsigned long made_for;

	return load_vault_name(known, &made_for, directory, key_name(k, name), &ignored) &&
	       strcmp(known, vault_name) == 0;
}

/* ---- A key that was made for nothing ---- */

bool key_material_is_lost(const struct keypair *pair, const char *vault_name, struct vault *vault)
{
	struct complaint ignored;
	struct vault_key key;

	if (!vault)
		return false;
	enum vault_fault fault = vault_find(vault, vault_name, &key, &ignored);
	return fault == VAULT_NO_KEY ||
	       (fault == VAULT_GOOD && !span_equal(span_of(key.public_octets, key.public_len),
	                                       span_of(pair->rdata + 4, pair->rdata_len - 4)));
}

/* True for the file of a KSK of the zone that fits. `stem` is the name of such files up to the
 * tag. */
static bool is_unused(
        struct keypair *k, const char *file, const char *stem, const struct unused_search *s)
{
	char name[KEY_NAME_SIZE], vault_name[VAULT_NAME_SIZE];
	size_t len = strlen(stem) + strlen("12345");
	struct complaint ignored;
	unsigned long made_for;

	if (strncmp(file, stem, strlen(stem)) != 0 || strlen(file) != len + strlen(".vault") ||
	        strcmp(file + len, ".vault") != 0)
		return false;
	snprintf(name, sizeof(name), "%.*s", (int)len, file);
	return load_vault_name(vault_name, &made_for, s->directory, name, &ignored) &&
	       made_for == s->generation &&
	       key_material_read_public(k, s->directory, name, s->zone, &ignored) &&
	       keypair_is_ksk(k) && !key_material_collides(s->material, k) &&
	       !key_material_is_lost(k, vault_name, s->vault);
}

bool key_material_find_unused(const struct unused_search *search, struct keypair *k)
{
	char owner[NAME_TEXT_SIZE], stem[KEY_NAME_SIZE];
	DIR *dir = opendir(search->directory);
	struct dirent *entry;
	bool found = false;

	snprintf(
	        stem, sizeof(stem), "K%s+%03u+", name_text(search->zone, owner), search->algorithm);
	while (dir && !found && (entry = readdir(dir)))
		found = is_unused(k, entry->d_name, stem, search);
	if (dir)
		closedir(dir);
	return found;
}

/* ---- Writing ---- */

/* Writes one file of a key. Frees `text`, which may be NULL. A file that is there already is
 * replaced only if the mode says that there is no secret in it. */
static int write_material(const char *directory, const struct keypair *k, const char *ending,
        char *text, mode_t mode, struct complaint *error)
{
	char name[KEY_NAME_SIZE], path[PATH_MAX];
	int result = -ENAMETOOLONG;

	if (!text)
		return complaint_no_memory(error);
	if (!material_path(path, directory, key_name(k, name), ending))
		snprintf(path, sizeof(path), "%s", directory);
	else
		result = mode == 0600 ? file_create(path, text, mode)
		                      : file_replace(path, text, mode);
	key_text_free(text);
	if (result)
		material_fails(error, path, strerror(-result));
	return result;
}

int key_material_add_zsk(
        const char *directory, const struct keypair *k, int64_t now_s, struct complaint *error)
{
	int result = 0;

	if (k->key)
		result = write_material(
		        directory, k, "private", key_text_private(k, now_s), 0600, error);
	return result ? result
	              : write_material(directory, k, "key", key_text_public(k, now_s), 0644, error);
}

int key_material_add_ksk(const char *directory, const struct keypair *k, const char *vault_name,
        uint32_t generation, int64_t now_s, struct complaint *error)
{
	char lines[VAULT_NAME_SIZE + 12];
	int result = write_material(directory, k, "key", key_text_public(k, now_s), 0644, error);

	snprintf(lines, sizeof(lines), "%s\n%u\n", vault_name, generation);
	return result ? result : write_material(directory, k, "vault", strdup(lines), 0640, error);
}

void key_material_drop_zsk(const char *directory, const struct keypair *k)
{
	static const char *const endings[] = { "private", "key" }; /* the secret first */
	char name[KEY_NAME_SIZE], path[PATH_MAX];

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		if (material_path(path, directory, key_name(k, name), endings[i]))
			unlink(path);
	}
}
