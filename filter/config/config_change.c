/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/config_change.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_kinds.h"
#include "config/config_table.h"

/* Returns a value as the file would have it, or NULL if memory is short. */
static char *text_of(const struct config_key *k, const struct config *c)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	k->kind->show(k, key_value_const(k, c), out);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

/* Returns 1 if the two have different values, 0 if not, or -ENOMEM. */
static int differs(const struct config_key *k, const struct config *a, const struct config *b)
{
	char *of_a = text_of(k, a), *of_b = text_of(k, b);
	int result = of_a && of_b ? strcmp(of_a, of_b) != 0 : -ENOMEM;

	free(of_a);
	free(of_b);
	return result;
}

static void add_path(char list[static CHANGED_KEYS_MAX], const char *path)
{
	size_t len = strlen(list), room = CHANGED_KEYS_MAX - len;

	if (strlen(path) + sizeof(", , ...") <= room)
		snprintf(list + len, room, "%s%s", len ? ", " : "", path);
	else if (len < 3 || strcmp(list + len - 3, "...") != 0)
		snprintf(list + len, room, ", ...");
}

static void exchange(const struct config_key *k, struct config *a, struct config *b)
{
	char kept[sizeof(struct config)];

	memcpy(kept, key_value(k, a), k->size);
	memcpy(key_value(k, a), key_value(k, b), k->size);
	memcpy(key_value(k, b), kept, k->size);
}

int config_compare(const struct config *next, const struct config *current,
        const struct config *started, const char *bound, struct config_changes *changes)
{
	const struct config_key *k;

	*changes = (struct config_changes){ 0 };
	for (size_t i = 0; (k = config_key_at(i)) != NULL; i++) {
		bool waits = k->change == CHANGE_RESTART || (bound && strcmp(k->path, bound) == 0);
		int result = differs(k, waits ? started : current, next);
		if (result < 0)
			return result;
		if (result == 0)
			continue;
		changes->rules = changes->rules || (!waits && k->change == CHANGE_RULES);
		add_path(waits ? changes->at_restart : changes->now, k->path);
	}
	return 0;
}

void config_take_rules(struct config *to, struct config *from)
{
	const struct config_key *k;

	for (size_t i = 0; (k = config_key_at(i)) != NULL; i++) {
		if (k->change == CHANGE_RULES)
			exchange(k, to, from);
	}
}
