/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netfilter/template.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "config/address.h"
#include "netfilter/rule_names.h"
#include "netfilter/rules_stamp.h"

/* Puts a file into the program as the string `name`. The path is relative to the top of the tree,
 * where make runs the compiler. (The compilers we support have no #embed of C23.) */
#define EMBED(name, path)                                                                          \
	__asm__(".pushsection .rodata\n" #name ":\n"                                               \
	        ".incbin \"" path "\"\n"                                                           \
	        ".byte 0\n"                                                                        \
	        ".popsection\n");                                                                  \
	extern const char name[] __attribute__((visibility("hidden")))

EMBED(begin_nft, "rules/begin.nft");
EMBED(host_nft, "rules/host.nft");
EMBED(gateway_nft, "rules/gateway.nft");
EMBED(host_iptables, "rules/host.iptables");
EMBED(gateway_iptables, "rules/gateway.iptables");
EMBED(bridge_nft, "rules/bridge.nft");
EMBED(bridge_iptables, "rules/bridge.iptables");
EMBED(bridge_relay_nft, "rules/bridge-relay.nft");
EMBED(bridge_inside_iptables, "rules/bridge-inside.iptables");
EMBED(bridge_relay_iptables, "rules/bridge-relay.iptables");
EMBED(host_relay_nft, "rules/host-relay.nft");
EMBED(gateway_relay_nft, "rules/gateway-relay.nft");
EMBED(host_relay_iptables, "rules/host-relay.iptables");
EMBED(gateway_relay_iptables, "rules/gateway-relay.iptables");
EMBED(gateway_inside_nft, "rules/gateway-inside.nft");
EMBED(gateway_inside_iptables, "rules/gateway-inside.iptables");
EMBED(gateway_shortcut_nft, "rules/gateway-shortcut.nft");
EMBED(gateway_shortcut_iptables, "rules/gateway-shortcut.iptables");
EMBED(signer_server_nft, "rules/signer-server.nft");
EMBED(signer_gateway_nft, "rules/signer-gateway.nft");
EMBED(signer_server_iptables, "rules/signer-server.iptables");
EMBED(signer_gateway_iptables, "rules/signer-gateway.iptables");
EMBED(signer_server_relay_nft, "rules/signer-server-relay.nft");
EMBED(signer_gateway_relay_nft, "rules/signer-gateway-relay.nft");
EMBED(signer_server_relay_iptables, "rules/signer-server-relay.iptables");
EMBED(signer_gateway_relay_iptables, "rules/signer-gateway-relay.iptables");

enum form { FORM_NFT, FORM_IPTABLES, FORMS };

/* The parts that make up the rules of a role. */
static const struct part {
	enum config_role role; /* the role that has this part; "both" has two parts */
	const char *rules[FORMS], *relay[FORMS];
	const char *inside[FORMS];   /* with the relay: once for each interface of the inside */
	const char *shortcut[FORMS]; /* once for each interface of the shortcut */
	enum config_place place;     /* ROLE_SIGNER: where it stands */
} parts[] = {
	{ .role = ROLE_HOST,
	        .rules = { host_nft, host_iptables },
	        .relay = { host_relay_nft, host_relay_iptables } },
	{ .role = ROLE_GATEWAY,
	        .rules = { gateway_nft, gateway_iptables },
	        .relay = { gateway_relay_nft, gateway_relay_iptables },
	        .inside = { gateway_inside_nft, gateway_inside_iptables },
	        .shortcut = { gateway_shortcut_nft, gateway_shortcut_iptables } },
	{ .role = ROLE_BRIDGE,
	        .rules = { bridge_nft, bridge_iptables },
	        .relay = { bridge_relay_nft, bridge_relay_iptables },
	        .inside = { NULL, bridge_inside_iptables } },
	{ .role = ROLE_SIGNER,
	        .place = PLACE_SERVER,
	        .rules = { signer_server_nft, signer_server_iptables },
	        .relay = { signer_server_relay_nft, signer_server_relay_iptables } },
	{ .role = ROLE_SIGNER,
	        .place = PLACE_GATEWAY,
	        .rules = { signer_gateway_nft, signer_gateway_iptables },
	        .relay = { signer_gateway_relay_nft, signer_gateway_relay_iptables } },
};
enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

