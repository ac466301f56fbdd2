/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netfilter/neighbours.h"

#include <stdio.h>
#include <string.h>

#include "config/instance.h"
#include "netfilter/rule_names.h"

#define LINE_MAX_SIZE 4096 /* of a signer's servers: more than CONFIG_SERVERS_MAX addresses take */

/* Returns the instance of this name, which may be new; or NULL if it is our own, or if there are
 * too many. */
static struct neighbour *neighbour_named(struct neighbours *n, const char *name, const char *own)
{
	if (strcmp(name, own) == 0)
		return NULL;
	for (unsigned i = 0; i < n->count; i++) {
		if (strcmp(n->at[i].name, name) == 0)
			return &n->at[i];
	}
	if (n->count == NEIGHBOURS_MAX)
		return NULL;
	struct neighbour *new = &n->at[n->count++];
	*new = (struct neighbour){ 0 };
	snprintf(new->name, sizeof(new->name), "%s", name);
	return new;
}

/* Takes "5300", "5300:5303" or "5300-5303" from the digits that come next. */
static void add_queues(struct neighbour *n, const char *text)
{
	unsigned first, last;
	char between;

	text += strcspn(text, "0123456789");
	int read = sscanf(text, "%5u%c%5u", &first, &between, &last);
	if (read < 1 || n->range_count == NEIGHBOUR_RANGES)
		return;
	if (read < 3 || (between != ':' && between != '-'))
		last = first;
	n->ranges[n->range_count++] = (struct neighbour_range){ first, last };
}

static void add_port(struct neighbour *n, const char *text)
{
	unsigned port;

	if (sscanf(text, "%5u", &port) == 1 && n->port_count < NEIGHBOUR_PORTS_MAX)
		n->ports[n->port_count++] = port;
}

/* Only a signer on the machine of its server takes queries where packets come in. */
static void add_trade(struct neighbour *n, bool comes_in, bool is_query)
{
	if (comes_in && is_query)
		n->is_at_server = true;
	else if (comes_in || is_query)
		n->is_elsewhere = true;
}

/* Copies the line at `*at` without the blanks before it, and moves `*at` behind it. False at the
 * end. */
static bool next_line_of(const char **at, char line[static LINE_MAX_SIZE])
{
	size_t len = strcspn(*at, "\n"), blanks = strspn(*at, "\t ");

	if (**at == '\0')
		return false;
	if (blanks > len)
		blanks = len;
	snprintf(line, LINE_MAX_SIZE, "%.*s", (int)(len - blanks), *at + blanks);
	*at += len + ((*at)[len] == '\n');
	return true;
}

/* ---- iptables-save ---- */

static void take_rule(struct neighbour *n, const char *chain, const char *rule)
{
	static const char *const ports[] = { " --to-ports ", " --on-port " };
	const char *queue = strstr(rule, " -j NFQUEUE ");

	if (queue) {
		add_queues(n, queue);
		add_trade(n, strncmp(chain, "IN ", 3) == 0, strstr(rule, " --dport 53 ") != NULL);
	}
	for (unsigned i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		const char *port = strstr(rule, ports[i]);
		if (port)
			add_port(n, port + strlen(ports[i]));
	}
}

/* Takes the note of the marks from the name of a chain, or nothing. */
static void take_marks(struct neighbour *n, const char *chain, const char *before)
{
	const size_t len = strlen(before);
	unsigned marks;

	if (strncmp(chain, before, len) == 0 && strspn(chain + len, "0123456789abcdef") == 8 &&
	        sscanf(chain + len, "%8x", &marks) == 1)
		n->marks |= marks;
}

void neighbours_in_save(struct neighbours *n, const char *save, const char *own)
{
	char line[LINE_MAX_SIZE], name[CONFIG_INSTANCE_MAX + 1];

	while (next_line_of(&save, line)) {
		bool is_rule = strncmp(line, "-A ", 3) == 0;
		const char *at = line + (is_rule ? 3 : 1);
		if (!is_rule && line[0] != ':')
			continue;
		const char *chain = rule_names_split(at, strcspn(at, " "), name);
		struct neighbour *found = chain ? neighbour_named(n, name, own) : NULL;
		if (found && is_rule)
			take_rule(found, chain, line);
		else if (found)
			take_marks(found, chain, RULE_NAMES_MARKS);
	}
}

