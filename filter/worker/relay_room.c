/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who gives way when there is no room for one more connection.
 *
 * Anybody whose connections are relayed can open as many as there are ports, and leave them or ask
 * on them. A TCP connection has shown that its client's address is its own, so addresses cannot be
 * made up; but whoever is on a link may have many, of IPv6 as many as it likes. What stops it:
 * the shares (share.h) keep room for other addresses of its network, and for other networks. */
#include "worker/relay_room.h"

#include <inttypes.h>

#include "base/sockaddr.h"
#include "worker/report.h"
#include "worker/worker_private.h"

/* Connections of a network that are looked at for the one to give way. */
#define LOOKED_AT 256

static void link_last(struct relay *r, struct connection *c)
{
	struct holders *h = &r->holders[c->sharer.network];

	c->idler = h->last;
	c->later = NULL;
	if (h->last)
		h->last->later = c;
	else
		h->first = c;
	h->last = c;
}

static void unlink_holder(struct relay *r, struct connection *c)
{
	struct holders *h = &r->holders[c->sharer.network];

	if (c->idler)
		c->idler->later = c->later;
	else
		h->first = c->later;
	if (c->later)
		c->later->idler = c->idler;
	else
		h->last = c->idler;
}

void relay_enter(struct worker *w, struct connection *c)
{
	struct relay *r = &w->relay;

	c->sharer = share_of_address(&r->share, sockaddr_octets(&c->client_address));
	share_take(&r->share, c->sharer);
	link_last(r, c);
}

void relay_touch(struct worker *w, struct connection *c)
{
	table_touch(&w->relay.connections, c);
	unlink_holder(&w->relay, c);
	link_last(&w->relay, c);
}

void relay_leave(struct worker *w, struct connection *c)
{
	unlink_holder(&w->relay, c);
	share_give(&w->relay.share, c->sharer);
}

static uint32_t held_by_client(const struct relay *r, const struct connection *c)
{
	return r->share.addresses[c->sharer.address];
}

/* Of the greediest client; without a question that somebody waits for. Of two that are alike the
 * idlest, which comes first. */
static bool yields_before(
        const struct relay *r, const struct connection *c, const struct connection *other)
{
	uint32_t held = held_by_client(r, c), others = held_by_client(r, other);

	return held > others ||
	       (held == others && c->question_count == 0 && other->question_count > 0);
}

/* Returns the one of a network to give way, only of the client `own` if that is not NULL. */
static struct connection *yielding(
        const struct relay *r, uint16_t network, const struct sharer *own)
{
	struct connection *best = NULL;
	unsigned looked_at = 0;

	for (struct connection *c = r->holders[network].first; c; c = c->later) {
		if (looked_at++ == LOOKED_AT)
			break;
		if (own && c->sharer.address != own->address)
			continue;
		if (!best || yields_before(r, c, best))
			best = c;
		/* no other has more, and none of its own comes before it */
		bool has_most = own || 2 * held_by_client(r, best) > r->share.networks[network];
		if (has_most && best->question_count == 0)
			break;
	}
	return best;
}

/* One of a greedy client is reset: at its end the kernel would keep what is left of each for a
 * minute, and its server a place. Others end as idle ones do. */
static bool give_way(struct worker *w, struct connection *c)
{
	if (!c)
		return false;
	stats_count(&w->stats.tcp_evicted);
	c->is_broken = share_is_taken(&w->relay.share, c->sharer);
	connection_close(w, c);
	return true;
}

bool relay_make_room_for_any(struct worker *w)
{
	const struct relay *r = &w->relay;
	uint16_t greediest = share_greediest(&r->share);

	if (r->connections.used == 0)
		return false;
	/* where nobody has more than another, it is the idlest of all */
	return give_way(w, r->share.networks[greediest] > 1 ? yielding(r, greediest, NULL)
	                                                    : table_oldest(&r->connections));
}

static void log_share(struct worker *w, const struct sockaddr_storage *client)
{
	char text[INET6_ADDRSTRLEN];
	uint64_t withheld;

	if (!log_limit_allows(&w->relay.log_share, w->now_ms, &withheld))
		return;
	if (withheld > 0)
		log_warning("%" PRIu64 " lines like the next were withheld", withheld);
	report_server(client, text);
	log_warning("%s or its network has its share of the %" PRIu32
	            " TCP connections: each new one takes the place of one of its own",
	        text, w->relay.share.capacity);
}

static bool may_replace(struct worker *w)
{
	struct relay *r = &w->relay;

	if (w->now_ms >= r->second_ms + 1000) {
		r->second_ms = w->now_ms;
		r->replaced = 0;
	}
	return r->replaced++ < RELAY_REPLACED_A_SECOND;
}

bool relay_make_room(struct worker *w, const struct sockaddr_storage *client)
{
	const struct relay *r = &w->relay;
	struct sharer who = share_of_address(&r->share, sockaddr_octets(client));

	if (share_is_taken(&r->share, who)) {
		bool by_network = share_is_taken_by_network(&r->share, who);
		stats_count(&w->stats.tcp_share);
		log_share(w, client);
		return may_replace(w) &&
		       give_way(w, yielding(r, who.network, by_network ? NULL : &who));
	}
	return r->connections.used < r->connections.capacity || relay_make_room_for_any(w);
}