static bool has_part(const struct config *c, const struct part *part)
{
	if (c->role == ROLE_SIGNER || part->role == ROLE_SIGNER)
		return c->role == part->role && c->sign_place == part->place;
	return c->role == part->role || (c->role == ROLE_BOTH && part->role != ROLE_BRIDGE);
}

struct blank {
	const char *placeholder, *value;
};

/* Returns the blank that `text` begins with, or NULL. */
static const struct blank *blank_at(const char *text, const struct blank *blanks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strncmp(text, blanks[i].placeholder, strlen(blanks[i].placeholder)) == 0)
			return &blanks[i];
	}
	return NULL;
}

/* Writes `text` with a value for each placeholder. Placeholders in comments are filled in too,
 * which does no harm. */
static void fill_in(const char *text, const struct blank *blanks, size_t count, FILE *out)
{
	const char *next;

	for (; (next = strchr(text, '@')) != NULL; text = next) {
		const struct blank *blank = blank_at(next, blanks, count);
		fwrite(text, 1, (size_t)(next - text), out);
		if (blank)
			fputs(blank->value, out);
		else
			fputc(*next, out);
		next += blank ? strlen(blank->placeholder) : 1;
	}
	fputs(text, out);
}

#define SERVERS_TEXT_MAX (CONFIG_SERVERS_MAX * (ADDRESS_TEXT_MAX + 1))

/* Writes the servers of one address family with commas in between. */
static void list_servers(const struct config *c, int family, char text[static SERVERS_TEXT_MAX])
{
	size_t len = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < c->sign_servers.count; i++) {
		const struct sockaddr_storage *server = &c->sign_servers.items[i];
		char address[ADDRESS_TEXT_MAX];

		if (server->ss_family != family)
			continue;
		address_write(server, address);
		len += (size_t)snprintf(
		        text + len, SERVERS_TEXT_MAX - len, "%s%s", len ? "," : "", address);
	}
}

/* Writes `text`, if there is any, once for each interface. */
static void fill_in_each(const struct config *c, const struct config_interfaces *interfaces,
        const char *text, FILE *out)
{
	const struct rule_names names = rule_names_of(c);
	char bit[16], port[16];

	snprintf(port, sizeof(port), "%u", c->tcp_port);
	snprintf(bit, sizeof(bit), "0x%08x", UINT32_C(1) << c->shortcut_mark_bit);
	for (unsigned i = 0; text && i < interfaces->count; i++) {
		const struct blank blanks[] = {
			{ "@INTERFACE@", interfaces->names[i] },
			{ "@BIT@", bit },
			{ "@PORT@", port },
			{ "@NAME@", names.end },
		};
		fill_in(text, blanks, sizeof(blanks) / sizeof(blanks[0]), out);
	}
}

/* A bridge of which `inside` names no port relays from all its ports. */
static const struct config_interfaces *inside_of(const struct config *c)
{
	static const struct config_interfaces all = { .count = 1, .names = { "+" } };

	return c->role == ROLE_BRIDGE && c->inside.count == 0 ? &all : &c->inside;
}

/* The target of the rules for responses, and for queries. */
struct targets {
	char responses[64], queries[64];
	char responses_open[64],
	        queries_open[64]; /* nft: they let packets pass while nobody reads the queue */
};

/* Marks, as rules write them. */
struct mark_texts {
	char mask[16], others[16], own[16], relay[16];
};

static struct mark_texts mark_texts_of(const struct config *c)
{
	struct mark_texts m;

	snprintf(m.mask, sizeof(m.mask), "0x%08x", c->mark_mask);
	snprintf(m.others, sizeof(m.others), "0x%08x", ~c->mark_mask);
	snprintf(m.own, sizeof(m.own), "0x%08x", c->mark_own);
	snprintf(m.relay, sizeof(m.relay), "0x%08x", c->mark_relay);
	return m;
}

/* How rules find out whether a DNS message is a query or a response: by its QR bit, the first one
 * of the third octet after the UDP header. The match of iptables reads the length of an IPv4
 * header, but no extension headers of IPv6: a packet with these is neither, and is dropped.
 * Otherwise the queue of one instance would take what may be the other's, and let it pass while it
 * is paused or bypassed. */
