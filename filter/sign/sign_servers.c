/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Queries have no OPT at first. With an OPT a server may send more than 512 octets over UDP. So
 * after the first response with TC=1, one query has an OPT, and its success or failure is
 * remembered (RFC 6891, 7).
 *
 * A query with a client subnet has an OPT unless the server is known to reject it: without sealgate
 * such a query would have reached the server with its OPT, too. What is learned from it is kept
 * apart. */
#include "sign/sign_servers.h"

#include "base/sockaddr.h"
#include "sign/signer_private.h"

#define REFUSES_MS        86400000u /* until the next try */
#define TRY_MS            15000u    /* how long other queries go without OPT while one tries it */
#define SILENT_MAX        2         /* lost queries in a row that end a try */
#define NO_SUBNET_MS      900000u /* how long a server gets no client subnet after it rejected one */
#define SUPPORTS_LOST_MAX 8       /* lost queries in a row that end known support */

enum edns_support { SERVER_UNTRIED, SERVER_TRIED, SERVER_SUPPORTS, SERVER_REFUSES };

struct edns_server {
	uint8_t len;
	uint8_t address[16];
	uint8_t support; /* enum edns_support */
	uint8_t silent;
	uint8_t subnet_lost; /* queries with a client subnet in a row that failed */
	bool has_subnets;    /* it returned a client subnet */
	uint64_t no_subnet_until_ms;
	uint64_t until_ms; /* no query tries EDNS before; 0 if one may */
};

int sign_servers_init(struct signer *s)
{
	return table_init(&s->servers, sizeof(struct edns_server), s->limits.servers);
}

static bool is_same_server(const void *entry, const void *key)
{
	const struct edns_server *server = entry;
	const struct span *address = key;
	return server->len == address->len &&
	       memcmp(server->address, address->base, address->len) == 0;
}

static struct edns_server *edns_server_find(struct signer *s, struct span address)
{
	return table_find(&s->servers, keyed_hash(&s->key, address), is_same_server, &address);
}

/* Returns the entry of a server, which is made if there is none; NULL if the address is none. */
static struct edns_server *edns_server_note(struct signer *s, struct span address)
{
	struct edns_server *server = edns_server_find(s, address);

	if (server || address.len > sizeof(server->address))
		return server;
	server = table_add_or_replace(&s->servers, keyed_hash(&s->key, address));
	server->len = (uint8_t)address.len;
	memcpy(server->address, address.base, address.len);
	server->support = SERVER_UNTRIED;
	return server;
}

static void edns_server_add(struct signer *s, struct span address)
{
	struct edns_server *server = edns_server_note(s, address);

	if (server && server->support == SERVER_UNTRIED)
		server->support = SERVER_TRIED;
}

static void edns_server_refuses(struct edns_server *server, uint64_t now_ms)
{
	server->support = SERVER_REFUSES;
	server->until_ms = now_ms + REFUSES_MS;
}

bool server_supports_edns(struct signer *s, struct span address, uint64_t now_ms)
{
	struct edns_server *server = edns_server_find(s, address);

	if (!server || server->support == SERVER_UNTRIED)
		return false;
	if (server->support == SERVER_SUPPORTS)
		return true;
	if (now_ms < server->until_ms)
		return false;
	if (server->support == SERVER_REFUSES) {
		table_remove(&s->servers, server);
		return false;
	}
	/* Only one query tries it, because a server that drops it answers no client. */
	server->until_ms = now_ms + TRY_MS;
	return true;
}

bool server_takes_subnet(struct signer *s, struct span address, uint64_t now_ms)
{
	struct edns_server *server = edns_server_note(s, address);

	if (!server)
		return false;
	if (server->support == SERVER_REFUSES) {
		if (now_ms < server->until_ms)
			return false;
		server->support = SERVER_UNTRIED;
	}
	return now_ms >= server->no_subnet_until_ms;
}

bool server_rejects_opt(const struct message *m)
{
	unsigned rcode = message_rcode(m);

	return rcode == RCODE_FORMERR || rcode == RCODE_NOTIMP || rcode == RCODE_BADVERS;
}

/* Notes that a server did not answer a query with a client subnet as it should. One that has shown
 * that it knows client subnets may dislike just this one, so only several in a row count. */
static void subnet_fails(struct edns_server *server, unsigned most, uint64_t now_ms)
{
	if (++server->subnet_lost < (server->has_subnets ? SUPPORTS_LOST_MAX : most))
		return;
	server->subnet_lost = 0;
	server->has_subnets = false;
	server->no_subnet_until_ms = now_ms + NO_SUBNET_MS;
}

/* The client chose the subnet. So a response to it can show that the server supports EDNS, and not
 * that it does not: else a client could turn EDNS off for all, by a subnet that this server
 * rejects. */
static void note_subnet_response(
        struct edns_server *server, const struct message *m, uint64_t now_ms)
{
	struct client_subnet given;

	if (!m->edns.present || server_rejects_opt(m)) {
		subnet_fails(server, 1, now_ms);
		return;
	}
	server->support = SERVER_SUPPORTS;
	server->silent = 0;
	server->subnet_lost = 0;
	if (client_subnet_read(m->edns.options, &given) && given.is_given)
		server->has_subnets = true;
}

static void note_edns_response(struct edns_server *server, const struct message *m, uint64_t now_ms)
{
	server->silent = 0;
	if (m->edns.present && !server_rejects_opt(m) && message_rcode(m) <= RCODE_MASK)
		server->support = SERVER_SUPPORTS;
	else
		edns_server_refuses(server, now_ms);
}

void server_note_response(struct signer *s, const struct signer_query *asked,
        const struct sign_context *context, const struct message *m)
{
	struct span address = context->peers->server;
	bool has_opt = asked->sent_edns || carries_subnet(asked);
	struct edns_server *server = has_opt ? edns_server_find(s, address) : NULL;

	if (!has_opt && !context->is_stream && (m->flags & FLAG_TC))
		edns_server_add(s, address);
	if (!server)
		return;
	if (carries_subnet(asked))
		note_subnet_response(server, m, context->now_ms);
	else
		note_edns_response(server, m, context->now_ms);
}

void server_note_silence(
        struct signer *s, const struct signer_query *asked, const struct sign_context *context)
{
	bool has_opt = asked->sent_edns || carries_subnet(asked);
	struct edns_server *server = has_opt ? edns_server_find(s, context->peers->server) : NULL;

	if (!server || server->support == SERVER_REFUSES)
		return;
	if (carries_subnet(asked))
		subnet_fails(server, SILENT_MAX, context->now_ms);
	else if (++server->silent >=
	         (server->support == SERVER_SUPPORTS ? SUPPORTS_LOST_MAX : SILENT_MAX))
		edns_server_refuses(server, context->now_ms);
}

void signer_each_server(const struct signer *s, signer_server_teller *tell, void *context)
{
	static const char *const words[] = { [SERVER_UNTRIED] = "unknown",
		[SERVER_TRIED] = "unknown",
		[SERVER_SUPPORTS] = "taken",
		[SERVER_REFUSES] = "refused" };
	struct edns_server *server = table_newest(&s->servers);

	for (; server; server = table_older(&s->servers, server)) {
		struct sockaddr_storage address =
		        sockaddr_of(span_of(server->address, server->len), 0, 0);
		tell(context, &address, words[server->support]);
	}
}
