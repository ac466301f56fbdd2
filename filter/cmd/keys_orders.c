/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/keys_orders.h"

#include <stdio.h>
#include <string.h>

#include "base/advice.h"
#include "base/clock.h"
#include "cmd/keeper_ask.h"
#include "cmd/keys_rows.h"

bool keys_order_takes(const struct command_verb *verb)
{
	return verb->run == keys_order_give || verb->run == keys_order_status ||
	       verb->run == keys_order_list;
}

/* Writes "roll example.org ksk". Returns false after logging that it is too long. */
static bool write_order(const struct keys_order *o, const char *verb, char *text, size_t size)
{
	size_t len = (size_t)snprintf(text, size, "%s", verb);

	for (int i = 0; i < o->count && len < size; i++)
		len += (size_t)snprintf(text + len, size - len, " %s", o->words[i]);
	if (o->is_compromised && len < size)
		len += (size_t)snprintf(text + len, size - len, " compromised");
	return len < size || options_wrong("keys", "the command has more than %zu octets", size);
}

enum exit_code keys_order_give(void *context)
{
	const struct keys_order *o = context;
	char request[CONTROL_REQUEST_MAX];
	enum exit_code code = EXIT_USAGE;

	if (!write_order(o, o->verb->name, request, sizeof(request)))
		return EXIT_USAGE;
	struct control_answer *answer = keeper_ask(&o->options, request, &code);
	if (!answer)
		return code;
	const struct control_row *values = control_answer_values(answer);
	if (o->options.json)
		control_answer_write(answer, true, stdout);
	else
		printf("%s: %s: the keeper has taken the order; see `sealgate keys status %s%s`\n",
		        control_row_text(values, "zone"), control_row_text(values, "taken"),
		        control_row_text(values, "zone"), advice_options());
	control_answer_free(answer);
	return EXIT_FINE;
}

/* Asks for the zone that the command line names, or for all, and prints it. */
static enum exit_code show(const struct keys_order *o, const char *all,
        void (*print)(const struct control_row *values, int64_t now_s, FILE *out))
{
	char request[CONTROL_REQUEST_MAX];
	enum exit_code code = EXIT_USAGE;

	if (!write_order(o, o->count > 0 ? "zone" : all, request, sizeof(request)))
		return EXIT_USAGE;
	struct control_answer *answer = keeper_ask(&o->options, request, &code);
	if (!answer)
		return code;
	if (o->options.json)
		control_answer_write(answer, true, stdout);
	else
		print(control_answer_values(answer), clock_wall_s(), stdout);
	control_answer_free(answer);
	return EXIT_FINE;
}

enum exit_code keys_order_status(void *context)
{
	const struct keys_order *o = context;

	return show(o, "zones", o->count > 0 ? keys_rows_zone : keys_rows_zones);
}

enum exit_code keys_order_list(void *context)
{
	return show(context, "keys", keys_rows_keys);
}