#define IS_QUERY     "@th,80,1 0"
#define IS_RESPONSE  "@th,80,1 1"
#define IS_QUERY4    "-m u32 --u32 \"0>>22&0x3C@7&0x80=0\""
#define IS_RESPONSE4 "-m u32 --u32 \"0>>22&0x3C@7&0x80=0x80\""
#define IS_QUERY6    "-m u32 --u32 \"3&0xFF=17&&47&0x80=0\""
#define IS_RESPONSE6 "-m u32 --u32 \"3&0xFF=17&&47&0x80=0x80\""
#define IS_NEITHER6  "-m u32 --u32 \"3&0xFF=0:16,18:0xFF\""

/* Returns the rules of all parts that the role has, one after the other. */
static char *put_together(const struct config *c, const struct targets *targets, enum form form)
{
	char *filled = NULL, port[16], user[16], servers4[SERVERS_TEXT_MAX],
	     servers6[SERVERS_TEXT_MAX];
	size_t size;
	FILE *out = open_memstream(&filled, &size);

	if (!out)
		return NULL;
	snprintf(port, sizeof(port), "%u", c->tcp_port);
	snprintf(user, sizeof(user), "%u", c->user);
	const struct mark_texts marks = mark_texts_of(c);
	const struct rule_names names = rule_names_of(c);
	const bool is_named = c->instance[0] != '\0';
	list_servers(c, AF_INET, servers4);
	list_servers(c, AF_INET6, servers6);
	const struct blank blanks[] = {
		{ "@NAME@", names.end },
		{ "@NAMED@", is_named ? "" : "# " },
		{ "@UNNAMED@", is_named ? "# " : "" },
		{ "@IS_QUERY@", IS_QUERY },
		{ "@IS_RESPONSE@", IS_RESPONSE },
		{ "@IS_QUERY4@", is_named ? IS_QUERY4 : "" },
		{ "@IS_QUERY6@", is_named ? IS_QUERY6 : "" },
		{ "@IS_RESPONSE4@", is_named ? IS_RESPONSE4 : "" },
		{ "@IS_RESPONSE6@", is_named ? IS_RESPONSE6 : "" },
		{ "@IS_NEITHER6@", is_named ? IS_NEITHER6 : "" },
		{ "@RESPONSES_OPEN@", targets->responses_open },
		{ "@QUERIES_OPEN@", targets->queries_open },
		{ "@RESPONSES@", targets->responses },
		{ "@QUERIES@", targets->queries },
		{ "@PORT@", port },
		{ "@MASK@", marks.mask },
		{ "@OTHERS@", marks.others },
		{ "@OWN@", marks.own },
		{ "@RELAY@", marks.relay },
		{ "@USER@", user },
		{ "@NOTROOT@", c->user ? "" : "# " },
		{ "@RELAYED@", c->tcp == TCP_RELAY ? "" : "# " },
		{ "@ENCRYPTED@", c->block_encrypted_dns && !config_monitors(c) ? "" : "# " },
		{ "@IPV4@", servers4[0] ? "" : "# " },
		{ "@IPV6@", servers6[0] ? "" : "# " },
		{ "@SERVERS4@", servers4 },
		{ "@SERVERS6@", servers6 },
	};
	const size_t count = sizeof(blanks) / sizeof(blanks[0]);
	if (form == FORM_NFT)
		fill_in(begin_nft, blanks, count, out);
	for (int i = 0; i < PARTS; i++) {
		if (!has_part(c, &parts[i]))
			continue;
		fill_in(parts[i].rules[form], blanks, count, out);
		if (c->tcp == TCP_RELAY) {
			fill_in(parts[i].relay[form], blanks, count, out);
			fill_in_each(c, inside_of(c), parts[i].inside[form], out);
		}
		fill_in_each(c, &c->shortcut_interfaces, parts[i].shortcut[form], out);
	}
	if (fclose(out) != 0) {
		free(filled);
		return NULL;
	}
	return filled;
}

/* Writes the lines of each "*table" of this name, without their COMMIT. */
static void write_table(const char *rules, const char *table, size_t len, FILE *out)
{
	bool is_in = false;

	while (*rules) {
		size_t line = strcspn(rules, "\n") + 1;
		if (*rules == '*')
			is_in = line == len && strncmp(rules, table, len) == 0;
		else if (strncmp(rules, "COMMIT\n", line) == 0)
			is_in = false;
		else if (is_in)
			fwrite(rules, 1, line, out);
		rules += line;
	}
}

