/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the configuration says of the signer. */
#include "config/config_sign.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/sockaddr.h"
#include "config/address.h"
#include "config/config_reader.h"
#include "keys/record_text.h"
#include "wire/protocol.h"

static bool read_server(const char *text, struct sockaddr_storage *address)
{
	return text && address_read(text, address) && strspn(text, "[") == 0 &&
	       (address->ss_family == AF_INET6 || !strchr(text, ':'));
}

bool reading_servers(const config_setting_t *s, struct config_servers *servers)
{
	if (!reading_is_list(s, CONFIG_SERVERS_MAX))
		return false;
	servers->count = 0;
	for (int i = 0; i < config_setting_length(s); i++) {
		if (!read_server(config_setting_get_string_elem(s, i), &servers->items[i]))
			return false;
		servers->count++;
	}
	return true;
}

static bool read_prefix(const char *text, unsigned max, uint8_t *prefix)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	*prefix = (uint8_t)n;
	return text[0] >= '0' && text[0] <= '9' && *end == '\0' && n <= max;
}

static bool read_network(const char *text, struct network *network)
{
	char address[INET6_ADDRSTRLEN];
	const char *slash = text ? strchr(text, '/') : NULL;
	size_t len = slash ? (size_t)(slash - text) : text ? strlen(text) : sizeof(address);

	if (len >= sizeof(address))
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	*network = (struct network){ 0 };
	if (inet_pton(AF_INET, address, network->octets) == 1)
		network->len = 4;
	else if (inet_pton(AF_INET6, address, network->octets) == 1)
		network->len = 16;
	network->prefix = (uint8_t)(network->len * 8);
	return network->len > 0 &&
	       (!slash || read_prefix(slash + 1, network->len * 8u, &network->prefix));
}

bool reading_networks(const config_setting_t *s, struct config_networks *networks)
{
	if (!reading_is_list(s, CONFIG_NETWORKS_MAX))
		return false;
	networks->count = 0;
	for (int i = 0; i < config_setting_length(s); i++) {
		if (!read_network(config_setting_get_string_elem(s, i), &networks->items[i]))
			return false;
		networks->count++;
	}
	return true;
}

static bool read_name(const config_setting_t *s, struct name *name)
{
	const char *text = config_setting_get_string(s);
	return text && name_from_text(text, name);
}

static bool has_no_others(
        struct reading *r, const config_setting_t *s, const char *what, const char *const members[])
{
	for (unsigned i = 0; i < (unsigned)config_setting_length(s); i++) {
		const config_setting_t *member = config_setting_get_elem(s, i);
		const char *const *known = members;

		while (*known && strcmp(*known, config_setting_name(member)) != 0)
			known++;
		if (!*known)
			return reading_wrong(
			        r, member, "a %s has no \"%s\"", what, config_setting_name(member));
	}
	return true;
}

/* A DS of SHA-1 is none by now (RFC 9905), and a digest that is too short proves nothing. */
static bool read_ds(struct reading *r, const config_setting_t *s, struct config_ds *ds)
{
	struct writer out = writer_over(ds->octets, sizeof(ds->octets));
	const char *given = config_setting_get_string(s);
	char *text = strdup(given ? given : "");
	const char *fault = text ? key_rdata_read(TYPE_DS, text, &out) : "out of memory";

	free(text);
	if (!fault && (!digest_is_supported(ds->octets[3]) || ds->octets[3] == DIGEST_SHA1))
		fault = "its digest type must be 2 or 4";
	if (!fault && (out.full || out.len != 4 + digest_octets(ds->octets[3])))
		fault = "its digest has another length than that type has";
	ds->len = out.len;
	return !fault || reading_wrong(r, s,
	                         "this is no DS, such as \"12345 13 2 31..E8\", tag, algorithm, "
	                         "digest type, digest: %s",
	                         fault);
}

static bool read_ds_of_cut(struct reading *r, const config_setting_t *s, struct config_cut *cut)
{
	unsigned count = (unsigned)config_setting_length(s);

	if (!reading_is_list(s, LIMIT_DS))
		return reading_wrong(r, s, "ds must be a list of at most %d DS records", LIMIT_DS);
	for (; cut->ds_count < count; cut->ds_count++) {
		if (!read_ds(r, config_setting_get_elem(s, cut->ds_count), &cut->ds[cut->ds_count]))
			return false;
	}
	return true;
}

