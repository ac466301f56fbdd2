/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netfilter/br_netfilter.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include <glob.h>

#include "base/complaint.h"

#define SWITCHES "/proc/sys/net/bridge/"

/* The switch for all bridges, the switch of one bridge, and a file that exists if the machine has
 * the family (NULL: always). */
static const struct bridge_switch {
	const char *name, *of_bridge, *present;
} families[] = {
	{ "bridge-nf-call-iptables", "nf_call_iptables", NULL },
	{ "bridge-nf-call-ip6tables", "nf_call_ip6tables", "/proc/net/if_inet6" },
};
enum { FAMILIES = sizeof(families) / sizeof(families[0]) };

static bool is_there(const char *root, const char *path)
{
	char whole[PATH_MAX];

	snprintf(whole, sizeof(whole), "%s%s", root, path);
	return access(whole, F_OK) == 0;
}

static bool is_on(const char *path)
{
	FILE *f = fopen(path, "re");
	int first = f ? fgetc(f) : EOF;

	if (f)
		fclose(f);
	return first != EOF && first != '0';
}

static bool is_switched_on(const char *root, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s" SWITCHES "%s", root, name);
	return is_on(path);
}

/* If the switch for all bridges is off, each bridge may have its own. True if there is a bridge,
 * and every bridge has it on. */
static bool each_bridge_has(const char *root, const char *name)
{
	char pattern[PATH_MAX];
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s/sys/class/net/*/bridge/%s", root, name);
	bool all = glob(pattern, 0, NULL, &found) == 0;
	for (size_t i = 0; all && i < found.gl_pathc; i++)
		all = is_on(found.gl_pathv[i]);
	globfree(&found);
	return all;
}

bool br_netfilter_sees(const char *root, struct complaint *why)
{
	if (!is_there(root, SWITCHES)) {
		complaint_set(why,
		        "bridged packets pass unjudged: br_netfilter is not loaded (run `modprobe "
		        "br_netfilter`)");
		return false;
	}
	for (int i = 0; i < FAMILIES; i++) {
		const struct bridge_switch *f = &families[i];

		if (f->present && !is_there(root, f->present))
			continue;
		if (is_switched_on(root, f->name) || each_bridge_has(root, f->of_bridge))
			continue;
		complaint_set(why,
		        "bridged packets pass unjudged: net.bridge.%s is 0 (run `sysctl -w "
		        "net.bridge.%s=1`, and add it to /etc/sysctl.d)",
		        f->name, f->name);
		return false;
	}
	return true;
}

bool br_netfilter_sees_inside(const char *root, struct complaint *why)
{
	bool vlan = is_switched_on(root, "bridge-nf-filter-vlan-tagged");
	bool pppoe = is_switched_on(root, "bridge-nf-filter-pppoe-tagged");

	if (vlan && pppoe)
		return true;
	complaint_set(why,
	        "bridged packets%s%s%s pass unjudged: net.bridge.bridge-nf-filter-%s-tagged is 0",
	        vlan ? "" : " with a VLAN tag", vlan || pppoe ? "" : " or",
	        pppoe ? "" : " in PPPoE", vlan ? "pppoe" : "vlan");
	return false;
}
