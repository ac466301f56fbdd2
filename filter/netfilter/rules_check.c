/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netfilter/rules_check.h"

#include <stdio.h>
#include <string.h>

#include "netfilter/rule_names.h"
#include "netfilter/rules_stamp.h"

enum {
	PLACES_MAX = 64, /* more than twice those of any role */
	PLACE_MAX = 80,
	LINE_MAX_OCTETS = 4096, /* more than CONFIG_SERVERS_MAX addresses take */
};

/* Numbers of rules by place. A place is a chain of ours ("security SEALGATE_IN"), or the jumps to
 * it from a chain of the kernel ("security INPUT to SEALGATE_IN"). */
struct tally {
	unsigned count;
	struct place {
		char name[PLACE_MAX];
		unsigned rules;
	} at[PLACES_MAX];
};

static struct place *tally_find(struct tally *t, const char *name)
{
	for (unsigned i = 0; i < t->count; i++) {
		if (strcmp(t->at[i].name, name) == 0)
			return &t->at[i];
	}
	return NULL;
}

static void tally_add(struct tally *t, const char *name, unsigned rules)
{
	struct place *p = tally_find(t, name);

	if (!p && t->count == PLACES_MAX)
		return;
	if (!p) {
		p = &t->at[t->count++];
		snprintf(p->name, sizeof(p->name), "%s", name);
		p->rules = 0;
	}
	p->rules += rules;
}

/* Copies the line at `*at` without the blanks before it, and moves `*at` to the next line. False at
 * the end. */
static bool take_line(const char **at, char line[static LINE_MAX_OCTETS])
{
	size_t len = strcspn(*at, "\n");
	size_t blanks = strspn(*at, "\t ");

	if (**at == '\0')
		return false;
	if (blanks > len)
		blanks = len;
	snprintf(line, LINE_MAX_OCTETS, "%.*s", (int)(len - blanks), *at + blanks);
	*at += len + ((*at)[len] == '\n');
	return true;
}

/* iptables makes a rule of each address of a list: "-s 192.0.2.1,192.0.2.2". */
static unsigned rules_of(const char *rule)
{
	unsigned rules = 1;

	for (const char *at = rule; (at = strpbrk(at, " ")) != NULL;) {
		bool is_list = strncmp(at, " -s ", 4) == 0 || strncmp(at, " -d ", 4) == 0;
		unsigned addresses = 1;

		at += is_list ? 4 : 1;
		if (!is_list)
			continue;
		for (; *at && *at != ' '; at++)
			addresses += *at == ',';
		rules *= addresses;
	}
	return rules;
}

/* Adds a rule: of a chain of ours, or one that jumps to such a chain. */
static void tally_iptables_rule(
        struct tally *t, const struct rule_names *names, const char *table, const char *rule)
{
	char chain[32], name[PLACE_MAX], jump[RULE_NAME_MAX + 8];

	snprintf(jump, sizeof(jump), " -j %s", names->chains);
	const char *target = strstr(rule, jump);

	if (sscanf(rule, "-%*1[AI] %31s", chain) != 1)
		return;
	if (strncmp(chain, names->chains, strlen(names->chains)) == 0)
		snprintf(name, sizeof(name), "%s %s", table, chain);
	else if (target)
		snprintf(name, sizeof(name), "%s %s to %.31s", table, chain,
		        target + strlen(" -j "));
	else
		return;
	tally_add(t, name, rules_of(rule));
}

/* Takes the lines of one family from a text for iptables-restore, or of iptables-save. */
static void tally_iptables(
        struct tally *t, const struct rule_names *names, const char *text, bool is_ipv6)
{
	char line[LINE_MAX_OCTETS], table[16] = "", chain[32], name[PLACE_MAX];

	*t = (struct tally){ 0 };
	while (take_line(&text, line)) {
		const char *rule = line;

		if (strncmp(line, is_ipv6 ? "-4 " : "-6 ", 3) == 0)
			continue;
		if (strncmp(line, is_ipv6 ? "-6 " : "-4 ", 3) == 0)
			rule += 3;
		if (sscanf(line, "*%15s", table) == 1)
			continue;
		if (sscanf(line, ":%31s", chain) != 1) {
			tally_iptables_rule(t, names, table, rule);
		} else if (strncmp(chain, names->chains, strlen(names->chains)) == 0) {
			snprintf(name, sizeof(name), "%s %s", table, chain);
			tally_add(t, name, 0);
		}
	}
}

static bool has_comment(const char *line)
{
	return strstr(line, " comment \"") != NULL;
}

/* True for a line inside a chain that is a rule of ours. In the output of nft -a each rule has a
 * handle at the end of its last line; in our text a rule has one line. A rule with a comment is the
 * operator's. */
