/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture/defragment.h"

#include <errno.h>
#include <stdlib.h>

/* Must have no padding: its octets are hashed. */
struct fragmented_key {
	uint8_t source[16], destination[16];
	uint32_t id;
	uint16_t protocol; /* for IPv4 only (RFC 791); 0 for IPv6 (RFC 8200) */
	uint16_t version;
};

_Static_assert(sizeof(struct fragmented_key) == 40, "padding would be hashed and compared");

struct fragment_piece {
	uint16_t at, len;
	bool more;
};

struct fragmented {
	struct fragmented_key key;
	int64_t began_s;
	bool is_refused; /* kept only to refuse the fragments still to come */
	uint8_t protocol;
	size_t total; /* octets; 0 until the last fragment has come */
	size_t have;  /* octets so far */
	uint8_t *octets;
	size_t capacity;
	unsigned count;
	struct fragment_piece pieces[DEFRAGMENT_PIECES]; /* in the order of their arrival */
};

int defragment_init(struct defragmenter *d, struct capture_counts *counts)
{
	*d = (struct defragmenter){ .counts = counts };
	int result = hash_key_draw(&d->hash_key);
	if (result < 0)
		return result;
	return table_init(&d->table, sizeof(struct fragmented), DEFRAGMENT_DATAGRAMS);
}

static void fragmented_drop_octets(struct defragmenter *d, struct fragmented *g)
{
	free(g->octets);
	d->octets_held -= g->capacity;
	g->octets = NULL;
	g->capacity = 0;
}

static void fragmented_give_up(struct defragmenter *d, struct fragmented *g)
{
	if (!g->is_refused)
		d->counts->fragments_lost++;
	fragmented_drop_octets(d, g);
	table_remove(&d->table, g);
}

void defragment_finish(struct defragmenter *d)
{
	struct fragmented *oldest;

	while (d->table.used > 0 && (oldest = table_oldest(&d->table)))
		fragmented_give_up(d, oldest);
	free(d->whole);
	d->whole = NULL;
}

void defragment_fini(struct defragmenter *d)
{
	if (d->table.slots)
		defragment_finish(d);
	table_fini(&d->table);
}

static struct fragmented_key fragmented_key(const struct ip *ip)
{
	struct fragmented_key key = { .id = ip->id,
		.protocol = ip->version == 4 ? ip->protocol : 0,
		.version = ip->version };

	memcpy(key.source, ip->source.base, ip->source.len);
	memcpy(key.destination, ip->destination.base, ip->destination.len);
	return key;
}

static bool fragmented_has_key(const void *entry, const void *key)
{
	const struct fragmented *g = entry;
	return memcmp(&g->key, key, sizeof(g->key)) == 0;
}

/* The time of a capture may go back. Then nothing is old. */
static bool fragmented_is_old(const struct fragmented *g, int64_t now_s)
{
	return now_s - g->began_s > DEFRAGMENT_WAIT_S;
}

static void fragmented_expire(struct defragmenter *d, int64_t now_s)
{
	struct fragmented *oldest;

	while (d->table.used > 0 && (oldest = table_oldest(&d->table)) &&
	        fragmented_is_old(oldest, now_s))
		fragmented_give_up(d, oldest);
}

/* Returns the datagram of the fragment `ip`, a new one if there is none. */
static struct fragmented *fragmented_find(
        struct defragmenter *d, const struct ip *ip, int64_t now_s)
{
	struct fragmented_key key = fragmented_key(ip);
	uint64_t hash = keyed_hash(&d->hash_key, span_of(&key, sizeof(key)));
	struct fragmented *g;

	fragmented_expire(d, now_s);
	g = table_find(&d->table, hash, fragmented_has_key, &key);
	if (g)
		return g;
	if (d->table.used == d->table.capacity)
		fragmented_give_up(d, table_oldest(&d->table));
	g = table_add(&d->table, hash);
	g->key = key;
	g->began_s = now_s;
	return g;
}

/* Makes room for octets up to `end`, for which older datagrams may be evicted. Returns false if
 * memory is short, or if no older datagram is left. */
