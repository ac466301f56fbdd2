/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/keys_check.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/log.h"
#include "cmd/options.h"
#include "config/address.h"
#include "config/nameserver.h"
#include "config/effective_anchors.h"
#include "keeper/look.h"
#include "keeper/look_judge.h"
#include "keeper/look_spread.h"
#include "keeper/notify.h"
#include "keys/presign.h"

#define RESOLVERS_OF_MACHINE "/etc/resolv.conf"
#define SOA_NUMBERS          20 /* octets at the end of an SOA, of which the first four are the serial */
#define DS_OCTETS            (4 + DIGEST_MAX_OCTETS)

/* ---- Printing ---- */

static void print_address(const struct look_servers *servers, const struct look_server *server)
{
	char address[ADDRESS_TEXT_MAX], name[NAME_TEXT_SIZE];

	address_write(&server->address, address);
	printf("  %s (%s): ", address, name_text(&servers->names[server->name], name));
}

/* Prints what identifies a record for a person: tags of keys, the serial of an SOA. */
static void print_record(uint16_t type, struct span rdata)
{
	struct cursor c = cursor_over(rdata);

	switch (type) {
	case TYPE_DNSKEY:
	case TYPE_CDNSKEY:
		printf(" %u%s", dnskey_tag(rdata), cursor_u16(&c) & DNSKEY_SEP ? " (KSK)" : "");
		return;
	case TYPE_DS:
	case TYPE_CDS:
		printf(" %u", cursor_u16(&c));
		cursor_u8(&c);
		printf("/%u", cursor_u8(&c));
		return;
	default:
		c = cursor_at(rdata, rdata.len > SOA_NUMBERS ? rdata.len - SOA_NUMBERS : 0);
		printf(" %" PRIu32, cursor_u32(&c));
	}
}

static void print_set(const struct look_set *set, uint16_t type)
{
	char known[TYPE_TEXT_SIZE];

	if (set->fault != LOOK_SEEN) {
		printf("%s: %s", type_text(type, known), look_fault_text(set->fault));
		if (set->fault == LOOK_ERROR)
			printf(", %s", rcode_text(set->rcode));
		if (set->fault == LOOK_UNPROVED)
			printf(" (%s)", reason_sentence(set->outcome.reason));
		return;
	}
	if (set->count == 0) {
		printf("no %s", type_text(type, known));
		return;
	}
	fputs(type_text(type, known), stdout);
	for (unsigned i = 0; i < set->count; i++)
		print_record(type, set->rdatas[i]);
	printf(" TTL %" PRIu32 "%s", set->ttl_s, set->over_tcp ? " over TCP" : "");
}

/* One sentence is enough for an address that answers nothing. */
static bool is_deaf(const struct look_server *server)
{
	for (unsigned q = 1; q < LOOK_QUESTIONS; q++) {
		if (server->sets[q].fault != server->sets[0].fault)
			return false;
	}
	return server->sets[0].fault != LOOK_SEEN && server->sets[0].fault != LOOK_ERROR;
}

static void print_zone_server(const struct look_servers *servers, const struct look_server *server)
{
	static const uint16_t types[LOOK_QUESTIONS] = { [LOOK_DNSKEY] = TYPE_DNSKEY,
		[LOOK_CDS] = TYPE_CDS,
		[LOOK_CDNSKEY] = TYPE_CDNSKEY,
		[LOOK_SOA] = TYPE_SOA };

	print_address(servers, server);
	if (is_deaf(server)) {
		puts(look_fault_text(server->sets[0].fault));
		return;
	}
	for (unsigned q = 0; q < LOOK_QUESTIONS; q++) {
		fputs(q ? ", " : "", stdout);
		print_set(&server->sets[q], types[q]);
	}
	putchar('\n');
}

static void print_parent_server(
        const struct look_servers *servers, const struct look_server *server)
{
	const struct look_set *set = &server->sets[LOOK_DS];

	print_address(servers, server);
	print_set(set, TYPE_DS);
	if (set->fault == LOOK_SEEN)
		printf(" (%s)", status_text(set->outcome.status));
	putchar('\n');
}

static void print_servers(const struct look_servers *servers,
        void (*print)(const struct look_servers *, const struct look_server *))
{
	for (unsigned i = 0; i < servers->count; i++)
		print(servers, &servers->at[i]);
	for (unsigned i = 0; i < servers->name_count; i++) {
		char name[NAME_TEXT_SIZE];
		if (!servers->has_address[i])
			printf("  %s: no address is known\n", name_text(&servers->names[i], name));
	}
	if (servers->is_cut)
		puts("  and more, which are not asked");
}

static void print_look(const struct zone_look *look)
{
	char name[NAME_TEXT_SIZE];

	printf("The parent's servers, of %s\n", name_text(&look->parent, name));
	print_servers(&look->parents, print_parent_server);
	printf("The zone's servers, of %s\n", name_text(&look->zone, name));
	print_servers(&look->servers, print_zone_server);
}

