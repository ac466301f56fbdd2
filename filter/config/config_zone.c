/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/config_zone.h"

#include <stdlib.h>
#include <string.h>

#include "base/sockaddr.h"
#include "config/config_habits.h"
#include "config/network_text.h"
#include "keys/record_text.h"
#include "wire/protocol.h"

static bool setting_read_name(const config_setting_t *s, struct name *name)
{
	const char *text = config_setting_get_string(s);
	return text && name_from_text(text, name);
}

typedef bool member_test(const char *name);

static bool is_member_of_cut(const char *name)
{
	return strcmp(name, "name") == 0 || strcmp(name, "ds") == 0;
}

static bool is_member_of_zone_file(const char *name)
{
	static const char *const members[] = { "keys", "max_ttl", "cuts", "servers" };

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (strcmp(members[i], name) == 0)
			return true;
	}
	return habit_is_member(name);
}

static bool is_member_of_zone(const char *name)
{
	return strcmp(name, "name") == 0 || is_member_of_zone_file(name);
}

static bool group_has_no_others(struct config_reader *r, const config_setting_t *s,
        const char *what, member_test *is_member)
{
	for (unsigned i = 0; i < (unsigned)config_setting_length(s); i++) {
		const config_setting_t *member = config_setting_get_elem(s, i);

		if (!is_member(config_setting_name(member)))
			return reader_wrong(r, member, "a %s has no member \"%s\"", what,
			        config_setting_name(member));
	}
	return true;
}

/* A DS with SHA-1 is refused (RFC 9905), and so is a digest that is too short to prove anything. */
static bool cut_read_ds(struct config_reader *r, const config_setting_t *s, struct config_ds *ds)
{
	struct writer out = writer_over(ds->octets, sizeof(ds->octets));
	const char *given = config_setting_get_string(s);
	char *text = strdup(given ? given : "");
	const char *fault = text ? key_rdata_read(TYPE_DS, text, &out) : "no memory";

	free(text);
	if (!fault && (!digest_is_supported(ds->octets[3]) || ds->octets[3] == DIGEST_SHA1))
		fault = "its digest type must be 2 or 4";
	if (!fault && (out.full || out.len != 4 + digest_octets(ds->octets[3])))
		fault = "its digest does not have the length of its type";
	ds->len = out.len;
	return !fault || reader_wrong(r, s,
	                         "not a DS record: %s. Write its tag, algorithm, digest type and "
	                         "digest, such as "
	                         "\"12345 13 2 31..E8\"",
	                         fault);
}

static bool cut_read_ds_list(
        struct config_reader *r, const config_setting_t *s, struct config_cut *cut)
{
	unsigned count = (unsigned)config_setting_length(s);

	if (!reader_is_list(s, LIMIT_DS))
		return reader_wrong(r, s, "ds must be a list of at most %d DS records", LIMIT_DS);
	for (; cut->ds_count < count; cut->ds_count++) {
		if (!cut_read_ds(
		            r, config_setting_get_elem(s, cut->ds_count), &cut->ds[cut->ds_count]))
			return false;
	}
	return true;
}

/* A cut is a name, or a group of a name and the DS records of the child. */
static bool cut_read(struct config_reader *r, const config_setting_t *s, const struct name *apex,
        struct config_cut *cut)
{
	bool is_group = config_setting_is_group(s);
	const config_setting_t *name = is_group ? config_setting_get_member(s, "name") : s;
	const config_setting_t *ds = is_group ? config_setting_get_member(s, "ds") : NULL;

	*cut = (struct config_cut){ .line = config_setting_source_line(s) };
	if (is_group && !group_has_no_others(r, s, "cut", is_member_of_cut))
		return false;
	if (!name || !setting_read_name(name, &cut->name) || !name_within(&cut->name, apex) ||
	        name_equal(&cut->name, apex))
		return reader_wrong(
		        r, name ? name : s, "a cut must be a name below the name of its zone");
	return !ds || cut_read_ds_list(r, ds, cut);
}

static bool zone_read_cuts(struct config_reader *r, const config_setting_t *s,
        struct config_zone *zone, struct config_zones *zones)
{
	if (!reader_is_list(s, CONFIG_CUTS_MAX))
		return reader_wrong(r, s,
		        "cuts must be a list of at most %d names, such as [ \"sub.example.org\" ]",
		        CONFIG_CUTS_MAX);
	zone->cut_first = zones->cut_count;
	for (; zone->cut_count < (unsigned)config_setting_length(s); zone->cut_count++) {
		struct config_cut *cuts =
		        reader_grow(r, zones->cuts, zones->cut_count, sizeof(*cuts));
		if (!cuts)
			return false;
		zones->cuts = cuts;
		if (!cut_read(r, config_setting_get_elem(s, zone->cut_count), &zone->apex,
		            &cuts[zones->cut_count]))
			return false;
		zones->cut_count++;
	}
	return true;
}

static bool zone_read_speaker(
        struct config_reader *r, const config_setting_t *s, struct config_zones *zones)
{
	const char *text = config_setting_get_string(s);

	struct network *speakers =
	        reader_grow(r, zones->speakers, zones->speaker_count, sizeof(*speakers));
	if (!speakers)
		return false;
	zones->speakers = speakers;
	if (!text || strchr(text, '/') || !network_read(text, &speakers[zones->speaker_count]))
		return reader_wrong(r, s, "a server of a zone must be an address without port");
	zones->speaker_count++;
	return true;
}

static bool zone_read_speakers(struct config_reader *r, const config_setting_t *s,
        struct config_zone *zone, struct config_zones *zones)
{
	unsigned count = (unsigned)config_setting_length(s);

