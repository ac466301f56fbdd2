/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/look_ask.h"

#include <errno.h>
#include <stdlib.h>

#include "fetch/delegation.h"
#include "keeper/look_read.h"

#define LOOK_ASKS (LOOK_ADDRESSES * LOOK_QUESTIONS) /* more than LOOK_NAMES * 2 */

static const uint16_t address_types[] = { TYPE_A, TYPE_AAAA };
#define ADDRESS_TYPES 2

int look_asker_init(struct look_asker *k, const struct look_order *order, struct complaint *error)
{
	*k = (struct look_asker){ .order = order,
		.rrs = calloc(MESSAGE_RRS_MAX, sizeof(*k->rrs)),
		.asks = calloc(LOOK_ASKS, sizeof(*k->asks)) };
	return k->rrs && k->asks ? 0 : complaint_no_memory(error);
}

void look_asker_fini(struct look_asker *k)
{
	free(k->rrs);
	free(k->asks);
}

void look_put_ask(struct ask *a, const struct sockaddr_storage *server, const struct name *name,
        uint16_t type, uint16_t flags)
{
	*a = (struct ask){ .want = { .name = *name, .type = type }, .flags = flags };
	if (server)
		a->server = *server;
}

int look_run(struct look_asker *k, unsigned count, struct complaint *error)
{
	int failure = asks_run(k->asks, count, k->order->stop_fd);

	if (failure)
		complaint_set(error, "cannot ask servers: %s", strerror(-failure));
	return failure;
}

/* ---- By the resolvers ---- */

static bool is_useful(struct look_asker *k, const struct ask *a)
{
	struct message m;

	if (a->end != ASK_ANSWERED ||
	        !message_parse(&m, span_of(a->octets, a->len), k->rrs, MESSAGE_RRS_MAX))
		return false;
	return message_rcode(&m) == RCODE_NOERROR || message_rcode(&m) == RCODE_NXDOMAIN;
}

int look_resolve(struct look_asker *k, unsigned count, struct complaint *error)
{
	int failure = 0;

	for (unsigned r = 0; r < k->order->resolver_count && r < LOOK_RESOLVERS && !failure; r++) {
		for (unsigned i = 0; i < count; i++) {
			struct ask *a = &k->asks[i];
			if (is_useful(k, a))
				continue;
			struct name name = a->want.name;
			uint16_t type = a->want.type, flags = a->flags;
			asks_free(a, 1);
			look_put_ask(a, &k->order->resolvers[r], &name, type, flags);
		}
		failure = look_run(k, count, error);
	}
	return failure;
}

bool look_response(struct look_asker *k, unsigned i, struct message *m)
{
	return is_useful(k, &k->asks[i]) &&
	       message_parse(
	               m, span_of(k->asks[i].octets, k->asks[i].len), k->rrs, MESSAGE_RRS_MAX);
}

/* ---- The parent ---- */

static int fail_to_find(
        struct look_asker *k, const struct name *zone, const char *what, struct complaint *error)
{
	char text[NAME_TEXT_SIZE];

	if (k->order->resolver_count == 0)
		complaint_set(error,
		        "no resolver is known that could tell the servers of %s: set `resolver` in "
		        "the configuration",
		        name_text(zone, text));
	else
		complaint_set(
		        error, "the resolvers do not tell %s of %s", what, name_text(zone, text));
	return -ENOENT;
}

/* An SOA is asked for at the name above the zone. If the answer has none, as from a server that
 * leaves it out, the next name above is asked; a name has a limited number of labels. */
int look_find_parent(struct look_asker *k, struct name *parent, struct complaint *error)
{
	struct name name = *k->order->zone;
	bool is_found = false;

	while (!is_found && name.labels > 0) {
		struct message m;
		name_parent(&name, &name);
		look_put_ask(&k->asks[0], NULL, &name, TYPE_SOA, EXCHANGE_FLAGS);
		int failure = look_resolve(k, 1, error);
		is_found = !failure && look_response(k, 0, &m) && look_read_zone(&m, &name, parent);
		bool was_useful = is_useful(k, &k->asks[0]);
		asks_free(k->asks, 1);
		if (failure)
			return failure;
		if (!was_useful)
			break;
	}
	return is_found ? 0 : fail_to_find(k, k->order->zone, "the parent", error);
}

