/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/nearest.h"
#include "base/sockaddr.h"
#include "config/config_instance.h"
#include "config/config_kinds.h"
#include "config/config_reader.h"
#include "config/config_sign.h"
#include "config/config_table.h"

/* ---- Keys ---- */

static bool load_key(struct config_reader *r, const struct config_key *k, const config_setting_t *s)
{
	char *allowed = NULL;
	size_t size;

	if (k->kind->read(r, k, s, key_value(k, r->config)))
		return true;
	FILE *out = open_memstream(&allowed, &size);
	if (out) {
		k->kind->say_allowed(k, out);
		fclose(out);
	}
	reader_wrong(r, s, "%s must be %s", k->path, allowed ? allowed : "different");
	free(allowed);
	return false;
}

static const char *last_part(const char *path)
{
	const char *dot = strchr(path, '.');

	return dot ? dot + 1 : path;
}

/* Names the key that was probably meant: one with a similar path, or one of this name in a
 * group. */
static bool say_unknown(struct config_reader *r, const char *path, const config_setting_t *s)
{
	struct nearest by_path = nearest_to(path);
	const struct config_key *k;
	const char *same_name = NULL;
	char hint[NEAREST_HINT_SIZE];

	for (size_t i = 0; (k = config_key_at(i)) != NULL; i++) {
		nearest_try(&by_path, k->path);
		if (!same_name && strcmp(last_part(k->path), last_part(path)) == 0)
			same_name = k->path;
	}
	if (!by_path.best)
		by_path.best = same_name;
	return reader_wrong(
	        r, s, "there is no key \"%s\"%s", path, nearest_hint(&by_path, "", hint));
}

static bool load_setting(struct config_reader *r, const char *path, const config_setting_t *s)
{
	const struct config_key *k = key_find(path);

	return k ? load_key(r, k, s) : say_unknown(r, path, s);
}

static bool is_group_of_keys(const char *name)
{
	size_t len = strlen(name);
	const struct config_key *k;

	for (size_t i = 0; (k = config_key_at(i)) != NULL; i++) {
		if (strncmp(k->path, name, len) == 0 && k->path[len] == '.')
			return true;
	}
	return false;
}

/* Groups do not nest, so the path of a key has at most one dot. */
static bool load_group(struct config_reader *r, const char *group, const config_setting_t *s)
{
	for (unsigned i = 0; i < (unsigned)config_setting_length(s); i++) {
		const config_setting_t *member = config_setting_get_elem(s, i);
		const char *name = config_setting_name(member);
		char path[100];

		snprintf(path, sizeof(path), "%s%s%s", group, group[0] ? "." : "", name);
		if (!group[0] && is_group_of_keys(name) && config_setting_is_group(member)) {
			if (!load_group(r, name, member))
				return false;
		} else if (!load_setting(r, path, member)) {
			return false;
		}
	}
	return true;
}

/* ---- Keys that depend on each other ---- */

/* The worker that gets a response must know its query. With several queues, only the kernel knows
 * to which of them it gives the response. */
static bool shortcut_fits(struct config_reader *r, config_t *file)
{
	const struct config *c = r->config;
	const config_setting_t *blame = config_lookup(file, "shortcut");

	if (c->shortcut_interfaces.count == 0)
		return true;
	if (c->role != ROLE_GATEWAY && c->role != ROLE_BOTH)
		return reader_wrong(r, blame,
		        "shortcut.interfaces works only with the roles \"gateway\" and \"both\"");
	if (c->queue_count != 1)
		return reader_wrong(r, blame, "shortcut.interfaces needs queue.count = 1");
	return true;
}

/* Each mark must be different, and inside the mask, because the rules tell packets apart by it. */
static bool marks_fit(struct config_reader *r, config_t *file)
{
	const struct config *c = r->config;
	const config_setting_t *blame = config_lookup(file, "mark");

	if ((c->mark_own & ~c->mark_mask) || (c->mark_relay & ~c->mark_mask))
		return reader_wrong(r, blame, "mark.own and mark.relay must lie in mark.mask");
	if (c->mark_own == c->mark_relay)
		return reader_wrong(r, blame, "mark.own and mark.relay must differ");
	if (c->mark_mask & UINT32_C(1) << c->shortcut_mark_bit)
		return reader_wrong(r, blame ? blame : config_lookup(file, "shortcut"),
		        "mark.mask must not contain the bit of shortcut.mark_bit, 0x%08x",
		        UINT32_C(1) << c->shortcut_mark_bit);
	return true;
}

