/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netfilter/iptables_save.h"

#include <string.h>

#include "netfilter/rule_names.h"

struct line {
	const char *text;
	int len; /* without the newline */
};

enum line_kind {
	LINE_OTHER, /* the operator's, or none of the following */
	LINE_CHAIN, /* ":SEALGATE_IN - [0:0]" */
	LINE_RULE,  /* "-A SEALGATE_IN ..." */
	LINE_JUMP,  /* "-A INPUT ... -j SEALGATE_IN" */
};

/* Takes the line at `*at`, and moves `*at` to the next one. False at the end of the text. */
static bool save_next_line(const char **at, struct line *line)
{
	if (**at == '\0')
		return false;
	*line = (struct line){ *at, (int)strcspn(*at, "\n") };
	*at += line->len + ((*at)[line->len] == '\n');
	return true;
}

static bool starts_with(const struct line *line, const char *prefix)
{
	return strncmp(line->text, prefix, strlen(prefix)) == 0;
}

static bool is_line(const struct line *line, const char *text)
{
	return strlen(text) == (size_t)line->len && starts_with(line, text);
}

/* True if `before` and then the name of one of our chains stand at `at`. */
static bool is_saved_by_us(const struct saved *s, const char *at, const char *before)
{
	size_t len = strlen(before);

	return strncmp(at, before, len) == 0 &&
	       strncmp(at + len, s->chains, strlen(s->chains)) == 0;
}

/* Returns what follows "-j " in the line, or NULL. */
static const char *target_of(const struct line *line)
{
	static const char jump[] = " -j ";
	const char *at = memmem(line->text, (size_t)line->len, jump, strlen(jump));

	return at ? at + strlen(jump) : NULL;
}

static enum line_kind kind_of(const struct saved *s, const struct line *line)
{
	const char *target = starts_with(line, "-A ") ? target_of(line) : NULL;

	if (is_saved_by_us(s, line->text, ":"))
		return LINE_CHAIN;
	if (is_saved_by_us(s, line->text, "-A "))
		return LINE_RULE;
	return target && is_saved_by_us(s, target, "") ? LINE_JUMP : LINE_OTHER;
}

/* Returns where the lines of the table start, or the end of the text. */
static const char *find_table(const char *save, const char *table)
{
	struct line line;

	while (save_next_line(&save, &line)) {
		if (line.text[0] == '*' && strlen(table) + 1 == (size_t)line.len &&
		        strncmp(line.text + 1, table, strlen(table)) == 0)
			break;
	}
	return save;
}

/* Takes the next line of this kind. False at the end of the table. */
static bool next_of_kind(
        const struct saved *s, const char **at, enum line_kind kind, struct line *line)
{
	while (save_next_line(at, line) && !is_line(line, "COMMIT")) {
		if (kind_of(s, line) == kind)
			return true;
	}
	return false;
}

bool saved_has(struct saved s, const char *table)
{
	for (enum line_kind kind = LINE_CHAIN; kind <= LINE_JUMP; kind++) {
		const char *at = find_table(s.text, table);
		struct line line;
		if (next_of_kind(&s, &at, kind, &line))
			return true;
	}
	return false;
}

bool saved_has_chain(const char *save, const char *table, const char *chain)
{
	const char *at = find_table(save, table);
	char instance[CONFIG_INSTANCE_MAX + 1];
	struct line line;

	while (save_next_line(&at, &line) && !is_line(&line, "COMMIT")) {
		size_t len = strcspn(line.text, " \n");
		const char *name = line.text[0] == ':'
		                           ? rule_names_split(line.text + 1, len - 1, instance)
		                           : NULL;
		if (name && (size_t)(line.text + len - name) == strlen(chain) &&
		        strncmp(name, chain, strlen(chain)) == 0)
			return true;
	}
	return false;
}

/* True if the table of `text` has the chain of this line. */
static bool has_same_chain(const char *text, const char *table, const struct line *chain)
{
	const char *at = find_table(text, table);
	size_t len = strcspn(chain->text, " \n");
	struct line line;

	while (save_next_line(&at, &line) && !is_line(&line, "COMMIT")) {
		if (strcspn(line.text, " \n") == len && strncmp(line.text, chain->text, len) == 0)
			return true;
	}
	return false;
}

/* Writes each line of this kind, with `before` in place of its "-A " or ":". Of the line of a
 * chain only the name is kept. Lines of chains that `but` has in this table are left out. */
static void write_kind_but(const struct saved *s, const char *table, enum line_kind kind,
        const char *before, const char *but, FILE *out)
{
	const char *at = find_table(s->text, table);
	const int skip = kind == LINE_CHAIN ? 1 : 3; /* ":" or "-A " */
	struct line line;

	while (next_of_kind(s, &at, kind, &line)) {
		int len = kind == LINE_CHAIN ? (int)strcspn(line.text, " \n") : line.len;
		if (kind == LINE_CHAIN && has_same_chain(but, table, &line))
			continue;
		fprintf(out, "%s%.*s", before, len - skip, line.text + skip);
		fputs(kind == LINE_CHAIN && before[0] == ':' ? " - [0:0]\n" : "\n", out);
	}
}

static void write_kind(const struct saved *s, const char *table, enum line_kind kind,
        const char *before, FILE *out)
{
	write_kind_but(s, table, kind, before, "", out);
}

void saved_write_removal(struct saved s, const char *table, const char *next, FILE *out)
{
	write_kind(&s, table, LINE_JUMP, "-D ", out);
	write_kind(&s, table, LINE_CHAIN, "-F ", out);
	write_kind_but(&s, table, LINE_CHAIN, "-X ", next, out);
}

static void write_jumps(const struct saved *s, const char *table, const char *now, FILE *out)
{
	const struct saved there = { now, s->chains };
	const char *at = find_table(s->text, table);
	struct line line;

	while (next_of_kind(s, &at, LINE_JUMP, &line)) {
		const char *chain = line.text + strlen("-A ");
		size_t len = strcspn(chain, " \n");
		unsigned place = saved_place(there, table, chain, len);
		fprintf(out, "-I %.*s", (int)len, chain);
		if (place > 1)
			fprintf(out, " %u", place);
		fprintf(out, "%.*s\n", (int)(line.text + line.len - chain - len), chain + len);
	}
}

void saved_write_again(struct saved s, const char *table, const char *now, FILE *out)
{
	write_kind(&s, table, LINE_CHAIN, ":", out);
	write_kind(&s, table, LINE_RULE, "-A ", out);
	write_jumps(&s, table, now, out);
}

/* True for a jump to a chain of an instance that has a name. */
static bool is_jump_to_named(const struct line *line)
{
	char instance[CONFIG_INSTANCE_MAX + 1];
	const char *target = target_of(line);

	return target && rule_names_split(target, strcspn(target, " \n"), instance) && instance[0];
}

unsigned saved_place(struct saved s, const char *table, const char *chain, size_t len)
{
	const bool is_named = strcmp(s.chains, RULE_NAMES_ALL "_") != 0;
	const char *at = find_table(s.text, table);
	unsigned rules = 0, place = 1;
	struct line line;

	while (!is_named && save_next_line(&at, &line) && !is_line(&line, "COMMIT")) {
		if (!starts_with(&line, "-A ") || strncmp(line.text + 3, chain, len) != 0 ||
		        line.text[3 + len] != ' ' || kind_of(&s, &line) == LINE_JUMP)
			continue;
		rules++;
		if (is_jump_to_named(&line))
			place = rules + 1;
	}
	return place;
}
