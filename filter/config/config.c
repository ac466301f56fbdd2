/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/config.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include "base/complaint.h"
#include "base/sockaddr.h"
#include "config/address.h"
#include "config/config_reader.h"
#include "config/config_sign.h"
#include "config/config_table.h"
#include "config/nta_text.h"

bool reading_wrong(struct reading *r, const config_setting_t *at, const char *format, ...)
{
	va_list args;

	if (at) {
		const char *file = config_setting_source_file(at);
		complaint_set(
		        r->error, "%s:%u: ", file ? file : r->path, config_setting_source_line(at));
	} else {
		complaint_set(r->error, "%s: ", r->path);
	}
	va_start(args, format);
	complaint_add(r->error, format, args);
	va_end(args);
	return false;
}

static bool take_number(const struct key *k, const config_setting_t *s, uint32_t *value)
{
	int type = config_setting_type(s);
	long long n = config_setting_get_int64(s);

	if ((type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64) || n < k->min || n > k->max)
		return false;
	*value = (uint32_t)n;
	return true;
}

/* libconfig keeps what has no L at its end in 32 bits with a sign, hexadecimal or not. */
static bool take_mark(const config_setting_t *s, uint32_t *value)
{
	int type = config_setting_type(s);
	long long n = config_setting_get_int64(s);

	if (type == CONFIG_TYPE_INT && config_setting_get_format(s) == CONFIG_FORMAT_HEX)
		n = (uint32_t)n;
	if ((type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64) || n < 1 || n > UINT32_MAX)
		return false;
	*value = (uint32_t)n;
	return true;
}

static bool take_switch(const config_setting_t *s, bool *value)
{
	*value = config_setting_get_bool(s);
	return config_setting_type(s) == CONFIG_TYPE_BOOL;
}

static bool take_word(const struct key *k, const config_setting_t *s, uint32_t *value)
{
	const char *text = config_setting_get_string(s);

	for (uint32_t i = 0; text && text[0] && k->words[i]; i++) {
		if (strcmp(k->words[i], text) == 0) {
			*value = i;
			return true;
		}
	}
	return false;
}

bool reading_path(const config_setting_t *s, char value[static CONFIG_PATH_MAX])
{
	const char *text = config_setting_get_string(s);

	if (!text || text[0] != '/' || strlen(text) >= CONFIG_PATH_MAX)
		return false;
	strcpy(value, text);
	return true;
}

bool reading_is_list(const config_setting_t *s, int max)
{
	return config_setting_is_aggregate(s) && !config_setting_is_group(s) &&
	       config_setting_length(s) <= max;
}

static bool take_resolvers(const config_setting_t *s, struct config *c)
{
	int count = config_setting_length(s);

	if (!reading_is_list(s, CONFIG_RESOLVERS_MAX))
		return false;
	for (int i = 0; i < count; i++) {
		const char *text = config_setting_get_string_elem(s, i);
		if (!text || !address_read(text, &c->resolvers[i]))
			return false;
	}
	c->resolver_count = (unsigned)count;
	return true;
}

static bool take_ntas(const config_setting_t *s, struct nta_list *list)
{
	if (!reading_is_list(s, NTAS_MAX))
		return false;
	list->count = 0;
	for (int i = 0; i < config_setting_length(s); i++) {
		const char *text = config_setting_get_string_elem(s, i);
		struct nta nta;
		if (!text || !nta_read(text, &nta) || !nta_add(list, &nta.zone, nta.expires_s))
			return false;
	}
	return true;
}

static bool take_names(const config_setting_t *s, struct namelist *list)
{
	int count = config_setting_length(s);

	if (!config_setting_is_aggregate(s) || config_setting_is_group(s) || count > NAMELIST_MAX)
		return false;
	memset(list, 0, sizeof(*list));
	for (int i = 0; i < count; i++) {
		const char *text = config_setting_get_string_elem(s, i);
		if (!text || !name_from_text(text, &list->names[i]))
			return false;
	}
	list->count = (unsigned)count;
	return true;
}

