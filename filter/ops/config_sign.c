/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the configuration says of the signer. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "ops/address.h"
#include "ops/reading.h"
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

static bool read_network(const char *text, struct sign_network *network)
{
	char address[INET6_ADDRSTRLEN];
	const char *slash = text ? strchr(text, '/') : NULL;
	size_t len = slash ? (size_t)(slash - text) : text ? strlen(text) : sizeof(address);

	if (len >= sizeof(address))
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	*network = (struct sign_network){ 0 };
	if (inet_pton(AF_INET, address, network->octets) == 1)
		network->len = 4;
	else if (inet_pton(AF_INET6, address, network->octets) == 1)
		network->len = 16;
	network->prefix = (uint8_t)(network->len * 8);
	return network->len > 0 &&
	       (!slash || read_prefix(slash + 1, network->len * 8u, &network->prefix));
}

bool reading_secondaries(const config_setting_t *s, struct config_secondaries *secondaries)
{
	if (!reading_is_list(s, CONFIG_SECONDARIES_MAX))
		return false;
	secondaries->count = 0;
	for (int i = 0; i < config_setting_length(s); i++) {
		if (!read_network(config_setting_get_string_elem(s, i), &secondaries->items[i]))
			return false;
		secondaries->count++;
	}
	return true;
}

static bool read_name(const config_setting_t *s, struct name *name)
{
	const char *text = config_setting_get_string(s);
	return text && name_from_text(text, name);
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
		struct name *cut = &zones->cuts[zones->cut_count];
		if (!read_name(item, cut) || !name_within(cut, apex) || name_equal(cut, apex))
			return reading_wrong(
			        r, item, "a cut must be a name below that of its zone");
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

static const char *const members[] = { "name", "keys", "max_ttl", "cuts", "servers" };

static bool has_no_others(struct reading *r, const config_setting_t *s)
{
	for (unsigned i = 0; i < (unsigned)config_setting_length(s); i++) {
		const config_setting_t *member = config_setting_get_elem(s, i);
		bool is_known = false;

		for (size_t m = 0; m < sizeof(members) / sizeof(members[0]); m++)
			is_known = is_known || strcmp(members[m], config_setting_name(member)) == 0;
		if (!is_known)
			return reading_wrong(
			        r, member, "a zone has no \"%s\"", config_setting_name(member));
	}
	return true;
}

static bool read_zone(struct reading *r, const config_setting_t *s, struct config_zones *zones)
{
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
	if (!has_no_others(r, s))
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

static bool is_server(const struct config_servers *servers, const struct sign_network *speaker)
{
	for (unsigned i = 0; i < servers->count; i++) {
		const struct sockaddr_storage *a = &servers->items[i];
		const void *octets =
		        a->ss_family == AF_INET
		                ? (const void *)&((const struct sockaddr_in *)a)->sin_addr
		                : &((const struct sockaddr_in6 *)a)->sin6_addr;
		size_t len = a->ss_family == AF_INET ? 4 : 16;
		if (len == speaker->len && memcmp(octets, speaker->octets, len) == 0)
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
	return speakers_fit(r, file);
}
