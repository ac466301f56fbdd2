/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netfilter/relay_route.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "config/instance.h"
#include "netfilter/backend.h"

#define TABLE_FIRST 5300 /* each instance has its own */

#define MARK_MAX  24 /* "0x20000000/0x30000000" */
#define RULES_MAX 16 /* of one family; usually one, or two while the mark changes */

/* The kernel keeps this number as the maker of our rules. It tells them from rules of others that
 * lead to the same table. Linux before 4.17 and older builds of sealgate keep none. */
#define PROTOCOL "53"

enum { IPV4_ONLY = 1, BOTH };

struct route_family {
	const char *option, *everywhere;
	char table[8];
};

/* Our rules: what `ip` prints of each, before the table. */
struct relay_rules {
	unsigned count;
	bool others; /* others have rules for the same table */
	struct relay_rule {
		char place[16], mark[MARK_MAX];
	} items[RULES_MAX];
};

static int route_families(void)
{
	return backend_has_ipv6() ? BOTH : IPV4_ONLY;
}

static struct route_family family_of(int i, const struct config *c)
{
	struct route_family f = { i == 0 ? "-4" : "-6", i == 0 ? "0.0.0.0/0" : "::/0", "" };

	snprintf(f.table, sizeof(f.table), "%u", TABLE_FIRST + instance_number(c));
	return f;
}

/* Writes the mark of the relay as `ip` writes it. */
static const char *relay_mark(const struct config *c, char mark[static MARK_MAX])
{
	snprintf(mark, MARK_MAX, "0x%x/0x%x", c->mark_relay, c->mark_mask);
	return mark;
}

/* Takes a line "32765:\tfrom all fwmark 0x20000000/0x30000000 lookup 5300 proto 53". A rule with
 * any further condition is another's. One without a maker is ours only if it has the mark of the
 * configuration. */
static bool read_rule(const char *line, const char *wanted, struct relay_rule *rule)
{
	char maker[16];
	int end = 0, none = 0;

	_Static_assert(MARK_MAX == 24, "the width below");
	if (sscanf(line, "%15[0-9]: from all fwmark %23s lookup %*s%n proto %15s%n", rule->place,
	            rule->mark, &none, maker, &end) < 2)
		return false;
	if (end > 0)
		return strcmp(maker, PROTOCOL) == 0 &&
		       strspn(line + end, " ") == strlen(line + end);
	return none > 0 && strspn(line + none, " ") == strlen(line + none) &&
	       strcmp(rule->mark, wanted) == 0;
}

static void read_all_rules(const char *text, const char *wanted, struct relay_rules *rules)
{
	char line[256];

	*rules = (struct relay_rules){ 0 };
	while (*text) {
		size_t len = strcspn(text, "\n");
		snprintf(line, sizeof(line), "%.*s", (int)len, text);
		text += len + (text[len] == '\n');
		if (rules->count < RULES_MAX &&
		        read_rule(line, wanted, &rules->items[rules->count]))
			rules->count++;
		else
			rules->others = true;
	}
}

/* Returns 0 or -errno. */
static int read_rules(const struct config *c, const struct route_family *f,
        struct relay_rules *rules, struct complaint *why)
{
	const char *const show[] = { "ip", f->option, "rule", "show", "table", f->table, NULL };
	char wanted[MARK_MAX];
	struct process p;
	int error = backend_run(&p, show, NULL, why);

	*rules = (struct relay_rules){ 0 };
	if (error)
		return error;
	read_all_rules(p.out, relay_mark(c, wanted), rules);
	process_fini(&p);
	return 0;
}

/* The `ip` of other projects may not know the maker. */
static int add_routing_rule(const struct route_family *f, const char *mark, struct complaint *why)
{
	const char *const add[] = { "ip", f->option, "rule", "add", "fwmark", mark, "lookup",
		f->table, "protocol", PROTOCOL, NULL };
	const char *const add_plain[] = { "ip", f->option, "rule", "add", "fwmark", mark, "lookup",
		f->table, NULL };

	return backend_do(add, why) == 0 ? 0 : backend_do(add_plain, why);
}

/* Its place tells the rule from others with the same mark and more conditions. */
static int delete_routing_rule(
        const struct route_family *f, const struct relay_rule *rule, struct complaint *why)
{
	const char *const argv[] = { "ip", f->option, "rule", "del", "pref", rule->place, "fwmark",
		rule->mark, "lookup", f->table, NULL };
	return backend_do(argv, why);
}

