/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netfilter/notrack.h"

#include <string.h>

#include "netfilter/rule_words.h"

#define JUMPS_MAX 3 /* from chain to chain that are followed */

struct text_line {
	const char *text;
	int len; /* without the newline */
};

static bool notrack_next_line(const char **at, struct text_line *line)
{
	if (**at == '\0')
		return false;
	*line = (struct text_line){ *at, (int)strcspn(*at, "\n") };
	*at += line->len + ((*at)[line->len] == '\n');
	return true;
}

static bool has_word(const struct rule_words *words, const char *text)
{
	for (unsigned i = 0; i < words->count; i++) {
		if (rule_word_is(words, i, text))
			return true;
	}
	return false;
}

static const char *word_begin(const struct rule_word *word)
{
	return word->text - word->is_quoted;
}

static bool is_loopback_interface(const struct rule_word *word)
{
	return word->len == 2 && strncmp(word->text, "lo", 2) == 0;
}

/* ---- iptables-save ---- */

static bool option_sees_queries(const struct rule_words *words, unsigned i)
{
	static const struct {
		const char *option;
		enum rule_side side;
	} ports[] = {
		{ "--dport", RULE_TO },
		{ "--dports", RULE_TO },
		{ "--sport", RULE_FROM },
		{ "--sports", RULE_FROM },
		{ "--ports", RULE_EITHER },
	};
	bool is_negated = i > 0 && rule_word_is(words, i - 1, "!");
	const struct rule_word *value = &words->at[i + 1];

	if (rule_word_is(words, i, "-p"))
		return rule_protocol_has_tcp(value, is_negated);
	if (rule_word_is(words, i, "-i") || rule_word_is(words, i, "-o"))
		return is_negated || !is_loopback_interface(value);
	for (unsigned p = 0; p < sizeof(ports) / sizeof(ports[0]); p++) {
		if (rule_word_is(words, i, ports[p].option))
			return rule_ports_have_query(value, ports[p].side, is_negated);
	}
	return true;
}

static bool rule_sees_queries(const struct rule_words *words)
{
	for (unsigned i = 2; i + 1 < words->count; i++) {
		if (!option_sees_queries(words, i))
			return false;
	}
	return true;
}

/* Splits a line "-A CHAIN ...". Returns false for another line. */
static bool split_rule(const struct text_line *line, struct rule_words *words)
{
	if (strncmp(line->text, "-A ", 3) != 0)
		return false;
	rule_split(line->text, line->len, words);
	return words->count > 2;
}

static bool jumps_to(const struct rule_words *words, const struct rule_word *chain)
{
	for (unsigned i = 2; i + 1 < words->count; i++) {
		const struct rule_word *to = &words->at[i + 1];
		if ((rule_word_is(words, i, "-j") || rule_word_is(words, i, "-g")) &&
		        to->len == chain->len &&
		        strncmp(to->text, chain->text, (size_t)to->len) == 0)
			return true;
	}
	return false;
}

/* Returns from where queries come to the chain, by the lines of its table. */
static unsigned hooks_of_chain(
        const char *table, const struct rule_words *in, unsigned chain, unsigned jumps)
{
	unsigned hooks = NOTRACK_NOWHERE;
	struct rule_words words;
	struct text_line line;

	if (rule_word_is(in, chain, "PREROUTING"))
		return NOTRACK_PREROUTING;
	if (rule_word_is(in, chain, "OUTPUT"))
		return NOTRACK_OUTPUT;
	for (const char *at = table; jumps > 0 && notrack_next_line(&at, &line) &&
	                             strncmp(line.text, "COMMIT", strlen("COMMIT")) != 0;) {
		if (split_rule(&line, &words) && jumps_to(&words, &in->at[chain]) &&
		        rule_sees_queries(&words))
			hooks |= hooks_of_chain(table, &words, 1, jumps - 1);
	}
	return hooks;
}