	if (!reader_is_list(s, CONFIG_SPEAKERS_MAX) || count == 0)
		return reader_wrong(r, s,
		        "servers must be a list of at most %d addresses, such as "
		        "[ \"192.0.2.53\" ]",
		        CONFIG_SPEAKERS_MAX);
	zone->speaker_first = zones->speaker_count;
	zone->speaker_count = count;
	for (unsigned i = 0; i < count; i++) {
		if (!zone_read_speaker(r, config_setting_get_elem(s, i), zones))
			return false;
	}
	return true;
}

static bool zone_read_max_ttl(struct config_reader *r, const config_setting_t *s, uint32_t *value)
{
	int n = config_setting_get_int(s);

	if (config_setting_type(s) != CONFIG_TYPE_INT || n < 1 || n > SIGN_LIFE_S)
		return reader_wrong(r, s, "max_ttl must be a number from 1 to %d", SIGN_LIFE_S);
	*value = (uint32_t)n;
	return true;
}

static bool zone_read_apex(
        struct config_reader *r, const config_setting_t *s, struct config_zone *zone)
{
	const config_setting_t *name = config_setting_get_member(s, "name");

	if (!name || !setting_read_name(name, &zone->apex))
		return reader_wrong(
		        r, name ? name : s, "a zone needs `name`, the domain name of its apex");
	return true;
}

/* A zone of the keeper gets its directory when the whole file is read: config_zones_place(). */
static bool zone_read_keys(
        struct config_reader *r, const config_setting_t *s, struct config_zone *zone)
{
	const config_setting_t *keys = config_setting_get_member(s, "keys");

	if (zone->is_kept)
		return !keys || reader_wrong(r, keys,
		                        "a zone with keeper = true has no `keys`: its timeline is "
		                        "in keeper.timelines");
	if (keys)
		return reader_path(keys, zone->keys) ||
		       reader_wrong(r, keys,
		               "keys must be the path of a directory, starting with / and shorter "
		               "than %d octets",
		               CONFIG_PATH_MAX);
	strcpy(zone->keys, CONFIG_KEYS_DIRECTORY);
	return true;
}

/* Appends a zone. Returns NULL if memory runs out, and says so. */
static struct config_zone *zones_grow(struct config_reader *r, struct config_zones *zones)
{
	struct config_zone *items = reader_grow(r, zones->items, zones->count, sizeof(*items));

	if (!items)
		return NULL;
	zones->items = items;
	items[zones->count] = (struct config_zone){ .max_ttl_s = SIGN_MAX_TTL_S };
	return &items[zones->count++];
}

/* Reads the members of a zone whose apex is known. */
static bool zone_read_members(struct config_reader *r, const config_setting_t *s,
        struct config_zone *zone, struct config_zones *zones)
{
	const config_setting_t *max_ttl = config_setting_get_member(s, "max_ttl");
	const config_setting_t *cuts = config_setting_get_member(s, "cuts");
	const config_setting_t *servers = config_setting_get_member(s, "servers");

	return habits_read(r, s, zone) && zone_read_keys(r, s, zone) &&
	       (!max_ttl || zone_read_max_ttl(r, max_ttl, &zone->max_ttl_s)) &&
	       (!cuts || zone_read_cuts(r, cuts, zone, zones)) &&
	       (!servers || zone_read_speakers(r, servers, zone, zones));
}

bool config_zone_read(
        struct config_reader *r, const config_setting_t *s, struct config_zones *zones)
{
	if (!config_setting_is_group(s))
		return reader_wrong(r, s,
		        "a zone must be a group, such as { name = \"example.org\"; "
		        "keys = \"" CONFIG_KEYS_DIRECTORY "\"; }");
	struct config_zone *zone = zones_grow(r, zones);
	if (!zone)
		return false;
	zone->line = config_setting_source_line(s);
	return group_has_no_others(r, s, "zone", is_member_of_zone) && zone_read_apex(r, s, zone) &&
	       zone_read_members(r, s, zone, zones);
}

bool config_zone_read_nameless(struct config_reader *r, const config_setting_t *root,
        const struct name *apex, const struct config_servers *servers, struct config_zones *zones)
{
	struct config_zone *zone = zones_grow(r, zones);

	if (!zone)
		return false;
	zone->apex = *apex;
	if (config_setting_get_member(root, "name"))
		return reader_wrong(r, config_setting_get_member(root, "name"),
		        "the name of this file is the name of the zone: remove the member "
		        "\"name\"");
	return group_has_no_others(r, root, "zone", is_member_of_zone_file) &&
	       zone_read_members(r, root, zone, zones) &&
	       config_zone_speakers_fit(r, root, zone, zones, servers);
}

/* ---- The servers of a zone ---- */

static bool is_sign_server(const struct config_servers *servers, const struct network *speaker)
{
	for (unsigned i = 0; i < servers->count; i++) {
		if (span_equal(sockaddr_octets(&servers->items[i]),
		            span_of(speaker->octets, speaker->len)))
			return true;
	}
	return servers->count == 0;
}

bool config_zone_speakers_fit(struct config_reader *r, const config_setting_t *s,
        const struct config_zone *zone, const struct config_zones *zones,
        const struct config_servers *servers)
{
	const config_setting_t *list = config_setting_get_member(s, "servers");

	for (unsigned i = 0; i < zone->speaker_count; i++) {
		if (!is_sign_server(servers, &zones->speakers[zone->speaker_first + i]))
			return reader_wrong(r, config_setting_get_elem(list, i),
			        "the server \"%s\" of a zone is not in sign.servers",
			        config_setting_get_string_elem(list, (int)i));
	}
	return true;
}
