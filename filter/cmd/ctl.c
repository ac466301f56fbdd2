/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <string.h>

#include "base/log.h"
#include "cmd/command.h"
#include "daemon/control.h"

/* Puts the words into one line. Returns false when they are too long. */
static bool write_request(char *const words[], char *request, size_t size)
{
	size_t len = 0;

	for (; *words && len < size; words++)
		len += (size_t)snprintf(request + len, size - len, "%s%s", len ? " " : "", *words);
	return len < size;
}

static void print_value(const char *key, json_t *value)
{
	char *text = json_is_string(value) ? NULL : json_dumps(value, JSON_ENCODE_ANY);

	printf("%s=%s\n", key, text ? text : json_string_value(value));
	free(text);
}

static void print_values(json_t *values, bool as_json)
{
	const char *key;
	json_t *value;

	if (as_json) {
		json_dumpf(values, stdout, JSON_INDENT(2));
		putchar('\n');
		return;
	}
	json_object_foreach(values, key, value) print_value(key, value);
}

/* A daemon of another version may say what it likes. */
static enum exit_code print_reply(json_t *reply, bool as_json)
{
	json_t *error = json_object_get(reply, "error");
	json_int_t code = json_integer_value(json_object_get(reply, "code"));

	if (json_is_string(error))
		log_error("%s", json_string_value(error));
	else
		print_values(json_object_get(reply, "values"), as_json);
	if (code == CONTROL_FINE)
		return EXIT_FINE;
	return code == CONTROL_USAGE ? EXIT_USAGE : EXIT_NO;
}

static enum exit_code run_ctl(int argc, char **argv)
{
	char request[CONTROL_REQUEST_MAX];
	struct options o;
	struct config c;
	int error = 0;

	if (!options_read(&o, "cj", argc, argv, OPTIONS_SOME) || !options_load_config(&o, &c))
		return EXIT_USAGE;
	if (!write_request(argv + optind, request, sizeof(request))) {
		log_error("ctl: that is too long");
		return EXIT_USAGE;
	}
	json_t *reply = control_ask(c.control_socket, request, &error);
	if (!reply) {
		log_error("there is no daemon at %s: %s", c.control_socket, strerror(-error));
		return EXIT_UNREACHABLE;
	}
	enum exit_code code = print_reply(reply, o.json);
	json_decref(reply);
	return code;
}

const struct command command_ctl = { "ctl",
	"pause SECONDS|resume|flush|reload|status [--json] [--config FILE]",
	"talk to the daemon; in a pause everything passes unjudged", run_ctl };