bool config_is_interface(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                              "0123456789._-";
	size_t len = text ? strlen(text) : 0;

	return len > 0 && len < IF_NAMESIZE && strspn(text, allowed) == len && text[0] != '.' &&
	       text[0] != '-';
}

static bool take_interfaces(const config_setting_t *s, struct config_interfaces *interfaces)
{
	if (!reading_is_list(s, CONFIG_INTERFACES_MAX))
		return false;
	memset(interfaces, 0, sizeof(*interfaces));
	for (int i = 0; i < config_setting_length(s); i++) {
		const char *text = config_setting_get_string_elem(s, i);
		if (!config_is_interface(text))
			return false;
		strcpy(interfaces->names[interfaces->count++], text);
	}
	return true;
}

static bool take_value(const struct key *k, const config_setting_t *s, struct config *c)
{
	switch (k->kind) {
	case KEY_NUMBER:
		return take_number(k, s, key_value(k, c));
	case KEY_MARK:
		return take_mark(s, key_value(k, c));
	case KEY_SWITCH:
		return take_switch(s, key_value(k, c));
	case KEY_WORD:
		return take_word(k, s, key_value(k, c));
	case KEY_PATH:
		return reading_path(s, key_value(k, c));
	case KEY_RESOLVERS:
		return take_resolvers(s, c);
	case KEY_NTAS:
		return take_ntas(s, key_value(k, c));
	case KEY_NAMES:
		return take_names(s, key_value(k, c));
	case KEY_INTERFACES:
		return take_interfaces(s, key_value(k, c));
	case KEY_SERVERS:
		return reading_servers(s, key_value(k, c));
	case KEY_NETWORKS:
		return reading_networks(s, key_value(k, c));
	case KEY_ZONES: /* has more to say than yes or no */
		break;
	}
	return false;
}

static bool take_setting(struct reading *r, const char *path, const config_setting_t *s)
{
	char allowed[200];
	const struct key *k = key_find(path);

	if (!k)
		return reading_wrong(r, s, "there is no key \"%s\"", path);
	if (k->kind == KEY_ZONES && reading_is_list(s, CONFIG_ZONES_MAX))
		return reading_zones(r, s, key_value(k, r->config));
	if (take_value(k, s, r->config))
		return true;
	key_say_allowed(k, allowed, sizeof(allowed));
	return reading_wrong(r, s, "%s must be %s", path, allowed);
}

static bool is_group_of_keys(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < key_count; i++) {
		if (strncmp(keys[i].path, name, len) == 0 && keys[i].path[len] == '.')
			return true;
	}
	return false;
}

/* Groups do not nest, so a key's path has one dot at most. */
static bool take_group(struct reading *r, const char *group, const config_setting_t *s)
{
	for (unsigned i = 0; i < (unsigned)config_setting_length(s); i++) {
		const config_setting_t *member = config_setting_get_elem(s, i);
		const char *name = config_setting_name(member);
		char path[100];

		snprintf(path, sizeof(path), "%s%s%s", group, group[0] ? "." : "", name);
		if (!group[0] && is_group_of_keys(name) && config_setting_is_group(member)) {
			if (!take_group(r, name, member))
				return false;
		} else if (!take_setting(r, path, member)) {
			return false;
		}
	}
	return true;
}

/* A response must come to the worker that remembers its query, and of several queues nobody but the
 * kernel knows which one gets it. */
static bool shortcut_fits(struct reading *r, config_t *file)
{
	const struct config *c = r->config;
	const config_setting_t *blame = config_lookup(file, "shortcut");

	if (c->shortcut_interfaces.count == 0)
		return true;
	if (c->role != ROLE_GATEWAY && c->role != ROLE_BOTH)
		return reading_wrong(
		        r, blame, "shortcut.interfaces is for the roles \"gateway\" and \"both\"");
	if (c->queue_count != 1)
		return reading_wrong(r, blame, "shortcut.interfaces needs queue.count = 1");
	return true;
}

