/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/command_help.h"

#include <stdio.h>
#include <string.h>

#define WIDTH  80
#define COLUMN 26 /* where the explanation of a word or option begins */

/* Prints the words of `text`, from this column on, and later lines from the column `indent` on. */
static void print_wrapped(const char *text, unsigned column, unsigned indent)
{
	bool is_first = true;

	while (*text) {
		unsigned len = (unsigned)strcspn(text, " ");
		if (!is_first && column + 1 + len > WIDTH) {
			printf("\n%*s", (int)indent, "");
			column = indent;
		} else if (!is_first) {
			putchar(' ');
			column++;
		}
		printf("%.*s", (int)len, text);
		column += len;
		is_first = false;
		text += len;
		text += strspn(text, " ");
	}
	putchar('\n');
}

static void print_row(const char *left, const char *help)
{
	printf("  %-*s", COLUMN - 2, left);
	if (strlen(left) + 2 >= COLUMN)
		printf("\n%*s", COLUMN, "");
	print_wrapped(help, COLUMN, COLUMN);
}

static void print_option(const struct command_option *o)
{
	char left[80], letter[8] = "";

	if (o->has_letter)
		snprintf(letter, sizeof(letter), "-%c, ", o->id);
	snprintf(left, sizeof(left), "%s--%s%s%s", letter, o->name, o->value ? " " : "",
	        o->value ? o->value : "");
	print_row(left, o->help);
}

/* Writes " apply|remove|show"; or " WORD..." if that is too long for a line: the words follow
 * anyhow. */
static void list_words(const struct command *c, char *text, size_t size)
{
	size_t len = 0, room = WIDTH - strlen("usage: sealgate  [OPTION]...") - strlen(c->name);

	for (const struct command_verb *v = c->verbs; v && v->name && len < size; v++)
		len += (size_t)snprintf(text + len, size - len, "%c%s%s%s",
		        v == c->verbs ? ' ' : '|', v->name, v->arguments ? " " : "",
		        v->arguments ? v->arguments : "");
	if (len > room)
		snprintf(text, size, " WORD...");
}

static void print_usage(const struct command *c)
{
	char words[200] = "";

	list_words(c, words, sizeof(words));
	printf("usage: sealgate %s%s", c->name, words);
	if (c->arguments)
		printf(" %s", c->arguments);
	puts(c->options ? " [OPTION]...\n" : "\n");
}

static void print_verbs(const struct command *c)
{
	for (const struct command_verb *v = c->verbs; v && v->name; v++) {
		char left[80];
		snprintf(left, sizeof(left), "%s%s%s", v->name, v->arguments ? " " : "",
		        v->arguments ? v->arguments : "");
		print_row(left, v->help);
	}
	if (c->verbs)
		putchar('\n');
}

void command_help_print(const struct command *c)
{
	static const struct command_option help = { "help", 'h', true, NULL, "print this text" };

	print_usage(c);
	if (c->about) {
		print_wrapped(c->about, 0, 0);
		putchar('\n');
	}
	print_verbs(c);
	for (const struct command_option *o = c->options; o && o->name; o++)
		print_option(o);
	print_option(&help);
	putchar('\n');
	if (c->note)
		print_wrapped(c->note, 0, 0);
	print_wrapped(c->exits, 0, 0);
}