/* ---- nft list table ---- */

/* nft writes a queue as "queue num 5300-5301 bypass" or "queue flags bypass to 5300-5301", by its
 * version. */
static void take_statement(struct neighbour *n, const char *chain, const char *line)
{
	const char *queue = strstr(line, " queue ");
	const char *redirect = strstr(line, "redirect to :"),
	           *divert = strstr(line, "tproxy ip to ");
	const char *port = redirect || divert ? strchr(redirect ? redirect : divert, ':') : NULL;

	if (queue)
		add_queues(n, queue);
	/* with port 53 at both ends, the packet may be of either trade */
	if (queue && !(strstr(line, "udp sport 53 ") && strstr(line, "udp dport 53 ")))
		add_trade(n, strcmp(chain, "input") == 0, strstr(line, "udp dport 53 ") != NULL);
	if (port)
		add_port(n, port + 1);
}

void neighbours_in_table(struct neighbours *n, const char *list, const char *own)
{
	char line[LINE_MAX_SIZE], table[64], chain[32] = "";
	struct neighbour *found = NULL;

	while (next_line_of(&list, line)) {
		if (sscanf(line, "table inet %63s {", table) == 1) {
			const char *name = rule_names_of_table(table);
			found = name ? neighbour_named(n, name, own) : NULL;
		} else if (sscanf(line, "chain %31s {", chain) == 1 && found) {
			take_marks(found, chain, RULE_NAMES_MARKS_NFT);
		} else if (found) {
			take_statement(found, chain, line);
		}
	}
}

/* ---- */

static bool has_queue_of(const struct neighbour *n, const struct config *c, unsigned *queue)
{
	for (unsigned i = 0; i < n->range_count; i++) {
		const struct neighbour_range *r = &n->ranges[i];
		if (r->first > config_queue_last(c) || r->last < c->queue_first)
			continue;
		*queue = r->first > c->queue_first ? r->first : c->queue_first;
		return true;
	}
	return false;
}

static bool has_port_of(const struct neighbour *n, const struct config *c)
{
	for (unsigned i = 0; i < n->port_count && c->tcp == TCP_RELAY; i++) {
		if (n->ports[i] == c->tcp_port)
			return true;
	}
	return false;
}

static bool takes_packets_of(const struct neighbour *n, const struct config *c)
{
	return instance_is_at_server(c) ? n->is_at_server : n->is_elsewhere;
}

static bool allows(const struct neighbour *n, const struct config *c, struct complaint *why)
{
	char who[INSTANCE_TEXT_MAX];
	unsigned queue;

	instance_text(n->name, who);
	if (takes_packets_of(n, c))
		complaint_set(why,
		        "the rules of %s take the same packets: of two instances on a machine, one "
		        "must have role = \"signer\" with sign.place = \"server\", and the other "
		        "one another role; see docs/instances.md",
		        who);
	else if (has_queue_of(n, c, &queue))
		complaint_set(
		        why, "the rules of %s use queue %u, too: change queue.first", who, queue);
	else if (has_port_of(n, c))
		complaint_set(why, "the rules of %s use the TCP port %u, too: change tcp_port", who,
		        c->tcp_port);
	else if (n->marks & c->mark_mask)
		complaint_set(why,
		        "the rules of %s use the bits 0x%08x of packet marks, too: change "
		        "mark.mask, mark.own and mark.relay",
		        who, n->marks & c->mark_mask);
	else if (n->marks & rule_names_marks(c))
		complaint_set(why,
		        "the rules of %s use the bit 0x%08x of packet marks, too: change "
		        "shortcut.mark_bit",
		        who, n->marks & rule_names_marks(c));
	else
		return true;
	return false;
}

bool neighbours_have_gateway_table(const struct neighbours *n)
{
	for (unsigned i = 0; i < n->count; i++) {
		if (n->at[i].name[0] && n->at[i].is_elsewhere)
			return true;
	}
	return false;
}

bool neighbours_allow(const struct neighbours *n, const struct config *c, struct complaint *why)
{
	for (unsigned i = 0; i < n->count; i++) {
		if (!allows(&n->at[i], c, why))
			return false;
	}
	return true;
}
