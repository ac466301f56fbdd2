/* SPDX-License-Identifier: GPL-2.0-or-later */
/* iptables and ip6tables, with either of their own back ends: chains of ours, and a jump to each.
 * iptables-restore commits one table of one family at a time, so we make it all or nothing: the
 * former rules are kept as text until all new rules are in place. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/advice.h"
#include "base/complaint.h"
#include "base/log.h"
#include "netfilter/backend.h"
#include "netfilter/basechain.h"
#include "netfilter/iptables_save.h"
#include "netfilter/rule_names.h"
#include "netfilter/template.h"

static const char *const tables[] = { "security", "filter", "nat", "mangle", "raw" };
enum { TABLES = sizeof(tables) / sizeof(tables[0]) };

enum { IPV4, IPV6, FAMILIES };
enum { RESTORE, SAVE };

/* How often a restore is tried that other processes disturb. Of several that apply rules, one gets
 * on with each attempt of all. */
enum { ATTEMPTS = 20 };

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
static void remove_elsewhere(const char *rules, struct saved now, FILE *out)
{
	for (unsigned i = 0; i < TABLES; i++) {
		char line[32];

		snprintf(line, sizeof(line), "\n*%s\n", tables[i]);
		if (strstr(rules, line) || !saved_has(now, tables[i]))
			continue;
		fprintf(out, "*%s\n", tables[i]);
		saved_write_removal(now, tables[i], "", out);
		fputs("COMMIT\n", out);
	}
}

/* Writes a line of the rules; a jump from a chain of the kernel comes to its place there. */
static void write_rule(const char *line, size_t len, const char *table, struct saved now, FILE *out)
{
	bool is_insertion = strncmp(line, "-I ", 3) == 0;
	const char *chain = is_insertion ? line + 3 : line;
	size_t name_len = strcspn(chain, " \n");
	bool is_jump = is_insertion && strncmp(chain, now.chains, strlen(now.chains)) != 0;
	unsigned place = is_jump ? saved_place(now, table, chain, name_len) : 1;

	if (place > 1)
		fprintf(out, "-I %.*s %u%.*s", (int)name_len, chain, place,
		        (int)(line + len - chain - name_len), chain + name_len);
	else
		fwrite(line, 1, len, out);
}

/* Returns `rules` with the notes of base chains. */
static char *with_notes(
        const char *rules, struct saved now, const struct backend *b, unsigned family)
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
		if (b == &backend_iptables_nft && sscanf(rules, "*%31s", table) == 1)
			basechain_note(rules, table, family == IPV6, now, out);
		rules += len;
	}
	fclose(out);
	return text;
}

/* Returns `rules` with the removal of our lines of `now` at the start of each table. So old and new
 * rules change places in one commit, and no packet passes in between. */
static char *replace_script(
        const char *rules, struct saved now, const struct backend *b, unsigned family)
{
	char *text = NULL, *noted = with_notes(rules, now, b, family), table[32] = "";
	size_t size;
	FILE *out = noted ? open_memstream(&text, &size) : NULL;

	if (out)
		remove_elsewhere(noted, now, out);
	for (const char *at = noted; out && *at;) {
		size_t len = strcspn(at, "\n");
		len += at[len] == '\n';
		write_rule(at, len, table, now, out);
		if (sscanf(at, "*%31s", table) == 1)
			saved_write_removal(now, table, noted, out);
		at += len;
	}
	if (out)
		fclose(out);
	free(noted);
	return text;
}

/* Returns the input for iptables-restore that removes our lines of `now`, and puts those of
 * `before` into place. With "" for `now`, it only has our lines of `before`. */
static char *return_script(const char *chains, const char *now_text, const char *before_text)
{
	const struct saved now = { now_text, chains }, before = { before_text, chains };
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
		saved_write_removal(now, tables[i], before.text, out);
		saved_write_again(before, tables[i], now.text, out);
		fputs("COMMIT\n", out);
	}
	fclose(out);
	return text;
}

/* Sets `*changed` if our lines are not those of `before`, and tries once to put these back. */
static int bring_back_once(const struct backend *b, unsigned family, struct saved before,
        bool *changed, struct complaint *why)
{
	char *now = NULL, *ours_now = NULL, *ours_before = NULL, *text = NULL;
	int error = iptables_dump(b, family, &now, why);

	*changed = false;
	if (error)
		goto out;
	ours_now = return_script(before.chains, "", now);
	ours_before = return_script(before.chains, "", before.text);
	text = return_script(before.chains, now, before.text);
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
			basechain_clear(now, before.text, tables[i], family == IPV6);
	}
out:
	free(text);
	free(ours_before);
	free(ours_now);
	free(now);
	return error;
}

/* Puts our lines of one family back to those of `before`, whose text is "" for none. Sets
 * `*changed` if they were different. */
static int iptables_bring_back(const struct backend *b, unsigned family, struct saved before,
        bool *changed, struct complaint *why)
{
	int error = bring_back_once(b, family, before, changed, why);
	bool again = *changed;

	/* another process may have changed them since they were saved */
	for (int i = 1; error && again && i < ATTEMPTS; i++)
		error = bring_back_once(b, family, before, &again, why);
	return error;
}

static int apply_once(const struct backend *b, unsigned family, const char *rules, struct saved now,
        struct complaint *why)
{
	char *text = replace_script(rules, now, b, family);
	int error = text ? iptables_restore(b, family, text, why) : complaint_no_memory(why);

	free(text);
	return error;
}

/* Without memory nothing has changed. */
static bool have_our_lines_changed(const char *chains, const char *before, const char *now)
{
	char *ours_before = return_script(chains, "", before);
	char *ours_now = return_script(chains, "", now);
	bool changed = ours_before && ours_now && strcmp(ours_before, ours_now) != 0;

	free(ours_before);
	free(ours_now);
	return changed;
}

