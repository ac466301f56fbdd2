/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing a configuration, the other way round from config.c. */
#include "config/config_show.h"

#include <string.h>

#include "base/sockaddr.h"
#include "config/address.h"
#include "config/config.h"
#include "config/config_table.h"
#include "config/nta_text.h"
#include "keys/record_text.h"
#include "keys/record_write.h"

static void show_text(const char *text, FILE *out)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void show_addresses(const struct sockaddr_storage *items, unsigned count, FILE *out)
{
	fputs("[", out);
	for (unsigned i = 0; i < count; i++) {
		char text[ADDRESS_TEXT_MAX];
		address_write(&items[i], text);
		fprintf(out, "%s\"%s\"", i ? ", " : " ", text);
	}
	fputs(" ]", out);
}

static void show_ntas(const struct nta_list *list, FILE *out)
{
	fputs("[", out);
	for (unsigned i = 0; i < list->count; i++) {
		char text[NTA_TEXT_SIZE];
		nta_write(&list->items[i], text);
		fputs(i ? ", " : " ", out);
		show_text(text, out);
	}
	fputs(" ]", out);
}

static void show_names(const struct namelist *list, FILE *out)
{
	fputs("[", out);
	for (unsigned i = 0; i < list->count; i++) {
		char text[NAME_TEXT_SIZE];
		fputs(i ? ", " : " ", out);
		show_text(name_text(&list->names[i], text), out);
	}
	fputs(" ]", out);
}

static void show_interfaces(const struct config_interfaces *interfaces, FILE *out)
{
	fputs("[", out);
	for (unsigned i = 0; i < interfaces->count; i++) {
		fputs(i ? ", " : " ", out);
		show_text(interfaces->names[i], out);
	}
	fputs(" ]", out);
}

static void show_networks(const struct network *items, unsigned count, bool with_prefix, FILE *out)
{
	fputs("[", out);
	for (unsigned i = 0; i < count; i++) {
		const struct network *n = &items[i];
		char text[INET6_ADDRSTRLEN];
		fprintf(out, "%s\"%s", i ? ", " : " ",
		        address_text(span_of(n->octets, n->len), text));
		if (with_prefix)
			fprintf(out, "/%u", n->prefix);
		fputc('"', out);
	}
	fputs(" ]", out);
}

static void show_cut(const struct config_cut *cut, FILE *out)
{
	char text[NAME_TEXT_SIZE];

	if (cut->ds_count > 0)
		fputs("{ name = ", out);
	show_text(name_text(&cut->name, text), out);
	for (unsigned i = 0; i < cut->ds_count; i++) {
		fputs(i ? "\", \"" : "; ds = [ \"", out);
		key_ds_write(out, span_of(cut->ds[i].octets, cut->ds[i].len));
	}
	if (cut->ds_count > 0)
		fputs("\" ]; }", out);
}

static void show_cuts(const struct config_zones *zones, const struct config_zone *zone, FILE *out)
{
	const char *before = " cuts = ( ";

	for (unsigned i = 0; i < zones->cut_count; i++) {
		if (config_zone_of(zones, &zones->cuts[i].name) != zone)
			continue;
		fputs(before, out);
		show_cut(&zones->cuts[i], out);
		before = ", ";
	}
	if (before[0] == ',')
		fputs(" );", out);
}

static void show_zones(const struct config_zones *zones, FILE *out)
{
	char text[NAME_TEXT_SIZE];

	fputs("(", out);
	for (unsigned i = 0; i < zones->count; i++) {
		const struct config_zone *zone = &zones->items[i];

		fprintf(out, "%s\n\t\t{ name = ", i ? "," : "");
		show_text(name_text(&zone->apex, text), out);
		fputs("; keys = ", out);
		show_text(zone->keys, out);
		fprintf(out, "; max_ttl = %u;", zone->max_ttl_s);
		show_cuts(zones, zone, out);
		if (zone->speaker_count > 0) {
			fputs(" servers = ", out);
			show_networks(&zones->speakers[zone->speaker_first], zone->speaker_count,
			        false, out);
			fputc(';', out);
		}
		fputs(" }", out);
	}
	fputs(" )", out);
}

static void show_value(const struct key *k, const struct config *c, FILE *out)
{
	const void *value = key_value_const(k, c);
	const struct config_servers *servers;
	const struct config_networks *networks;

	switch (k->kind) {
	case KEY_NUMBER:
		fprintf(out, "%u", *(const uint32_t *)value);
		break;
	case KEY_MARK:
		fprintf(out, "0x%08x", *(const uint32_t *)value);
		break;
	case KEY_SWITCH:
		fputs(*(const bool *)value ? "true" : "false", out);
		break;
	case KEY_WORD:
		show_text(key_word(k->path, c), out);
		break;
	case KEY_PATH:
		show_text(value, out);
		break;
	case KEY_RESOLVERS:
		show_addresses(c->resolvers, c->resolver_count, out);
		break;
	case KEY_NTAS:
		show_ntas(value, out);
		break;
	case KEY_NAMES:
		show_names(value, out);
		break;
	case KEY_INTERFACES:
		show_interfaces(value, out);
		break;
	case KEY_SERVERS:
		servers = value;
		show_addresses(servers->items, servers->count, out);
		break;
	case KEY_NETWORKS:
		networks = value;
		show_networks(networks->items, networks->count, true, out);
		break;
	case KEY_ZONES:
		show_zones(value, out);
		break;
	}
}

static void show_help(const char *help, const char *indent, FILE *out)
{
	while (*help) {
		int len = (int)strcspn(help, "\n");
		fprintf(out, "%s# %.*s\n", indent, len, help);
		help += len + (help[len] == '\n');
	}
}

static size_t group_len(const struct key *k)
{
	const char *dot = strchr(k->path, '.');
	return dot ? (size_t)(dot - k->path) : 0;
}

static bool same_group(const struct key *a, const struct key *b)
{
	size_t len = group_len(a);
	return len == group_len(b) && strncmp(a->path, b->path, len) == 0;
}

/* The keys of one group stand together in the table. */
static void show_keys(const struct config *c, bool is_example, FILE *out)
{
	for (const struct key *k = keys; k < keys + key_count; k++) {
		int group = (int)group_len(k);
		const char *indent = group ? "\t" : "";
		const char *name = group ? k->path + group + 1 : k->path;

		if (is_example && (k == keys || !group || same_group(k - 1, k)))
			fputc('\n', out);
		if (group && (k == keys || !same_group(k - 1, k)))
			fprintf(out, "%s%.*s = {\n", is_example ? "\n" : "", group, k->path);
		if (is_example)
			show_help(k->help, indent, out);
		fprintf(out, "%s%s%s = ", indent, is_example ? "#" : "", name);
		show_value(k, c, out);
		fputs(";\n", out);
		if (group && (k + 1 == keys + key_count || !same_group(k, k + 1)))
			fputs("};\n", out);
	}
}

void config_show(const struct config *c, FILE *out)
{
	show_keys(c, false, out);
}

void config_example(FILE *out)
{
	struct config defaults;

	config_defaults(&defaults);
	fputs("# sealgate.conf: every key with its default. Take the # away to change one; after "
	      "that\n"
	      "# `sealgate config check` says what it thinks of the file. (Written by `sealgate "
	      "config\n"
	      "# example`.)\n",
	        out);
	show_keys(&defaults, true, out);
}
