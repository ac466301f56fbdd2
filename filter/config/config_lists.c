/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/config_lists.h"

#include <stdlib.h>
#include <string.h>

#include "config/address.h"
#include "config/config_reader.h"
#include "config/config_table.h"
#include "config/interface_name.h"
#include "config/network_text.h"
#include "wire/nat64.h"

/* ---- Lists of servers ---- */

static void server_list_fini(void *value)
{
	struct config_servers *servers = value;

	free(servers->items);
	*servers = (struct config_servers){ 0 };
}

static bool server_read_without_port(const char *text, struct sockaddr_storage *address)
{
	return address_read(text, address) && text[0] != '[' && !strchr(text, '%') &&
	       (address->ss_family == AF_INET6 || !strchr(text, ':'));
}

static bool server_list_fill(struct config_reader *r, const config_setting_t *s,
        struct config_servers *servers,
        bool (*read_one)(const char *text, struct sockaddr_storage *address))
{
	servers->items =
	        reader_array(r, (unsigned)config_setting_length(s), sizeof(*servers->items));
	if (!servers->items)
		return false;
	for (int i = 0; i < config_setting_length(s); i++) {
		const char *text = config_setting_get_string_elem(s, i);
		if (!text || !read_one(text, &servers->items[i]))
			return false;
		servers->count++;
	}
	return true;
}

static bool resolver_list_read(
        struct config_reader *r, const struct config_key *k, const config_setting_t *s, void *value)
{
	const struct config_servers *servers = value;

	if (!reader_is_list(s, CONFIG_RESOLVERS_MAX) ||
	        !server_list_fill(r, s, value, address_read))
		return false;
	for (unsigned i = 0; i < servers->count; i++) {
		char text[ADDRESS_TEXT_MAX];
		address_write(&servers->items[i], text);
		if (address_lacks_interface(&servers->items[i]))
			return reader_wrong(r, s,
			        "%s: the link-local address %s needs an interface, as in "
			        "\"fe80::1%%eth0\"",
			        k->path, text);
	}
	return true;
}

static bool server_list_read(
        struct config_reader *r, const struct config_key *k, const config_setting_t *s, void *value)
{
	(void)k;
	return reader_is_list(s, CONFIG_SERVERS_MAX) &&
	       server_list_fill(r, s, value, server_read_without_port);
}

static void resolver_list_say_allowed(const struct config_key *k, FILE *out)
{
	(void)k;
	fprintf(out,
	        "a list of at most %d addresses, such as [ \"192.0.2.1\", \"[2001:db8::1]:53\", "
	        "\"fe80::1%%eth0\" ]",
	        CONFIG_RESOLVERS_MAX);
}

static void server_list_say_allowed(const struct config_key *k, FILE *out)
{
	(void)k;
	fprintf(out,
	        "a list of at most %d addresses without port, such as "
	        "[ \"192.0.2.53\", \"2001:db8::53\" ]",
	        CONFIG_SERVERS_MAX);
}

static void server_list_show(const struct config_key *k, const void *value, FILE *out)
{
	const struct config_servers *servers = value;

	(void)k;
	fputs("[", out);
	for (unsigned i = 0; i < servers->count; i++) {
		char text[ADDRESS_TEXT_MAX];
		address_write(&servers->items[i], text);
		fprintf(out, "%s\"%s\"", i ? ", " : " ", text);
	}
	fputs(" ]", out);
}

const struct config_kind kind_resolvers = { .read = resolver_list_read,
	.say_allowed = resolver_list_say_allowed,
	.show = server_list_show,
	.fini = server_list_fini };

const struct config_kind kind_servers = { .read = server_list_read,
	.say_allowed = server_list_say_allowed,
	.show = server_list_show,
	.fini = server_list_fini };

/* ---- Lists of networks ---- */

static bool network_list_read(
        struct config_reader *r, const struct config_key *k, const config_setting_t *s, void *value)
{
	struct config_networks *networks = value;

