/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_strays.h"

#include <stdlib.h>
#include <string.h>

static bool is_known_stray(const struct zone_strays *s, const char *fault)
{
	for (unsigned i = 0; i < s->count; i++) {
		if (strcmp(s->items[i].fault, fault) == 0)
			return true;
	}
	return false;
}

bool zone_strays_take(
        struct zone_strays *s, const struct zone_strays *former, struct zone_directory *d)
{
	*s = (struct zone_strays){ .items = calloc(d->fault_count + 1, sizeof(*s->items)) };
	if (!s->items)
		return false;
	for (; s->count < d->fault_count; s->count++) {
		char **fault = &d->faults[s->count];
		s->items[s->count] = (struct zone_stray){ *fault, !is_known_stray(former, *fault) };
		*fault = NULL;
	}
	return true;
}

bool zone_strays_copy(struct zone_strays *copy, const struct zone_strays *s)
{
	*copy = (struct zone_strays){ .items = calloc(s->count + 1, sizeof(*copy->items)) };
	for (; copy->items && copy->count < s->count; copy->count++) {
		struct zone_stray *item = &copy->items[copy->count];
		*item = s->items[copy->count];
		item->fault = strdup(item->fault);
		if (!item->fault)
			return false;
	}
	return copy->items;
}

void zone_strays_fini(struct zone_strays *s)
{
	for (unsigned i = 0; i < s->count; i++)
		free(s->items[i].fault);
	free(s->items);
	*s = (struct zone_strays){ 0 };
}
