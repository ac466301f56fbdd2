/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netfilter/rule_names.h"

#include <string.h>

#include "config/instance.h"

struct rule_names rule_names_of(const struct config *c)
{
	struct rule_names names;

	snprintf(names.end, sizeof(names.end), "%s%s", c->instance[0] ? "-" : "", c->instance);
	snprintf(names.chains, sizeof(names.chains), RULE_NAMES_ALL "%s_", names.end);
	snprintf(names.table, sizeof(names.table), "sealgate%s", names.end);
	return names;
}

uint32_t rule_names_marks(const struct config *c)
{
	bool has_shortcut = c->shortcut_interfaces.count > 0;

	return c->mark_mask | (has_shortcut ? UINT32_C(1) << c->shortcut_mark_bit : 0);
}

const char *rule_names_split(
        const char *chain, size_t len, char instance[static CONFIG_INSTANCE_MAX + 1])
{
	const size_t before = strlen(RULE_NAMES_ALL);
	const char *line = memchr(chain, '_', len);

	if (!line || strncmp(chain, RULE_NAMES_ALL, before) != 0)
		return NULL;
	const char *name = chain + before;
	size_t name_len = (size_t)(line - name);
	if (name_len == 0) {
		instance[0] = '\0';
		return line + 1;
	}
	if (name[0] != '-' || name_len - 1 > CONFIG_INSTANCE_MAX)
		return NULL;
	memcpy(instance, name + 1, name_len - 1);
	instance[name_len - 1] = '\0';
	return instance_name_is_good(instance) ? line + 1 : NULL;
}

const char *rule_names_of_table(const char *table)
{
	static const char all[] = "sealgate";

	if (strncmp(table, all, strlen(all)) != 0)
		return NULL;
	table += strlen(all);
	if (*table == '\0')
		return table;
	return *table == '-' && instance_name_is_good(table + 1) ? table + 1 : NULL;
}