	(void)r;
	(void)k;
	if (!reader_is_list(s, CONFIG_NETWORKS_MAX))
		return false;
	networks->count = 0;
	for (int i = 0; i < config_setting_length(s); i++) {
		const char *text = config_setting_get_string_elem(s, i);
		if (!text || !network_read(text, &networks->items[i]))
			return false;
		networks->count++;
	}
	return true;
}

static void network_list_say_allowed(const struct config_key *k, FILE *out)
{
	(void)k;
	fprintf(out,
	        "a list of at most %d addresses or networks, such as "
	        "[ \"192.0.2.7\", \"2001:db8:7::/48\" ]",
	        CONFIG_NETWORKS_MAX);
}

static void network_list_show(const struct config_key *k, const void *value, FILE *out)
{
	const struct config_networks *networks = value;

	(void)k;
	fputs("[", out);
	for (unsigned i = 0; i < networks->count; i++) {
		char text[NETWORK_TEXT_SIZE];
		fprintf(out, "%s\"%s\"", i ? ", " : " ",
		        network_write(&networks->items[i], true, text));
	}
	fputs(" ]", out);
}

const struct config_kind kind_networks = { .read = network_list_read,
	.say_allowed = network_list_say_allowed,
	.show = network_list_show };

/* ---- Lists of words ---- */

#define WORDS_MAX 32 /* bits of the value */

/* Returns the bit of a word, or 0. */
static uint32_t word_bit(const struct config_key *k, const char *text)
{
	for (unsigned i = 0; text && k->words[i]; i++) {
		if (strcmp(k->words[i], text) == 0)
			return UINT32_C(1) << i;
	}
	return 0;
}

static bool word_list_read(
        struct config_reader *r, const struct config_key *k, const config_setting_t *s, void *value)
{
	uint32_t bits = 0;

	(void)r;
	if (!reader_is_list(s, WORDS_MAX))
		return false;
	for (int i = 0; i < config_setting_length(s); i++) {
		uint32_t bit = word_bit(k, config_setting_get_string_elem(s, i));
		if (!bit)
			return false;
		bits |= bit;
	}
	*(uint32_t *)value = bits;
	return true;
}

static void word_list_say_allowed(const struct config_key *k, FILE *out)
{
	fputs("a list of", out);
	for (unsigned i = 0; k->words[i]; i++)
		fprintf(out, "%s \"%s\"", i ? " or" : "", k->words[i]);
	fputs(", or [ ]", out);
}

static void word_list_show(const struct config_key *k, const void *value, FILE *out)
{
	const char *before = " ";

	fputs("[", out);
	for (unsigned i = 0; k->words[i]; i++) {
		if (!(*(const uint32_t *)value & UINT32_C(1) << i))
			continue;
		fprintf(out, "%s\"%s\"", before, k->words[i]);
		before = ", ";
	}
	fputs(" ]", out);
}

const struct config_kind kind_words = {
	.read = word_list_read, .say_allowed = word_list_say_allowed, .show = word_list_show
};

/* ---- Prefixes of NAT64s ---- */

/* The prefixes in the table of keys are good, and separated by spaces. */
static bool prefix_list_default(const struct config_key *k, void *value)
{
	struct config_networks *prefixes = value;
	const char *text = k->text;
	char word[NETWORK_TEXT_SIZE];

	for (int len; sscanf(text, "%49s%n", word, &len) == 1; text += len)
		network_read(word, &prefixes->items[prefixes->count++]);
	return true;
}

static bool prefix_list_read(
        struct config_reader *r, const struct config_key *k, const config_setting_t *s, void *value)
{
	struct config_networks *prefixes = value;

	if (!network_list_read(r, k, s, value))
		return false;
	for (unsigned i = 0; i < prefixes->count; i++) {
		if (!nat64_is_prefix(&prefixes->items[i]))
			return false;
	}
	return true;
}