/* ---- Names and addresses ---- */

static int find_names(struct look_asker *k, const struct name *zone, struct look_servers *servers,
        struct complaint *error)
{
	struct message m;

	look_put_ask(&k->asks[0], NULL, zone, TYPE_NS, EXCHANGE_FLAGS);
	int failure = look_resolve(k, 1, error);
	if (!failure && look_response(k, 0, &m))
		look_read_names(&m, zone, servers);
	asks_free(k->asks, 1);
	return failure;
}

static int find_addresses(struct look_asker *k, const struct name *zone,
        struct look_servers *servers, struct complaint *error)
{
	unsigned count = ADDRESS_TYPES * servers->name_count;

	for (unsigned i = 0; i < count; i++)
		look_put_ask(&k->asks[i], NULL, &servers->names[i / ADDRESS_TYPES],
		        address_types[i % ADDRESS_TYPES], EXCHANGE_FLAGS);
	int failure = look_resolve(k, count, error);
	for (unsigned i = 0; i < count && !failure; i++) {
		struct addresses found = { 0 };
		struct message m;
		if (look_response(k, i, &m))
			addresses_read(&found, &m);
		look_add_addresses(servers, i / ADDRESS_TYPES, &found);
	}
	asks_free(k->asks, count);
	if (failure)
		return failure;
	return servers->count > 0 ? 0 : fail_to_find(k, zone, "the servers", error);
}

/* Reads the delegation that one server of the parent has. It may differ from the zone's own NS
 * RRset, and resolvers follow either. */
static void read_delegation(struct look_asker *k, unsigned i, struct zone_look *look)
{
	struct look_servers *servers = &look->servers;
	struct message m;

	if (!look_response(k, i, &m))
		return;
	look_read_names(&m, &look->zone, servers);
	for (unsigned n = 0; n < servers->name_count; n++) {
		struct addresses found = { 0 };
		if (name_within(&servers->names[n], &look->parent))
			addresses_read_glue(&found, &m, &servers->names[n]);
		look_add_addresses(servers, n, &found);
	}
}

static int find_delegations(struct look_asker *k, struct zone_look *look, struct complaint *error)
{
	unsigned count = look->parents.count;

	for (unsigned i = 0; i < count; i++)
		look_put_ask(&k->asks[i], &look->parents.at[i].address, &look->zone, TYPE_NS, 0);
	int failure = look_run(k, count, error);
	for (unsigned i = 0; i < count && !failure; i++)
		read_delegation(k, i, look);
	asks_free(k->asks, count);
	return failure;
}

int look_find(struct look_asker *k, struct zone_look *look, struct complaint *error)
{
	int failure = look_find_parent(k, &look->parent, error);

	if (!failure)
		failure = find_names(k, &look->parent, &look->parents, error);
	if (!failure)
		failure = find_addresses(k, &look->parent, &look->parents, error);
	if (!failure)
		failure = find_names(k, &look->zone, &look->servers, error);
	if (!failure)
		failure = find_delegations(k, look, error);
	return failure ? failure : find_addresses(k, &look->zone, &look->servers, error);
}

/* ---- The questions ---- */

int look_ask_servers(struct look_asker *k, struct look_servers *servers, const uint16_t *types,
        unsigned type_count, struct complaint *error)
{
	unsigned count = type_count * servers->count;

	for (unsigned i = 0; i < count; i++)
		look_put_ask(&k->asks[i], &servers->at[i / type_count].address, k->order->zone,
		        types[i % type_count], 0);
	int failure = look_run(k, count, error);
	for (unsigned i = 0; i < count && !failure; i++)
		look_read_set(
		        &servers->at[i / type_count].sets[i % type_count], &k->asks[i], k->rrs);
	asks_free(k->asks, count);
	return failure;
}
