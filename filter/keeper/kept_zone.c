/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/kept_zone.h"

#include <errno.h>
#include <stdlib.h>

#include "base/file.h"
#include "keys/key_text.h"
#include "keys/life_text.h"
#include "keys/timeline_text.h"

#define STATE_OCTETS (1u << 20) /* a state is not longer */

void kept_zone_init(struct kept_zone *z, const struct name *name)
{
	*z = (struct kept_zone){ .name = *name, .trusted_s = -1 };
	life_init(&z->life);
}

static bool no_path(const struct keeper_store *store, struct complaint *error)
{
	complaint_set(error,
	        "%s: no file of the zone can be here: its path is too long, or the zone's name has "
	        "a \"/\"",
	        store->directory);
	return false;
}

/* Returns the text of a file on the heap; NULL if there is none, or with `*failed` and a
 * complaint. */
static char *read_kept(const char *path, size_t most, bool *failed, struct complaint *error)
{
	char *text = file_read(path, most);

	*failed = !text && errno != ENOENT;
	if (*failed)
		complaint_set(error, "%s: %s", path, file_why(path, errno));
	return text;
}

static bool read_timeline_of(struct timeline *t, const struct kept_zone *z, struct crypto *crypto,
        const char *text, const char *path, struct complaint *error)
{
	if (!timeline_read(t, crypto, text, path, error))
		return false;
	if (name_equal(&t->zone, &z->name))
		return true;
	complaint_set(error, "%s: it is the timeline of another zone", path);
	timeline_fini(t);
	return false;
}

int kept_zone_read_timeline(const struct kept_zone *z, const struct keeper_store *store,
        struct crypto *crypto, struct timeline *t, struct complaint *error)
{
	char path[PATH_MAX];
	bool failed;

	if (!keeper_timeline_path(store, &z->name, path))
		return no_path(store, error) ? 0 : -1;
	char *text = read_kept(path, TIMELINE_TEXT_OCTETS, &failed, error);
	if (!text)
		return failed ? -1 : 0;
	bool good = read_timeline_of(t, z, crypto, text, path, error);
	key_text_free(text);
	return good ? 1 : KEPT_DAMAGED;
}

/* Returns false with a complaint if there is a state that cannot be read. */
static bool read_kept_state(
        struct kept_zone *z, const struct keeper_store *store, struct complaint *error)
{
	char zone[NAME_TEXT_SIZE], path[PATH_MAX];
	bool failed;

	if (!keeper_state_path(store, &z->name, path))
		return no_path(store, error);
	char *text = read_kept(path, STATE_OCTETS, &failed, error);
	bool good = text ? life_text_read(&z->life, name_text(&z->name, zone), text, path, error)
	                 : !failed;
	free(text);
	return good;
}

/* The state has all that a timeline is made of. */
static bool take_damage(struct kept_zone *z, const struct complaint *why)
{
	if (z->life.generation == 0)
		return false;
	z->is_damaged = true;
	z->damage = *why;
	return true;
}

static void take_kept_timeline(struct kept_zone *z, const struct timeline *t)
{
	z->in_place = t->generation;
	z->end_s = timeline_end_s(t);
}

bool kept_zone_read(struct kept_zone *z, const struct keeper_store *store, struct crypto *crypto,
        struct complaint *error)
{
	struct name name = z->name;
	struct timeline t;

	kept_zone_init(z, &name);
	if (!read_kept_state(z, store, error))
		return false;
	int found = kept_zone_read_timeline(z, store, crypto, &t, error);
	if (found < 0 && (found != KEPT_DAMAGED || !take_damage(z, error)))
		return false;
	if (found > 0) {
		take_kept_timeline(z, &t);
		timeline_fini(&t);
	}
	z->on_disk_s = z->life.last_s;
	enum keeper_age age = keeper_store_age(z->life.generation, z->in_place);
	z->is_read = age != KEEPER_AGE_OLD && age != KEEPER_AGE_LOST;
	if (!z->is_read)
		keeper_store_tell_age(store, &z->name, z->life.generation, z->in_place, error);
	return z->is_read;
}

bool kept_zone_order(struct kept_zone *z, const struct keeper_store *store,
        const struct life_policy *policy, enum life_order order, uint16_t tag,
        struct complaint *error)
{
	struct life next = z->life;
	const struct kept_writing w = { .life = &next };

	if (!z->is_read) {
		complaint_set(error, "the state of the zone is not read, or its last write failed: "
		                     "give the order again after the next turn of the zone");
		return false;
	}
	return life_take_order(&next, policy, order, tag, error) &&
	       kept_zone_write(z, store, &w, error);
}

bool kept_zone_write(struct kept_zone *z, const struct keeper_store *store,
        const struct kept_writing *w, struct complaint *error)
{
	char zone[NAME_TEXT_SIZE];
	char *state = life_text_write(w->life, name_text(&z->name, zone));

	if (!state) {
		complaint_no_memory(error);
		return false;
	}
	z->is_read = false;
	int failed = keeper_store_write(store, &z->name, state, w->timeline, error);
	free(state);
	if (failed)
		return false;
	z->is_read = true;
	z->life = *w->life;
	z->on_disk_s = z->life.last_s;
	if (w->timeline) {
		z->is_damaged = false;
		z->in_place = z->life.generation;
		z->end_s = w->end_s;
	}
	return true;
}
