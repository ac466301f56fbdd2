/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/keys_import.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/advice.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "cmd/become.h"
#include "cmd/options.h"
#include "config/config_keeper.h"
#include "config/zone_find.h"
#include "keeper/keeper_tools.h"
#include "keeper/key_adopt.h"
#include "keeper/key_export.h"
#include "keeper/key_material.h"
#include "keeper/private_file.h"
#include "keeper/vault_uri.h"
#include "keys/key_text.h"
#include "keys/life_text.h"
#include "keys/timeline_check.h"
#include "keys/timeline_text.h"

#define MOVED_OCTETS (1u << 20) /* a key file is not longer */

struct keys_move {
	const struct keys_moving *moving;
	struct config config;
	struct config_zone zone;
	struct life_policy policy;
	struct keeper_tools tools; /* the store, the vault and OpenSSL only */
	struct kept_zone kept;
	char vault_directory[PATH_MAX]; /* "": the vault is a token */
	unsigned count;
	struct keypair keys[KEY_ADOPT_MAX];
	struct key_story story;
	struct complaint error;
};

static enum exit_code move_fails(const struct keys_move *m)
{
	log_error("%s", m->error.text);
	return EXIT_NO;
}

/* ---- What is there ---- */

static bool find_kept_zone(struct keys_move *m)
{
	const struct options o = { .config = m->moving->config };
	char name[NAME_TEXT_SIZE];

	if (!options_load_config(&o, &m->config))
		return false;
	bool good = zone_find(&m->config, m->moving->zone, &m->zone, &m->error);
	if (good && !m->zone.is_kept) {
		complaint_set(&m->error, "%s: the zone has no keeper = true in the configuration",
		        name_text(m->moving->zone, name));
		good = false;
	}
	good = good && config_keeper_policy(&m->config, &m->zone, &m->policy, &m->error);
	if (!good)
		log_error("%s", m->error.text);
	return good;
}

static void name_vault(struct keys_move *m)
{
	const struct config *c = &m->config;

	if (!c->keeper_vault[0])
		snprintf(m->vault_directory, sizeof(m->vault_directory), "%s/vault",
		        c->keeper_directory);
	else if (!vault_uri_is(c->keeper_vault))
		snprintf(m->vault_directory, sizeof(m->vault_directory), "%s", c->keeper_vault);
}

/* Locks the keeper's directories, and reads the zone. Returns false with a complaint. */
static bool open_kept_zone(struct keys_move *m)
{
	struct keeper_tools *t = &m->tools;
	const struct config *c = &m->config;

	t->config = c;
	t->store.lock = t->store.timelines_lock = -1;
	t->crypto = crypto_new();
	if (!t->crypto) {
		complaint_no_memory(&m->error);
		return false;
	}
	int failure = keeper_store_open(
	        &t->store, c->keeper_directory, c->keeper_timelines, (gid_t)-1, &m->error);
	if (failure == -EWOULDBLOCK)
		complaint_set(&m->error,
		        "%s: the keeper is at work; stop it first (`systemctl stop "
		        "sealgate-keeper%s`), and start it afterwards",
		        c->keeper_directory, advice_unit());
	if (failure)
		return false;
	kept_zone_init(&m->kept, m->moving->zone);
	return kept_zone_read(&m->kept, &t->store, t->crypto, &m->error);
}

static void end_move(struct keys_move *m)
{
	for (unsigned i = 0; i < m->count; i++)
		keypair_fini(&m->keys[i]);
	if (m->tools.config) {
		keeper_store_close(&m->tools.store);
		vault_close(m->tools.vault);
		crypto_free(m->tools.crypto);
	}
	config_fini(&m->config);
	free(m);
}

/* Finds the zone and its vault, and has `move` import or export. */
static enum exit_code move_pairs(
        const struct keys_moving *moving, enum exit_code (*move)(struct keys_move *m))
{
	struct keys_move *m = calloc(1, sizeof(*m));
	enum exit_code code = EXIT_USAGE;

	if (!m)
		return EXIT_NO;
	m->moving = moving;
	if (find_kept_zone(m)) {
		name_vault(m);
		code = move(m);
	}
	end_move(m);
	return code;
}