void notrack_in_save(const char *save, notrack_found *found, void *context)
{
	struct text_line line, table = { "", 0 };
	const char *lines = save;
	struct rule_words words;

	while (notrack_next_line(&save, &line)) {
		if (line.text[0] == '*') {
			table = (struct text_line){ line.text + 1, line.len - 1 };
			lines = save;
		}
		if (!split_rule(&line, &words) ||
		        !(has_word(&words, "--notrack") || has_word(&words, "NOTRACK")) ||
		        !rule_sees_queries(&words))
			continue;
		const char *rule = word_begin(&words.at[2]);
		struct notrack n = { .hooks = hooks_of_chain(lines, &words, 1, JUMPS_MAX),
			.table = table.text,
			.table_len = table.len,
			.chain = words.at[1].text,
			.chain_len = words.at[1].len,
			.rule = rule,
			.rule_len = (int)(line.text + line.len - rule) };
		if (n.hooks != NOTRACK_NOWHERE)
			found(context, &n);
	}
}

/* ---- nft list ruleset ---- */

static bool expression_sees_queries(const struct rule_words *words, unsigned i)
{
	bool is_negated = rule_word_is(words, i + 1, "!=");
	unsigned v = i + 1 + is_negated;
	bool is_port = rule_word_is(words, i, "dport") || rule_word_is(words, i, "sport");

	if (v >= words->count)
		return true;
	if (rule_word_is(words, i, "l4proto") || rule_word_is(words, i, "protocol") ||
	        rule_word_is(words, i, "nexthdr"))
		return rule_protocol_has_tcp(&words->at[v], is_negated);
	if (rule_word_is(words, i, "iifname") || rule_word_is(words, i, "oifname") ||
	        rule_word_is(words, i, "iif") || rule_word_is(words, i, "oif"))
		return is_negated || !is_loopback_interface(&words->at[v]);
	/* "udp dport" sees no TCP; "th dport" does */
	if (is_port && i > 0 && !rule_word_is(words, i - 1, "th") &&
	        !rule_word_is(words, i - 1, "tcp"))
		return false;
	return !is_port ||
	       rule_ports_have_query(&words->at[v],
	               rule_word_is(words, i, "dport") ? RULE_TO : RULE_FROM, is_negated);
}

static bool statement_sees_queries(const struct rule_words *words)
{
	for (unsigned i = 0; i < words->count; i++) {
		if (!expression_sees_queries(words, i))
			return false;
	}
	return true;
}

/* Takes the name out of "table inet t {" or "chain c {". Leaves it for another line. */
static bool take_heading(const struct rule_words *words, const char *what, struct text_line *name)
{
	unsigned last = words->count - 1;

	if (words->count < 3 || !rule_word_is(words, 0, what) || words->at[last].text[0] != '{')
		return false;
	const char *begin = words->at[1].text, *end = words->at[last].text;
	while (end > begin && end[-1] == ' ')
		end--;
	*name = (struct text_line){ begin, (int)(end - begin) };
	return true;
}

/* Takes the hook out of "type filter hook output priority raw; policy accept;". */
static void take_hook(const struct rule_words *words, unsigned *hooks)
{
	for (unsigned i = 0; i + 1 < words->count; i++) {
		if (!rule_word_is(words, i, "hook"))
			continue;
		*hooks = rule_word_is(words, i + 1, "prerouting") ? NOTRACK_PREROUTING
		         : rule_word_is(words, i + 1, "output")   ? NOTRACK_OUTPUT
		                                                  : NOTRACK_NOWHERE;
	}
}

/* A chain without a hook gets its packets from other chains. Which ones is not looked for. */
void notrack_in_ruleset(const char *ruleset, notrack_found *found, void *context)
{
	struct text_line line, table = { "", 0 }, chain = { "", 0 };
	unsigned hooks = NOTRACK_NOWHERE;
	struct rule_words words;

	while (notrack_next_line(&ruleset, &line)) {
		rule_split(line.text, line.len, &words);
		if (words.count == 0)
			continue;
		take_heading(&words, "table", &table);
		if (take_heading(&words, "chain", &chain))
			hooks = NOTRACK_PREROUTING | NOTRACK_OUTPUT;
		if (rule_word_is(&words, 0, "type"))
			take_hook(&words, &hooks);
		if (!has_word(&words, "notrack") || !statement_sees_queries(&words))
			continue;
		const char *rule = word_begin(&words.at[0]);
		struct notrack n = { .hooks = hooks,
			.table = table.text,
			.table_len = table.len,
			.chain = chain.text,
			.chain_len = chain.len,
			.rule = rule,
			.rule_len = (int)(line.text + line.len - rule) };
		found(context, &n);
	}
}
