/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/sketch.h"

#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "config/config_table.h"

#define BLANKS "\t\n\f\r "

/* As in libconfig's grammar. */
#define NAME_FIRST "*abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define NAME_REST  NAME_FIRST "-_0123456789"
#define NAME_SIZE  64

bool sketch_is_mistyped(const char *name, const char *key)
{
	struct nearest meant = nearest_to(name);

	nearest_try(&meant, key);
	return meant.best && !key_find(name);
}

/* Returns what follows a comment of several lines, or NULL if it has no end, or may hide the
 * key. */
static const char *after_comment(const char *at, const char *key)
{
	const char *end = strstr(at + 2, "*/");

	return end && !memmem(at, (size_t)(end - at), key, strlen(key)) ? end + 2 : NULL;
}

/* Returns what follows blanks and comments, or NULL as after_comment() does. */
static const char *after_blanks(const char *at, const char *key)
{
	for (;;) {
		at += strspn(at, BLANKS);
		if (*at == '#' || strncmp(at, "//", 2) == 0)
			at += strcspn(at, "\n");
		else if (strncmp(at, "/*", 2) != 0 || !(at = after_comment(at, key)))
			return at;
	}
}

/* Returns what follows a string, or NULL if it does not end in its line: then its beginning may be
 * an end. */
static const char *after_string(const char *at)
{
	for (at++; *at != '"'; at++) {
		at += *at == '\\' && at[1];
		if (*at == '\0' || *at == '\n')
			return NULL;
	}
	return at + 1;
}

/* Takes the value behind the name of the key, and returns what follows; or NULL if that is no plain
 * string. */
static const char *take_value(const char *at, const char *key, char value[static CONFIG_PATH_MAX])
{
	at = after_blanks(at, key);
	if (!at || (*at != '=' && *at != ':'))
		return NULL;
	at = after_blanks(at + 1, key);
	const char *end = at && *at == '"' ? after_string(at) : NULL;
	size_t len = end ? (size_t)(end - at) - 2 : 0;

	if (!end || len >= CONFIG_PATH_MAX || memchr(at, '\\', len))
		return NULL;
	snprintf(value, CONFIG_PATH_MAX, "%.*s", (int)len, at + 1);
	const char *next = after_blanks(end, key);
	return next && *next != '"' ? end : NULL; /* strings side by side are one */
}

/* Takes the word at `*at`, which may be the key, and moves behind it. */
static enum sketch take_word(
        const char **at, const char *key, enum sketch so_far, char value[static CONFIG_PATH_MAX])
{
	size_t len = strspn(*at, NAME_REST);
	char name[NAME_SIZE] = "", found[CONFIG_PATH_MAX];

	if (len < NAME_SIZE)
		snprintf(name, NAME_SIZE, "%.*s", (int)len, *at);
	*at += len;
	if (strcmp(name, key) != 0)
		return sketch_is_mistyped(name, key) ? SKETCH_UNSURE : so_far;
	*at = take_value(*at, key, found);
	if (!*at || (so_far == SKETCH_ONE && strcmp(found, value) != 0))
		return SKETCH_UNSURE;
	strcpy(value, found);
	return SKETCH_ONE;
}

enum sketch sketch_find(const char *text, const char *key, char value[static CONFIG_PATH_MAX])
{
	enum sketch found = SKETCH_NONE;

	while (found != SKETCH_UNSURE && (text = after_blanks(text, key)) != NULL && *text) {
		if (strchr(NAME_FIRST, *text))
			found = take_word(&text, key, found, value);
		else if (*text == '"')
			text = after_string(text);
		else if (*text++ == '@') /* @include */
			return SKETCH_UNSURE;
		if (!text)
			break;
	}
	return text ? found : SKETCH_UNSURE;
}
