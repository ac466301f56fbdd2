/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/ctl_kept.h"

#include <errno.h>

static bool has_kept_zones(const struct config *c)
{
	for (unsigned i = 0; i < c->sign_zones.count; i++) {
		if (c->sign_zones.items[i].is_kept)
			return true;
	}
	return false;
}

/* Several gateways share one keeper, so its absence is no fault. */
static const char *absence_text(int error)
{
	if (error == -ENOENT || error == -ECONNREFUSED)
		return "does not run on this machine";
	if (error == -EACCES || error == -EPERM)
		return "permission denied: only root, its user and members of keeper.group may ask "
		       "it";
	return "does not answer: it may wait for its vault, or for servers";
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
		control_answer_append_text(answer, "keeper", absence_text(error));
	}
	control_answer_free(words);
}
