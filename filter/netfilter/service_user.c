/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netfilter/service_user.h"

#include <libgen.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

uint32_t user_of_service(const struct config *c)
{
	char path[CONFIG_PATH_MAX];
	struct stat st;

	strcpy(path, c->control_socket);
	return stat(dirname(path), &st) < 0 ? 0 : st.st_uid;
}

void user_check(const struct config *c)
{
	uint32_t known = user_of_service(c);

	if (geteuid() != 0 && geteuid() != known)
		log_error(
		        "this is user %u, but the rules know sealgate by user %u, whom the "
		        "directory of control_socket belongs to: its own questions will be judged "
		        "as others' are, so no keys can be had. Give this user the directory, and "
		        "apply the rules again",
		        geteuid(), known);
}
