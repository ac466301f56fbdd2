/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/known_commands.h"

#include "base/sockaddr.h"
#include "daemon/inquiries.h"
#include "daemon/listing.h"
#include "daemon/service.h"
#include "daemon/signed_zones.h"
#include "wire/protocol.h"

/* ---- Zones ---- */

static const struct zone_view *zone_of(const void *row)
{
	return &(*(const union inquiry_row *const *)row)->zone;
}

static int order_zone_rows(const void *a, const void *b)
{
	const struct zone_view *one = zone_of(a), *other = zone_of(b);
	int order = name_order(&one->name, &other->name);

	if (order == 0)
		order = (int)one->outcome.status - (int)other->outcome.status;
	return order ? order : (int)one->outcome.reason - (int)other->outcome.reason;
}

static bool join_zones(const union inquiry_row *a, const union inquiry_row *b)
{
	return order_zone_rows(&a, &b) == 0;
}

static void write_zone(
        struct control_reply *reply, const union inquiry_row *const rows[], unsigned count)
{
	const struct zone_view *zone = &rows[0]->zone;
	char name[NAME_TEXT_SIZE];
	int64_t until_s = zone->until_s;
	bool has_keys = false;

	for (unsigned i = 0; i < count; i++) {
		until_s = rows[i]->zone.until_s > until_s ? rows[i]->zone.until_s : until_s;
		has_keys = has_keys || rows[i]->zone.has_keys;
	}
	control_add_text(reply, "name", name_text(&zone->name, name));
	control_add_text(reply, "status", status_text(zone->outcome.status));
	if (zone->outcome.reason != REASON_NONE)
		control_add_text(reply, "reason", reason_word(zone->outcome.reason));
	if (until_s == NTA_FOREVER)
		control_add_text(reply, "until", "never");
	else
		listing_add_time(reply, "until", until_s);
	control_add_flag(reply, "keys", has_keys);
	control_add_number(reply, "workers", count);
}

void known_command_zones(void *context, char *const words[], struct control_reply *reply)
{
	static const struct listing zones = { INQUIRY_ZONES, "zones", order_zone_rows, join_zones,
		write_zone };
	struct service *s = context;

	if (s->zones)
		signed_zones_list(s, words[0], reply);
	else
		listing_reply(s, &zones, words[0], reply);
}

/* ---- Servers ---- */

static const struct server_view *server_of(const void *row)
{
	return &(*(const union inquiry_row *const *)row)->server;
}

static int order_servers(const void *a, const void *b)
{
	return span_order(
	        sockaddr_octets(&server_of(a)->address), sockaddr_octets(&server_of(b)->address));
}

static void add_word(struct control_reply *reply, const char *key, const char *word)
{
	if (word)
		control_add_text(reply, key, word);
}

/* Workers know different things of a server, so each has a line of its own. */
static void write_server(
        struct control_reply *reply, const union inquiry_row *const rows[], unsigned count)
{
	const struct server_view *server = &rows[0]->server;
	char address[INET6_ADDRSTRLEN];

	(void)count;
	control_add_text(
	        reply, "address", address_text(sockaddr_octets(&server->address), address));
	add_word(reply, "edns", server->edns);
	add_word(reply, "signatures", server->signatures);
	add_word(reply, "options", server->options);
	add_word(reply, "letters", server->letters);
	add_word(reply, "tcp", server->tcp);
	if (!server->signatures)
		return; /* a signer notes nothing else */
	control_add_flag(reply, "dns64", server->is_dns64);
	if (server->round_trip_ms > 0)
		control_add_number(reply, "round_trip_ms", server->round_trip_ms);
}

void known_command_servers(void *context, char *const words[], struct control_reply *reply)
{
	static const struct listing servers = { INQUIRY_SERVERS, "servers", order_servers, NULL,
		write_server };

	(void)words;
	listing_reply(context, &servers, NULL, reply);
}

/* ---- Refusals ---- */

static const struct refusal *refusal_of(const void *row)
{
	return &(*(const union inquiry_row *const *)row)->refusal;
}

/* The newest one comes first: what has no room is old. */
static int order_refusals(const void *a, const void *b)
{
	int64_t one_s = refusal_of(a)->at_s, other_s = refusal_of(b)->at_s;

	return (one_s < other_s) - (one_s > other_s);
}

static void write_refusal(
        struct control_reply *reply, const union inquiry_row *const rows[], unsigned count)
{
	const struct refusal *refusal = &rows[0]->refusal;
	struct cursor c = cursor_over(span_of(refusal->question, refusal->question_len));
	char text[NAME_TEXT_SIZE], type[TYPE_TEXT_SIZE], address[INET6_ADDRSTRLEN];
	struct name name;

	(void)count;
	name_read_plain(&c, &name);
	listing_add_time(reply, "time", refusal->at_s);
	control_add_text(reply, "client",
	        address_text(span_of(refusal->client, refusal->client_len), address));
	control_add_text(reply, "server",
	        address_text(span_of(refusal->server, refusal->server_len), address));
	control_add_text(reply, "name", name_text(&name, text));
	control_add_text(reply, "type", type_text(cursor_u16(&c), type));
	control_add_text(reply, "status", refusal->status);
	control_add_text(reply, "reason", refusal->reason);
	control_add_number(reply, "times", refusal->times);
	if (refusal->is_passed)
		control_add_flag(reply, "passed", true);
}

void known_command_recent(void *context, char *const words[], struct control_reply *reply)
{
	static const struct listing refusals = { INQUIRY_RECENT, "recent", order_refusals, NULL,
		write_refusal };

	listing_reply(context, &refusals, words[0], reply);
}

/* ---- Forgetting ---- */

void known_command_flush(void *context, char *const words[], struct control_reply *reply)
{
	struct service *s = context;
	struct inquiries all;
	struct name top;

	if (s->zones && words[0]) {
		reply->code = CONTROL_NO;
		complaint_set(&reply->error,
		        "a signer forgets what it learned of all names, or of none: leave out the "
		        "name");
		return;
	}
	if (!listing_top(words[0], &top, reply))
		return;
	if (inquiries_ask(&all, s->workers, s->worker_count, INQUIRY_FORGET, &top, &reply->error) !=
	        0)
		reply->code = CONTROL_NO;
	inquiries_fini(&all);
	control_add_flag(reply, "flushed", true);
}
