/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iptables and ip6tables, with either of their back ends: chains of our own and a jump to each.
 * iptables-restore commits a table at a time and knows one family, so all or nothing is our work:
 * what stood there before is kept as text until everything is in. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ops/backend.h"
#include "ops/basechain.h"
#include "ops/saved.h"
#include "ops/template.h"

static const char *const tables[] = { "security", "filter" };
enum { TABLES = sizeof(tables) / sizeof(tables[0]) };

enum family { IPV4, IPV6, FAMILIES };
enum program { RESTORE, SAVE };

/* A kernel without IPv6 has no packets of it to miss. */
static unsigned families_here(void)
{
	return access("/proc/net/if_inet6", F_OK) == 0 ? FAMILIES : IPV6;
}

static int save(const struct backend *b, unsigned family, char **text, char *why, size_t why_size)
{
	const char *const argv[] = { b->programs[family][SAVE], NULL };
	struct process p;
	int error = backend_run(&p, argv, NULL, why, why_size);

	if (error)
		return error;
	*text = p.out;
	p.out = NULL;
	process_fini(&p);
	return 0;
}

static int restore(
        const struct backend *b, unsigned family, const char *text, char *why, size_t why_size)
{
	const char *const argv[] = { b->programs[family][RESTORE], "--wait", "--noflush", NULL };
	struct process p;
	int error = backend_run(&p, argv, text, why, why_size);

	if (!error)
		process_fini(&p);
	return error;
}

/* Returns `rules` with the removal of what `now` has of ours at the start of each table, so that
 * old and new change places in one commit and no packet passes in between. */
static char *replacing(const char *rules, const char *now, const struct backend *b, unsigned family)
{
	char *text = NULL, table[32];
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	while (*rules) {
		size_t len = strcspn(rules, "\n");
		len += rules[len] == '\n';
		fwrite(rules, 1, len, out);
		if (sscanf(rules, "*%31s", table) == 1) {
			saved_write_removal(now, table, out);
			if (b == &backend_iptables_nft)
				basechain_note(rules, table, family == IPV6, now, out);
		}
		rules += len;
	}
	fclose(out);
	return text;
}

/* Returns what turns `now`, as far as it is ours, into `before`. */
static char *returning(const char *now, const char *before)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (unsigned i = 0; i < TABLES; i++) {
		/* Naming a table brings it to life: not one that has nothing of ours. */
		if (!saved_has(now, tables[i]) && !saved_has(before, tables[i]))
			continue;
		fprintf(out, "*%s\n", tables[i]);
		saved_write_removal(now, tables[i], out);
		saved_write_again(before, tables[i], out);
		fputs("COMMIT\n", out);
	}
	fclose(out);
	return text;
}

/* Brings one family back to `before`; "" takes all that is ours away. */
static int bring_back(
        const struct backend *b, unsigned family, const char *before, char *why, size_t why_size)
{
	char *now, *text;
	int error = save(b, family, &now, why, why_size);

	if (error)
		return error;
	text = returning(now, before);
	error = text ? restore(b, family, text, why, why_size) : -ENOMEM;
	if (!error && b == &backend_iptables_nft) {
		for (unsigned i = 0; i < TABLES; i++)
			basechain_clear(now, before, tables[i], family == IPV6);
	}
	free(text);
	free(now);
	return error;
}

static int apply_family(const struct backend *b, unsigned family, const char *rules,
        const char *before, char *why, size_t why_size)
{
	char *text = replacing(rules, before, b, family);
	int error = text ? restore(b, family, text, why, why_size) : -ENOMEM;

	free(text);
	return error;
}

static int apply(const struct backend *b, const struct config *c, char *why, size_t why_size)
{
	char *before[FAMILIES] = { NULL, NULL };
	char *rules = template_iptables(c);
	unsigned tried = 0, count = families_here();
	int error = rules ? 0 : -ENOMEM;

	for (unsigned i = 0; i < count && !error; i++)
		error = save(b, i, &before[i], why, why_size);
	for (; tried < count && !error; tried++)
		error = apply_family(b, tried, rules, before[tried], why, why_size);
	if (error) {
		/* The one that failed may have committed its first table. */
		char ignored[200];
		while (tried-- > 0)
			bring_back(b, tried, before[tried], ignored, sizeof(ignored));
	}
	free(rules);
	for (unsigned i = 0; i < FAMILIES; i++)
		free(before[i]);
	return error;
}

static bool has_any(const char *saved)
{
	for (unsigned i = 0; i < TABLES; i++) {
		if (saved_has(saved, tables[i]))
			return true;
	}
	return false;
}

static int take_away(const struct backend *b, bool *found, char *why, size_t why_size)
{
	int first_error = 0;

	*found = false;
	for (unsigned i = 0; i < families_here(); i++) {
		char *now;
		bool is_here;
		int error = save(b, i, &now, why, why_size);

		if (error == -ENOENT)
			continue;
		if (!error) {
			is_here = has_any(now);
			free(now);
			*found = *found || is_here;
			if (is_here)
				error = bring_back(b, i, "", why, why_size);
		}
		if (error && !first_error)
			first_error = error;
	}
	return first_error;
}

static bool show(const struct backend *b, FILE *out)
{
	bool any = false;

	for (unsigned i = 0; i < families_here(); i++) {
		char *now, why[200];

		if (save(b, i, &now, why, sizeof(why)) != 0)
			continue;
		if (has_any(now))
			fprintf(out, "# %s, %s\n", b->name, i == IPV6 ? "IPv6" : "IPv4");
		for (unsigned t = 0; t < TABLES; t++) {
			if (!saved_has(now, tables[t]))
				continue;
			any = true;
			fprintf(out, "*%s\n", tables[t]);
			saved_write_again(now, tables[t], out);
			fputs("COMMIT\n", out);
		}
		free(now);
	}
	return any;
}

static const char *const programs_nft[FAMILIES][2] = {
	{ "iptables-nft-restore", "iptables-nft-save" },
	{ "ip6tables-nft-restore", "ip6tables-nft-save" },
};

static const char *const programs_legacy[FAMILIES][2] = {
	{ "iptables-legacy-restore", "iptables-legacy-save" },
	{ "ip6tables-legacy-restore", "ip6tables-legacy-save" },
};

const struct backend backend_iptables_nft = { "iptables-nft", apply, take_away, show,
	programs_nft };
const struct backend backend_iptables_legacy = { "iptables-legacy", apply, take_away, show,
	programs_legacy };