static int change_route(const struct route_family *f, const char *verb, struct complaint *why)
{
	const char *const argv[] = { "ip", f->option, "route", verb, "local", f->everywhere, "dev",
		"lo", "table", f->table, NULL };
	return backend_do(argv, why);
}

static bool has_mark(const struct relay_rules *rules, const char *mark)
{
	for (unsigned i = 0; i < rules->count; i++) {
		if (strcmp(rules->items[i].mark, mark) == 0)
			return true;
	}
	return false;
}

static int apply_family(
        const struct config *c, const struct route_family *f, bool *added, struct complaint *why)
{
	struct relay_rules rules;
	char wanted[MARK_MAX];
	int error = change_route(f, "replace", why);

	relay_mark(c, wanted);
	if (!error)
		error = read_rules(c, f, &rules, why);
	if (!error && !has_mark(&rules, wanted)) {
		*added = true;
		error = add_routing_rule(f, wanted, why);
	}
	return error;
}

int relay_route_apply(const struct config *c, bool *added, struct complaint *why)
{
	int error = 0;

	*added = false;
	for (int i = 0; i < route_families() && !error; i++) {
		const struct route_family f = family_of(i, c);
		error = apply_family(c, &f, added, why);
	}
	return error;
}

void relay_route_print(const struct config *c, FILE *out)
{
	char mark[MARK_MAX];

	relay_mark(c, mark);
	fputs("# the routing of the relay\n", out);
	for (int i = 0; i < route_families(); i++) {
		const struct route_family f = family_of(i, c);
		fprintf(out, "# ip %s route replace local %s dev lo table %s\n", f.option,
		        f.everywhere, f.table);
		fprintf(out, "# ip %s rule add fwmark %s lookup %s protocol " PROTOCOL "\n",
		        f.option, mark, f.table);
	}
}

static bool rule_is_there(
        const struct config *c, const struct route_family *f, struct complaint *why)
{
	struct relay_rules rules;
	char wanted[MARK_MAX];

	if (read_rules(c, f, &rules, why) != 0)
		return false;
	if (has_mark(&rules, relay_mark(c, wanted)))
		return true;
	complaint_set(why, "the routing rule of the relay (ip %s rule) is missing", f->option);
	return false;
}

/* `ip` fails if nothing ever was in the table. */
static bool route_is_there(const struct route_family *f, struct complaint *why)
{
	const char *const show[] = { "ip", f->option, "route", "show", "table", f->table, NULL };
	struct process p;
	bool is_there = false;

	if (backend_run(&p, show, NULL, why) == 0) {
		is_there = strstr(p.out, "local ") != NULL;
		process_fini(&p);
	}
	if (!is_there)
		complaint_set(why, "the route of the relay (ip %s route, table %s) is missing",
		        f->option, f->table);
	return is_there;
}

bool relay_route_is_there(const struct config *c, struct complaint *why)
{
	for (int i = 0; i < route_families(); i++) {
		const struct route_family f = family_of(i, c);
		if (!rule_is_there(c, &f, why) || !route_is_there(&f, why))
			return false;
	}
	return true;
}

int relay_route_tidy(const struct config *c, struct complaint *why)
{
	char wanted[MARK_MAX];
	int error = 0;

	relay_mark(c, wanted);
	for (int i = 0; i < route_families() && !error; i++) {
		const struct route_family f = family_of(i, c);
		struct relay_rules rules;

		error = read_rules(c, &f, &rules, why);
		for (unsigned k = 0; k < rules.count && !error; k++) {
			if (strcmp(rules.items[k].mark, wanted) != 0)
				error = delete_routing_rule(&f, &rules.items[k], why);
		}
	}
	return error;
}

int relay_route_remove(const struct config *c, bool *found, struct complaint *why)
{
	int error = 0;

	*found = false;
	for (int i = 0; i < route_families() && !error; i++) {
		const struct route_family f = family_of(i, c);
		struct relay_rules rules;

		error = read_rules(c, &f, &rules, why);
		if (error || rules.count == 0)
			continue;
		*found = true;
		/* without the rules the table has no effect, so remove them first */
		for (unsigned k = 0; k < rules.count && !error; k++)
			error = delete_routing_rule(&f, &rules.items[k], why);
		if (!error && !rules.others)
			error = change_route(&f, "del", why);
	}
	return error == -ENOENT ? 0 : error;
}
