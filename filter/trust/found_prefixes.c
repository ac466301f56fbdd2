/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trust/found_prefixes.h"

/* Nobody on the Internet can have an address in these: routers of providers drop what is sent there.
 * - 64:ff9b:1::/48 is for translation inside a network (RFC 8215, 3 and 5).
 * - fc00::/7 is for addresses inside a site (RFC 4193, 4.1). */
static const struct network not_global[] = {
	{ .octets = { 0x00, 0x64, 0xff, 0x9b, 0x00, 0x01 }, .len = 16, .prefix = 48 },
	{ .octets = { 0xfc }, .len = 16, .prefix = 7 },
};

static bool is_global(const struct network *prefix)
{
	for (size_t i = 0; i < sizeof(not_global) / sizeof(not_global[0]); i++) {
		if (network_within(prefix, &not_global[i]))
			return false;
	}
	return true;
}

/* A NAT64 is reached by a route; its prefix is on no link. A machine on a link can give itself any
 * address of the link's network: if that had the prefix, a neighbour that also forges answers would
 * get the traffic to a name of its choice. */
enum prefix_use prefix_use_of(
        const struct network *prefix, const struct network *on_link, unsigned count)
{
	if (is_global(prefix))
		return PREFIX_GLOBAL;
	for (unsigned i = 0; i < count; i++) {
		if (network_within(prefix, &on_link[i]) || network_within(&on_link[i], prefix))
			return PREFIX_ON_LINK;
	}
	return PREFIX_COUNTS;
}

static bool is_of(const struct found_prefix *p, const struct prefix_origin *origin)
{
	return p->origin.source == origin->source && p->origin.index == origin->index;
}

static struct found_prefix *find(struct found_prefixes *f, const struct found_prefix *told)
{
	for (unsigned i = 0; i < f->count; i++) {
		if (is_of(&f->items[i], &told->origin) &&
		        network_equal(&f->items[i].network, &told->network))
			return &f->items[i];
	}
	return NULL;
}

/* Returns the entry for a new prefix; NULL if there is no room for it. */
static struct found_prefix *make_room(struct found_prefixes *f, const struct found_prefix *told)
{
	struct found_prefix *unused = NULL;
	unsigned count = 0;

	for (unsigned i = 0; i < f->count; i++) {
		struct found_prefix *p = &f->items[i];
		if (!is_of(p, &told->origin))
			continue;
		count++;
		if (p->use != PREFIX_COUNTS && told->use == PREFIX_COUNTS)
			unused = p;
	}
	if (count < FOUND_PREFIXES_OF_ORIGIN && f->count < FOUND_PREFIXES_MAX)
		return &f->items[f->count++];
	return unused;
}

enum prefix_news found_prefixes_take(struct found_prefixes *f, const struct found_prefix *told)
{
	struct found_prefix *p = find(f, told);
	enum prefix_news news = p && p->use == told->use ? PREFIX_KNOWN : PREFIX_NEW;

	if (!p)
		p = make_room(f, told);
	if (!p)
		return PREFIX_NO_ROOM;
	*p = *told;
	return news;
}

void found_prefixes_end(
        struct found_prefixes *f, const struct prefix_origin *origin, const struct network *network)
{
	for (unsigned i = 0; i < f->count; i++) {
		struct found_prefix *p = &f->items[i];
		if (is_of(p, origin) && (!network || network_equal(&p->network, network)))
			p->until_ms = 0;
	}
}

bool found_prefixes_remove_ended(
        struct found_prefixes *f, uint64_t now_ms, struct found_prefix *ended)
{
	for (unsigned i = 0; i < f->count; i++) {
		if (f->items[i].until_ms > now_ms)
			continue;
		*ended = f->items[i];
		f->items[i] = f->items[--f->count];
		return true;
	}
	return false;
}

uint64_t found_prefixes_first_end_ms(const struct found_prefixes *f)
{
	uint64_t first_ms = UINT64_MAX;

	for (unsigned i = 0; i < f->count; i++) {
		if (f->items[i].until_ms < first_ms)
			first_ms = f->items[i].until_ms;
	}
	return first_ms;
}
