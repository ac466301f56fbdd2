/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/keeper_ask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/advice.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/time_words.h"

#define KEEPER_WAIT_S  90    /* it makes one turn of one zone at most before it listens */
#define LATER_WAIT_MS  40000 /* a turn waits for its vault for half a minute at most */
#define LATER_PAUSE_MS 100
#define PAGES_MAX      10000 /* of one list */

static enum exit_code say_no_keeper(const char *path, int error)
{
	if (error == -EACCES || error == -EPERM) {
		log_error("permission denied: only root, the user of the keeper and members of "
		          "keeper.group may ask the keeper at %s",
		        path);
		return EXIT_NO;
	}
	if (error == -ENOENT || error == -ECONNREFUSED)
		log_error(
		        "no keeper runs at %s: start it with `systemctl start "
		        "sealgate-keeper%s`, or see with `journalctl -u sealgate-keeper%s` why it "
		        "ended",
		        path, advice_unit(), advice_unit());
	else if (error == -ETIMEDOUT)
		log_error("the keeper at %s did not answer within %d seconds: it waits for its "
		          "vault, or for servers; an order may still be taken, see `sealgate keys "
		          "status%s`",
		        path, KEEPER_WAIT_S, advice_options());
	else
		log_error("the keeper at %s does not answer: %s", path, strerror(-error));
	return EXIT_UNREACHABLE;
}

/* A refusal has a reason, and is no list. Takes the answer. */
static struct control_answer *check_answer(struct control_answer *answer, enum exit_code *code)
{
	enum control_code said = control_answer_code(answer);
	const char *why = control_answer_error(answer);
	struct complaint retold;

	*code = said == CONTROL_FINE ? EXIT_FINE : said == CONTROL_USAGE ? EXIT_USAGE : EXIT_NO;
	if (*code == EXIT_FINE)
		return answer;
	time_words_retell(
	        why ? why : "the keeper refuses, and does not say why", clock_wall_s(), &retold);
	log_error("%s", retold.text);
	control_answer_free(answer);
	return NULL;
}

/* An order meets a turn of its zone now and then, which is over in a moment if the vault
 * answers. */
static struct control_answer *ask_until_free(const char *path, const char *request, int *error)
{
	uint64_t end_ms = clock_monotonic_ms() + LATER_WAIT_MS;

	for (;;) {
		struct control_answer *answer =
		        control_ask_patiently(path, request, KEEPER_WAIT_S, error);
		if (!answer || control_answer_code(answer) != CONTROL_LATER ||
		        clock_monotonic_ms() >= end_ms)
			return answer;
		control_answer_free(answer);
		nanosleep(&(struct timespec){ .tv_nsec = LATER_PAUSE_MS * 1000000 }, NULL);
	}
}

static struct control_answer *ask_once(const char *path, const char *request, enum exit_code *code)
{
	int error = 0;
	struct control_answer *answer = ask_until_free(path, request, &error);

	if (answer)
		return check_answer(answer, code);
	*code = say_no_keeper(path, error);
	return NULL;
}

/* Gets the rest of a list. Returns false after logging why. */
static bool ask_rest(
        struct control_answer *answer, const char *path, const char *request, enum exit_code *code)
{
	long from = 0, more;

	for (unsigned n = 0; (more = control_answer_number(answer, "more")) > from; n++) {
		char next[CONTROL_REQUEST_MAX];
		struct control_answer *rest = NULL;
		from = more;
		snprintf(next, sizeof(next), "%s %ld", request, from);
		if (n < PAGES_MAX)
			rest = ask_once(path, next, code);
		if (!rest)
			return false;
		control_answer_join(answer, rest);
		control_answer_free(rest);
	}
	return true;
}

struct control_answer *keeper_ask(
        const struct options *o, const char *request, enum exit_code *code)
{
	struct control_answer *answer = NULL;
	char path[CONFIG_PATH_MAX];
	struct config c;

	*code = EXIT_USAGE;
	if (!options_load_config(o, &c))
		return NULL;
	strcpy(path, c.keeper_control_socket);
	config_fini(&c);
	*code = EXIT_UNREACHABLE;
	if (control_is_built())
		answer = ask_once(path, request, code);
	else
		log_error("keys: this build lacks jansson, and cannot ask the keeper");
	if (answer && !ask_rest(answer, path, request, code)) {
		control_answer_free(answer);
		return NULL;
	}
	return answer;
}
