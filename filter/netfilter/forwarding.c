/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netfilter/forwarding.h"

#include <glob.h>
#include <limits.h>
#include <stdio.h>

/* The switch "all" of IPv4 is the sum of nothing: an interface may forward although "all" is 0. */
static const char *const switches[] = {
	"/proc/sys/net/ipv4/conf/*/forwarding",
	"/proc/sys/net/ipv6/conf/*/forwarding",
};

static bool is_one(const char *path)
{
	FILE *f = fopen(path, "re");
	int first = f ? fgetc(f) : EOF;

	if (f)
		fclose(f);
	return first == '1';
}

static bool any_is_one(const char *root, const char *pattern)
{
	char path[PATH_MAX];
	bool any = false;
	glob_t found;

	snprintf(path, sizeof(path), "%s%s", root, pattern);
	if (glob(path, 0, NULL, &found) != 0)
		return false;
	for (size_t i = 0; i < found.gl_pathc && !any; i++)
		any = is_one(found.gl_pathv[i]);
	globfree(&found);
	return any;
}

bool forwarding_is_on(const char *root, struct complaint *why)
{
	if (any_is_one(root, switches[0]) || any_is_one(root, switches[1]))
		return true;
	complaint_set(why,
	        "this machine forwards no packets, so no query of a client comes by: run "
	        "`sysctl -w net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1`, and "
	        "add the lines to /etc/sysctl.d");
	return false;
}
