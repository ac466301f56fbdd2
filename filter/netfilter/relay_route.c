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

enum { IPV4_ONLY = 1, BOTH };

struct route_family {
	const char *option, *everywhere;
	char table[8];
};

/* The marks of the rules that lead to our table, as `ip` writes them. */
struct rule_marks {
	int count;
	char items[RULES_MAX][MARK_MAX];
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

static void read_marks(const char *text, struct rule_marks *marks)
{
	marks->count = 0;
	while (marks->count < RULES_MAX && (text = strstr(text, "fwmark ")) != NULL) {
		text += strlen("fwmark ");
		snprintf(marks->items[marks->count++], MARK_MAX, "%.*s", (int)strcspn(text, " \n"),
		        text);
	}
}

/* Returns 0 or -errno. */
static int read_rules(const struct route_family *f, struct rule_marks *marks, struct complaint *why)
{
	const char *const show[] = { "ip", f->option, "rule", "show", "table", f->table, NULL };
	struct process p;
	int error = backend_run(&p, show, NULL, why);

	marks->count = 0;
	if (error)
		return error;
	read_marks(p.out, marks);
	process_fini(&p);
	return 0;
}

static int change_rule(
        const struct route_family *f, const char *verb, const char *mark, struct complaint *why)
{
	const char *const argv[] = { "ip", f->option, "rule", verb, "fwmark", mark, "lookup",
		f->table, NULL };
	return backend_do(argv, why);
}

static int change_route(const struct route_family *f, const char *verb, struct complaint *why)
{
	const char *const argv[] = { "ip", f->option, "route", verb, "local", f->everywhere, "dev",
		"lo", "table", f->table, NULL };
	return backend_do(argv, why);
}

static int apply_family(
        const struct route_family *f, const char *wanted, bool *added, struct complaint *why)
{
	struct rule_marks marks = { 0 };
	bool is_there = false;
	int error = change_route(f, "replace", why);

	if (!error)
		error = read_rules(f, &marks, why);
	for (int i = 0; i < marks.count && !error; i++)
		is_there = is_there || strcmp(marks.items[i], wanted) == 0;
	if (!error && !is_there) {
		*added = true;
		error = change_rule(f, "add", wanted, why);
	}
	return error;
}

/* Writes the mark of the relay as `ip` writes it. */
static const char *relay_mark(const struct config *c, char mark[static MARK_MAX])
{
	snprintf(mark, MARK_MAX, "0x%x/0x%x", c->mark_relay, c->mark_mask);
	return mark;
}

int relay_route_apply(const struct config *c, bool *added, struct complaint *why)
{
	char wanted[MARK_MAX];
	int error = 0;

	relay_mark(c, wanted);
	*added = false;
	for (int i = 0; i < route_families() && !error; i++) {
		const struct route_family f = family_of(i, c);
		error = apply_family(&f, wanted, added, why);
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
		fprintf(out, "# ip %s rule add fwmark %s lookup %s\n", f.option, mark, f.table);
	}
}

static bool rule_is_there(const struct route_family *f, const char *wanted, struct complaint *why)
{
	struct rule_marks marks;

	if (read_rules(f, &marks, why) != 0)
		return false;
	for (int i = 0; i < marks.count; i++) {
		if (strcmp(marks.items[i], wanted) == 0)
			return true;
	}
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
	char wanted[MARK_MAX];

	relay_mark(c, wanted);
	for (int i = 0; i < route_families(); i++) {
		const struct route_family f = family_of(i, c);
		if (!rule_is_there(&f, wanted, why) || !route_is_there(&f, why))
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
		struct rule_marks marks;

		error = read_rules(&f, &marks, why);
		for (int k = 0; k < marks.count && !error; k++) {
			if (strcmp(marks.items[k], wanted) != 0)
				error = change_rule(&f, "del", marks.items[k], why);
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
		struct rule_marks marks;

		error = read_rules(&f, &marks, why);
		if (error || marks.count == 0)
			continue;
		*found = true;
		/* without the rules the table has no effect, so remove them first */
		for (int k = 0; k < marks.count && !error; k++)
			error = change_rule(&f, "del", marks.items[k], why);
		if (!error)
			error = change_route(&f, "del", why);
	}
	return error == -ENOENT ? 0 : error;
}