/* Only these servers can be asked: an answer of a server that some client chose would decide for
 * all. */
static bool discovery_fits(struct config_reader *r, config_t *file)
{
	const struct config *c = r->config;

	if (!(c->dns64_discovery & UINT32_C(1) << DNS64_BY_DNS) || c->resolvers.count > 0 ||
	        c->role == ROLE_SIGNER)
		return true;
	return reader_wrong(r, config_lookup(file, "dns64_discovery"),
	        "dns64_discovery = [ \"dns\" ] asks the servers of resolver, and that has none");
}

static bool socket_fits(struct config_reader *r, config_t *file, const char *key, const char *path)
{
	if (strlen(path) <= (size_t)SOCKET_PATH_MAX)
		return true;
	return reader_wrong(r, config_lookup(file, key),
	        "%s must be shorter than %d octets, the limit for sockets", key,
	        SOCKET_PATH_MAX + 1);
}

/* Checks the keys that limit each other. */
static bool keys_fit(struct config_reader *r, config_t *file)
{
	const struct config *c = r->config;

	if (config_queue_last(c) > 65535)
		return reader_wrong(r, config_lookup(file, "queue"),
		        "queue.first + 2 * queue.count must be at most 65536");
	if (c->limits.parked >= c->queue_length) {
		const config_setting_t *blame = config_lookup(file, "parked");
		return reader_wrong(r, blame ? blame : config_lookup(file, "queue"),
		        "parked must be less than queue.length, which is %u", c->queue_length);
	}
	return socket_fits(r, file, "control_socket", c->control_socket) &&
	       socket_fits(r, file, "keeper.control_socket", c->keeper_control_socket) &&
	       shortcut_fits(r, file) && marks_fit(r, file) && discovery_fits(r, file) &&
	       (c->role != ROLE_SIGNER || config_signer_fits(r, file));
}

/* A response that may wait longer than its question is remembered is dropped, however long it may
 * wait. */
static void doubt_waits(struct config_reader *r, config_t *file)
{
	struct config *c = r->config;
	const config_setting_t *blame = config_lookup(file, "park_ms");

	if (c->limits.park_ms <= c->limits.flow_timeout_ms || c->role == ROLE_SIGNER)
		return;
	if (!blame)
		blame = config_lookup(file, "flow_timeout_ms");
	complaint_set(&c->doubt,
	        "%s:%u: park_ms (%u) is longer than flow_timeout_ms (%u), so a response that waits "
	        "for keys is dropped before its time. Raise flow_timeout_ms",
	        r->path, blame ? config_setting_source_line(blame) : 0, c->limits.park_ms,
	        c->limits.flow_timeout_ms);
}

static bool load_stream(struct config_reader *r, FILE *stream)
{
	config_t file;
	bool good = reader_tree(r, stream, &file);

	if (good) {
		config_instance_defaults(r->config, &file, NULL);
		good = load_group(r, "", config_root_setting(&file)) && keys_fit(r, &file);
		config_zones_place(&r->config->sign_zones, r->config->keeper_timelines);
	}
	if (good)
		doubt_waits(r, &file);
	config_destroy(&file);
	return good;
}

void config_fini(struct config *c)
{
	const struct config_key *k;

	for (size_t i = 0; (k = config_key_at(i)) != NULL; i++) {
		if (k->kind->fini)
			k->kind->fini(key_value(k, c));
	}
}

int config_defaults(struct config *c)
{
	const struct config_key *k;

	memset(c, 0, sizeof(*c));
	for (size_t i = 0; (k = config_key_at(i)) != NULL; i++) {
		if (k->kind->set_default && !k->kind->set_default(k, key_value(k, c))) {
			config_fini(c);
			return -ENOMEM;
		}
	}
	return 0;
}

static bool load_config_file(struct config_reader *r, bool may_be_missing, bool *found)
{
	FILE *stream = fopen(r->path, "re");
	bool good;

	if (found)
		*found = stream != NULL;
	if (!stream)
		return (may_be_missing && errno == ENOENT) ||
		       reader_wrong(r, NULL, "%s", file_why(r->path, errno));
	good = load_stream(r, stream);
	fclose(stream);
	return good;
}

int config_load(struct config *c, const char *path, bool *found, struct complaint *error)
{
	struct config_reader r = {
		.config = c, .path = path ? path : CONFIG_DEFAULT_PATH, .error = error
	};

	if (config_defaults(c) != 0)
		reader_wrong(&r, NULL, "no memory");
	else if (load_config_file(&r, !path, found))
		return 0;
	config_fini(c);
	return -EINVAL;
}
