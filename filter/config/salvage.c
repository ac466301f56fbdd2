/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/salvage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "config/config_instance.h"
#include "config/config_kinds.h"
#include "config/config_reader.h"
#include "config/config_table.h"
#include "config/instance.h"
#include "config/sketch.h"

#define FILE_MOST (1 << 20) /* octets of a file that libconfig cannot read */

/* ---- A file with the right syntax ---- */

/* True if a key looks like "instance", whatever its value is: the operator may have meant that
 * key. */
static bool has_mistyped_instance(const config_t *file)
{
	const config_setting_t *root = config_root_setting(file);

	for (unsigned i = 0; i < (unsigned)config_setting_length(root); i++) {
		if (sketch_is_mistyped(
		            config_setting_name(config_setting_get_elem(root, i)), "instance"))
			return true;
	}
	return false;
}

/* Returns the name of the instance, "" for none; or NULL if that is not known. */
static const char *instance_in_tree(const config_t *file)
{
	const config_setting_t *s = config_lookup(file, "instance");
	const char *name = s ? config_setting_get_string(s) : "";

	if (s)
		return name && (!name[0] || instance_name_is_good(name)) ? name : NULL;
	return has_mistyped_instance(file) ? NULL : "";
}

/* A value that is wrong becomes the default. Those of lists may have been read in part. */
static void take_values(struct config_reader *r, const config_t *file)
{
	const struct config_key *k;

	for (size_t i = 0; (k = config_key_at(i)) != NULL; i++) {
		const config_setting_t *s = config_lookup(file, k->path);

		r->failed = false;
		if (!s || k->kind->read(r, k, s, key_value(k, r->config)) || !k->kind->fini)
			continue;
		k->kind->fini(key_value(k, r->config));
		if (k->kind->set_default)
			k->kind->set_default(k, key_value(k, r->config));
	}
}

/* ---- A file with another syntax ---- */

/* Returns as instance_in_tree(). */
static const char *instance_in_text(const char *text, char value[static CONFIG_PATH_MAX])
{
	switch (sketch_find(text, "instance", value)) {
	case SKETCH_NONE:
		return "";
	case SKETCH_ONE:
		return !value[0] || instance_name_is_good(value) ? value : NULL;
	default:
		return NULL;
	}
}

/* Returns false if the text tells no path. */
static bool socket_in_text(const char *text, char value[static CONFIG_PATH_MAX])
{
	return sketch_find(text, "control_socket", value) == SKETCH_ONE && value[0] == '/';
}

/* A file that is cut short may have lost the name of the instance. The default file has none, and a
 * socket that is told needs none. */
static bool needs_no_name(const char *path, bool has_socket, enum salvage_need need)
{
	return strcmp(path, CONFIG_DEFAULT_PATH) == 0 || (has_socket && need == SALVAGE_SOCKET);
}

/* ---- */

/* Returns the name that counts, or NULL with a complaint. `found` NULL: the file does not tell
 * it. */
static const char *choose(
        const char *path, const char *found, const char *asked, struct complaint *why)
{
	if (asked && found && found[0] && strcmp(asked, found) != 0)
		complaint_set(why,
		        "%s: instance is \"%s\" here, but \"%s\" was asked for: nothing was done",
		        path, found, asked);
	else if (!asked && !found)
		complaint_set(why,
		        "%s does not tell for sure which instance is meant, so nothing was done: "
		        "mend the file, or name the instance: --instance NAME, or --instance \"\" "
		        "for the one without a name",
		        path);
	else
		return asked ? asked : found;
	return NULL;
}

static bool read_tree(struct config_reader *r, config_t *file)
{
	FILE *stream = fopen(r->path, "re");

	if (!stream) {
		config_init(file);
		return false;
	}
	bool good = reader_tree(r, stream, file);
	fclose(stream);
	return good;
}

static int salvage(
        struct config_reader *r, const char *asked, enum salvage_need need, struct complaint *why)
{
	char value[CONFIG_PATH_MAX], socket[CONFIG_PATH_MAX], *text = NULL;
	bool has_socket = false;
	const char *found;
	config_t file;

	bool is_tree = read_tree(r, &file);
	if (is_tree) {
		found = instance_in_tree(&file);
	} else {
		text = file_read(r->path, FILE_MOST);
		found = text ? instance_in_text(text, value) : NULL;
		has_socket = text && socket_in_text(text, socket);
		if (found && !found[0] && !needs_no_name(r->path, has_socket, need))
			found = NULL;
	}
	const char *name = choose(r->path, found, asked, why);
	if (name && is_tree) {
		config_instance_defaults(r->config, &file, name);
		take_values(r, &file);
		strcpy(r->config->instance, name);
	} else if (name) {
		config_instance_take(r->config, name);
		if (has_socket)
			strcpy(r->config->control_socket, socket);
	}
	config_destroy(&file);
	free(text);
	return name ? 0 : -EINVAL;
}

int config_salvage(struct config *c, const char *path, const char *instance, enum salvage_need need,
        struct complaint *why)
{
	struct complaint ignored;
	struct config_reader r = {
		.config = c, .path = path ? path : CONFIG_DEFAULT_PATH, .error = &ignored
	};

	if (config_defaults(c) != 0)
		return complaint_no_memory(why);
	int error = salvage(&r, instance, need, why);
	if (error)
		config_fini(c);
	return error;
}
