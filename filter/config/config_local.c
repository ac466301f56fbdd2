/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/config_local.h"

#include <stdlib.h>
#include <string.h>

#include "config/config_reader.h"
#include "config/config_table.h"
#include "config/local_text.h"

static void local_list_fini(void *value)
{
	struct local_names **list = value;

	free(*list);
	*list = NULL;
}

/* The names in the table of keys are good, and at most LOCAL_NAMES_MAX. */
static bool local_list_default(const struct config_key *k, void *value)
{
	struct local_names *list = calloc(1, sizeof(*list));
	const char *text = k->text ? k->text : "";
	char word[NAME_TEXT_SIZE];
	struct local_name local;

	*(struct local_names **)value = list;
	for (int len; list && sscanf(text, "%1023s%n", word, &len) == 1; text += len)
		if (local_read(word, &local))
			local_add(list, &local);
	return list;
}

static bool local_list_read(
        struct config_reader *r, const struct config_key *k, const config_setting_t *s, void *value)
{
	struct local_names *list = *(struct local_names **)value;

	(void)k;
	if (!reader_is_list(s, LOCAL_NAMES_MAX))
		return false;
	memset(list, 0, sizeof(*list));
	for (int i = 0; i < config_setting_length(s); i++) {
		const config_setting_t *item = config_setting_get_elem(s, (unsigned)i);
		const char *text = config_setting_get_string(item);
		struct local_name local;
		if (!text)
			return false;
		if (!local_read(text, &local))
			return reader_wrong(r, item,
			        "%s: \"%s\" is no domain name, no network such as 10.0.0.0/8 for "
			        "its "
			        "reverse zones, and not *; or its \"from\" is no address or "
			        "network",
			        k->path, text);
		local_add(list, &local);
	}
	return true;
}

static void local_list_say_allowed(const struct config_key *k, FILE *out)
{
	(void)k;
	fprintf(out,
	        "a list of at most %d names, or networks for their reverse zones, such as "
	        "[ \"lan\", \"10.0.0.0/8\", \"corp.example from 10.8.0.1\" ]",
	        LOCAL_NAMES_MAX);
}

static void local_list_show(const struct config_key *k, const void *value, FILE *out)
{
	const struct local_names *list = *(struct local_names *const *)value;

	(void)k;
	fputs("[", out);
	for (unsigned i = 0; i < list->count; i++) {
		char text[LOCAL_TEXT_SIZE];
		local_write(&list->items[i], text);
		fputs(i ? ", " : " ", out);
		kind_show_text(text, out);
	}
	fputs(" ]", out);
}

const struct config_kind kind_local_names = { .set_default = local_list_default,
	.read = local_list_read,
	.say_allowed = local_list_say_allowed,
	.show = local_list_show,
	.fini = local_list_fini };
