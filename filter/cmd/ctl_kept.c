/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/ctl_kept.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/advice.h"

#define PAGES_MAX 10000 /* of one list */

static bool has_kept_zones(const struct config *c)
{
	for (unsigned i = 0; i < c->sign_zones.count; i++) {
		if (c->sign_zones.items[i].is_kept)
			return true;
	}
	return false;
}

/* On a gateway that gets the timelines from another machine, nobody makes the keeper's
 * directory. */
static bool is_keepers_machine(const struct config *c)
{
	return access(c->keeper_directory, F_OK) == 0;
}

/* Several gateways share one keeper, so its absence is no fault. On its own machine it is: there is
 * the socket of one that crashed, or, since systemd removes that one, the directory with its
 * state. */
static void tell_absence(const struct config *c, int error, struct complaint *text)
{
	bool is_absent = error == -ENOENT || error == -ECONNREFUSED;

	if (error == -ECONNREFUSED || (is_absent && is_keepers_machine(c)))
		complaint_set(text,
		        "has ended, or was not started: see `systemctl status sealgate-keeper%s`",
		        advice_unit());
	else if (is_absent)
		complaint_set(text, "does not run on this machine");
	else if (error == -EACCES || error == -EPERM)
		complaint_set(text, "permission denied: only root, its user and members of "
		                    "keeper.group may ask it");
	else
		complaint_set(text, "does not answer: it may wait for its vault, or for servers");
}

/* A directory of zones is not read for this: its zones may be kept. */
static bool may_have_kept_zones(const struct config *c)
{
	return has_kept_zones(c) || c->sign_zones_directory[0];
}

void ctl_kept_append(const struct config *c, struct control_answer *answer)
{
	int error = 0;

	if (!may_have_kept_zones(c))
		return;
	struct control_answer *words = control_ask(c->keeper_control_socket, "words", &error);
	if (words && control_answer_code(words) == CONTROL_FINE) {
		control_answer_append_text(answer, "keeper", "runs");
		control_answer_append(answer, words);
	} else if (words) {
		control_answer_append_text(answer, "keeper", control_answer_error(words));
	} else if (has_kept_zones(c)) {
		struct complaint absence;
		tell_absence(c, error, &absence);
		control_answer_append_text(answer, "keeper", absence.text);
	}
	control_answer_free(words);
}

/* Returns NULL unless the keeper has answered. */
static struct control_answer *ask_keeper(const struct config *c, const char *request, int *error)
{
	struct control_answer *answer = control_ask(c->keeper_control_socket, request, error);

	if (answer && control_answer_code(answer) == CONTROL_FINE)
		return answer;
	control_answer_free(answer);
	return NULL;
}

/* Returns false if the list stays without its end. */
static bool join_rest(const struct config *c, struct control_answer *zones, int *error)
{
	long from = 0, more;

	for (unsigned n = 0; (more = control_answer_number(zones, "more")) > from; n++) {
		char request[CONTROL_REQUEST_MAX];
		from = more;
		snprintf(request, sizeof(request), "zones %ld", from);
		struct control_answer *rest = n < PAGES_MAX ? ask_keeper(c, request, error) : NULL;
		if (!rest)
			return false;
		control_answer_join(zones, rest);
		control_answer_free(rest);
	}
	return true;
}

struct control_answer *ctl_kept_zones(const struct config *c, bool *is_missed)
{
	int error = 0;

	*is_missed = false;
	if (!may_have_kept_zones(c))
		return NULL;
	struct control_answer *zones = ask_keeper(c, "zones", &error);
	if (zones && join_rest(c, zones, &error))
		return zones;
	/* who may not ask it does not know whether it is well */
	*is_missed = is_keepers_machine(c) && error != 0 && error != -EACCES && error != -EPERM;
	control_answer_free(zones);
	return NULL;
}
