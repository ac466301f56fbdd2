/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/log.h"
#include "cmd/command.h"
#include "cmd/options.h"
#include "config/socket_path.h"
#include "daemon/control_client.h"

/* Joins the words with spaces. Returns false if they are too long. */
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
	if (code == CONTROL_UNPROTECTED)
		return EXIT_UNPROTECTED;
	return code == CONTROL_USAGE ? EXIT_USAGE : EXIT_NO;
}

/* A file that is wrong must not keep the operator from the daemon that runs. */
static void find_socket(const char *config, char path[static CONFIG_PATH_MAX])
{
	struct complaint why;
	struct config c;

	if (config_load(&c, config, NULL, &why) != 0) {
		log_warning("%s", why.text);
		socket_path_find(config, path);
		return;
	}
	strcpy(path, c.control_socket);
	config_fini(&c);
}

static enum exit_code run_ctl(int argc, char **argv)
{
	static const char *const names[] = { "pause, resume, flush, reload or status" };
	char request[CONTROL_REQUEST_MAX], path[CONFIG_PATH_MAX];
	struct options o;
	int error = 0;

	if (!options_read(&o, "cj", argc, argv, (struct arguments){ names, 1, ARGUMENTS_ANY }))
		return EXIT_USAGE;
	find_socket(o.config, path);
	if (!write_request(argv + optind, request, sizeof(request))) {
		options_wrong(
		        argv[0], "the command has more than %d octets", CONTROL_REQUEST_MAX - 1);
		return EXIT_USAGE;
	}
	if (!control_is_built()) {
		log_error("ctl: this build lacks jansson");
		return EXIT_UNREACHABLE;
	}
	struct control_answer *answer = control_ask(path, request, &error);
	if (!answer) {
		log_error("no daemon answers at %s: %s", path, strerror(-error));
		return EXIT_UNREACHABLE;
	}
	enum exit_code code = print_answer(answer, o.json);
	control_answer_free(answer);
	return code;
}

const struct command command_ctl = { "ctl", "pause SECONDS|resume|flush|reload|status [OPTION]...",
	"send a command to the running daemon",
	"  pause SECONDS           let every packet pass unjudged for this time, a day\n"
	"                          at most\n"
	"  resume                  end the pause\n"
	"  flush                   forget the learned keys and the judged messages\n"
	"  reload                  read the configuration again, and the keys of a signer\n"
	"  status                  print the state and the main counters\n"
	"\n" HELP_CONFIG "  -j, --json              print JSON\n"
	"\n"
	"Only root may send commands.\n"
	"Exit codes: 0 success; 1 failure; 2 the command line or the configuration is\n"
	"wrong; 3 no daemon is running; 4 status: the rules are not in force, so DNS\n"
	"may pass unjudged.\n",
	run_ctl };
