/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client whose connections are relayed can open as many as there are ports, and leave them idle
 * or ask on them. Its address is its own: a TCP connection has shown that. But a machine on a link
 * may have many addresses, of IPv6 as many as it likes. The shares (share.h) keep room for other
 * addresses of its network, and for other networks. */
#include "worker/relay_room.h"

#include <inttypes.h>

#include "base/sockaddr.h"
#include "worker/connection.h"
#include "worker/relay.h"
#include "worker/report.h"

/* Connections of a network that are looked at in search of the one that yields. */
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

void relay_enter(struct relay *r, struct connection *c)
{
	c->sharer = share_of_address(&r->share, sockaddr_octets(&c->client_address));
	share_take(&r->share, c->sharer);
	link_last(r, c);
}

void relay_touch(struct relay *r, struct connection *c)
{
	table_touch(&r->connections, c);
	unlink_holder(r, c);
	link_last(r, c);
}

void relay_leave(struct relay *r, struct connection *c)
{
	unlink_holder(r, c);
	share_give(&r->share, c->sharer);
}

static uint32_t held_by_client(const struct relay *r, const struct connection *c)
{
	return r->share.addresses[c->sharer.address];
}

/* A query may be held until the server is connected. */
static bool waits_for_answer(const struct connection *c)
{
	return c->question_count > 0 || c->held;
}

/* A connection of a greedier client yields first, and then one without a question in flight. Of two
 * that are equal in both the idler one does, which comes first. */
static bool yields_before(
        const struct relay *r, const struct connection *c, const struct connection *other)
{
	uint32_t held = held_by_client(r, c), others = held_by_client(r, other);

	return held > others || (held == others && !waits_for_answer(c) && waits_for_answer(other));
}

/* Returns the connection of a network that yields; only of the client `own` if that is not NULL. */
static struct connection *yielding_in_network(
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
		/* no other client has more, and none of its own connections comes before it */
		bool has_most = own || 2 * held_by_client(r, best) > r->share.networks[network];
		if (has_most && !waits_for_answer(best))
			break;
	}
	return best;
}

struct connection *relay_room_yielding(const struct relay *r)
{
	uint16_t greediest = share_greediest(&r->share);

	if (r->connections.used == 0)
		return NULL;
	/* if no client has more than another, the idlest of all yields */
	return r->share.networks[greediest] > 1 ? yielding_in_network(r, greediest, NULL)
	                                        : table_oldest(&r->connections);
}

static void log_share(struct relay *r, const struct sockaddr_storage *client)
{
	char text[INET6_ADDRSTRLEN];

	if (!report_may_log(&r->log_share, r->turn->now_ms))
		return;
	report_server(client, text);
	log_warning("%s or its network has its share of the %" PRIu32
	            " TCP connections: each new one replaces one of its own. If it needs more, see "
	            "tcp_connections",
	        text, r->share.capacity);
}

static bool may_replace(struct relay *r)
{
	if (r->turn->now_ms >= r->second_ms + 1000) {
		r->second_ms = r->turn->now_ms;
		r->replaced = 0;
	}
	return r->replaced++ < RELAY_REPLACED_A_SECOND;
}

enum relay_room relay_room_for(
        struct relay *r, const struct sockaddr_storage *client, struct connection **yielding)
{
	struct sharer sharer = share_of_address(&r->share, sockaddr_octets(client));

	if (share_is_taken(&r->share, sharer)) {
		bool by_network = share_is_taken_by_network(&r->share, sharer);
		stats_count(&r->stats->tcp_share);
		log_share(r, client);
		if (!may_replace(r))
			return ROOM_NONE;
		*yielding = yielding_in_network(r, sharer.network, by_network ? NULL : &sharer);
		return ROOM_YIELDED;
	}
	if (r->connections.used < r->connections.capacity)
		return ROOM_FREE;
	*yielding = relay_room_yielding(r);
	return ROOM_YIELDED;
}