/* By one mark no two things can be told apart. */
static bool marks_fit(struct reading *r, config_t *file)
{
	const struct config *c = r->config;
	const config_setting_t *blame = config_lookup(file, "mark");

	if ((c->mark_own & ~c->mark_mask) || (c->mark_relay & ~c->mark_mask))
		return reading_wrong(r, blame, "mark.own and mark.relay must lie in mark.mask");
	if (c->mark_own == c->mark_relay)
		return reading_wrong(r, blame, "mark.own and mark.relay must differ");
	if (c->mark_mask & UINT32_C(1) << c->shortcut_mark_bit)
		return reading_wrong(r, blame ? blame : config_lookup(file, "shortcut"),
		        "mark.mask must not have the bit of shortcut.mark_bit, which is 0x%08x",
		        UINT32_C(1) << c->shortcut_mark_bit);
	return true;
}

/* What no key can know alone. */
static bool fits_together(struct reading *r, config_t *file)
{
	const struct config *c = r->config;

	if (config_queue_last(c) > 65535)
		return reading_wrong(r, config_lookup(file, "queue"),
		        "queue.first + twice queue.count must be at most 65536");
	if (c->parked >= c->queue_length) {
		const config_setting_t *blame = config_lookup(file, "parked");
		return reading_wrong(r, blame ? blame : config_lookup(file, "queue"),
		        "parked must be less than queue.length, which is %u", c->queue_length);
	}
	if (strlen(c->control_socket) > (size_t)SOCKET_PATH_MAX)
		return reading_wrong(r, config_lookup(file, "control_socket"),
		        "control_socket must be shorter than %d octets, as sockets' names are",
		        SOCKET_PATH_MAX + 1);
	return shortcut_fits(r, file) && marks_fit(r, file) &&
	       (c->role != ROLE_SIGNER || reading_signer_fits(r, file));
}

static bool read_stream(struct reading *r, FILE *stream)
{
	config_t file;
	struct stat st;
	bool good;

	/* The scanner of libconfig ends the process when a read fails, as that of a directory does.
	 */
	if (fstat(fileno(stream), &st) == 0 && S_ISDIR(st.st_mode))
		return reading_wrong(r, NULL, "%s", strerror(EISDIR));

	config_init(&file);
	if (config_read(&file, stream)) {
		good = take_group(r, "", config_root_setting(&file)) && fits_together(r, &file);
	} else {
		const char *name = config_error_file(&file);
		complaint_set(r->error, "%s:%d: %s", name ? name : r->path,
		        config_error_line(&file), config_error_text(&file));
		good = false;
	}
	config_destroy(&file);
	return good;
}

/* Those that the table of keys has are names, and few enough. */
static void default_names(const char *text, struct namelist *list)
{
	char word[NAME_TEXT_SIZE];

	for (int len; sscanf(text, "%1023s%n", word, &len) == 1; text += len)
		name_from_text(word, &list->names[list->count++]);
}

void config_defaults(struct config *c)
{
	memset(c, 0, sizeof(*c));
	for (const struct key *k = keys; k < keys + key_count; k++) {
		switch (k->kind) {
		case KEY_NUMBER:
		case KEY_MARK:
		case KEY_WORD:
			*(uint32_t *)key_value(k, c) = k->number;
			break;
		case KEY_SWITCH:
			*(bool *)key_value(k, c) = k->number;
			break;
		case KEY_PATH:
			strcpy(key_value(k, c), k->text);
			break;
		case KEY_NAMES:
			default_names(k->text, key_value(k, c));
			break;
		case KEY_RESOLVERS:
		case KEY_NTAS:
		case KEY_SERVERS:
		case KEY_NETWORKS:
		case KEY_ZONES:
		case KEY_INTERFACES:
			break;
		}
	}
}

int config_load(struct config *c, const char *path, bool *found, struct complaint *error)
{
	struct reading r = { c, path ? path : CONFIG_DEFAULT_PATH, error };
	FILE *stream;
	bool good;

	config_defaults(c);
	stream = fopen(r.path, "re");
	if (found)
		*found = stream != NULL;
	if (!stream) {
		if (!path && errno == ENOENT)
			return 0;
		reading_wrong(&r, NULL, "%s", strerror(errno));
		return -EINVAL;
	}
	good = read_stream(&r, stream);
	fclose(stream);
	return good ? 0 : -EINVAL;
}
