/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netfilter/iptables_save.h"

#include <string.h>

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

static bool line_contains(const struct line *line, const char *text)
{
	return memmem(line->text, (size_t)line->len, text, strlen(text)) != NULL;
}

static enum line_kind kind_of(const struct line *line)
{
	if (starts_with(line, ":" SAVED_PREFIX))
		return LINE_CHAIN;
	if (starts_with(line, "-A " SAVED_PREFIX))
		return LINE_RULE;
	if (starts_with(line, "-A ") && line_contains(line, " -j " SAVED_PREFIX))
		return LINE_JUMP;
	return LINE_OTHER;
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
static bool next_of_kind(const char **at, enum line_kind kind, struct line *line)
{
	while (save_next_line(at, line) && !is_line(line, "COMMIT")) {
		if (kind_of(line) == kind)
			return true;
	}
	return false;
}

bool saved_has(const char *save, const char *table)
{
	for (enum line_kind kind = LINE_CHAIN; kind <= LINE_JUMP; kind++) {
		const char *at = find_table(save, table);
		struct line line;
		if (next_of_kind(&at, kind, &line))
			return true;
	}
	return false;
}

bool saved_has_chain(const char *save, const char *table, const char *chain)
{
	const char *at = find_table(save, table);
	struct line line;

	while (next_of_kind(&at, LINE_CHAIN, &line)) {
		size_t len = strcspn(line.text + 1, " \n");
		if (len == strlen(chain) && strncmp(line.text + 1, chain, len) == 0)
			return true;
	}
	return false;
}

/* Writes each line of this kind, with `before` in place of its first `skip` octets. Of the line of a
 * chain only the name is kept. */
static void write_kind(const char *save, const char *table, enum line_kind kind, const char *before,
        int skip, FILE *out)
{
	const char *at = find_table(save, table);
	struct line line;

	while (next_of_kind(&at, kind, &line)) {
		int len = kind == LINE_CHAIN ? (int)strcspn(line.text, " \n") : line.len;
		fprintf(out, "%s%.*s", before, len - skip, line.text + skip);
		fputs(kind == LINE_CHAIN && before[0] == ':' ? " - [0:0]\n" : "\n", out);
	}
}

void saved_write_removal(const char *save, const char *table, FILE *out)
{
	write_kind(save, table, LINE_JUMP, "-D ", 3, out);
	write_kind(save, table, LINE_CHAIN, "-F ", 1, out);
	write_kind(save, table, LINE_CHAIN, "-X ", 1, out);
}

void saved_write_again(const char *save, const char *table, FILE *out)
{
	write_kind(save, table, LINE_CHAIN, ":", 1, out);
	write_kind(save, table, LINE_RULE, "-A ", 3, out);
	write_kind(save, table, LINE_JUMP, "-I ", 3, out);
}