/* ---- Import ---- */

static const char *ending_of_pair(const char *file)
{
	const char *dot = strrchr(file, '.');

	return dot && (strcmp(dot, ".private") == 0 || strcmp(dot, ".key") == 0) ? dot : NULL;
}

bool keys_is_pair(const char *file)
{
	return ending_of_pair(file) != NULL;
}

/* Reads the public half with its times, and the private one with those that count then. */
static bool read_moved_pair(struct keys_move *m, const char *file)
{
	const char *slash = strrchr(file, '/'), *name = slash ? slash + 1 : file;
	char directory[PATH_MAX], stem[KEY_NAME_SIZE], path[PATH_MAX];
	struct keypair *k = &m->keys[m->count];
	const char *fault;

	file_directory(file, directory);
	snprintf(stem, sizeof(stem), "%.*s", (int)(ending_of_pair(file) - name), name);
	if (!key_material_read_public(k, directory, stem, m->moving->zone, &m->error))
		return false;
	m->count++;
	snprintf(path, sizeof(path), "%.*s.private", (int)(ending_of_pair(file) - file), file);
	char *text = private_file_read(path, MOVED_OCTETS, &fault);
	if (!text && strcmp(ending_of_pair(file), ".key") == 0)
		return true;
	if (!text) {
		complaint_set(&m->error, "%s: %s", path, fault);
		return false;
	}
	bool good = key_times_read(&k->times, text, path, &m->error) &&
	            key_text_read_private(k, text, path, &m->error);
	key_text_free(text);
	return good;
}

static bool read_moved_pairs(struct keys_move *m)
{
	for (unsigned i = 0; i < m->moving->file_count; i++) {
		if (m->count == KEY_ADOPT_MAX) {
			complaint_set(&m->error, "a zone has at most %d keys", KEY_ADOPT_MAX);
			return false;
		}
		if (!read_moved_pair(m, m->moving->files[i]))
			return false;
	}
	return true;
}

static void tell_imported(void *context, const struct keypair *k, const char *what)
{
	(void)context;
	printf("%s %u: %s\n", keypair_is_ksk(k) ? "KSK" : "ZSK", k->tag, what);
}

static bool adopt_pairs(struct keys_move *m)
{
	const struct key_adoption adoption = { .store = &m->tools.store,
		.policy = &m->policy,
		.vault = m->tools.vault,
		.vault_directory = m->vault_directory[0] ? m->vault_directory : NULL,
		.keys = m->keys,
		.count = m->count,
		.now_s = clock_wall_s(),
		.told = tell_imported };

	if (m->tools.vault)
		return key_adopt(&m->kept, &adoption, &m->error);
	m->error = m->tools.vault_why;
	return false;
}

static enum exit_code import_moved(struct keys_move *m)
{
	/* Only root may read what others signed with. The files written belong to the keeper's
	 * user, and a token's module runs as this user. */
	if (!read_moved_pairs(m) || !become_owner_of(m->config.keeper_directory, &m->error) ||
	        !open_kept_zone(m))
		return move_fails(m);
	keeper_tools_open_vault(&m->tools);
	if (!adopt_pairs(m))
		return move_fails(m);
	puts("start `sealgate keeper`, and see with `sealgate keys timeline` what it does; remove "
	     "the private halves of the KSKs where they came from");
	return EXIT_FINE;
}

enum exit_code keys_import_pairs(const struct keys_moving *moving)
{
	return move_pairs(moving, import_moved);
}

/* ---- A state that was lost ---- */

bool keys_is_timeline(const char *file)
{
	const char *dot = strrchr(file, '.');

	return dot && strcmp(dot, "." KEEPER_TIMELINE) == 0;
}

