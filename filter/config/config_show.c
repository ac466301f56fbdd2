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

static bool same_group(const struct config_key *a, const struct config_key *b)
{
	size_t len = group_len(a);
	return len == group_len(b) && strncmp(a->path, b->path, len) == 0;
}

/* The keys of a group are next to each other in the table. */
static void show_keys(const struct config *c, bool is_example, FILE *out)
{
	for (const struct config_key *k = config_keys; k < config_keys + config_key_count; k++) {
		int group = (int)group_len(k);
		const char *indent = group ? "\t" : "";
		const char *name = group ? k->path + group + 1 : k->path;

		if (is_example && (k == config_keys || !group || same_group(k - 1, k)))
			fputc('\n', out);
		if (group && (k == config_keys || !same_group(k - 1, k)))
			fprintf(out, "%s%.*s = {\n", is_example ? "\n" : "", group, k->path);
		if (is_example)
			show_help(k->help, indent, out);
		fprintf(out, "%s%s%s = ", indent, is_example ? "#" : "", name);
		k->kind->show(k, key_value_const(k, c), out);
		fputs(";\n", out);
		if (group && (k + 1 == config_keys + config_key_count || !same_group(k, k + 1)))
			fputs("};\n", out);
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
	      "# `sealgate config check`. (This file was written by `sealgate config example`.)\n",
	        out);
	show_keys(&defaults, true, out);
	config_fini(&defaults);
	return 0;
}