/* Returns `rules` with each table named once, because iptables-restore commits a table at a time.
 * `rules` ends with a newline, as the files of rules/ do. */
static char *merge_tables(const char *rules)
{
	char *merged = NULL;
	size_t size;
	FILE *out = open_memstream(&merged, &size);

	for (const char *at = rules; out && (at = strstr(at, "\n*")) != NULL; at++) {
		size_t len = strcspn(at + 1, "\n") + 1;
		char *first = strstr(rules, "\n*");
		while (strncmp(first + 1, at + 1, len) != 0)
			first = strstr(first + 1, "\n*");
		if (first != at)
			continue;
		fwrite(at, 1, 1 + len, out);
		write_table(rules, at + 1, len, out);
		fputs("COMMIT\n", out);
	}
	if (out && fclose(out) != 0) {
		free(merged);
		return NULL;
	}
	return merged;
}

/* Returns `rules` with the stamp and the note of the marks as empty chains: in a table of its own,
 * which nft merges, or in the first table for iptables-restore. Frees `rules`, which may be
 * NULL. */
static char *put_stamp(char *rules, const struct config *c, enum form form)
{
	const struct rule_names names = rule_names_of(c);
	char *stamped = NULL, stamp[RULES_STAMP_SIZE];
	const uint32_t marks = rule_names_marks(c);
	int len;

	if (!rules)
		return NULL;
	rules_stamp(rules, stamp);
	if (form == FORM_NFT) {
		len = asprintf(&stamped,
		        "%s\ntable inet %s {\n\tchain %s%s {\n\t}\n\tchain " RULE_NAMES_MARKS_NFT
		        "%08" PRIx32 " {\n\t}\n}\n",
		        rules, names.table, RULES_STAMP_NFT, stamp, marks);
	} else {
		const char *table = strchr(rules, '*');
		const char *chains = table ? table + strcspn(table, "\n") + 1 : rules;
		len = asprintf(&stamped,
		        "%.*s:%s%s - [0:0]\n:%s" RULE_NAMES_MARKS "%08" PRIx32 " - [0:0]\n%s",
		        (int)(chains - rules), rules, names.chains, stamp, names.chains, marks,
		        chains);
	}
	free(rules);
	return len < 0 ? NULL : stamped;
}

/* nftables and iptables both spread packets over several queues by a hash of the two addresses. So
 * a query and its response reach the same worker, which has the same place in both rows of queues.
 * (The option "fanout" of nftables spreads by CPU, and would not do that.) */
static void name_nft(const struct config *c, uint32_t first, bool bypasses, char *text, size_t size)
{
	const char *bypass = bypasses ? " bypass" : "";

	if (c->queue_count == 1)
		snprintf(text, size, "queue num %u%s", first, bypass);
	else
		snprintf(
		        text, size, "queue num %u-%u%s", first, first + c->queue_count - 1, bypass);
}

static void name_iptables(const struct config *c, uint32_t first, char *text, size_t size)
{
	const char *bypass = config_bypasses(c) ? " --queue-bypass" : "";

	if (c->queue_count == 1)
		snprintf(text, size, "NFQUEUE --queue-num %u%s", first, bypass);
	else
		snprintf(text, size, "NFQUEUE --queue-balance %u:%u%s", first,
		        first + c->queue_count - 1, bypass);
}

char *template_nft(const struct config *c)
{
	struct targets targets;
	const uint32_t responses = c->queue_first, queries = config_queries_first(c);
	const bool bypasses = config_bypasses(c);
	const size_t size = sizeof(targets.responses);

	name_nft(c, responses, bypasses, targets.responses, size);
	name_nft(c, queries, bypasses, targets.queries, size);
	name_nft(c, responses, true, targets.responses_open, size);
	name_nft(c, queries, true, targets.queries_open, size);
	return put_stamp(put_together(c, &targets, FORM_NFT), c, FORM_NFT);
}

char *template_iptables(const struct config *c)
{
	struct targets targets = { 0 };

	name_iptables(c, c->queue_first, targets.responses, sizeof(targets.responses));
	name_iptables(c, config_queries_first(c), targets.queries, sizeof(targets.queries));
	char *rules = put_together(c, &targets, FORM_IPTABLES);
	char *merged = rules ? merge_tables(rules) : NULL;
	free(rules);
	return put_stamp(merged, c, FORM_IPTABLES);
}
