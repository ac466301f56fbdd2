/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/keys_timeline.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "cmd/options.h"
#include "config/config_keeper.h"
#include "config/zone_find.h"
#include "keeper/kept_zone.h"
#include "keys/key_story.h"
#include "keys/life_text.h"
#include "keys/story_json.h"
#include "keys/story_svg.h"
#include "keys/story_text.h"

#define STATE_OCTETS_SHOWN (1u << 20) /* a state is not longer */

/* The files that are read, and the story that is shown. */
struct timeline_run {
	const struct keys_telling *telling;
	struct config config;
	struct config_zone zone;
	bool is_configured, has_life;
	struct life life;
	struct life_policy policy;
	struct timeline timeline;
	struct key_story story;
	struct complaint error;
};

/* With a directory on the command line, a zone need not be configured. */
static bool find_told_zone(struct timeline_run *r)
{
	const struct options o = { .config = r->telling->config };

	if (!options_load_config(&o, &r->config))
		return false;
	r->is_configured = zone_find(&r->config, r->telling->zone, &r->zone, &r->error);
	if (r->is_configured || r->telling->directory)
		return true;
	log_error(
	        "%s; without it, name the directory of the timeline by --directory", r->error.text);
	return false;
}

/* The state is for the keeper's user alone. Without it the timeline is shown alone. */
static void read_shown_state(struct timeline_run *r)
{
	const struct keeper_store store = { .directory = r->config.keeper_directory };
	char path[PATH_MAX], name[NAME_TEXT_SIZE];

	if (!r->is_configured || !r->zone.is_kept ||
	        !keeper_state_path(&store, r->telling->zone, path))
		return;
	char *text = file_read(path, STATE_OCTETS_SHOWN);
	if (!text)
		log_warning(
		        "%s: %s; the past of the keys is not shown", path, file_why(path, errno));
	else
		r->has_life = life_text_read(
		        &r->life, name_text(r->telling->zone, name), text, path, &r->error);
	if (text && !r->has_life)
		log_warning("%s; the past of the keys is not shown", r->error.text);
	free(text);
}

/* Returns false after a message if there is no timeline, or if it cannot be read. */
static bool read_shown_timeline(struct timeline_run *r, struct crypto *crypto)
{
	const char *directory = r->telling->directory ? r->telling->directory : r->zone.keys;
	const struct keeper_store store = { .directory = directory, .timelines = directory };
	const struct kept_zone zone = { .name = *r->telling->zone };
	char path[PATH_MAX] = "";
	int found = kept_zone_read_timeline(&zone, &store, crypto, &r->timeline, &r->error);

	if (found == 0) {
		keeper_timeline_path(&store, r->telling->zone, path);
		complaint_set(
		        &r->error, "%s: there is no timeline; `sealgate keeper` writes it", path);
	}
	if (found <= 0)
		log_error("%s", r->error.text);
	return found > 0;
}

static void show_timeline(struct timeline_run *r)
{
	struct complaint ignored;
	bool has_policy =
	        r->has_life && config_keeper_policy(&r->config, &r->zone, &r->policy, &ignored);

	key_story_tell(&r->story, &r->timeline, r->has_life ? &r->life : NULL,
	        has_policy ? &r->policy : NULL, clock_wall_s());
	if (r->telling->as_svg)
		story_svg_write(stdout, &r->story);
	else if (r->telling->as_json)
		story_json_write(stdout, &r->story);
	else
		story_text_write(stdout, &r->story);
}

static enum exit_code read_and_show(struct timeline_run *r)
{
	struct crypto *crypto = crypto_new();
	enum exit_code code = EXIT_NO;

	read_shown_state(r);
	if (!crypto)
		log_error("out of memory, or OpenSSL lacks a digest that sealgate needs");
	else if (read_shown_timeline(r, crypto)) {
		show_timeline(r);
		timeline_fini(&r->timeline);
		code = EXIT_FINE;
	}
	crypto_free(crypto);
	return code;
}

enum exit_code keys_timeline(const struct keys_telling *telling)
{
	struct timeline_run *r = calloc(1, sizeof(*r));
	enum exit_code code = EXIT_USAGE;

	if (!r)
		return EXIT_NO;
	r->telling = telling;
	if (find_told_zone(r))
		code = read_and_show(r);
	config_fini(&r->config);
	free(r);
	return code;
}
