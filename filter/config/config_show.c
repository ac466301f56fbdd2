/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/config_show.h"

#include <errno.h>
#include <string.h>

#include "config/config_kinds.h"
#include "config/config_table.h"

static void show_help(const char *help, const char *indent, FILE *out)
{
	while (*help) {
		int len = (int)strcspn(help, "\n");
		fprintf(out, "%s# %.*s\n", indent, len, help);
		help += len + (help[len] == '\n');
	}
}

static size_t group_len(const struct config_key *k)
{
	const char *dot = strchr(k->path, '.');
	return dot ? (size_t)(dot - k->path) : 0;
}

/* Either may be NULL: beyond the ends of the table. */
static bool same_group(const struct config_key *a, const struct config_key *b)
{
	if (!a || !b)
		return false;
	size_t len = group_len(a);
	return len == group_len(b) && strncmp(a->path, b->path, len) == 0;
}

/* The keys of a group are next to each other in the table. The example has groups as comments, too:
 * a group that is there, though empty, could not be set again further down. */
static void show_keys(const struct config *c, bool is_example, FILE *out)
{
	const char *mark = is_example ? "#" : "";
	const struct config_key *before = NULL, *k;

	for (size_t i = 0; (k = config_key_at(i)) != NULL; before = k, i++) {
		int group = (int)group_len(k);
		const char *indent = group ? "\t" : "";
		const char *name = group ? k->path + group + 1 : k->path;

		if (is_example)
			fputc('\n', out);
		if (group && !same_group(before, k))
			fprintf(out, "%s%.*s = {\n", mark, group, k->path);
		if (is_example)
			show_help(k->help, indent, out);
		fprintf(out, "%s%s%s = ", indent, mark, name);
		k->kind->show(k, key_value_const(k, c), out);
		fputs(";\n", out);
		if (group && !same_group(k, config_key_at(i + 1)))
			fprintf(out, "%s};\n", mark);
	}
}

void config_show(const struct config *c, FILE *out)
{
	show_keys(c, false, out);
}

int config_example(FILE *out)
{
	struct config defaults;

	if (config_defaults(&defaults) != 0)
		return -ENOMEM;
	fputs("# sealgate.conf: every key with its default. Remove the # to change a value, then "
	      "run\n"
	      "# `sealgate config check`. (This file was written by `sealgate config example`.)\n"
	      "# For a key in a group, remove the # before the two lines around the group, too; "
	      "or\n"
	      "# write at the end of this file what you change: queue = { count = 2; };\n",
	        out);
	show_keys(&defaults, true, out);
	config_fini(&defaults);
	return 0;
}
