/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netfilter/basechain.h"

#include <string.h>

#include "base/process.h"
#include "netfilter/iptables_save.h"

/* A note is a chain of ours. Its name is short, because that of the instance stands before it.
 * Builds that knew no names of instances wrote a longer one. */
static const struct base_chain {
	const char *name, *note, *older;
} base_chains[] = {
	{ "PREROUTING", "MADE_PRE", "MADE_PREROUTING" },
	{ "INPUT", "MADE_IN", "MADE_INPUT" },
	{ "FORWARD", "MADE_FWD", "MADE_FORWARD" },
	{ "OUTPUT", "MADE_OUT", "MADE_OUTPUT" },
};
enum { BASE_CHAINS = sizeof(base_chains) / sizeof(base_chains[0]) };

static const char *nft_family(bool is_v6)
{
	return is_v6 ? "ip6" : "ip";
}

static bool has_note(const char *save, const char *table, const struct base_chain *b)
{
	return saved_has_chain(save, table, b->note) || saved_has_chain(save, table, b->older);
}

static bool is_missing(const char *table, const char *chain, bool is_v6)
{
	const char *const argv[] = { "nft", "list", "chain", nft_family(is_v6), table, chain,
		NULL };
	struct process p;
	bool missing;

	if (process_run(&p, argv, NULL) != 0)
		return false;
	missing = p.status != 0;
	process_fini(&p);
	return missing;
}

static bool jumps_from(const char *rules, const char *chain)
{
	const char *end = strstr(rules, "\nCOMMIT");
	char jump[32];
	const char *at;

	snprintf(jump, sizeof(jump), "\n-I %s ", chain);
	at = strstr(rules, jump);
	return at && end && at < end;
}

/* The note of another instance is copied: then the last of the two to go removes the base chain. */
void basechain_note(const char *rules, const char *table, bool is_v6, struct saved now, FILE *out)
{
	for (int i = 0; i < BASE_CHAINS; i++) {
		const struct base_chain *b = &base_chains[i];

		if (has_note(now.text, table, b) ||
		        (jumps_from(rules, b->name) && is_missing(table, b->name, is_v6)))
			fprintf(out, ":%s%s - [0:0]\n", now.chains, b->note);
	}
}

static void remove_if_empty(const char *table, const char *chain, bool is_v6)
{
	const char *iptables = is_v6 ? "ip6tables-nft" : "iptables-nft";
	/* nft would delete the chain with all its rules. */
	const char *const argv[] = { iptables, "-t", table, "-X", chain, NULL };
	struct process p;

	if (process_run(&p, argv, NULL) == 0)
		process_fini(&p);
}

static void remove_table_if_empty(const char *table, bool is_v6)
{
	const char *const list[] = { "nft", "list", "table", nft_family(is_v6), table, NULL };
	const char *const delete[] = { "nft", "delete", "table", nft_family(is_v6), table, NULL };
	struct process p;
	bool is_empty;

	if (process_run(&p, list, NULL) != 0)
		return;
	/* An empty table is listed as "table ip filter {" and "}". Anything in it is indented. */
	is_empty = p.status == 0 && !strstr(p.out, "\n\t");
	process_fini(&p);
	if (is_empty && process_run(&p, delete, NULL) == 0)
		process_fini(&p);
}

void basechain_clear(const char *now, const char *before, const char *table, bool is_v6)
{
	bool any = false;

	for (int i = 0; i < BASE_CHAINS; i++) {
		const struct base_chain *b = &base_chains[i];

		if (!has_note(now, table, b) || has_note(before, table, b))
			continue;
		remove_if_empty(table, b->name, is_v6);
		any = true;
	}
	if (any)
		remove_table_if_empty(table, is_v6);
}
