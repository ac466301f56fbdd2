/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fetch/upstream.h"

#include <netinet/in.h>
#include <string.h>

#include "base/least.h"

int upstreams_init(struct upstreams *u)
{
	*u = (struct upstreams){ 0 };
	int result = hash_key_draw(&u->key);
	return result < 0 ? result : table_init(&u->table, sizeof(struct upstream), UPSTREAMS_MAX);
}

void upstreams_fini(struct upstreams *u)
{
	table_fini(&u->table);
}

/* Returns the address without a scope: a response from a link-local address has one, a query to it
 * has none. */
static struct sockaddr_in6 upstream_key(const struct sockaddr_storage *server)
{
	struct sockaddr_in6 key;

	memcpy(&key, server, sizeof(key)); /* for IPv4 the rest is zero */
	if (key.sin6_family == AF_INET6)
		key.sin6_scope_id = 0;
	return key;
}

static bool upstream_is_server(const void *entry, const void *key)
{
	return memcmp(&((const struct upstream *)entry)->server, key,
	               sizeof(struct sockaddr_in6)) == 0;
}

static struct upstream *upstream_add(struct upstreams *u, uint64_t hash, bool *evicted)
{
	*evicted = u->table.used == u->table.capacity;
	return table_add_or_replace(&u->table, hash);
}

struct upstream *upstreams_get(
        struct upstreams *u, const struct sockaddr_storage *server, bool *evicted)
{
	struct sockaddr_in6 key = upstream_key(server);

	*evicted = false;
	if (u->last && upstream_is_server(u->last, &key))
		return u->last;
	uint64_t hash = keyed_hash(&u->key, span_of(&key, sizeof(key)));
	struct upstream *up = table_find(&u->table, hash, upstream_is_server, &key);
	if (up) {
		table_touch(&u->table, up);
	} else {
		up = upstream_add(u, hash, evicted);
		memcpy(&up->server, &key, sizeof(key));
	}
	u->last = up;
	return up;
}

struct upstream *upstreams_newest(const struct upstreams *u)
{
	return table_newest(&u->table);
}

struct upstream *upstreams_older(const struct upstreams *u, struct upstream *up)
{
	return table_older(&u->table, up);
}

static bool upstream_is_bad(const struct upstream *up)
{
	return up->edns == EDNS_REFUSED || up->edns == EDNS_DROPPED;
}

/* A server that drops EDNS queries gets none until a probe shows that it takes them. */
bool upstream_is_plain(const struct upstream *up, uint64_t now_ms)
{
	return up->edns == EDNS_DROPPED || (up->edns == EDNS_REFUSED && now_ms < up->edns_until_ms);
}

bool upstream_is_stale(const struct upstream *up, uint64_t now_ms)
{
	return upstream_is_bad(up) && now_ms >= up->edns_until_ms;
}

static void upstream_note_bad(struct upstream *up, enum edns_habit habit, uint64_t now_ms)
{
	if (!upstream_is_bad(up))
		up->plain_ms = UPSTREAM_DOUBT_MS;
	else if (now_ms < up->edns_until_ms)
		return; /* responses in flight tell nothing new */
	else
		up->plain_ms = (uint32_t)least(2ull * up->plain_ms, UPSTREAM_PLAIN_MS);
	up->edns = habit;
	up->edns_until_ms = now_ms + up->plain_ms;
}

void upstream_note_edns(struct upstream *up, enum edns_habit habit, uint64_t now_ms)
{
	if (habit == EDNS_REFUSED && up->edns == EDNS_TAKEN && now_ms < up->edns_until_ms)
		return;
	if (habit != EDNS_TAKEN) {
		upstream_note_bad(up, habit, now_ms);
		return;
	}
	up->edns = habit;
	up->edns_until_ms = now_ms + UPSTREAM_EDNS_MS;
}

void upstream_note_options(struct upstream *up, bool are_taken, uint64_t now_ms)
{
	if (are_taken)
		up->options_taken_until_ms = now_ms + UPSTREAM_EDNS_MS;
	else if (now_ms >= up->options_taken_until_ms)
		up->bare_until_ms = now_ms + UPSTREAM_BARE_MS;
}

bool upstream_is_bare(const struct upstream *up, uint64_t now_ms)
{
	return now_ms < up->bare_until_ms;
}

void upstream_note_signature(struct upstream *up)
{
	up->signs = true;
	up->lacking = 0;
	up->lacking_silent = up->lacking_tells = false;
}

void upstream_note_lacking(struct upstream *up, struct lacking_response response, uint64_t now_ms)
{
	if (up->lacking > 0 && response.name == up->lacking_name &&
	        now_ms - up->lacking_until_ms < UPSTREAM_RETRY_MS)
		return;
	if (up->lacking == 0)
		up->lacking_from_ms = now_ms;
	up->lacking_name = response.name;
	up->lacking_until_ms = now_ms;
	up->lacking_silent = up->lacking_silent || response.is_silent;
	up->lacking_tells = up->lacking_tells || !response.is_silent;
	if (up->lacking < UPSTREAM_LACKING_NOW)
		up->lacking++;
	if (up->lacking == UPSTREAM_LACKING_NOW && up->lacking_tells &&
	        now_ms - up->lacking_from_ms >= UPSTREAM_LACKING_NOW_MS)
		up->signs = false;
}

bool upstream_strips(const struct upstream *up)
{
	return !up->signs && up->lacking >= UPSTREAM_LACKING && up->lacking_tells;
}

bool upstream_blocks(const struct upstream *up)
{
	return up->lacking >= UPSTREAM_LACKING && !up->lacking_tells;
}

void upstream_note_made(struct upstream *up, bool made, uint64_t now_ms)
{
	up->makes_up = up->makes_up || made;
	up->made_nothing = made ? 0 : up->made_nothing + 1;
	if (up->made_nothing < UPSTREAM_MADE_TRIES)
		return;
	up->made_nothing = 0;
	up->makes_none_until_ms = now_ms + UPSTREAM_MADE_MS;
}
