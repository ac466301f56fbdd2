/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <getopt.h>
#include <string.h>

#include "base/log.h"
#include "cmd/command.h"
#include "daemon/control_client.h"

/* Puts the words into one line. Returns false when they are too long. */
static bool write_request(char *const words[], char *request, size_t size)
{
	size_t len = 0;

	for (; *words && len < size; words++)
		len += (size_t)snprintf(request + len, size - len, "%s%s", len ? " " : "", *words);
	return len < size;
}

static enum exit_code print_answer(const struct control_answer *answer, bool as_json)
{
	const char *error = control_answer_error(answer);
	enum control_code code = control_answer_code(answer);

	if (error)
		log_error("%s", error);
	else
		control_answer_write(answer, as_json, stdout);
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
	if (!control_is_built()) {
		log_error("this sealgate was built without jansson: it has no ctl");
		return EXIT_UNREACHABLE;
	}
	struct control_answer *answer = control_ask(c.control_socket, request, &error);
	if (!answer) {
		log_error("there is no daemon at %s: %s", c.control_socket, strerror(-error));
		return EXIT_UNREACHABLE;
	}
	enum exit_code code = print_answer(answer, o.json);
	control_answer_free(answer);
	return code;
}

const struct command command_ctl = { "ctl",
	"pause SECONDS|resume|flush|reload|status [--json] [--config FILE]",
	"talk to the daemon; in a pause everything passes unjudged", run_ctl };
