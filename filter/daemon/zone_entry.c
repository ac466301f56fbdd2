/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_entry.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/zone_file.h"
#include "sign/sign_policy.h"

const struct name *zone_source_apex(const struct zone_source *source)
{
	return source->file ? &source->file->apex
	                    : &source->config->sign_zones.items[source->index].apex;
}

/* A file that cannot be read leaves a zone with this name alone. Returns false if memory is
 * short. */
static bool take_name_alone(struct config_zones *text, const struct name *apex)
{
	struct config_zone item = { .apex = *apex, .max_ttl_s = SIGN_MAX_TTL_S };
	const struct config_zones alone = { .count = 1, .items = &item };

	return config_zones_copy(text, &alone, 0);
}

/* TTLs that are too long for the lifetime of signatures would otherwise stop all zones. */
static bool fits_lifetime(
        const struct config_zones *text, const struct config *c, struct complaint *fault)
{
	char name[NAME_TEXT_SIZE];
	const struct sign_zone zone = { .max_ttl_s = text->items[0].max_ttl_s };
	const char *wrong = sign_policy_check(
	        &(struct sign_policy){ .zones = &zone, .zone_count = 1, .life_s = c->sign_life_s });

	if (wrong)
		complaint_set(fault, "max_ttl of the zone %s: %s",
		        name_text(&text->items[0].apex, name), wrong);
	return !wrong;
}

/* Returns false if memory is short. */
static bool read_text(
        struct zone_entry *e, const struct zone_source *source, struct complaint *fault)
{
	const struct config *c = source->config;

	if (!source->file)
		return config_zones_copy(&e->text, &c->sign_zones, source->index);
	e->source = source->file->identity;
	return zone_file_read(&e->text, source->file->path, &source->file->apex, c, fault) ||
	       take_name_alone(&e->text, &source->file->apex);
}

static int64_t own_reach_s(const struct timeline *t)
{
	int64_t end_s = t->is_planned ? timeline_end_s(t) : 0;

	return end_s > t->made_s ? end_s - t->made_s : 0;
}

struct zone_entry *zone_entry_read(const struct zone_source *source, struct crypto *crypto,
        int64_t now_s, struct complaint *fault)
{
	struct zone_entry *e = calloc(1, sizeof(*e));

	fault->text[0] = '\0';
	if (!e || !read_text(e, source, fault)) {
		free(e);
		return NULL;
	}
	e->users = 1;
	const struct config_zone *zone = &e->text.items[0];
	const struct zone_keys_place place = { zone->keys, &zone->apex, crypto, zone->is_kept };
	e->is_configured = !fault->text[0] && fits_lifetime(&e->text, source->config, fault);
	e->has_keys = e->is_configured && zone_keys_read(&e->keys, &place, now_s, fault) == 0;
	if (e->has_keys)
		fault->text[0] = '\0';
	e->is_checked = e->has_keys && zone_keys_are_unsigned(&e->keys);
	e->reach_s = e->has_keys ? own_reach_s(&e->keys.timeline) : 0;
	return e;
}

void zone_entry_follow(struct zone_entry *fresh, const struct zone_entry *former)
{
	const struct timeline *t = &fresh->keys.timeline;

	if (fresh->reach_s > 0 && former->reach_s > fresh->reach_s &&
	        timeline_end_s(t) <= timeline_end_s(&former->keys.timeline))
		fresh->reach_s = former->reach_s;
}

/* Takes the timeline. Returns NULL if memory is short. */
static struct zone_entry *entry_of_copy(const struct zone_entry *fresh, struct timeline *t)
{
	struct zone_entry *e = calloc(1, sizeof(*e));

	if (!e || !config_zones_copy(&e->text, &fresh->text, 0)) {
		timeline_fini(t);
		free(e);
		return NULL;
	}
	e->users = 1;
	e->source = fresh->source;
	e->is_configured = e->is_checked = e->is_recalled = e->is_copied = true;
	e->has_keys = zone_keys_take(&e->keys, e->text.items[0].keys, t);
	e->reach_s = e->has_keys ? own_reach_s(&e->keys.timeline) : 0;
	if (e->has_keys)
		return e;
	zone_entry_release(e);
	return NULL;
}

struct zone_entry *zone_entry_recall(const struct zone_entry *fresh, const char *directory,
        unsigned which, struct crypto *crypto, struct complaint *fault)
{
	const struct name *apex = &fresh->text.items[0].apex;
	struct timeline t;
	int found = timeline_copy_read(&t, directory, apex, which, crypto, fault);
	struct zone_entry *e = found > 0 ? entry_of_copy(fresh, &t) : NULL;

	if (e)
		e->since_s = timeline_copy_since_s(directory, apex, which);
	if (found == 0)
		fault->text[0] = '\0';
	else if (found > 0 && !e)
		complaint_no_memory(fault);
	return e;
}

/* Returns the directory, opened; -1 if it cannot be. */
static int open_keys(struct key_directory *keys, const char *path)
{
	if (keys->fd >= 0 && strcmp(keys->path, path) == 0)
		return keys->fd;
	if (keys->fd >= 0)
		close(keys->fd);
	strcpy(keys->path, path);
	keys->fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return keys->fd;
}

static bool is_source_same(const struct zone_entry *e, const struct zone_source *source)
{
	static const struct file_identity none;

	if (source->file)
		return file_is_same(&e->source, &source->file->identity);
	return file_is_same(&e->source, &none) &&
	       config_zones_agree(&e->text, 0, &source->config->sign_zones, source->index);
}

bool zone_entry_is_current(const struct zone_entry *e, const struct zone_source *source,
        struct key_directory *keys, int64_t now_s)
{
	if (!e->has_keys || !is_source_same(e, source))
		return false;
	int directory = open_keys(keys, e->text.items[0].keys);

	return directory >= 0 && zone_keys_are_current(&e->keys, directory, now_s);
}

int zone_entry_check(struct zone_entry *e, struct crypto *crypto, struct complaint *fault)
{
	if (zone_keys_check(&e->keys, crypto, fault) < 0)
		return -1;
	e->is_checked = true;
	return 0;
}

struct zone_entry *zone_entry_share(struct zone_entry *e)
{
	if (e)
		e->users++;
	return e;
}

void zone_entry_release(struct zone_entry *e)
{
	if (!e || --e->users > 0)
		return;
	if (e->has_keys)
		zone_keys_unload(&e->keys);
	config_zones_fini(&e->text);
	free(e);
}