/* A name; or a group with it and the DS records of the child. */
static bool read_cut(struct reading *r, const config_setting_t *s, const struct name *apex,
        struct config_cut *cut)
{
	static const char *const members[] = { "name", "ds", NULL };
	bool is_group = config_setting_is_group(s);
	const config_setting_t *name = is_group ? config_setting_get_member(s, "name") : s;
	const config_setting_t *ds = is_group ? config_setting_get_member(s, "ds") : NULL;

	*cut = (struct config_cut){ .line = config_setting_source_line(s) };
	if (is_group && !has_no_others(r, s, "cut", members))
		return false;
	if (!name || !read_name(name, &cut->name) || !name_within(&cut->name, apex) ||
	        name_equal(&cut->name, apex))
		return reading_wrong(
		        r, name ? name : s, "a cut must be a name below that of its zone");
	return !ds || read_ds_of_cut(r, ds, cut);
}

static bool read_cuts(struct reading *r, const config_setting_t *s, const struct name *apex,
        struct config_zones *zones)
{
	if (!reading_is_list(s, CONFIG_CUTS_MAX))
		return reading_wrong(
		        r, s, "cuts must be a list of names, such as [ \"sub.example.org\" ]");
	for (unsigned i = 0; i < (unsigned)config_setting_length(s); i++) {
		const config_setting_t *item = config_setting_get_elem(s, i);

		if (zones->cut_count == CONFIG_CUTS_MAX)
			return reading_wrong(
			        r, item, "there are more than %d cuts", CONFIG_CUTS_MAX);
		if (!read_cut(r, item, apex, &zones->cuts[zones->cut_count]))
			return false;
		zones->cut_count++;
	}
	return true;
}

static bool read_speaker(struct reading *r, const config_setting_t *s, struct config_zones *zones)
{
	const char *text = config_setting_get_string(s);

	if (zones->speaker_count == CONFIG_SPEAKERS_MAX)
		return reading_wrong(
		        r, s, "the zones have more than %d servers together", CONFIG_SPEAKERS_MAX);
	if (!text || strchr(text, '/') ||
	        !read_network(text, &zones->speakers[zones->speaker_count]))
		return reading_wrong(r, s, "a server of a zone must be an address without port");
	zones->speaker_count++;
	return true;
}

static bool read_speakers(struct reading *r, const config_setting_t *s, struct config_zone *zone,
        struct config_zones *zones)
{
	unsigned count = (unsigned)config_setting_length(s);

	if (!reading_is_list(s, CONFIG_SPEAKERS_MAX) || count == 0)
		return reading_wrong(
		        r, s, "servers must be a list of addresses, such as [ \"192.0.2.53\" ]");
	zone->speaker_first = zones->speaker_count;
	zone->speaker_count = count;
	for (unsigned i = 0; i < count; i++) {
		if (!read_speaker(r, config_setting_get_elem(s, i), zones))
			return false;
	}
	return true;
}

static bool read_max_ttl(struct reading *r, const config_setting_t *s, uint32_t *value)
{
	int n = config_setting_get_int(s);

	if (config_setting_type(s) != CONFIG_TYPE_INT || n < 1 || n > SIGN_LIFE_S)
		return reading_wrong(r, s, "max_ttl must be a number from 1 to %d", SIGN_LIFE_S);
	*value = (uint32_t)n;
	return true;
}

const struct config_zone *config_zone_of(const struct config_zones *zones, const struct name *name)
{
	const struct config_zone *longest = NULL;

	for (unsigned i = 0; i < zones->count; i++) {
		const struct config_zone *zone = &zones->items[i];
		if (name_within(name, &zone->apex) &&
		        (!longest || name_within(&zone->apex, &longest->apex)))
			longest = zone;
	}
	return longest;
}

