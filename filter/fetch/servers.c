/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fetch/servers.h"

struct known {
	struct name zone;
	struct addresses addresses;
	uint64_t until_ms;
};

int servers_init(struct servers *s, const struct sockaddr_storage *hints, unsigned hint_count)
{
	s->hints = hints;
	s->hint_count = hint_count;
	int error = hash_key_draw(&s->key);
	return error ? error : table_init(&s->zones, sizeof(struct known), SERVERS_ZONES);
}

void servers_fini(struct servers *s)
{
	table_fini(&s->zones);
}

/* From the first, random one on they keep their order, in which IPv4 and IPv6 alternate. */
void servers_roots(const struct servers *s, struct addresses *roots)
{
	unsigned first = s->hint_count ? random_u16() % s->hint_count : 0;

	*roots = (struct addresses){ 0 };
	for (unsigned i = 0; i < s->hint_count; i++)
		addresses_add(roots, &s->hints[(first + i) % s->hint_count]);
}

static bool known_has_zone(const void *entry, const void *key)
{
	return name_equal(&((const struct known *)entry)->zone, key);
}

static struct known *known_find(struct servers *s, const struct name *zone, uint64_t hash)
{
	return table_find(&s->zones, hash, known_has_zone, zone);
}

void servers_put(struct servers *s, const struct name *zone, const struct addresses *addresses,
        uint32_t ttl_s, uint64_t now_ms)
{
	uint64_t hash = keyed_hash(&s->key, name_span(zone));
	struct known *known = known_find(s, zone, hash);

	if (!known)
		known = table_add_or_replace(&s->zones, hash);
	table_touch(&s->zones, known);
	known->zone = *zone;
	known->addresses = *addresses;
	known->until_ms = now_ms + 1000 * (uint64_t)ttl_s;
}

bool servers_find(struct servers *s, const struct name *name, uint64_t now_ms, struct name *zone,
        struct addresses *addresses)
{
	for (unsigned labels = name->labels; labels > 0; labels--) {
		name_suffix(name, labels, zone);
		struct known *known = known_find(s, zone, keyed_hash(&s->key, name_span(zone)));
		if (!known || known->until_ms <= now_ms)
			continue;
		table_touch(&s->zones, known);
		*addresses = known->addresses;
		return true;
	}
	return false;
}

void servers_forget(struct servers *s, const struct name *zone)
{
	struct known *known = known_find(s, zone, keyed_hash(&s->key, name_span(zone)));

	if (known)
		table_remove(&s->zones, known);
}

void servers_forget_within(struct servers *s, const struct name *top)
{
	struct known *known = table_oldest(&s->zones), *next;

	for (; known; known = next) {
		next = table_younger(&s->zones, known);
		if (name_within(&known->zone, top))
			table_remove(&s->zones, known);
	}
}

static uint64_t server_hash(const struct servers *s, const struct sockaddr_storage *server)
{
	return keyed_hash(&s->key, span_of(server, sizeof(*server)));
}

void servers_note_unable(struct servers *s, const struct sockaddr_storage *server, uint64_t now_ms)
{
	uint64_t hash = server_hash(s, server);
	unsigned place = hash % SERVERS_UNABLE;

	s->unable[place].who = hash;
	s->unable[place].until_ms = now_ms + 1000 * LIMIT_UNABLE_S;
}

bool servers_is_unable(
        const struct servers *s, const struct sockaddr_storage *server, uint64_t now_ms)
{
	uint64_t hash = server_hash(s, server);
	unsigned place = hash % SERVERS_UNABLE;

	return s->unable[place].who == hash && s->unable[place].until_ms > now_ms;
}
