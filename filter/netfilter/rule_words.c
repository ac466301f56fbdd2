/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netfilter/rule_words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define PORT_DNS    53
#define PORT_CLIENT 1024 /* clients ask from this port on, or a greater one */
#define PORT_MAX    65535

/* ---- Words ---- */

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* Returns the octets of the word at `text`: up to a space, or the closing mark. */
static int word_len(const char *text, int len)
{
	char closing = text[0] == '"' ? '"' : text[0] == '{' ? '}' : '\0';
	int i = closing ? 1 : 0;

	while (i < len && (closing ? text[i] != closing : !is_space(text[i])))
		i += closing == '"' && text[i] == '\\' && i + 1 < len ? 2 : 1;
	return closing && i < len ? i + 1 : i;
}

void rule_split(const char *text, int len, struct rule_words *words)
{
	words->count = 0;
	for (int at = 0; at < len && words->count < RULE_WORDS_MAX;) {
		if (is_space(text[at])) {
			at++;
			continue;
		}
		int n = word_len(text + at, len - at);
		bool is_quoted = text[at] == '"';
		words->at[words->count++] =
		        (struct rule_word){ text + at + is_quoted, n - 2 * is_quoted, is_quoted };
		at += n;
	}
}

static bool word_is(const struct rule_word *word, const char *text)
{
	return !word->is_quoted && word->len == (int)strlen(text) &&
	       strncmp(word->text, text, (size_t)word->len) == 0;
}

bool rule_word_is(const struct rule_words *words, unsigned i, const char *text)
{
	return i < words->count && word_is(&words->at[i], text);
}

/* Takes the next item of "53,853" or "{ 53, 853 }" into `item`, of 32 octets. */
static bool next_item(const struct rule_word *word, int *at, char *item)
{
	size_t n = 0;

	while (*at < word->len && strchr("{}, ", word->text[*at]))
		(*at)++;
	while (*at < word->len && !strchr("{}, ", word->text[*at])) {
		if (n < 31)
			item[n++] = word->text[*at];
		(*at)++;
	}
	item[n] = '\0';
	return n > 0;
}

/* ---- Protocols ---- */

static bool is_protocol(const char *item, const char *name, const char *number)
{
	return strcmp(item, name) == 0 || strcmp(item, number) == 0;
}

bool rule_protocol_has_tcp(const struct rule_word *word, bool is_negated)
{
	bool has_tcp = false;
	char item[32];

	if (word->len > 0 && word->text[0] == '@') /* a set with a name */
		return true;
	for (int at = 0; next_item(word, &at, item);)
		has_tcp = has_tcp || is_protocol(item, "tcp", "6") || is_protocol(item, "all", "0");
	return has_tcp != is_negated;
}

/* ---- Ports ---- */

/* Reads "53", "domain", "1:1023", "1-1023", ":1023" or "1024:". Returns false for another text. */
static bool range_read(const char *item, unsigned long *from, unsigned long *to)
{
	char *end;

	if (strcmp(item, "domain") == 0) {
		*from = *to = PORT_DNS;
		return true;
	}
	*from = strtoul(item, &end, 10);
	*to = *from;
	if (*end != ':' && *end != '-')
		return end != item && *end == '\0';
	item = end + 1;
	*to = *item ? strtoul(item, &end, 10) : PORT_MAX;
	return *item == '\0' || *end == '\0';
}

struct port_set {
	bool has_dns;    /* port 53 */
	bool has_client; /* a port that clients ask from */
	bool lacks_client;
};

/* A set with a name, or a map, may have any port. */
static struct port_set ports_read(const struct rule_word *word, bool is_negated)
{
	struct port_set set = { .lacks_client = true };
	unsigned long from, to;
	char item[32];

	for (int at = 0; next_item(word, &at, item);) {
		if (!range_read(item, &from, &to))
			return (struct port_set){ true, true, true };
		set.has_dns = set.has_dns || (from <= PORT_DNS && to >= PORT_DNS);
		set.has_client = set.has_client || to >= PORT_CLIENT;
		set.lacks_client = set.lacks_client && !(from <= PORT_CLIENT && to >= PORT_MAX);
	}
	if (is_negated)
		set = (struct port_set){ !set.has_dns, set.lacks_client, true };
	return set;
}

bool rule_ports_have_query(const struct rule_word *word, enum rule_side side, bool is_negated)
{
	struct port_set set = ports_read(word, is_negated);

	switch (side) {
	case RULE_TO:
		return set.has_dns;
	case RULE_FROM:
		return set.has_client;
	case RULE_EITHER:
		break;
	}
	return set.has_dns || set.has_client;
}
