/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Queries have no OPT at first. With an OPT a server may send more than 512 octets over UDP. So
 * after the first response with TC=1, one query has an OPT, and its success or failure is
 * remembered (RFC 6891, 7). */
#include "sign/sign_servers.h"

#include "base/sockaddr.h"
#include "sign/signer_private.h"

#define REFUSES_MS        86400000u /* until the next try */
#define TRY_MS            15000u    /* how long other queries go without OPT while one tries it */
#define SILENT_MAX        2         /* lost queries in a row that end a try */
#define SUPPORTS_LOST_MAX 8         /* lost queries in a row that end known support */

enum edns_support { SERVER_TRIED, SERVER_SUPPORTS, SERVER_REFUSES };

struct edns_server {
	uint8_t len;
	uint8_t address[16];
	uint8_t support; /* enum edns_support */
	uint8_t silent;
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

static void edns_server_add(struct signer *s, struct span address)
{
	struct edns_server *server = edns_server_find(s, address);

	if (server || address.len > sizeof(server->address))
		return;
	server = table_add_or_replace(&s->servers, keyed_hash(&s->key, address));
	server->len = (uint8_t)address.len;
	memcpy(server->address, address.base, address.len);
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

	if (!server)
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

void server_note_response(struct signer *s, struct span address, bool sent_edns,
        const struct message *m, uint64_t now_ms)
{
	struct edns_server *server = sent_edns ? edns_server_find(s, address) : NULL;

	if (!sent_edns && (m->flags & FLAG_TC))
		edns_server_add(s, address);
	if (!server)
		return;
	server->silent = 0;
	unsigned rcode = message_rcode(m);
	if (m->edns.present && rcode != RCODE_FORMERR && rcode != RCODE_NOTIMP &&
	        rcode <= RCODE_MASK)
		server->support = SERVER_SUPPORTS;
	else
		edns_server_refuses(server, now_ms);
}

void server_note_silence(struct signer *s, struct span address, uint64_t now_ms)
{
	struct edns_server *server = edns_server_find(s, address);

	if (!server || server->support == SERVER_REFUSES)
		return;
	if (++server->silent >=
	        (server->support == SERVER_SUPPORTS ? SUPPORTS_LOST_MAX : SILENT_MAX))
		edns_server_refuses(server, now_ms);
}

void signer_each_server(const struct signer *s, signer_server_teller *tell, void *context)
{
	static const char *const words[] = { [SERVER_TRIED] = "unknown",
		[SERVER_SUPPORTS] = "taken",
		[SERVER_REFUSES] = "refused" };
	struct edns_server *server = table_newest(&s->servers);

	for (; server; server = table_older(&s->servers, server)) {
		struct sockaddr_storage address =
		        sockaddr_of(span_of(server->address, server->len), 0, 0);
		tell(context, &address, words[server->support]);
	}
}
