/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nftables: one table for each instance. Each run of nft is one transaction, so the kernel itself
 * ensures all or nothing, and the rules need no trial run. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/complaint.h"
#include "base/log.h"
#include "netfilter/backend.h"
#include "netfilter/rule_names.h"
#include "netfilter/template.h"

static const char *const from_stdin[] = { "nft", "-f", "-", NULL };

static const char no_ports[] = "nft has no match for the ports of a bridge, which `inside` names";

/* Only iptables can match the ports of a bridge. */
static bool nft_can(const struct config *c)
{
	return c->role != ROLE_BRIDGE || c->inside.count == 0;
}

/* Returns whether there is a table of this name; then the caller calls process_fini(). */
static bool list_table(const char *table, struct process *p)
{
	const char *const list[] = { "nft", "list", "table", "inet", table, NULL };

	if (process_run(p, list, NULL) != 0)
		return false;
	if (p->status == 0)
		return true;
	process_fini(p);
	return false;
}

/* The rules that go with the table, which were not ours. */
static bool table_has_added(const struct config *c, struct complaint *added)
{
	const struct rule_names names = rule_names_of(c);
	struct process p;

	if (!list_table(names.table, &p))
		return false;
	bool found = rules_check_added(p.out, added);
	process_fini(&p);
	return found;
}

static int nft_apply(const struct backend *b, const struct config *c, struct complaint *why)
{
	struct complaint added;
	struct process p;
	char *rules = template_nft(c);
	int error;

	(void)b;
	if (!rules)
		return complaint_no_memory(why);
	if (!nft_can(c)) {
		free(rules);
		complaint_set(why, "%s", no_ports);
		return -EOPNOTSUPP;
	}
	bool had_added = table_has_added(c, &added);
	error = backend_run(&p, from_stdin, rules, why);
	free(rules);
	if (!error)
		process_fini(&p);
	if (!error && had_added)
		log_warning("rules: gone with the former rules: %s", added.text);
	return error;
}

static int nft_remove(
        const struct backend *b, const struct config *c, bool *found, struct complaint *why)
{
	const struct rule_names names = rule_names_of(c);
	const char *const delete[] = { "nft", "delete", "table", "inet", names.table, NULL };
	struct process p;
	int error;

	(void)b;
	*found = list_table(names.table, &p);
	if (!*found)
		return 0;
	process_fini(&p);
	error = backend_run(&p, delete, NULL, why);
	/* another process may have removed it meanwhile */
	if (error && !list_table(names.table, &p))
		return 0;
	process_fini(&p);
	return error;
}

static int nft_print(const struct config *c, FILE *out)
{
	char *rules = template_nft(c);

	if (!rules)
		return -ENOMEM;
	if (nft_can(c))
		fprintf(out, "# for nft -f\n%s", rules);
	else
		fprintf(out, "# %s\n", no_ports);
	free(rules);
	return 0;
}

static bool nft_show(const struct backend *b, const struct config *c, FILE *out)
{
	const struct rule_names names = rule_names_of(c);
	struct complaint added;
	struct process p;

	if (!list_table(names.table, &p))
		return false;
	fprintf(out, "# %s%s%s\n%s", b->name, c->instance[0] ? ", instance " : "", c->instance,
	        p.out);
	if (rules_check_added(p.out, &added))
		fprintf(out, "# warning: %s\n", added.text);
	process_fini(&p);
	return true;
}

static enum rules_found nft_look(
        const struct backend *b, const struct config *c, struct complaint *why)
{
	const struct rule_names names = rule_names_of(c);
	const char *const list_handles[] = { "nft", "-a", "list", "table", "inet", names.table,
		NULL };
	enum rules_found found = RULES_NONE;
	struct process p;
	char *rules;

	(void)b;
	if (backend_run(&p, list_handles, NULL, why) != 0)
		return RULES_NONE;
	rules = template_nft(c);
	if (rules)
		found = rules_check_nft(rules, p.out, why);
	if (rules && found == RULES_WHOLE && !rules_check_added(p.out, why))
		complaint_set(why, "%s", "");
	else if (!rules)
		complaint_no_memory(why);
	free(rules);
	process_fini(&p);
	return found;
}

/* Asks for the names first: to list the rules of all programs may take seconds. */
static void nft_look_around(
        const struct backend *b, const struct config *c, struct neighbours *neighbours)
{
	static const char *const list_tables[] = { "nft", "list", "tables", "inet", NULL };
	struct process tables, p;
	char name[64];

	(void)b;
	if (process_run(&tables, list_tables, NULL) != 0)
		return;
	for (const char *at = tables.out; (at = strstr(at, "table inet sealgate")) != NULL; at++) {
		if (sscanf(at, "table inet %63s", name) != 1 || !rule_names_of_table(name) ||
		        !list_table(name, &p))
			continue;
		neighbours_in_table(neighbours, p.out, c->instance);
		process_fini(&p);
	}
	process_fini(&tables);
}

const struct backend backend_nft = { "nft", nft_apply, nft_remove, nft_print, nft_show, nft_look,
	nft_look_around, NULL };
