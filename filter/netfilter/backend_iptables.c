/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iptables and ip6tables, with either of their own back ends: chains of ours, and a jump to each.
 * iptables-restore commits one table of one family at a time, so we make it all or nothing: the
 * former rules are kept as text until all new rules are in place. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/complaint.h"
#include "base/log.h"
#include "netfilter/backend.h"
#include "netfilter/basechain.h"
#include "netfilter/iptables_save.h"
#include "netfilter/template.h"

static const char *const tables[] = { "security", "filter", "nat", "mangle", "raw" };
enum { TABLES = sizeof(tables) / sizeof(tables[0]) };

enum { IPV4, IPV6, FAMILIES };
enum { RESTORE, SAVE };

static unsigned iptables_families(void)
{
	return backend_has_ipv6() ? FAMILIES : IPV6;
}

static int iptables_dump(
        const struct backend *b, unsigned family, char **text, struct complaint *why)
{
	const char *const argv[] = { b->programs[family][SAVE], NULL };
	struct process p;
	int error = backend_run(&p, argv, NULL, why);

	if (error)
		return error;
	*text = p.out;
	p.out = NULL;
	process_fini(&p);
	return 0;
}

static int iptables_restore(
        const struct backend *b, unsigned family, const char *text, struct complaint *why)
{
	const char *const argv[] = { b->programs[family][RESTORE], "--wait", "--noflush", NULL };
	struct process p;
	int error = backend_run(&p, argv, text, why);

	if (!error)
		process_fini(&p);
	return error;
}

/* Writes the removal of our lines from the tables that `rules` does not name. */
static void remove_elsewhere(const char *rules, const char *now, FILE *out)
{
	for (unsigned i = 0; i < TABLES; i++) {
		char line[32];

		snprintf(line, sizeof(line), "\n*%s\n", tables[i]);
		if (strstr(rules, line) || !saved_has(now, tables[i]))
			continue;
		fprintf(out, "*%s\n", tables[i]);
		saved_write_removal(now, tables[i], out);
		fputs("COMMIT\n", out);
	}
}

/* Returns `rules` with the removal of our lines of `now` at the start of each table. So old and new
 * rules change places in one commit, and no packet passes in between. */