static void prefix_list_say_allowed(const struct config_key *k, FILE *out)
{
	(void)k;
	fprintf(out,
	        "a list of at most %d IPv6 prefixes of 32, 40, 48, 56, 64 or 96 bits, with zeros "
	        "after them, such as [ \"64:ff9b::/96\" ]",
	        CONFIG_NETWORKS_MAX);
}

const struct config_kind kind_prefixes = { .set_default = prefix_list_default,
	.read = prefix_list_read,
	.say_allowed = prefix_list_say_allowed,
	.show = network_list_show };

/* ---- Lists of domain names ---- */

static void name_list_fini(void *value)
{
	struct namelist **list = value;

	free(*list);
	*list = NULL;
}

/* The names in the table of keys are good, and at most NAMELIST_MAX. */
static bool name_list_default(const struct config_key *k, void *value)
{
	struct namelist *list = calloc(1, sizeof(*list));
	const char *text = k->text;
	char word[NAME_TEXT_SIZE];

	*(struct namelist **)value = list;
	for (int len; list && sscanf(text, "%1023s%n", word, &len) == 1; text += len)
		name_from_text(word, &list->names[list->count++]);
	return list;
}

static bool name_list_read(
        struct config_reader *r, const struct config_key *k, const config_setting_t *s, void *value)
{
	struct namelist *list = *(struct namelist **)value;

	(void)r;
	(void)k;
	if (!reader_is_list(s, NAMELIST_MAX))
		return false;
	memset(list, 0, sizeof(*list));
	for (int i = 0; i < config_setting_length(s); i++) {
		const char *text = config_setting_get_string_elem(s, i);
		if (!text || !name_from_text(text, &list->names[list->count]))
			return false;
		list->count++;
	}
	return true;
}

static void name_list_say_allowed(const struct config_key *k, FILE *out)
{
	(void)k;
	fprintf(out, "a list of at most %d names, such as [ \"pool.ntp.org\" ]", NAMELIST_MAX);
}

static void name_list_show(const struct config_key *k, const void *value, FILE *out)
{
	const struct namelist *list = *(struct namelist *const *)value;

	(void)k;
	fputs("[", out);
	for (unsigned i = 0; i < list->count; i++) {
		char text[NAME_TEXT_SIZE];
		fputs(i ? ", " : " ", out);
		kind_show_text(name_text(&list->names[i], text), out);
	}
	fputs(" ]", out);
}

const struct config_kind kind_names = { .set_default = name_list_default,
	.read = name_list_read,
	.say_allowed = name_list_say_allowed,
	.show = name_list_show,
	.fini = name_list_fini };

/* ---- Lists of interfaces ---- */

static bool interface_list_read(
        struct config_reader *r, const struct config_key *k, const config_setting_t *s, void *value)
{
	struct config_interfaces *interfaces = value;

	(void)r;
	(void)k;
	if (!reader_is_list(s, CONFIG_INTERFACES_MAX))
		return false;
	memset(interfaces, 0, sizeof(*interfaces));
	for (int i = 0; i < config_setting_length(s); i++) {
		const char *text = config_setting_get_string_elem(s, i);
		if (!interface_name_is_safe(text))
			return false;
		strcpy(interfaces->names[interfaces->count++], text);
	}
	return true;
}

static void interface_list_say_allowed(const struct config_key *k, FILE *out)
{
	(void)k;
	fprintf(out,
	        "a list of at most %d interfaces, such as [ \"lan0\" ], of letters, digits and .-_",
	        CONFIG_INTERFACES_MAX);
}

static void interface_list_show(const struct config_key *k, const void *value, FILE *out)
{
	const struct config_interfaces *interfaces = value;

	(void)k;
	fputs("[", out);
	for (unsigned i = 0; i < interfaces->count; i++) {
		fputs(i ? ", " : " ", out);
		kind_show_text(interfaces->names[i], out);
	}
	fputs(" ]", out);
}

const struct config_kind kind_interfaces = { .read = interface_list_read,
	.say_allowed = interface_list_say_allowed,
	.show = interface_list_show };
