/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ops/template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Puts a file into the program as the string `name`. The paths are seen from the top of the tree,
 * where make runs the compiler. (C23's #embed is not there yet.) */
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
EMBED(host_relay_nft, "rules/host-relay.nft");
EMBED(gateway_relay_nft, "rules/gateway-relay.nft");
EMBED(host_relay_iptables, "rules/host-relay.iptables");
EMBED(gateway_relay_iptables, "rules/gateway-relay.iptables");

enum form { FORM_NFT, FORM_IPTABLES, FORMS };

/* What makes up the rules of a role. */
static const struct part {
	enum config_role role; /* that has it, beside "both" */
	const char *rules[FORMS], *relay[FORMS];
} parts[] = {
	{ ROLE_HOST, { host_nft, host_iptables }, { host_relay_nft, host_relay_iptables } },
	{ ROLE_GATEWAY, { gateway_nft, gateway_iptables },
	        { gateway_relay_nft, gateway_relay_iptables } },
};
enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

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

/* Writes `text` with a value for each placeholder. The comments speak of placeholders too; there it
 * does no harm. */
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

/* Returns the rules of all parts that the role has, one after the other. */
static char *put_together(const struct config *c, const char *queue, enum form form)
{
	char *filled = NULL, port[16];
	size_t size;
	FILE *out = open_memstream(&filled, &size);

	if (!out)
		return NULL;
	const struct blank blanks[] = { { "@QUEUE@", queue }, { "@PORT@", port },
		{ "@ENCRYPTED@", c->block_encrypted_dns ? "" : "# " } };
	const size_t count = sizeof(blanks) / sizeof(blanks[0]);
	snprintf(port, sizeof(port), "%u", c->tcp_port);
	if (form == FORM_NFT)
		fputs(begin_nft, out);
	for (int i = 0; i < PARTS; i++) {
		if (c->role != parts[i].role && c->role != ROLE_BOTH)
			continue;
		fill_in(parts[i].rules[form], blanks, count, out);
		if (c->tcp == TCP_RELAY)
			fill_in(parts[i].relay[form], blanks, count, out);
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

/* Returns the same rules with each table named once: what iptables-restore takes in one commit. The
 * file ends with a line end, as those of rules/ do. */
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

static uint32_t last_queue(const struct config *c)
{
	return c->queue_first + c->queue_count - 1;
}

/* Both ways of spreading over several queues hash the pair of addresses, so that a query and its
 * response meet in one worker. (nftables' "fanout" takes the CPU instead, and they would not.) */
char *template_nft(const struct config *c)
{
	char queue[64];

	if (c->queue_count == 1)
		snprintf(queue, sizeof(queue), "queue num %u", c->queue_first);
	else
		snprintf(queue, sizeof(queue), "queue num %u-%u", c->queue_first, last_queue(c));
	if (c->queue_bypass)
		strcat(queue, " bypass");
	return put_together(c, queue, FORM_NFT);
}

char *template_iptables(const struct config *c)
{
	char queue[64];

	if (c->queue_count == 1)
		snprintf(queue, sizeof(queue), "NFQUEUE --queue-num %u", c->queue_first);
	else
		snprintf(queue, sizeof(queue), "NFQUEUE --queue-balance %u:%u", c->queue_first,
		        last_queue(c));
	if (c->queue_bypass)
		strcat(queue, " --queue-bypass");
	char *rules = put_together(c, queue, FORM_IPTABLES);
	char *merged = rules ? merge_tables(rules) : NULL;
	free(rules);
	return merged;
}