static char *replace_script(
        const char *rules, const char *now, const struct backend *b, unsigned family)
{
	char *text = NULL, table[32];
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	remove_elsewhere(rules, now, out);
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

/* Returns the input for iptables-restore that removes our lines of `now`, and puts those of `before`
 * into place. With "" for `now`, it only has our lines of `before`. */
static char *return_script(const char *now, const char *before)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	for (unsigned i = 0; i < TABLES; i++) {
		/* iptables-restore makes each table that is named, so leave out the others. */
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

/* Puts our lines of one family back to those of `before`; "" for none. Sets `*changed` if they were
 * different. */
static int iptables_bring_back(const struct backend *b, unsigned family, const char *before,
        bool *changed, struct complaint *why)
{
	char *now = NULL, *ours_now = NULL, *ours_before = NULL, *text = NULL;
	int error = iptables_dump(b, family, &now, why);

	*changed = false;
	if (error)
		goto out;
	ours_now = return_script("", now);
	ours_before = return_script("", before);
	text = return_script(now, before);
	if (!ours_now || !ours_before || !text) {
		error = complaint_no_memory(why);
		goto out;
	}
	*changed = strcmp(ours_now, ours_before) != 0;
	if (!*changed)
		goto out;
	error = iptables_restore(b, family, text, why);
	if (!error && b == &backend_iptables_nft) {
		for (unsigned i = 0; i < TABLES; i++)
			basechain_clear(now, before, tables[i], family == IPV6);
	}
out:
	free(text);
	free(ours_before);
	free(ours_now);
	free(now);
	return error;
}

static int iptables_apply_family(const struct backend *b, unsigned family, const char *rules,
        const char *before, struct complaint *why)
{
	char *text = replace_script(rules, before, b, family);
	int error = text ? iptables_restore(b, family, text, why) : complaint_no_memory(why);

	free(text);
	return error;
}

static void iptables_undo(const struct backend *b, unsigned family, const char *before)
{
	struct complaint why;
	bool changed;

	if (iptables_bring_back(b, family, before, &changed, &why) != 0)
		log_error("rules: could not roll back the rules that %s applied only in part: %s; "
		          "run `sealgate rules remove`",
		        b->name, why.text);
}

static int iptables_apply(const struct backend *b, const struct config *c, struct complaint *why)
{
	char *before[FAMILIES] = { NULL, NULL };
	char *rules = template_iptables(c);
	unsigned tried = 0, count = iptables_families();
	int error = rules ? 0 : complaint_no_memory(why);

	for (unsigned i = 0; i < count && !error; i++)
		error = iptables_dump(b, i, &before[i], why);
	for (; tried < count && !error; tried++)
		error = iptables_apply_family(b, tried, rules, before[tried], why);
	/* The family that failed may have committed its first tables. */
	while (error && tried-- > 0)
		iptables_undo(b, tried, before[tried]);
	free(rules);
	for (unsigned i = 0; i < FAMILIES; i++)
		free(before[i]);
	return error;
}

static int iptables_remove(const struct backend *b, bool *found, struct complaint *why)
{
	int first_error = 0;

	*found = false;
	for (unsigned i = 0; i < iptables_families(); i++) {
		bool was_here;
		int error = iptables_bring_back(b, i, "", &was_here, why);

		*found = *found || was_here;
		if (error && error != -ENOENT && !first_error)
			first_error = error;
	}
	return first_error;
}

static int iptables_print(const struct config *c, FILE *out)
{
	char *rules = template_iptables(c);

	if (!rules)
		return -ENOMEM;
	fprintf(out, "# for iptables-restore --noflush, and for ip6tables-restore --noflush\n%s",
	        rules);
	free(rules);
	return 0;
}

static bool iptables_show_family(const struct backend *b, unsigned family, FILE *out)
{
	char *now, *text;
	struct complaint why;
	bool any;

	if (iptables_dump(b, family, &now, &why) != 0)
		return false;
	text = return_script("", now);
	any = text && text[0];
	if (any)
		fprintf(out, "# %s, %s\n%s", b->name, family == IPV6 ? "IPv6" : "IPv4", text);
	free(text);
	free(now);
	return any;
}

static bool iptables_show(const struct backend *b, FILE *out)
{
	bool any = false;

	for (unsigned i = 0; i < iptables_families(); i++)
		any = iptables_show_family(b, i, out) || any;
	return any;
}

/* The finding of the family that lacks most counts. Without memory nothing is known to be there. */
static enum rules_found iptables_look(
        const struct backend *b, const struct config *c, struct complaint *why)
{
	enum rules_found worst = RULES_WHOLE;
	char *rules = template_iptables(c);

	if (!rules) {
		complaint_no_memory(why);
		return RULES_NONE;
	}
	for (unsigned i = 0; i < iptables_families(); i++) {
		struct complaint here;
		enum rules_found found = RULES_NONE;
		char *now = NULL;

		if (iptables_dump(b, i, &now, &here) == 0)
			found = rules_check_iptables(rules, i == IPV6, now, &here);
		free(now);
		if (found <= worst)
			continue;
		worst = found;
		complaint_set(why, "%s, %s", here.text, i == IPV6 ? "IPv6" : "IPv4");
	}
	free(rules);
	return worst;
}

static const char *const programs_nft[FAMILIES][2] = {
	{ "iptables-nft-restore", "iptables-nft-save" },
	{ "ip6tables-nft-restore", "ip6tables-nft-save" },
};

static const char *const programs_legacy[FAMILIES][2] = {
	{ "iptables-legacy-restore", "iptables-legacy-save" },
	{ "ip6tables-legacy-restore", "ip6tables-legacy-save" },
};

const struct backend backend_iptables_nft = { "iptables-nft", iptables_apply, iptables_remove,
	iptables_print, iptables_show, iptables_look, programs_nft };
const struct backend backend_iptables_legacy = { "iptables-legacy", iptables_apply, iptables_remove,
	iptables_print, iptables_show, iptables_look, programs_legacy };