static bool read_zone(struct reading *r, const config_setting_t *s, struct config_zones *zones)
{
	static const char *const members[] = { "name", "keys", "max_ttl", "cuts", "servers", NULL };
	struct config_zone *zone = &zones->items[zones->count];
	const config_setting_t *name, *keys, *max_ttl, *cuts, *servers;

	if (!config_setting_is_group(s))
		return reading_wrong(r, s,
		        "a zone must be a group, such as { name = \"example.org\"; "
		        "keys = \"/etc/sealgate/keys\"; }");
	name = config_setting_get_member(s, "name");
	keys = config_setting_get_member(s, "keys");
	max_ttl = config_setting_get_member(s, "max_ttl");
	cuts = config_setting_get_member(s, "cuts");
	servers = config_setting_get_member(s, "servers");
	zone->line = config_setting_source_line(s);
	zone->max_ttl_s = SIGN_MAX_TTL_S;
	if (!has_no_others(r, s, "zone", members))
		return false;
	if (!name || !read_name(name, &zone->apex))
		return reading_wrong(r, name ? name : s, "a zone needs the name of a zone");
	if (!keys || !reading_path(keys, zone->keys))
		return reading_wrong(r, keys ? keys : s,
		        "a zone needs keys, the path of a directory, starting with / and shorter "
		        "than %d octets",
		        CONFIG_PATH_MAX);
	for (unsigned i = 0; i < zones->count; i++) {
		if (name_equal(&zones->items[i].apex, &zone->apex))
			return reading_wrong(r, name, "the zone was named before, in line %u",
			        zones->items[i].line);
	}
	zones->count++;
	return (!max_ttl || read_max_ttl(r, max_ttl, &zone->max_ttl_s)) &&
	       (!cuts || read_cuts(r, cuts, &zone->apex, zones)) &&
	       (!servers || read_speakers(r, servers, zone, zones));
}

bool reading_zones(struct reading *r, const config_setting_t *s, struct config_zones *zones)
{
	*zones = (struct config_zones){ 0 };
	for (unsigned i = 0; i < (unsigned)config_setting_length(s); i++) {
		if (!read_zone(r, config_setting_get_elem(s, i), zones))
			return false;
	}
	return true;
}

static bool is_server(const struct config_servers *servers, const struct network *speaker)
{
	for (unsigned i = 0; i < servers->count; i++) {
		if (span_equal(sockaddr_octets(&servers->items[i]),
		            span_of(speaker->octets, speaker->len)))
			return true;
	}
	return servers->count == 0;
}

/* A zone's server must be one of the signer's, or nothing of the zone would ever be signed. */
static bool speakers_fit(struct reading *r, config_t *file)
{
	const struct config_zones *zones = &r->config->sign_zones;
	const config_setting_t *list = config_lookup(file, "sign.zones");

	for (unsigned i = 0; i < zones->count; i++) {
		const struct config_zone *zone = &zones->items[i];
		const config_setting_t *servers =
		        config_setting_get_member(config_setting_get_elem(list, i), "servers");
		for (unsigned k = 0; k < zone->speaker_count; k++) {
			if (!is_server(&r->config->sign_servers,
			            &zones->speakers[zone->speaker_first + k]))
				return reading_wrong(r, config_setting_get_elem(servers, k),
				        "the server \"%s\" of a zone is not in sign.servers",
				        config_setting_get_string_elem(servers, (int)k));
		}
	}
	return true;
}

/* A child that is a zone here needs no cut: it would be one of its own. */
static bool cuts_fit(struct reading *r, config_t *file)
{
	const struct config_zones *zones = &r->config->sign_zones;

	for (unsigned i = 0; i < zones->cut_count; i++) {
		const struct config_cut *cut = &zones->cuts[i];
		const struct config_zone *zone = config_zone_of(zones, &cut->name);
		if (name_equal(&zone->apex, &cut->name))
			return reading_wrong(r, config_lookup(file, "sign.zones"),
			        "the cut in line %u is a zone in line %u, and needs no cut",
			        cut->line, zone->line);
	}
	return true;
}

bool reading_signer_fits(struct reading *r, config_t *file)
{
	const struct config *c = r->config;
	const config_setting_t *group = config_lookup(file, "sign");

	if (!group)
		group = config_lookup(file, "role");
	if (c->sign_zones.count == 0)
		return reading_wrong(r, group, "the role \"signer\" needs sign.zones");
	if (c->sign_place == PLACE_GATEWAY && c->sign_servers.count == 0)
		return reading_wrong(r, group,
		        "sign.place = \"gateway\" needs sign.servers: what any other server says "
		        "must not be signed");
	return cuts_fit(r, file) && speakers_fit(r, file);
}
