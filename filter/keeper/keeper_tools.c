/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/keeper_tools.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"

#define VAULT_IN_DIRECTORY "vault"
#define REFUSED_PIN        "refused-pin" /* remembers a PIN that the token refused */

void keeper_tools_open_vault(struct keeper_tools *t)
{
	char inside[PATH_MAX], refused[PATH_MAX];
	const struct config *c = t->config;

	if (t->vault)
		return;
	snprintf(inside, sizeof(inside), "%s/" VAULT_IN_DIRECTORY, c->keeper_directory);
	snprintf(refused, sizeof(refused), "%s/" REFUSED_PIN, c->keeper_directory);
	const struct vault_place place = { .where = c->keeper_vault[0] ? c->keeper_vault : inside,
		.refused_pin = refused,
		.notes = c->keeper_directory,
		.program = t->vault_program };
	if (!c->keeper_vault[0])
		file_make_directory(inside, 0700); /* else vault_open() says why */
	vault_open(&t->vault, &place, &t->vault_why);
}

static bool find_group(const char *name, gid_t *group, struct complaint *error)
{
	const struct group *found;

	*group = (gid_t)-1;
	if (!name[0])
		return true;
	errno = 0;
	found = getgrnam(name);
	if (!found) {
		complaint_set(error, "keeper.group: there is no group \"%s\"", name);
		return false;
	}
	*group = found->gr_gid;
	return true;
}

static bool get_pool(struct keeper_tools *t, struct complaint *error)
{
	const struct config *c = t->config;

	if (!keeper_anchors_init(&t->anchors, c, error))
		return false;
	t->crypto = crypto_new();
	if (!t->crypto) {
		complaint_no_memory(error);
		return false;
	}
	const struct look_pool_order order = { .anchors = t->anchors.current,
		.resolvers = c->resolvers.items,
		.resolver_count = c->resolvers.count };
	t->pool = look_pool_new(&order, error);
	return t->pool != NULL;
}

static bool check_resolvers(const struct config *c, struct complaint *error)
{
	if (c->resolvers.count > 0)
		return true;
	complaint_set(error, "the keeper needs `resolver`: it asks these servers where the servers "
	                     "of a zone and of its parent are");
	return false;
}

/* If a directory cannot be made, keeper_store_open() says so: then it is not there. One that is
 * there is its owner's to open to others. */
static void make_directories(const struct config *c, gid_t group)
{
	struct stat st;

	file_make_directory(c->keeper_directory, 0700);
	if (stat(c->keeper_timelines, &st) != 0 &&
	        file_make_directory(c->keeper_timelines, 0750) == 0 && group != (gid_t)-1)
		file_share(c->keeper_timelines, 0750, group);
}

bool keeper_tools_init(struct keeper_tools *t, const struct config *c, const char *vault_program,
        struct complaint *error)
{
	gid_t group;

	*t = (struct keeper_tools){ .config = c, .vault_program = vault_program };
	if (!check_resolvers(c, error) || !find_group(c->keeper_group, &group, error))
		return false;
	make_directories(c, group);
	if (keeper_store_open(&t->store, c->keeper_directory, c->keeper_timelines, group, error) !=
	        0)
		return false;
	if (get_pool(t, error)) {
		keeper_tools_open_vault(t);
		return true;
	}
	keeper_tools_fini(t);
	return false;
}

void keeper_tools_fini(struct keeper_tools *t)
{
	keeper_store_close(&t->store);
	vault_close(t->vault);
	look_pool_free(t->pool);
	keeper_anchors_fini(&t->anchors);
	crypto_free(t->crypto);
}
