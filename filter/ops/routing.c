/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ops/routing.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "ops/backend.h"

/* rules/gateway-relay.* set the mark. */
#define MARK  "0x5ea2/0xffff"
#define TABLE "5300"

static const struct family {
	const char *option, *everywhere;
} families[] = { { "-4", "0.0.0.0/0" }, { "-6", "::/0" } };

enum { IPV4_ONLY = 1, BOTH = sizeof(families) / sizeof(families[0]) };

static int families_here(void)
{
	return access("/proc/net/if_inet6", F_OK) == 0 ? BOTH : IPV4_ONLY;
}

/* Returns 1 when the rule is there, 0 when it is not, or -errno. */
static int has_rule(const struct family *f, char *why, size_t why_size)
{
	const char *const show[] = { "ip", f->option, "rule", "show", "table", TABLE, NULL };
	struct process p;
	int result = backend_run(&p, show, NULL, why, why_size);

	if (result == 0) {
		result = strstr(p.out, "fwmark " MARK) != NULL;
		process_fini(&p);
	}
	return result;
}

static int change_rule(const struct family *f, const char *verb, char *why, size_t why_size)
{
	const char *const argv[] = { "ip", f->option, "rule", verb, "fwmark", MARK, "lookup", TABLE,
		NULL };
	return backend_do(argv, why, why_size);
}

static int change_route(const struct family *f, const char *verb, char *why, size_t why_size)
{
	const char *const argv[] = { "ip", f->option, "route", verb, "local", f->everywhere, "dev",
		"lo", "table", TABLE, NULL };
	return backend_do(argv, why, why_size);
}

int routing_apply(bool *added, char *why, size_t why_size)
{
	int result = 0;

	*added = false;
	for (int i = 0; i < families_here() && result >= 0; i++) {
		const struct family *f = &families[i];

		result = change_route(f, "replace", why, why_size);
		if (result == 0)
			result = has_rule(f, why, why_size);
		if (result != 0)
			continue;
		*added = true;
		result = change_rule(f, "add", why, why_size);
	}
	return result < 0 ? result : 0;
}

int routing_remove(bool *found, char *why, size_t why_size)
{
	int result = 0;

	*found = false;
	for (int i = 0; i < families_here() && result == 0; i++) {
		const struct family *f = &families[i];

		result = has_rule(f, why, why_size);
		if (result <= 0)
			continue;
		*found = true;
		result = change_rule(f, "del", why, why_size);
		/* the rule is what matters, and goes first */
		if (result == 0)
			result = change_route(f, "del", why, why_size);
	}
	return result == -ENOENT ? 0 : result;
}
