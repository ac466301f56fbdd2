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

EMBED(host_nft, "rules/host.nft");
EMBED(gateway_nft, "rules/gateway.nft");
EMBED(host_iptables, "rules/host.iptables");
EMBED(gateway_iptables, "rules/gateway.iptables");
EMBED(host_relay_nft, "rules/host-relay.nft");
EMBED(gateway_relay_nft, "rules/gateway-relay.nft");
EMBED(host_relay_iptables, "rules/host-relay.iptables");
EMBED(gateway_relay_iptables, "rules/gateway-relay.iptables");

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

/* Returns the rules for UDP, and those for the relay if there is one. */
static char *put_together(
        const struct config *c, const char *queue, const char *rules, const char *relay_rules)
{
	char *filled = NULL, port[16];
	size_t size;
	FILE *out = open_memstream(&filled, &size);

	if (!out)
		return NULL;
	const struct blank blanks[] = { { "@QUEUE@", queue }, { "@PORT@", port },
		{ "@ENCRYPTED@", c->block_encrypted_dns ? "" : "# " } };
	snprintf(port, sizeof(port), "%u", c->tcp_port);
	fill_in(rules, blanks, sizeof(blanks) / sizeof(blanks[0]), out);
	if (c->tcp == TCP_RELAY)
		fill_in(relay_rules, blanks, sizeof(blanks) / sizeof(blanks[0]), out);
	if (fclose(out) != 0) {
		free(filled);
		return NULL;
	}
	return filled;
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
	return c->role == ROLE_HOST ? put_together(c, queue, host_nft, host_relay_nft)
	                            : put_together(c, queue, gateway_nft, gateway_relay_nft);
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
	return c->role == ROLE_HOST
	               ? put_together(c, queue, host_iptables, host_relay_iptables)
	               : put_together(c, queue, gateway_iptables, gateway_relay_iptables);
}
