/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nftables: one table of our own. Each run of nft is one transaction, so the kernel itself ensures all
 * or nothing, and the rules need no trial run. */
#include <errno.h>
#include <stdlib.h>

#include "base/complaint.h"
#include "netfilter/backend.h"
#include "netfilter/template.h"

static const char *const list_table[] = { "nft", "list", "table", "inet", "sealgate", NULL };
static const char *const delete_table[] = { "nft", "delete", "table", "inet", "sealgate", NULL };
static const char *const from_stdin[] = { "nft", "-f", "-", NULL };

static const char no_ports[] = "nft has no match for the ports of a bridge, which `inside` names";

/* Only iptables can match the ports of a bridge. */
static bool nft_can(const struct config *c)
{
	return c->role != ROLE_BRIDGE || c->inside.count == 0;
}

static int nft_apply(const struct backend *b, const struct config *c, struct complaint *why)
{
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
	error = backend_run(&p, from_stdin, rules, why);
	free(rules);
	if (!error)
		process_fini(&p);
	return error;
}

static bool table_exists(void)
{
	struct process p;
	bool exists;

	if (process_run(&p, list_table, NULL) != 0)
		return false;
	exists = p.status == 0;
	process_fini(&p);
	return exists;
}

static int nft_remove(const struct backend *b, bool *found, struct complaint *why)
{
	struct process p;
	int error;

	(void)b;
	*found = table_exists();
	if (!*found)
		return 0;
	error = backend_run(&p, delete_table, NULL, why);
	if (!error)
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

static bool nft_show(const struct backend *b, FILE *out)
{
	struct process p;
	bool any;

	if (process_run(&p, list_table, NULL) != 0)
		return false;
	any = p.status == 0;
	if (any)
		fprintf(out, "# %s\n%s", b->name, p.out);
	process_fini(&p);
	return any;
}

static enum rules_found nft_look(
        const struct backend *b, const struct config *c, struct complaint *why)
{
	static const char *const list_handles[] = { "nft", "-a", "list", "table", "inet",
		"sealgate", NULL };
	enum rules_found found = RULES_NONE;
	struct process p;
	char *rules;

	(void)b;
	if (backend_run(&p, list_handles, NULL, why) != 0)
		return RULES_NONE;
	rules = template_nft(c);
	if (rules)
		found = rules_check_nft(rules, p.out, why);
	else
		complaint_no_memory(why);
	free(rules);
	process_fini(&p);
	return found;
}

const struct backend backend_nft = { "nft", nft_apply, nft_remove, nft_print, nft_show, nft_look,
	NULL };