static bool regain_from(struct keys_move *m, const struct timeline *t)
{
	const struct key_adoption adoption = { .store = &m->tools.store,
		.policy = &m->policy,
		.vault = m->tools.vault,
		.now_s = clock_wall_s(),
		.told = tell_imported };
	unsigned line;
	const char *fault = timeline_check(m->tools.crypto, t, &line);

	if (fault) {
		complaint_set(&m->error, "%s:%u: %s", m->moving->files[0], line, fault);
		return false;
	}
	if (m->tools.vault)
		return key_adopt_timeline(&m->kept, &adoption, t, &m->error);
	m->error = m->tools.vault_why;
	return false;
}

/* Returns its text, for key_text_free(); NULL with a complaint. */
static char *load_moved_timeline(struct keys_move *m)
{
	const char *file = m->moving->files[0];
	char *text = file_read(file, TIMELINE_TEXT_OCTETS);

	if (!text)
		complaint_set(&m->error, "%s: %s", file, file_why(file, errno));
	return text;
}

/* A zone without a state cannot be read, if its timeline is in place. */
static bool open_lost_zone(struct keys_move *m)
{
	return open_kept_zone(m) ||
	       (m->tools.store.lock >= 0 && m->kept.in_place > 0 && m->kept.life.generation == 0);
}

static enum exit_code import_timeline(struct keys_move *m)
{
	struct timeline t;

	/* What root copied from a gateway, the keeper's user need not be able to read. */
	char *text = load_moved_timeline(m);
	bool good = text && become_owner_of(m->config.keeper_directory, &m->error) &&
	            open_lost_zone(m) &&
	            timeline_read(&t, m->tools.crypto, text, m->moving->files[0], &m->error);
	key_text_free(text);
	if (!good)
		return move_fails(m);
	keeper_tools_open_vault(&m->tools);
	good = regain_from(m, &t);
	timeline_fini(&t);
	if (!good)
		return move_fails(m);
	puts("start `sealgate keeper`: it begins each wait anew; see with `sealgate keys status` "
	     "what it does, and give orders again that are not in its timeline: keys that were "
	     "stolen, and `unsign` without CDS");
	return EXIT_FINE;
}

enum exit_code keys_import_timeline(const struct keys_moving *moving)
{
	return move_pairs(moving, import_timeline);
}

/* ---- Export ---- */

static void tell_exported(void *context, const struct keypair *k, bool has_private)
{
	(void)context;
	printf("%s %u%s\n", keypair_is_ksk(k) ? "KSK" : "ZSK", k->tag,
	        has_private ? "" : ": its private half is in the token, and stays there");
}

/* The state tells what the keys do, and so does the timeline if there is one. */
static enum exit_code export_moved(struct keys_move *m)
{
	const struct keeper_store store = { .directory = m->config.keeper_directory,
		.timelines = m->config.keeper_timelines,
		.lock = -1,
		.timelines_lock = -1 };
	struct timeline t = { .zone = *m->moving->zone };
	const struct key_export order = { .directory = m->moving->to,
		.material = m->config.keeper_directory,
		.vault_directory = m->vault_directory[0] ? m->vault_directory : NULL,
		.story = &m->story,
		.told = tell_exported };
	struct crypto *crypto = crypto_new();
	int count = -1;

	kept_zone_init(&m->kept, m->moving->zone);
	if (!crypto)
		complaint_no_memory(&m->error);
	else if (kept_zone_read(&m->kept, &store, crypto, &m->error) &&
	         kept_zone_read_timeline(&m->kept, &store, crypto, &t, &m->error) >= 0) {
		key_story_tell(&m->story, &t, &m->kept.life, &m->policy, clock_wall_s());
		count = key_export(&order, &m->error);
		timeline_fini(&t);
	}
	crypto_free(crypto);
	if (count == 0)
		complaint_set(&m->error, "the keeper has no keys of this zone");
	return count > 0 ? EXIT_FINE : move_fails(m);
}

enum exit_code keys_export_pairs(const struct keys_moving *moving)
{
	return move_pairs(moving, export_moved);
}