/* True if iptables-nft-restore has found that rules, or chains, that it has to remove are not there
 * any more: it knows them by their handles, and another process has put the same ones there
 * anew. */
static bool has_lost_handles(const struct complaint *why)
{
	return strstr(why->text, "_DELETE failed") || strstr(why->text, "_DEL failed");
}

/* If another process changes our lines after they were saved, iptables-restore fails, or our jumps
 * stand there twice. (The lock does not prevent it: nobody waits for it for long.) Then the next
 * attempt starts from what is there by then. */
static int iptables_apply_family(const struct backend *b, const struct config *c, unsigned family,
        const char *rules, const char *before, struct complaint *why)
{
	const struct rule_names names = rule_names_of(c);
	struct saved now = { before, names.chains };
	char *last = NULL, *save;
	int error = apply_once(b, family, rules, now, why);

	for (int i = 1; i < ATTEMPTS; i++) {
		struct complaint other;
		if (iptables_dump(b, family, &save, &other) != 0)
			break;
		bool is_done = !error && rules_check_iptables(c, rules, family == IPV6, save,
		                                 &other) == RULES_WHOLE;
		bool is_disturbed = (error && has_lost_handles(why)) ||
		                    have_our_lines_changed(names.chains, now.text, save);
		free(last);
		now.text = last = save;
		if (is_done || !is_disturbed)
			break;
		error = apply_once(b, family, rules, now, why);
	}
	free(last);
	return error;
}

static void iptables_undo(const struct backend *b, unsigned family, struct saved before)
{
	struct complaint why;
	bool changed;

	if (iptables_bring_back(b, family, before, &changed, &why) != 0)
		log_error("rules: could not roll back the rules that %s applied only in part: %s; "
		          "run `sealgate rules remove%s`",
		        b->name, why.text, advice_options());
}

static int iptables_apply(const struct backend *b, const struct config *c, struct complaint *why)
{
	const struct rule_names names = rule_names_of(c);
	char *before[FAMILIES] = { NULL, NULL };
	char *rules = template_iptables(c);
	unsigned tried = 0, count = iptables_families();
	int error = rules ? 0 : complaint_no_memory(why);

	for (unsigned i = 0; i < count && !error; i++)
		error = iptables_dump(b, i, &before[i], why);
	for (; tried < count && !error; tried++)
		error = iptables_apply_family(b, c, tried, rules, before[tried], why);
	/* The family that failed may have committed its first tables. */
	while (error && tried-- > 0)
		iptables_undo(b, tried, (struct saved){ before[tried], names.chains });
	free(rules);
	for (unsigned i = 0; i < FAMILIES; i++)
		free(before[i]);
	return error;
}

static int iptables_remove(
        const struct backend *b, const struct config *c, bool *found, struct complaint *why)
{
	const struct rule_names names = rule_names_of(c);
	int first_error = 0;

	*found = false;
	for (unsigned i = 0; i < iptables_families(); i++) {
		bool was_here;
		int error = iptables_bring_back(
		        b, i, (struct saved){ "", names.chains }, &was_here, why);

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

static bool iptables_show_family(
        const struct backend *b, unsigned family, const struct config *c, FILE *out)
{
	const struct rule_names names = rule_names_of(c);
	char *now, *text;
	struct complaint why;
	bool any;

	if (iptables_dump(b, family, &now, &why) != 0)
		return false;
	text = return_script(names.chains, "", now);
	any = text && text[0];
	if (any)
		fprintf(out, "# %s, %s%s%s\n%s", b->name, family == IPV6 ? "IPv6" : "IPv4",
		        c->instance[0] ? ", instance " : "", c->instance, text);
	free(text);
	free(now);
	return any;
}

static bool iptables_show(const struct backend *b, const struct config *c, FILE *out)
{
	bool any = false;

	for (unsigned i = 0; i < iptables_families(); i++)
		any = iptables_show_family(b, i, c, out) || any;
	return any;
}

/* The finding of the family that lacks most counts. Without memory nothing is known to be there. */
static enum rules_found iptables_look(
        const struct backend *b, const struct config *c, struct complaint *why)
{
	enum rules_found worst = RULES_WHOLE;
	char *rules = template_iptables(c);

	complaint_set(why, "%s", "");
	if (!rules) {
		complaint_no_memory(why);
		return RULES_NONE;
	}
	for (unsigned i = 0; i < iptables_families(); i++) {
		struct complaint here;
		enum rules_found found = RULES_NONE;
		char *now = NULL;

		if (iptables_dump(b, i, &now, &here) == 0)
			found = rules_check_iptables(c, rules, i == IPV6, now, &here);
		free(now);
		if (found <= worst)
			continue;
		worst = found;
		complaint_set(why, "%s, %s", here.text, i == IPV6 ? "IPv6" : "IPv4");
	}
	free(rules);
	return worst;
}

static void iptables_look_around(
        const struct backend *b, const struct config *c, struct neighbours *neighbours)
{
	for (unsigned i = 0; i < iptables_families(); i++) {
		struct complaint why;
		char *now;

		if (iptables_dump(b, i, &now, &why) != 0)
			continue;
		neighbours_in_save(neighbours, now, c->instance);
		free(now);
	}
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
	iptables_print, iptables_show, iptables_look, iptables_look_around, programs_nft };
const struct backend backend_iptables_legacy = { "iptables-legacy", iptables_apply, iptables_remove,
	iptables_print, iptables_show, iptables_look, iptables_look_around, programs_legacy };
