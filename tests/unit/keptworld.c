/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keptworld.h"

#include "test.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keys/life_move.h"
#include "served.h"

#define TURNS_MOST 20000 /* more are a standstill */

struct kept_world *kept_world_new(void)
{
	return kept_world_from(WORLD_START_S);
}

struct kept_world *kept_world_from(int64_t start_s)
{
	struct kept_world *w = calloc(1, sizeof(*w));
	struct complaint error;

	strcpy(w->directory, "/tmp/sealgate-test-world-XXXXXX");
	assert_non_null(mkdtemp(w->directory));
	snprintf(w->vault_directory, sizeof(w->vault_directory), "%s/vault", w->directory);
	snprintf(w->timelines, sizeof(w->timelines), "%s/timelines", w->directory);
	assert_int_equal(mkdir(w->vault_directory, 0700), 0);
	assert_int_equal(mkdir(w->timelines, 0700), 0);
	assert_int_equal(
	        keeper_store_open(&w->store, w->directory, w->timelines, (gid_t)-1, &error), 0);
	const struct vault_place place = { .where = w->vault_directory };
	assert_int_equal(vault_open(&w->vault, &place, &error), VAULT_GOOD);
	w->crypto = crypto_new();
	w->start_s = w->now_s = start_s;
	life_policy_init(&w->policy);
	return w;
}

void kept_world_free(struct kept_world *w)
{
	char command[100];

	keeper_store_close(&w->store);
	vault_close(w->vault);
	crypto_free(w->crypto);
	snprintf(command, sizeof(command), "rm -r %s", w->directory);
	assert_int_equal(system(command), 0);
	free(w);
}

struct world_zone *kept_world_add(struct kept_world *w, const char *name)
{
	struct world_zone *z = &w->zones[w->count++];
	struct name apex;

	assert_true(w->count <= WORLD_ZONES && name_from_text(name, &apex));
	*z = (struct world_zone){ .due_s = w->now_s };
	kept_zone_init(&z->kept, &apex);
	return z;
}

struct world_zone *kept_world_add_signed(struct kept_world *w, const char *name)
{
	struct world_zone *z = kept_world_add(w, name);

	kept_world_turn(w, z);
	kept_world_order(w, z, LIFE_ORDER_SIGN, 0);
	kept_world_live(w, 6 * WORLD_DAY_S);
	assert_int_equal(z->result.word, LIFE_SIGNING);
	assert_int_not_equal(kept_world_carrier(z), 0);
	return z;
}

void kept_world_order(
        struct kept_world *w, struct world_zone *z, enum life_order order, uint16_t tag)
{
	struct complaint error = { "" };

	if (!kept_zone_order(&z->kept, &w->store, &w->policy, order, tag, &error))
		fail_msg("the order %d: %s", order, error.text);
	z->due_s = w->now_s;
}

/* ---- Turns ---- */

void kept_world_turn(struct kept_world *w, struct world_zone *z)
{
	struct life_server server;
	const struct turn_order order = { .store = &w->store,
		.policy = &w->policy,
		.vault = w->vault,
		.crypto = w->crypto,
		.now_s = w->now_s,
		.uptime_s = w->now_s - w->start_s,
		.is_clock_trusted = true,
		.is_clock_synchronised = true,
		.shares_ksk = w->shares_ksk };

	served_at(&server, &z->kept, &w->store, w->crypto, w->now_s);
	served_take_cds(&z->ds, &server);
	served_turn(&z->kept, order, &server, &z->ds, &z->result);
	assert_true(z->result.next_s > w->now_s);
	z->due_s = z->result.next_s;
	w->signatures += z->result.signatures;
	for (unsigned i = 0; z->result.has_theft && i < w->count; i++)
		w->zones[i].due_s = w->now_s + 1;
}

static struct world_zone *first_due(struct kept_world *w)
{
	struct world_zone *first = &w->zones[0];

	for (unsigned i = 1; i < w->count; i++) {
		if (w->zones[i].due_s < first->due_s)
			first = &w->zones[i];
	}
	return first;
}

void kept_world_live(struct kept_world *w, int64_t span_s)
{
	int64_t until_s = w->now_s + span_s;

	for (unsigned turns = 0;; turns++) {
		struct world_zone *z = first_due(w);
		if (z->due_s >= until_s)
			break;
		assert_true(turns < TURNS_MOST);
		if (z->due_s > w->now_s)
			w->now_s = z->due_s;
		kept_world_turn(w, z);
		const struct turn_result *r = &z->result;
		if (!r->is_trusted || r->has_failed || r->fault != VAULT_GOOD)
			fail_msg("a turn failed: %s", r->why.text);
	}
	w->now_s = until_s;
}

uint16_t kept_world_carrier(const struct world_zone *z)
{
	const struct life_key *k = life_carrier(&z->kept.life, 0, NULL);

	return k ? k->tag : 0;
}

unsigned kept_world_files(const char *directory, const char *begin, const char *end)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;
	unsigned count = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);
		count += len >= strlen(end) && strncmp(entry->d_name, begin, strlen(begin)) == 0 &&
		         strcmp(entry->d_name + len - strlen(end), end) == 0;
	}
	closedir(dir);
	return count;
}
