/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/config_table.h"

#include <assert.h>
#include <string.h>

#include "config/config_kinds.h"
#include "config/config_rows.h"

/* In the order of the example file. */
static const struct config_rows *const parts[] = { &config_rows_packets, &config_rows_judging,
	&config_rows_service, &config_rows_sign };

const struct config_key *config_key_at(size_t i)
{
	for (size_t p = 0; p < sizeof(parts) / sizeof(parts[0]); p++) {
		if (i < parts[p]->count)
			return &parts[p]->keys[i];
		i -= parts[p]->count;
	}
	return NULL;
}

const struct config_key *key_find(const char *path)
{
	const struct config_key *k;

	for (size_t i = 0; (k = config_key_at(i)) != NULL; i++) {
		if (strcmp(k->path, path) == 0)
			return k;
	}
	return NULL;
}

const char *key_word(const char *path, const struct config *c)
{
	const struct config_key *k = key_find(path);
	assert(k && k->kind == &kind_word);
	return k->words[*(const uint32_t *)key_value_const(k, c)];
}
