/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/config_sign.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/sockaddr.h"
#include "config/config_habits.h"
#include "config/config_reader.h"
#include "config/network_text.h"
#include "keys/record_text.h"
#include "keys/record_write.h"
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

static bool is_member_of_zone(const char *name)
{
	static const char *const members[] = { "name", "keys", "max_ttl", "cuts", "servers" };

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (strcmp(members[i], name) == 0)
			return true;
	}
	return habit_is_member(name);
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
        const struct name *apex, struct config_zones *zones)
{
	if (!reader_is_list(s, CONFIG_CUTS_MAX))
		return reader_wrong(r, s,
		        "cuts must be a list of at most %d names, such as [ \"sub.example.org\" ]",
		        CONFIG_CUTS_MAX);
	for (unsigned i = 0; i < (unsigned)config_setting_length(s); i++) {
		struct config_cut *cuts =
		        reader_grow(r, zones->cuts, zones->cut_count, sizeof(*cuts));
		if (!cuts)
			return false;
		zones->cuts = cuts;
		struct config_cut *cut = &cuts[zones->cut_count];
		if (!cut_read(r, config_setting_get_elem(s, i), apex, cut))
			return false;
		cut->listed_in = zones->count - 1;
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

static bool zone_read_keys(
        struct config_reader *r, const config_setting_t *s, char path[static CONFIG_PATH_MAX])
{
	const config_setting_t *keys = config_setting_get_member(s, "keys");

	return (keys && reader_path(keys, path)) ||
	       reader_wrong(r, keys ? keys : s,
	               "a zone needs `keys`, the path of a directory, starting with / and shorter "
	               "than %d octets",
	               CONFIG_PATH_MAX);
}

static bool zone_read(
        struct config_reader *r, const config_setting_t *s, struct config_zones *zones)
{
	const config_setting_t *max_ttl, *cuts, *servers;

	if (!config_setting_is_group(s))
		return reader_wrong(r, s,
		        "a zone must be a group, such as { name = \"example.org\"; "
		        "keys = \"/etc/sealgate/keys\"; }");
	struct config_zone *items = reader_grow(r, zones->items, zones->count, sizeof(*items));
	if (!items)
		return false;
	zones->items = items;
	struct config_zone *zone = &items[zones->count];
	*zone = (struct config_zone){ .line = config_setting_source_line(s),
		.max_ttl_s = SIGN_MAX_TTL_S };
	if (!group_has_no_others(r, s, "zone", is_member_of_zone) || !zone_read_apex(r, s, zone) ||
	        !zone_read_keys(r, s, zone->keys))
		return false;
	zones->count++;
	max_ttl = config_setting_get_member(s, "max_ttl");
	cuts = config_setting_get_member(s, "cuts");
	servers = config_setting_get_member(s, "servers");
	return (!max_ttl || zone_read_max_ttl(r, max_ttl, &zone->max_ttl_s)) &&
	       habits_read(r, s, zone) && (!cuts || zone_read_cuts(r, cuts, &zone->apex, zones)) &&
	       (!servers || zone_read_speakers(r, servers, zone, zones));
}

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
		if (!zone_read(r, config_setting_get_elem(s, i), value))
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
	const char *before = " cuts = ( ";

	for (unsigned i = 0; i < zones->cut_count; i++) {
		if (zones->cuts[i].listed_in != (unsigned)(zone - zones->items))
			continue;
		fputs(before, out);
		cut_show(&zones->cuts[i], out);
		before = ", ";
	}
	if (before[0] == ',')
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
		fputs("; keys = ", out);
		kind_show_text(zone->keys, out);
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

static bool is_sign_server(const struct config_servers *servers, const struct network *speaker)
{
	for (unsigned i = 0; i < servers->count; i++) {
		if (span_equal(sockaddr_octets(&servers->items[i]),
		            span_of(speaker->octets, speaker->len)))
			return true;
	}
	return servers->count == 0;
}

/* The servers of a zone must be in sign.servers, or none of its answers would ever be signed. */
static bool speakers_fit(struct config_reader *r, config_t *file)
{
	const struct config_zones *zones = &r->config->sign_zones;
	const config_setting_t *list = config_lookup(file, "sign.zones");

	for (unsigned i = 0; i < zones->count; i++) {
		const struct config_zone *zone = &zones->items[i];
		const config_setting_t *servers =
		        config_setting_get_member(config_setting_get_elem(list, i), "servers");
		for (unsigned k = 0; k < zone->speaker_count; k++) {
			if (!is_sign_server(&r->config->sign_servers,
			            &zones->speakers[zone->speaker_first + k]))
				return reader_wrong(r, config_setting_get_elem(servers, k),
				        "the server \"%s\" of a zone is not in sign.servers",
				        config_setting_get_string_elem(servers, (int)k));
		}
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

bool config_signer_fits(struct config_reader *r, config_t *file)
{
	const struct config *c = r->config;
	const config_setting_t *group = config_lookup(file, "sign");

	if (!group)
		group = config_lookup(file, "role");
	if (c->sign_zones.count == 0)
		return reader_wrong(r, group, "the role \"signer\" needs sign.zones");
	if (c->sign_place == PLACE_GATEWAY && c->sign_servers.count == 0)
		return reader_wrong(r, group,
		        "sign.place = \"gateway\" needs sign.servers, so that only the answers of "
		        "these are signed");
	return cuts_fit(r, file) && speakers_fit(r, file);
}