static bool fragmented_reserve(struct defragmenter *d, struct fragmented *g, size_t end)
{
	if (end <= g->capacity)
		return true;
	uint8_t *larger = realloc(g->octets, end);
	if (!larger)
		return false;
	d->octets_held += end - g->capacity;
	g->octets = larger;
	g->capacity = end;
	while (d->octets_held > DEFRAGMENT_OCTETS_MAX) {
		struct fragmented *oldest = table_oldest(&d->table);
		if (oldest == g)
			return false;
		fragmented_give_up(d, oldest);
	}
	return true;
}

/* True if the fragment is possible: all but the last end at a multiple of 8 octets, where the next
 * can start. No octet is past the largest IP packet, or past the last fragment. */
static bool fragment_fits(const struct fragmented *g, const struct ip *ip)
{
	size_t end = (size_t)ip->offset + ip->payload.len;

	if (ip->payload.len == 0 || end > UINT16_MAX)
		return false;
	if (ip->more)
		return ip->payload.len % 8 == 0 && (g->total == 0 || end <= g->total);
	if (g->total != 0 && end != g->total)
		return false;
	for (unsigned i = 0; i < g->count; i++)
		if ((size_t)g->pieces[i].at + g->pieces[i].len > end)
			return false;
	return true;
}

enum overlap { OVERLAP_NONE, OVERLAP_REPEATED, OVERLAP_CONFLICT };

static enum overlap fragment_overlap(const struct fragmented *g, const struct ip *ip)
{
	size_t end = (size_t)ip->offset + ip->payload.len;

	for (unsigned i = 0; i < g->count; i++) {
		const struct fragment_piece *p = &g->pieces[i];
		if (p->at >= end || ip->offset >= p->at + p->len)
			continue;
		bool repeated = p->at == ip->offset && p->more == ip->more &&
		                span_equal(span_of(g->octets + p->at, p->len), ip->payload);
		return repeated ? OVERLAP_REPEATED : OVERLAP_CONFLICT;
	}
	return OVERLAP_NONE;
}

static enum ip_kind fragmented_refuse(struct defragmenter *d, struct fragmented *g)
{
	d->counts->fragments_refused++;
	g->is_refused = true;
	fragmented_drop_octets(d, g);
	return IP_MALFORMED;
}

/* Copies the fragment to its place. Returns false if there is no room. */
static bool fragment_keep(struct defragmenter *d, struct fragmented *g, const struct ip *ip)
{
	size_t end = (size_t)ip->offset + ip->payload.len;

	if (g->count == DEFRAGMENT_PIECES || !fragmented_reserve(d, g, end))
		return false;
	memcpy(g->octets + ip->offset, ip->payload.base, ip->payload.len);
	g->pieces[g->count++] =
	        (struct fragment_piece){ ip->offset, (uint16_t)ip->payload.len, ip->more };
	g->have += ip->payload.len;
	if (!ip->more)
		g->total = end;
	if (ip->offset == 0)
		g->protocol = ip->protocol;
	return true;
}

enum ip_kind defragment(struct defragmenter *d, struct ip *ip, int64_t now_s)
{
	struct fragmented *g = fragmented_find(d, ip, now_s);

	d->counts->fragments++;
	free(d->whole);
	d->whole = NULL;
	if (g->is_refused)
		return IP_MALFORMED;
	if (!fragment_fits(g, ip))
		return fragmented_refuse(d, g);
	enum overlap overlap = fragment_overlap(g, ip);
	if (overlap == OVERLAP_REPEATED)
		return IP_FRAGMENT;
	if (overlap != OVERLAP_NONE || !fragment_keep(d, g, ip))
		return fragmented_refuse(d, g);
	if (g->have != g->total)
		return IP_FRAGMENT;

	struct span whole = span_of(g->octets, g->total);
	uint8_t protocol = g->protocol;
	d->whole = g->octets;
	d->octets_held -= g->capacity;
	table_remove(&d->table, g);
	return ip_reassembled(ip, protocol, whole);
}
