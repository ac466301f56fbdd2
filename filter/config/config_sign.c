/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/config_sign.h"

#include <limits.h>
#include <stdlib.h>

#include "config/config_habits.h"
#include "config/config_keeper.h"
#include "config/config_zone.h"
#include "config/network_text.h"
#include "keys/record_write.h"

/* Zones by name, and those of one name in the order of the file. */
static int order_by_apex(const void *a, const void *b)
{
	const struct config_zone *one = *(const struct config_zone *const *)a;
	const struct config_zone *other = *(const struct config_zone *const *)b;
	int order = name_order(&one->apex, &other->apex);

	return order ? order : (one > other) - (one < other);
}

/* There may be thousands of zones, so they are sorted, and not compared each with each. */
static bool zones_differ(
        struct config_reader *r, const config_setting_t *s, const struct config_zones *zones)
{
	const struct config_zone **sorted = reader_array(r, zones->count, sizeof(*sorted));
	bool good = sorted != NULL;

	for (unsigned i = 0; good && i < zones->count; i++)
		sorted[i] = &zones->items[i];
	if (good)
		qsort(sorted, zones->count, sizeof(*sorted), order_by_apex);
	for (unsigned i = 1; good && i < zones->count; i++) {
		if (name_equal(&sorted[i - 1]->apex, &sorted[i]->apex))
			good = reader_wrong(r,
			        config_setting_get_elem(s, (unsigned)(sorted[i] - zones->items)),
			        "this zone is in line %u already", sorted[i - 1]->line);
	}
	free(sorted);
	return good;
}

static bool zones_read(
        struct config_reader *r, const struct config_key *k, const config_setting_t *s, void *value)
{
	(void)k;
	if (!reader_is_list(s, UINT_MAX))
		return false;
	for (unsigned i = 0; i < (unsigned)config_setting_length(s); i++) {
		if (!config_zone_read(r, config_setting_get_elem(s, i), value))
			return false;
	}
	return zones_differ(r, s, value);
}

static void zones_say_allowed(const struct config_key *k, FILE *out)
{
	(void)k;
	fputs("a list of groups, such as "
	      "( { name = \"example.org\"; keys = \"/etc/sealgate/keys\"; } )",
	        out);
}

static void zones_fini(void *value)
{
	config_zones_fini(value);
}

/* ---- Showing ---- */

static void cut_show(const struct config_cut *cut, FILE *out)
{
	char text[NAME_TEXT_SIZE];

	if (cut->ds_count > 0)
		fputs("{ name = ", out);
	kind_show_text(name_text(&cut->name, text), out);
	for (unsigned i = 0; i < cut->ds_count; i++) {
		fputs(i ? "\", \"" : "; ds = [ \"", out);
		key_ds_write(out, span_of(cut->ds[i].octets, cut->ds[i].len));
	}
	if (cut->ds_count > 0)
		fputs("\" ]; }", out);
}

static void zone_show_cuts(
        const struct config_zones *zones, const struct config_zone *zone, FILE *out)
{
	for (unsigned i = 0; i < zone->cut_count; i++) {
		fputs(i ? ", " : " cuts = ( ", out);
		cut_show(&zones->cuts[zone->cut_first + i], out);
	}
	if (zone->cut_count > 0)
		fputs(" );", out);
}

static void zone_show_speakers(
        const struct config_zones *zones, const struct config_zone *zone, FILE *out)
{
	const struct network *speakers = &zones->speakers[zone->speaker_first];

	for (unsigned i = 0; i < zone->speaker_count; i++) {
		char text[NETWORK_TEXT_SIZE];
		fprintf(out, "%s\"%s\"", i ? ", " : " servers = [ ",
		        network_write(&speakers[i], false, text));
	}
	if (zone->speaker_count > 0)
		fputs(" ];", out);
}

static void zones_show(const struct config_key *k, const void *value, FILE *out)
{
	const struct config_zones *zones = value;
	char text[NAME_TEXT_SIZE];

	(void)k;
	fputs("(", out);
	for (unsigned i = 0; i < zones->count; i++) {
		const struct config_zone *zone = &zones->items[i];

		fprintf(out, "%s\n\t\t{ name = ", i ? "," : "");
		kind_show_text(name_text(&zone->apex, text), out);
		if (!zone->is_kept) {
			fputs("; keys = ", out);
			kind_show_text(zone->keys, out);
		}
		fprintf(out, "; max_ttl = %u;", zone->max_ttl_s);
		habits_show(zone, out);
		zone_show_cuts(zones, zone, out);
		zone_show_speakers(zones, zone, out);
		fputs(" }", out);
	}
	fputs(" )", out);
}

const struct config_kind kind_zones = {
	.read = zones_read, .say_allowed = zones_say_allowed, .show = zones_show, .fini = zones_fini
};

/* ---- Keys that depend on each other ---- */

static bool speakers_fit(struct config_reader *r, config_t *file)
{
	const struct config_zones *zones = &r->config->sign_zones;
	const config_setting_t *list = config_lookup(file, "sign.zones");

	for (unsigned i = 0; i < zones->count; i++) {
		if (!config_zone_speakers_fit(r, config_setting_get_elem(list, i), &zones->items[i],
		            zones, &r->config->sign_servers))
			return false;
	}
	return true;
}

/* A cut that is also a zone to sign would belong to that zone: config_zone_of() returns it. */
static bool cuts_fit(struct config_reader *r, config_t *file)
{
	const struct config_zones *zones = &r->config->sign_zones;

	for (unsigned i = 0; i < zones->cut_count; i++) {
		const struct config_cut *cut = &zones->cuts[i];
		const struct config_zone *zone = config_zone_of(zones, &cut->name);
		if (name_equal(&zone->apex, &cut->name))
			return reader_wrong(r, config_lookup(file, "sign.zones"),
			        "the cut in line %u is itself a zone, in line %u: remove the cut",
			        cut->line, zone->line);
	}
	return true;
}

/* The zones of one max_ttl have one policy, and a fault is in the group if it is in any. */
static bool lives_fit(struct config_reader *r, config_t *file)
{
	const struct config_zones *zones = &r->config->sign_zones;
	const config_setting_t *group = config_lookup(file, "keeper");
	const config_setting_t *list = config_lookup(file, "sign.zones");

	for (unsigned i = 0; i < zones->count; i++) {
		const config_setting_t *zone = config_setting_get_elem(list, i);
		struct complaint why;
		struct life_policy policy;
		if (zones->items[i].is_kept &&
		        !config_keeper_policy(r->config, &zones->items[i], &policy, &why))
			return reader_wrong(r, group ? group : zone,
			        "keeper and the zone in line %u contradict each other: %s",
			        zones->items[i].line, why.text);
	}
	return true;
}

bool config_signer_fits(struct config_reader *r, config_t *file)
{
	const struct config *c = r->config;
	const config_setting_t *group = config_lookup(file, "sign");

	if (!group)
		group = config_lookup(file, "role");
	if (c->sign_zones.count == 0 && !c->sign_zones_directory[0])
		return reader_wrong(
		        r, group, "the role \"signer\" needs sign.zones or sign.zones_directory");
	if (c->sign_place == PLACE_GATEWAY && c->sign_servers.count == 0)
		return reader_wrong(r, group,
		        "sign.place = \"gateway\" needs sign.servers, so that only the answers of "
		        "these are signed");
	return cuts_fit(r, file) && speakers_fit(r, file) && lives_fit(r, file);
}