/* ---- Our own keys ---- */

static const char *const spread_words[] = {
	[LOOK_UNKNOWN] = "not known of every server",
	[LOOK_NOBODY] = "nowhere",
	[LOOK_SOME] = "at some servers only",
	[LOOK_EVERYBODY] = "at every server",
};

/* Prints a line for a KSK. Returns true if all is done for it. */
static bool print_own_key(
        const struct keys_checking *o, const struct keypair *k, const struct zone_look *look)
{
	uint8_t octets[DS_OCTETS];
	struct writer ds = writer_over(octets, sizeof(octets));

	if (!presign_ds(o->crypto, k, &ds))
		return false;
	enum look_spread key = look_spread(&look->servers, LOOK_DNSKEY, keypair_rdata(k));
	enum look_spread at_parent = look_spread(&look->parents, LOOK_DS, writer_span(&ds));
	printf("KSK %u: DNSKEY %s; DS (SHA-256) %s\n", k->tag, spread_words[key],
	        spread_words[at_parent]);
	return key == LOOK_EVERYBODY && at_parent == LOOK_EVERYBODY;
}

static bool print_own_keys(const struct keys_checking *o, const struct zone_look *look)
{
	bool is_done = true;

	for (unsigned i = 0; i < o->files->count; i++) {
		const struct keypair *k = &o->files->keys[i];
		if (keypair_is_ksk(k) && key_is_published(&k->times, look->at_s))
			is_done &= print_own_key(o, k, look);
	}
	return is_done;
}

/* ---- The command ---- */

static struct look_order order_by(
        const struct keys_checking *o, const struct config_servers *resolvers)
{
	return (struct look_order){ .zone = o->zone,
		.resolvers = resolvers->items,
		.resolver_count = resolvers->count,
		.stop_fd = -1,
		.now_s = clock_wall_s() };
}

static enum exit_code check_by(const struct keys_checking *o,
        const struct config_servers *resolvers, const struct anchors *anchors)
{
	struct look_judge *judge = look_judge_new(anchors, resolvers->items, resolvers->count);
	struct look_order order = order_by(o, resolvers);
	struct complaint error;
	enum exit_code code = EXIT_NO;

	order.judge = judge;
	complaint_set(&error, "out of memory");
	struct zone_look *look = judge ? look_at(&order, &error) : NULL;
	if (look) {
		print_look(look);
		code = print_own_keys(o, look) ? EXIT_FINE : EXIT_NO;
	} else {
		log_error("%s", error.text);
	}
	look_free(look);
	look_judge_free(judge);
	return code;
}

/* Takes --server, else the resolvers of the configuration, else that of the machine, into `one`.
 * Returns none, after logging an error, if there is none. */
static struct config_servers choose_resolvers(
        const struct keys_checking *o, const struct config *c, struct sockaddr_storage *one)
{
	struct config_servers none = { 0 }, single = { 1, one };
	struct complaint skipped;

	if (!o->server && c->resolvers.count > 0)
		return c->resolvers;
	if (o->server) {
		*one = *o->server;
		return single;
	}
	if (nameserver_read(RESOLVERS_OF_MACHINE, one, &skipped))
		return single;
	options_wrong("keys", "neither `resolver` of the configuration nor " RESOLVERS_OF_MACHINE
	                      " has a resolver; give --server ADDR");
	return none;
}

enum exit_code keys_notify(const struct keys_checking *o)
{
	enum exit_code code = EXIT_USAGE;
	struct sockaddr_storage one;
	struct complaint told;
	struct config c;

	if (config_load(&c, o->config, NULL, &told) < 0) {
		log_error("%s", told.text);
		return EXIT_USAGE;
	}
	exchange_use_mark(0); /* what others see is looked at, on the machine of a signer, too */
	const struct config_servers resolvers = choose_resolvers(o, &c, &one);
	if (resolvers.count > 0) {
		const struct look_order order = order_by(o, &resolvers);
		code = notify_parent(&order, &told) == NOTIFY_TAKEN ? EXIT_FINE : EXIT_NO;
		if (code == EXIT_FINE)
			puts(told.text);
		else
			log_error("%s", told.text);
	}
	config_fini(&c);
	return code;
}

enum exit_code keys_check(const struct keys_checking *o)
{
	enum exit_code code = EXIT_USAGE;
	struct sockaddr_storage one;
	struct complaint error;
	struct config c;

	if (config_load(&c, o->config, NULL, &error) < 0) {
		log_error("%s", error.text);
		return EXIT_USAGE;
	}
	exchange_use_mark(0); /* what others see is looked at, on the machine of a signer, too */
	struct anchors *anchors = effective_anchors(&c, clock_wall_s(), &error);
	const struct config_servers resolvers = choose_resolvers(o, &c, &one);
	if (!anchors)
		log_error("%s", error.text);
	else if (resolvers.count > 0)
		code = check_by(o, &resolvers, anchors);
	anchors_free(anchors);
	config_fini(&c);
	return code;
}
