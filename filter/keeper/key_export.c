/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/key_export.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "keeper/key_material.h"
#include "keeper/private_file.h"
#include "keys/key_text.h"

#define EXPORT_OCTETS (1u << 20) /* a key file is not longer */

struct key_times key_export_times(const struct key_story *story, unsigned key)
{
	struct key_times t = { .is_timed = true, .created_s = story->keys[key].made_s };
	const struct {
		enum story_deed deed;
		int64_t *begin_s, *end_s;
	} rows[] = { { STORY_PUBLISHED, &t.publish_s, &t.delete_s },
		{ STORY_SIGNS, &t.activate_s, &t.inactive_s },
		{ STORY_SYNCED, &t.sync_publish_s, &t.sync_delete_s } };

	for (unsigned i = 0; i < story->step_count; i++) {
		const struct story_step *step = &story->steps[i];
		for (size_t n = 0; n < sizeof(rows) / sizeof(rows[0]); n++) {
			if (step->key == key && step->deed == rows[n].deed)
				*(step->begins ? rows[n].begin_s : rows[n].end_s) = step->at_s;
		}
	}
	return t;
}

/* Reads the private half, if there is one; without it the key has none. Returns false with a
 * complaint if it cannot be read. */
static bool read_export_secret(
        struct keypair *k, const char *directory, const char *name, struct complaint *error)
{
	char path[PATH_MAX];
	const char *fault;

	if (!directory)
		return true;
	if ((size_t)snprintf(path, sizeof(path), "%s/%s.private", directory, name) >=
	        sizeof(path)) {
		complaint_set(error, "%s: the path is too long", directory);
		return false;
	}
	char *text = private_file_read(path, EXPORT_OCTETS, &fault);
	if (!text) {
		complaint_set(error, "%s: %s", path, fault);
		return false;
	}
	bool good = key_text_read_private(k, text, path, error);
	key_text_free(text);
	return good;
}

/* Frees the text. */
static bool create_export(const struct key_export *e, const char *name, const char *ending,
        char *text, mode_t mode, struct complaint *error)
{
	char path[PATH_MAX];
	int result = -ENAMETOOLONG;

	if (!text)
		return complaint_no_memory(error) == 0;
	if ((size_t)snprintf(path, sizeof(path), "%s/%s%s", e->directory, name, ending) <
	        sizeof(path))
		result = file_create(path, text, mode);
	key_text_free(text);
	if (result)
		complaint_set(error, "%s/%s%s: %s", e->directory, name, ending,
		        result == -EEXIST ? "there is such a file already; name an empty directory"
		                          : strerror(-result));
	return result == 0;
}

static bool export_pair(
        const struct key_export *e, struct keypair *k, unsigned key, struct complaint *error)
{
	const struct key_times times = key_export_times(e->story, key);
	char name[KEY_NAME_SIZE];

	key_name(k, name);
	if (k->key &&
	        !create_export(e, name, ".private", key_text_private_timed(k, &times), 0600, error))
		return false;
	if (!create_export(e, name, ".key", key_text_public_timed(k, &times), 0644, error))
		return false;
	if (e->told)
		e->told(e->context, k, k->key != NULL);
	return true;
}

/* The name of a KSK in the vault is that of its files there, which may be those of another zone. */
static bool export_key(const struct key_export *e, const struct key_material *m, unsigned index,
        unsigned key, struct complaint *error)
{
	struct keypair k = m->keys[index];
	char name[KEY_NAME_SIZE];
	bool is_ksk = keypair_is_ksk(&k);

	k.key = NULL;
	key_name(&k, name);
	bool good = read_export_secret(&k, is_ksk ? e->vault_directory : e->material,
	                    is_ksk ? m->vault_names[index] : name, error) &&
	            export_pair(e, &k, key, error);
	keypair_fini(&k);
	return good;
}

int key_export(const struct key_export *e, struct complaint *error)
{
	const struct life *life = e->story->life;
	struct key_material *m = key_material_load_named(e->material, &e->story->zone, life, error);
	int count = 0;

	for (unsigned i = 0; m && count >= 0 && i < e->story->key_count; i++) {
		const struct life_key *k = e->story->keys[i].state;
		if (!k || (k->is_leaving && life_is_gone(k)))
			continue;
		count = export_key(e, m, (unsigned)(k - life->keys), i, error) ? count + 1 : -1;
	}
	key_material_free(m);
	return m ? count : -1;
}
