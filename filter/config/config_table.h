/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of the configuration file: one table for reading, checking, showing and the example
 * file. A new key is a member of struct config and a row in one of config_rows_*.c. */
#ifndef CONFIG_CONFIG_TABLE_H
#define CONFIG_CONFIG_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct config;
struct config_kind;

/* When a new value of a key takes effect, while the daemon runs. */
enum key_change {
	/* at the next start: the value says what is bound, opened or taken at the start */
	CHANGE_RESTART,
	CHANGE_NOW,   /* by a reload */
	CHANGE_RULES, /* by a reload, which applies the rules again */
};

struct config_key {
	const char *path; /* as in the file, with the group before a dot: "queue.count" */
	const struct config_kind *kind;
	size_t offset, size; /* of the member in struct config */
	enum key_change change;
	uint32_t number;   /* the default of a number, a mark, a switch or a word */
	uint32_t min, max; /* the range of a number */
	const char *text;  /* the default of a path; of names and prefixes, separated by spaces */
	const char *const *words; /* the allowed words; ends with NULL */
	const char *help;         /* for the example file, lines of at most 70 columns */
};

/* Returns the key at a place of the table, from 0 on; NULL: there are no more. The keys of a group
 * follow each other. */
const struct config_key *config_key_at(size_t i);

/* Returns the key with this path, or NULL. */
const struct config_key *key_find(const char *path);

/* Returns the word that the key with this path has in `c`. The key must be of the kind for
 * words. */
const char *key_word(const char *path, const struct config *c);

/* Returns the member of `c` that belongs to the key. */
static inline void *key_value(const struct config_key *k, struct config *c)
{
	return (char *)c + k->offset;
}

static inline const void *key_value_const(const struct config_key *k, const struct config *c)
{
	return (const char *)c + k->offset;
}

#endif