static bool is_nft_rule(const char *line, bool is_listed)
{
	if (is_listed)
		return strstr(line, "# handle ") != NULL && !has_comment(line);
	return line[0] != '\0' && line[0] != '#' && strncmp(line, "type ", 5) != 0;
}

/* True if the kernel keeps the table, but calls none of its chains. */
static bool is_dormant(const char *list)
{
	char line[LINE_MAX_OCTETS];

	while (take_line(&list, line)) {
		if (strncmp(line, "flags ", 6) == 0 && strstr(line, "dormant"))
			return true;
	}
	return false;
}

/* Takes the lines of a text for nft -f, or of nft -a list table. */
static void tally_nft(struct tally *t, const char *text, bool is_listed)
{
	char line[LINE_MAX_OCTETS], name[32], chain[32] = "";

	*t = (struct tally){ 0 };
	while (take_line(&text, line)) {
		if (sscanf(line, "chain %31s {", chain) == 1)
			tally_add(t, chain, 0);
		else if (line[0] == '}')
			chain[0] = '\0';
		else if (sscanf(line, "add rule inet %*s %31s", name) == 1 ||
		         sscanf(line, "insert rule inet %*s %31s", name) == 1)
			tally_add(t, name, 1);
		else if (chain[0] && is_nft_rule(line, is_listed))
			tally_add(t, chain, 1);
	}
}

bool rules_check_added(const char *list, struct complaint *what)
{
	char line[LINE_MAX_OCTETS], table[64] = "", chain[32] = "", first[32] = "";
	unsigned count = 0;

	while (take_line(&list, line)) {
		if (sscanf(line, "table inet %63s", table) == 1 ||
		        sscanf(line, "chain %31s {", chain) == 1)
			continue;
		if (line[0] == '}')
			chain[0] = '\0';
		if (!chain[0] || !has_comment(line))
			continue;
		if (count++ == 0)
			strcpy(first, chain);
	}
	if (count > 0)
		complaint_set(what,
		        "the table inet %s has %u rule%s with a comment, in the chain %s%s: the "
		        "operator's, which decide before or after those of sealgate, and go when "
		        "it "
		        "applies its rules again",
		        table, count, count > 1 ? "s" : "", first, count > 1 ? " and others" : "");
	return count > 0;
}

/* True for the chain whose name is a stamp. */
static bool is_stamp(const char *place, const char *prefix)
{
	const char *chain = strrchr(place, ' ');

	chain = chain ? chain + 1 : place;
	return strncmp(chain, prefix, strlen(prefix)) == 0 &&
	       strspn(chain + strlen(prefix), "0123456789ABCDEF") == RULES_STAMP_SIZE - 1;
}

static const char *find_stamp(const struct tally *t, const char *prefix)
{
	for (unsigned i = 0; i < t->count; i++) {
		if (is_stamp(t->at[i].name, prefix))
			return t->at[i].name;
	}
	return NULL;
}

/* Names a place of `wanted` that `found` lacks, or that has another number of rules there. False if
 * there is none. */
static bool find_difference(const struct tally *wanted, struct tally *found, struct complaint *why)
{
	for (unsigned i = 0; i < wanted->count; i++) {
		const struct place *w = &wanted->at[i], *f = tally_find(found, w->name);
		if (f && f->rules == w->rules)
			continue;
		if (f)
			complaint_set(why, "%s has %u rules, not %u", w->name, f->rules, w->rules);
		else
			complaint_set(why, "%s is missing", w->name);
		return true;
	}
	return false;
}

static enum rules_found compare(
        const struct tally *wanted, struct tally *found, const char *prefix, struct complaint *why)
{
	const char *stamp = find_stamp(wanted, prefix), *their_stamp = find_stamp(found, prefix);

	if (found->count == 0) {
		complaint_set(why, "there are none");
		return RULES_NONE;
	}
	if (stamp && their_stamp && strcmp(stamp, their_stamp) != 0) {
		complaint_set(why, "they are of another configuration or version");
		return RULES_ANOTHER;
	}
	return find_difference(wanted, found, why) ? RULES_PARTLY : RULES_WHOLE;
}

enum rules_found rules_check_iptables(const struct config *c, const char *rules, bool is_ipv6,
        const char *save, struct complaint *why)
{
	const struct rule_names names = rule_names_of(c);
	struct tally wanted, found;

	tally_iptables(&wanted, &names, rules, is_ipv6);
	tally_iptables(&found, &names, save, is_ipv6);
	return compare(&wanted, &found, names.chains, why);
}

enum rules_found rules_check_nft(const char *rules, const char *list, struct complaint *why)
{
	struct tally wanted, found;

	if (is_dormant(list)) {
		complaint_set(why, "the table is dormant");
		return RULES_PARTLY;
	}
	tally_nft(&wanted, rules, false);
	tally_nft(&found, list, true);
	return compare(&wanted, &found, RULES_STAMP_NFT, why);
}
