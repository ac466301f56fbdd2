/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netfilter/conflicts.h"

#include <limits.h>
#include <string.h>

#include <glob.h>

#include "base/process.h"
#include "netfilter/notrack.h"

#define SENTENCE_MAX 1024

struct conflict_look {
	unsigned hooks; /* where our rules redirect connections: bits of enum notrack_hook */
	conflict_say *say;
	void *context;
	const char *iptables; /* the program that would delete the rule; NULL: nft */
	bool has_said_by_nft; /* something was said of iptables-nft, whose rules nft lists too */
};

/* On a gateway connections are not redirected, but diverted (TPROXY), which needs no tracking. */
static unsigned hooks_of_relay(const struct config *c)
{
	if (c->tcp != TCP_RELAY)
		return NOTRACK_NOWHERE;
	switch (c->role) {
	case ROLE_HOST:
	case ROLE_BOTH:
		return NOTRACK_OUTPUT;
	case ROLE_BRIDGE:
		return NOTRACK_PREROUTING;
	default:
		return NOTRACK_NOWHERE;
	}
}

/* True for a table of iptables-nft in nft's list. */
static bool is_of_iptables(const struct notrack *found)
{
	return (found->table_len == 6 && strncmp(found->table, "ip raw", 6) == 0) ||
	       (found->table_len == 7 && strncmp(found->table, "ip6 raw", 7) == 0);
}

static void say_notrack(void *context, const struct notrack *found)
{
	static const char said[] = "this rule excludes DNS over TCP from connection tracking, so "
	                           "it cannot be redirected to the relay, and is refused";
	struct conflict_look *l = context;
	char sentence[SENTENCE_MAX];

	if (!(found->hooks & l->hooks) ||
	        (!l->iptables && l->has_said_by_nft && is_of_iptables(found)))
		return;
	if (l->iptables)
		snprintf(sentence, sizeof(sentence),
		        "%s: %.*s. Except port 53 from it, or delete it: %s -t %.*s -D %.*s %.*s",
		        said, found->rule_len, found->rule, l->iptables, found->table_len,
		        found->table, found->chain_len, found->chain, found->rule_len, found->rule);
	else
		snprintf(sentence, sizeof(sentence),
		        "%s: %.*s. Except port 53 from it, or delete it; it is in chain %.*s of "
		        "the nft table %.*s",
		        said, found->rule_len, found->rule, found->chain_len, found->chain,
		        found->table_len, found->table);
	l->has_said_by_nft = l->has_said_by_nft || (l->iptables && strstr(l->iptables, "-nft"));
	l->say(l->context, sentence);
}

/* Returns true with the output of the program; false if it is not installed or fails. */
static bool output_of(const char *const argv[], struct process *p)
{
	if (process_run(p, argv, NULL) != 0)
		return false;
	if (p->status == 0)
		return true;
	process_fini(p);
	return false;
}

static void look_in_saves(struct conflict_look *l)
{
	static const struct {
		const char *save, *iptables;
	} programs[] = {
		{ "iptables-nft-save", "iptables-nft" },
		{ "ip6tables-nft-save", "ip6tables-nft" },
		{ "iptables-legacy-save", "iptables-legacy" },
		{ "ip6tables-legacy-save", "ip6tables-legacy" },
	};
	struct process p;

	for (unsigned i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		const char *const argv[] = { programs[i].save, NULL };
		l->iptables = programs[i].iptables;
		if (!output_of(argv, &p))
			continue;
		notrack_in_save(p.out, say_notrack, l);
		process_fini(&p);
	}
}

static void look_in_ruleset(struct conflict_look *l)
{
	static const char *const list[] = { "nft", "list", "ruleset", NULL };
	struct process p;

	l->iptables = NULL;
	if (!output_of(list, &p))
		return;
	notrack_in_ruleset(p.out, say_notrack, l);
	process_fini(&p);
}

void conflicts_in_rules(const struct config *c, conflict_say *say, void *context)
{
	struct conflict_look l = { .hooks = hooks_of_relay(c), .say = say, .context = context };

	if (l.hooks == NOTRACK_NOWHERE)
		return;
	look_in_saves(&l);
	look_in_ruleset(&l);
}

static bool is_set_to_one(const char *path)
{
	FILE *f = fopen(path, "re");
	int first = f ? fgetc(f) : EOF;

	if (f)
		fclose(f);
	return first != EOF && first != '0';
}

/* Packets of a server to the relay have its mark, which leads to a route to this machine. With this
 * setting the kernel looks for the way back to the server by the mark, too, and finds that route:
 * so it takes the server's address for one of its own, and drops the packet. WireGuard's wg-quick
 * switches it on for all interfaces. IPv6 has no such setting. */
static void look_for_src_valid_mark(
        const struct config *c, const char *root, conflict_say *say, void *context)
{
	static const char conf[] = "/proc/sys/net/ipv4/conf/";
	char pattern[PATH_MAX], sentence[SENTENCE_MAX];
	glob_t found;
	size_t i = 0;

	snprintf(pattern, sizeof(pattern), "%s%s*/src_valid_mark", root, conf);
	if (glob(pattern, 0, NULL, &found) != 0)
		return;
	while (i < found.gl_pathc && !is_set_to_one(found.gl_pathv[i]))
		i++;
	if (i < found.gl_pathc) {
		const char *name = found.gl_pathv[i] + strlen(root) + strlen(conf);
		snprintf(sentence, sizeof(sentence),
		        "net.ipv4.conf.%.*s.src_valid_mark is 1 (wg-quick sets it), so the kernel "
		        "drops what servers send to the relay, and DNS over TCP gets no answer. "
		        "Except the relay's packets: ip rule add iif lo fwmark 0x%x/0x%x lookup "
		        "main",
		        (int)strcspn(name, "/"), name, c->mark_relay, c->mark_mask);
		say(context, sentence);
	}
	globfree(&found);
}

static bool exists(const char *root, const char *pattern)
{
	char path[PATH_MAX];
	glob_t found;

	snprintf(path, sizeof(path), "%s%s", root, pattern);
	bool is_there = glob(path, 0, NULL, &found) == 0;
	globfree(&found);
	return is_there;
}

/* If bridged packets meet the rules while they are still in the bridge, TPROXY gives them to the
 * relay there, and the bridge takes them away from it again. The client's connection gets no
 * answer. */
static void look_for_bridged(const char *root, conflict_say *say, void *context)
{
	static const char *const switches[] = { "bridge-nf-call-iptables",
		"bridge-nf-call-ip6tables" };
	char path[PATH_MAX], sentence[SENTENCE_MAX];

	if (!exists(root, "/sys/class/net/*/bridge"))
		return;
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
		snprintf(path, sizeof(path), "%s/proc/sys/net/bridge/%s", root, switches[i]);
		if (!is_set_to_one(path))
			continue;
		snprintf(sentence, sizeof(sentence),
		        "net.bridge.%s is 1 (docker and Kubernetes set it), so DNS over TCP that "
		        "comes "
		        "in by a bridge does not reach the relay, and gets no answer. Set it to 0, "
		        "or "
		        "tcp = \"refuse\"",
		        switches[i]);
		say(context, sentence);
		return;
	}
}

void conflicts_in_settings(
        const struct config *c, const char *root, conflict_say *say, void *context)
{
	if (c->tcp != TCP_RELAY || !config_forwards(c))
		return;
	look_for_src_valid_mark(c, root, say, context);
	look_for_bridged(root, say, context);
}
