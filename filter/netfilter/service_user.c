/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/advice.h"
#include "netfilter/service_user.h"

#include <libgen.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

uint32_t service_user(const struct config *c)
{
	const struct passwd *user = getpwnam(c->user_name);
	char path[CONFIG_PATH_MAX];
	struct stat st;

	if (user)
		return user->pw_uid;
	strcpy(path, c->control_socket);
	return stat(dirname(path), &st) < 0 ? 0 : st.st_uid;
}

gid_t service_group(const struct config *c)
{
	const struct passwd *user = getpwuid(service_user(c));

	return user ? user->pw_gid : 0;
}

void service_user_check(const struct config *c)
{
	uint32_t known = service_user(c);

	if (geteuid() != known)
		log_error("sealgate runs as user %u, but the rules know sealgate by user %u "
		          "(`user` in "
		          "the configuration, or the owner of the directory of control_socket): no "
		          "keys can be fetched, because the "
		          "rules treat sealgate's own queries like those of clients. Set "
		          "`user`, and run `sealgate rules apply%s` again",
		        geteuid(), known, advice_options());
}
