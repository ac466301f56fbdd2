/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the keeper tells of many zones comes in several replies, and nothing is lost or twice
 * between them. */
#include "test.h"

#include <jansson.h>

#include "daemon/keeper_status.h"

#define ZONES      400
#define KEYS_MOST  5 /* a zone may have none: it is unsigned */
#define PAGES_MOST 40

static unsigned keys_of(unsigned zone)
{
	return zone * 7 % (KEYS_MOST + 1);
}

/* Each key has its number among all as its tag. */
static void make_zones(struct keeper *k)
{
	uint16_t tag = 0;

	memset(k, 0, sizeof(*k));
	k->zones.items = calloc(ZONES, sizeof(*k->zones.items));
	for (; k->zones.count < ZONES; k->zones.count++) {
		struct keeper_zone *z = calloc(1, sizeof(*z));
		char text[30];
		struct name name;
		snprintf(text, sizeof(text), "zone%u.example", k->zones.count);
		assert_true(name_from_text(text, &name));
		kept_zone_init(&z->kept, &name);
		life_init(&z->kept.life);
		life_policy_init(&z->policy);
		for (unsigned i = 0; i < keys_of(k->zones.count); i++)
			assert_non_null(life_add(
			        &z->kept.life, i % 2 ? LIFE_ZSK : LIFE_KSK, 13, tag++, 1000, 1000));
		k->zones.items[k->zones.count] = z;
	}
}

static void free_zones(struct keeper *k)
{
	for (unsigned i = 0; i < k->zones.count; i++)
		free(k->zones.items[i]);
	free(k->zones.items);
}

/* Returns the rows of a reply from an item on, and which item comes next; 0: none. The caller frees
 * them. */
static json_t *page_of(const struct keeper *k, const char *list, unsigned from, unsigned *next)
{
	struct control_reply reply = { .values = json_object() };

	if (strcmp(list, "keys") == 0)
		keeper_status_keys(k, from, &reply);
	else
		keeper_status_zones(k, from, &reply);
	json_t *rows = json_incref(json_object_get(reply.values, list));
	json_t *more = json_object_get(reply.values, "more");
	*next = more ? (unsigned)json_integer_value(more) : 0;
	char *text = json_dumps(reply.values, JSON_COMPACT);
	assert_in_range(strlen(text), 1, CONTROL_REPLY_MAX);
	free(text);
	json_decref(reply.values);
	return rows;
}

static const char *zone_of(const json_t *row)
{
	return json_string_value(json_object_get(row, "zone"));
}

static void each_zone_is_told_once(void **state)
{
	unsigned from = 0, told = 0, pages = 0;
	struct keeper k;

	(void)state;
	make_zones(&k);
	do {
		json_t *rows = page_of(&k, "zones", from, &from);
		for (size_t i = 0; i < json_array_size(rows); i++) {
			char name[40];
			snprintf(name, sizeof(name), "zone%u.example.", told++);
			assert_string_equal(zone_of(json_array_get(rows, i)), name);
		}
		json_decref(rows);
		assert_true(++pages < PAGES_MOST);
	} while (from > 0);
	assert_int_equal(told, ZONES);
	assert_true(pages > 1);
	free_zones(&k);
}

static void each_key_is_told_once(void **state)
{
	unsigned from = 0, told = 0, pages = 0, zone = 0, before = 0;
	struct keeper k;

	(void)state;
	make_zones(&k);
	do {
		json_t *rows = page_of(&k, "keys", from, &from);
		for (size_t i = 0; i < json_array_size(rows); i++) {
			const json_t *row = json_array_get(rows, i);
			char name[40];
			while (told >= before + keys_of(zone))
				before += keys_of(zone++);
			snprintf(name, sizeof(name), "zone%u.example.", zone);
			assert_string_equal(zone_of(row), name);
			assert_int_equal(json_integer_value(json_object_get(row, "tag")), told++);
		}
		json_decref(rows);
		assert_true(++pages < PAGES_MOST);
	} while (from > 0);
	while (zone < ZONES)
		before += keys_of(zone++);
	assert_int_equal(told, before);
	assert_true(pages > 1);
	free_zones(&k);
}

/* Beyond the last one there is nothing, and no list without end. */
static void a_list_from_beyond_the_end_is_empty(void **state)
{
	unsigned next;
	struct keeper k;

	(void)state;
	make_zones(&k);
	for (unsigned n = 0; n < 2; n++) {
		json_t *rows = page_of(&k, n ? "keys" : "zones", 100000, &next);
		assert_int_equal(json_array_size(rows), 0);
		assert_int_equal(next, 0);
		json_decref(rows);
	}
	free_zones(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_zone_is_told_once),
		cmocka_unit_test(each_key_is_told_once),
		cmocka_unit_test(a_list_from_beyond_the_end_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
