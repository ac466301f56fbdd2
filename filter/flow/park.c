/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "flow/park.h"

#include <ctype.h>
#include <stdlib.h>

#include "base/least.h"
#include "base/sockaddr.h"
#include "flow/stats.h"

int park_init(struct park *park, uint32_t capacity, uint32_t wait_ms)
{
	*park = (struct park){ .wait_ms = wait_ms };
	int result = share_init(&park->clients, capacity);

	if (result == 0)
		result = share_init(&park->questions, capacity);
	return result < 0 ? result : table_init(&park->table, sizeof(struct parked), capacity);
}

void park_fini(struct park *park)
{
	struct parked *oldest;

	while (park->table.used > 0 && (oldest = park_oldest(park)))
		parked_remove(oldest);
	table_fini(&park->table);
}

/* Returns the question in lower case, for its share. tolower() may change other octets too, which
 * only merges shares. */
static struct span fold_question(
        const struct client_query *asked, uint8_t folded[static QUESTION_MAX])
{
	for (unsigned i = 0; i < asked->question_len; i++)
		folded[i] = (uint8_t)tolower(asked->question[i]);
	return span_of(folded, asked->question_len);
}

static struct parked *park_admit(struct park *park, uint64_t hash, struct span client,
        struct span octets, const struct client_query *asked, uint64_t now_ms)
{
	uint8_t folded[QUESTION_MAX];
	struct sharer sharer = share_of_address(&park->clients, client);
	struct sharer question_share = share_of(&park->questions, fold_question(asked, folded));

	if (share_is_taken(&park->clients, sharer) ||
	        share_is_taken(&park->questions, question_share)) {
		if (park->shares_taken)
			stats_count(park->shares_taken);
		return NULL;
	}
	uint8_t *copy = malloc(octets.len);
	struct parked *parked = copy ? table_add(&park->table, hash) : NULL;

	if (!parked) {
		free(copy);
		return NULL;
	}
	memcpy(copy, octets.base, octets.len);
	parked->park = park;
	parked->since_ms = now_ms;
	parked->deadline_ms = now_ms + park->wait_ms;
	parked->client = sharer;
	parked->question_share = question_share;
	share_take(&park->clients, sharer);
	share_take(&park->questions, question_share);
	parked->asked = *asked;
	parked->client_len = (uint8_t)client.len;
	memcpy(parked->client_octets, client.base, client.len);
	parked->octets = copy;
	parked->len = octets.len;
	return parked;
}

struct parked *park_add(struct park *park, const struct waiting_packet *waiting, uint64_t now_ms)
{
	/* The kernel numbers packets one by one, so the id serves as a hash. */
	struct parked *parked = park_admit(park, waiting->id, flow_key_client(waiting->key),
	        waiting->octets, waiting->asked, now_ms);

	if (parked) {
		parked->packet_id = waiting->id;
		parked->flow_key = *waiting->key;
	}
	return parked;
}

struct parked *park_message(struct park *park, const struct sockaddr_storage *client,
        struct question *question, const struct client_query *asked, struct span message,
        uint64_t now_ms)
{
	/* It is never searched for, so any number that spreads serves as a hash. */
	struct parked *parked = park_admit(
	        park, (uintptr_t)question >> 4, sockaddr_octets(client), message, asked, now_ms);

	if (parked)
		parked->question = question;
	return parked;
}

struct parked *park_copy(struct park *park, struct span client, const struct client_query *asked,
        struct span message, uint64_t now_ms)
{
	/* It is never searched for, so any number that spreads serves as a hash. */
	struct parked *parked = park_admit(park, ++park->copies, client, message, asked, now_ms);

	if (parked)
		parked->is_copy = true;
	return parked;
}

static bool has_id(const void *entry, const void *key)
{
	return ((const struct parked *)entry)->packet_id == *(const uint64_t *)key;
}

struct parked *park_find(const struct park *park, uint64_t packet_id)
{
	return table_find(&park->table, packet_id, has_id, &packet_id);
}

struct parked *park_oldest(const struct park *park)
{
	return table_oldest(&park->table);
}

/* Those that wait longer stay newer in the table. In most cases none does. */
static void parked_sort(struct parked *parked)
{
	struct table *table = &parked->park->table;
	struct parked *before;

	table_touch(table, parked);
	before = table_older(table, parked);
	while (before && before->deadline_ms > parked->deadline_ms)
		before = table_older(table, before);
	table_age_after(table, parked, before);
}

void parked_wait(struct parked *parked, uint64_t wait_ms, uint64_t now_ms)
{
	uint64_t most_ms = parked->park->wait_ms;
	uint64_t least_ms = most_ms * PARK_SHARE_PERCENT / 100;

	if (parked->keys_from_ms == 0)
		parked->keys_from_ms = now_ms;
	uint64_t deadline_ms = least(parked->since_ms + most_ms,
	        parked->keys_from_ms + (wait_ms > least_ms ? wait_ms : least_ms));
	if (deadline_ms == parked->deadline_ms)
		return;
	parked->deadline_ms = deadline_ms;
	parked_sort(parked);
}

void parked_wait_until(struct parked *parked, uint64_t until_ms)
{
	uint64_t deadline_ms = least(parked->since_ms + parked->park->wait_ms, until_ms);

	if (deadline_ms <= parked->deadline_ms)
		return;
	parked->deadline_ms = deadline_ms;
	parked_sort(parked);
}

void parked_unlist(struct parked *parked)
{
	struct parked_list *list = parked->list;

	if (!list)
		return;
	if (parked->previous)
		parked->previous->next = parked->next;
	else
		list->first = parked->next;
	if (parked->next)
		parked->next->previous = parked->previous;
	else
		list->last = parked->previous;
	parked->list = NULL;
}

void parked_move(struct parked *parked, struct parked_list *list)
{
	parked_unlist(parked);
	parked->list = list;
	parked->previous = list->last;
	parked->next = NULL;
	if (list->last)
		list->last->next = parked;
	else
		list->first = parked;
	list->last = parked;
}

void parked_move_all(struct parked_list *from, struct parked_list *to)
{
	while (from->first)
		parked_move(from->first, to);
}

void parked_replace(struct parked *parked, uint8_t *octets, size_t len)
{
	parked_forget_whole(parked);
	parked->whole = octets;
	parked->whole_len = len;
}

bool parked_replace_by_copy(struct parked *parked, struct span octets)
{
	uint8_t *copy = octets.len > 0 ? malloc(octets.len) : NULL;

	if (!copy)
		return false;
	memcpy(copy, octets.base, octets.len);
	parked_replace(parked, copy, octets.len);
	return true;
}

void parked_forget_whole(struct parked *parked)
{
	free(parked->whole);
	parked->whole = NULL;
	parked->is_large = false;
}

void parked_remove(struct parked *parked)
{
	struct park *park = parked->park;

	parked_unlist(parked);
	share_give(&park->clients, parked->client);
	share_give(&park->questions, parked->question_share);
	free(parked->octets);
	free(parked->whole);
	free(parked->proof);
	free(parked->denial);
	free(parked->signed_one);
	table_remove(&park->table, parked);
}
