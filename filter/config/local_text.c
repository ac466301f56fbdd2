/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/local_text.h"

#include <stdio.h>

#include "config/network_text.h"

#define FROM " from "

/* An address without a prefix length is more likely a slip than the reverse name of one address. */
static bool names_read(const char *text, struct local_name *local)
{
	if (strcmp(text, "*") == 0) {
		local->kind = LOCAL_SINGLE;
		return true;
	}
	if (strchr(text, '/')) {
		local->kind = LOCAL_REVERSE;
		return network_read(text, &local->network);
	}
	local->kind = LOCAL_NAME;
	return !network_read(text, &local->network) && strcspn(text, " \t*") == strlen(text) &&
	       name_from_text(text, &local->zone) && local->zone.labels > 0;
}

bool local_read(const char *text, struct local_name *local)
{
	char names[NAME_TEXT_SIZE];
	const char *from = strstr(text, FROM);
	size_t len = from ? (size_t)(from - text) : strlen(text);

	*local = (struct local_name){ .is_bound = from != NULL };
	if (len >= sizeof(names))
		return false;
	memcpy(names, text, len);
	names[len] = '\0';
	return names_read(names, local) &&
	       (!from || network_read(from + strlen(FROM), &local->from));
}

void local_write(const struct local_name *local, char text[static LOCAL_TEXT_SIZE])
{
	char names[NAME_TEXT_SIZE] = "*", from[NETWORK_TEXT_SIZE];
	bool is_one = local->from.prefix == local->from.len * 8;

	if (local->kind == LOCAL_REVERSE)
		network_write(&local->network, true, names);
	else if (local->kind == LOCAL_NAME)
		name_text(&local->zone, names);
	snprintf(text, LOCAL_TEXT_SIZE, "%s%s%s", names, local->is_bound ? FROM : "",
	        local->is_bound ? network_write(&local->from, !is_one, from) : "");
}
