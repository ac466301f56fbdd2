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

/* Writes `text` with `queue` for each @QUEUE@. */
static char *fill_in(const char *text, const char *queue)
{
	static const char placeholder[] = "@QUEUE@";
	char *filled = NULL;
	size_t size;
	FILE *out = open_memstream(&filled, &size);
	const char *next;

	if (!out)
		return NULL;
	/* The comments speak of the placeholder too; there it does no harm. */
	while ((next = strstr(text, placeholder)) != NULL) {
		fwrite(text, 1, (size_t)(next - text), out);
		fputs(queue, out);
		text = next + strlen(placeholder);
	}
	fputs(text, out);
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
	return fill_in(c->role == ROLE_HOST ? host_nft : gateway_nft, queue);
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
	return fill_in(c->role == ROLE_HOST ? host_iptables : gateway_iptables, queue);
}
