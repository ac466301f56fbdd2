/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/shared_ksk.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encoding.h"
#include "base/file.h"
#include "keys/key_line.h"

#define SHARED_FIRST_LINE "sealgate-shared-ksks 1"
#define SHARED_OCTETS     (1u << 18) /* a file is not longer */
#define SHARED_FIELDS     8

static bool shared_path(char path[static PATH_MAX], const char *directory)
{
	return (size_t)snprintf(path, PATH_MAX, "%s/" SHARED_KSKS_FILE, directory) < PATH_MAX;
}

/* ---- Reading ---- */

static bool read_choice(const char *word, const char *no, const char *yes, bool *choice)
{
	*choice = strcmp(word, yes) == 0;
	return *choice || strcmp(word, no) == 0;
}

static bool read_shared_line(struct shared_ksks *shared, char *fields[static KEY_LINE_FIELDS])
{
	struct shared_ksk *k = &shared->items[shared->count];
	unsigned long algorithm, tag;
	bool good = decimal_read(fields[1], UINT8_MAX, &algorithm) &&
	            decimal_read(fields[2], UINT16_MAX, &tag) &&
	            digits_time_read(fields[3], &k->made_s) &&
	            read_choice(fields[4], "main", "standby", &k->is_standby) &&
	            read_choice(fields[5], "safe", "stolen", &k->is_stolen) &&
	            base64_decode(fields[6], k->key.public_octets, sizeof(k->key.public_octets),
	                    &k->key.public_len) &&
	            strlen(fields[7]) < VAULT_NAME_SIZE;

	if (!good)
		return false;
	k->key.algorithm = (uint8_t)algorithm;
	k->tag = (uint16_t)tag;
	strcpy(k->key.name, fields[7]);
	shared->count++;
	return true;
}

/* A file that was cut short lacks its last line. */
static bool read_shared_text(
        struct shared_ksks *shared, char *text, const char *path, struct complaint *error)
{
	struct key_line line = { .path = path };
	char *rest = text, *fields[KEY_LINE_FIELDS];

	if (!key_line_next(&line, &rest) || strcmp(line.text, SHARED_FIRST_LINE) != 0)
		return key_line_wrong(
		        &line, error, "the first line is not \"" SHARED_FIRST_LINE "\"");
	while (key_line_next(&line, &rest)) {
		if (strcmp(line.text, "end") == 0)
			return true;
		if (key_line_is_empty(&line))
			continue;
		if (shared->count == SHARED_KSKS_MAX)
			return key_line_wrong(&line, error, "more than %d KSKs", SHARED_KSKS_MAX);
		if (key_line_split(line.text, fields, SHARED_FIELDS) != SHARED_FIELDS ||
		        strcmp(fields[0], "ksk") != 0 || !read_shared_line(shared, fields))
			return key_line_wrong(&line, error, "malformed line of a shared KSK");
	}
	return key_line_wrong(&line, error, "the file is cut short; restore it from a backup");
}

struct shared_ksks *shared_ksks_read(const char *directory, struct complaint *error)
{
	struct shared_ksks *shared = calloc(1, sizeof(*shared));
	char path[PATH_MAX], *text = NULL;
	bool good = false;

	if (!shared) {
		complaint_no_memory(error);
		return NULL;
	}
	if (!shared_path(path, directory))
		complaint_set(error, "%s: the path is too long", directory);
	else if ((text = file_read(path, SHARED_OCTETS)))
		good = read_shared_text(shared, text, path, error);
	else if (errno == ENOENT)
		good = true;
	else
		complaint_set(error, "%s: %s", path, file_why(path, errno));
	free(text);
	if (good)
		return shared;
	free(shared);
	return NULL;
}

void shared_ksks_free(struct shared_ksks *shared)
{
	free(shared);
}

/* ---- Writing ---- */

static void write_shared_ksk(FILE *out, const struct shared_ksk *k)
{
	char public[BASE64_SIZE(PUBLIC_KEY_MAX_OCTETS)], made[DIGITS_TIME_SIZE];

	fprintf(out, "ksk %u %u %s %s %s %s %s\n", k->key.algorithm, k->tag,
	        digits_time_write(k->made_s, made), k->is_standby ? "standby" : "main",
	        k->is_stolen ? "stolen" : "safe", base64_encode(vault_key_public(&k->key), public),
	        k->key.name);
}

int shared_ksks_write(
        const struct shared_ksks *shared, const char *directory, struct complaint *error)
{
	char path[PATH_MAX], *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	int result = -ENAMETOOLONG;

	if (!out)
		return complaint_no_memory(error);
	fputs(SHARED_FIRST_LINE "\n", out);
	for (unsigned i = 0; i < shared->count; i++)
		write_shared_ksk(out, &shared->items[i]);
	fputs("end\n", out);
	if (fclose(out) != 0) {
		free(text);
		return complaint_no_memory(error);
	}
	if (shared_path(path, directory))
		result = file_replace(path, text, 0600);
	free(text);
	if (result)
		complaint_set(error, "%s/" SHARED_KSKS_FILE ": %s", directory, strerror(-result));
	return result;
}

/* ---- Choosing ---- */

static bool zone_has(const struct key_material *m, const struct shared_ksk *k)
{
	for (unsigned i = 0; i < m->count; i++) {
		if (strcmp(m->vault_names[i], k->key.name) == 0)
			return true;
	}
	return false;
}

const struct shared_ksk *shared_ksks_choose(
        const struct shared_ksks *shared, const struct shared_wish *wish, struct keypair *pair)
{
	for (unsigned i = shared->count; i-- > 0;) {
		const struct shared_ksk *k = &shared->items[i];
		if (k->key.algorithm != wish->algorithm || k->is_standby != wish->is_standby)
			continue;
		if (zone_has(wish->material, k)) /* a roll never goes back to an older one */
			return NULL;
		if (!k->is_stolen && k->made_s >= wish->made_after_s &&
		        vault_key_pair(&k->key, wish->zone, KEYPAIR_KSK, pair) &&
		        !key_material_collides(wish->material, pair))
			return k;
	}
	return NULL;
}

struct shared_ksk *shared_ksks_add(struct shared_ksks *shared, const struct vault_key *key,
        uint16_t tag, bool is_standby, int64_t now_s, struct complaint *error)
{
	if (shared->count == SHARED_KSKS_MAX) {
		complaint_set(error,
		        "there are %d shared KSKs already, in " SHARED_KSKS_FILE
		        ": remove lines of those that no zone has any more, while the keeper "
		        "does not run",
		        SHARED_KSKS_MAX);
		return NULL;
	}
	struct shared_ksk *k = &shared->items[shared->count++];
	*k = (struct shared_ksk){
		.key = *key, .tag = tag, .is_standby = is_standby, .made_s = now_s
	};
	return k;
}

struct shared_ksk *shared_ksks_named(struct shared_ksks *shared, const char *vault_name)
{
	for (unsigned i = 0; i < shared->count; i++) {
		if (strcmp(shared->items[i].key.name, vault_name) == 0)
			return &shared->items[i];
	}
	return NULL;
}
