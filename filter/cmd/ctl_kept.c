/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/ctl_kept.h"

#include <errno.h>
#include <unistd.h>

#include "base/advice.h"

static bool has_kept_zones(const struct config *c)
{
	for (unsigned i = 0; i < c->sign_zones.count; i++) {
		if (c->sign_zones.items[i].is_kept)
			return true;
	}
	return false;
}

/* Several gateways share one keeper, so its absence is no fault. On its own machine it is: there is the socket of one that
 * crashed, or, since systemd removes that one, the directory with its state. */
static void tell_absence(const struct config *c, int error, struct complaint *text)
{
	bool is_absent = error == -ENOENT || error == -ECONNREFUSED;

	if (error == -ECONNREFUSED || (is_absent && access(c->keeper_directory, F_OK) == 0))
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
