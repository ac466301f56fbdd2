/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of the configuration file: one table, from which reading, checking, showing and the
 * example file come. A new key is a member of struct config and a row in config_table.c. */
#ifndef CONFIG_CONFIG_TABLE_H
#define CONFIG_CONFIG_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct config;

enum key_kind {
	KEY_NUMBER,     /* uint32_t */
	KEY_MARK,       /* uint32_t, bits of a mark, shown in hexadecimal */
	KEY_SWITCH,     /* bool */
	KEY_WORD,       /* uint32_t, the index in `words` */
	KEY_PATH,       /* char[CONFIG_PATH_MAX] */
	KEY_RESOLVERS,  /* `resolvers` and `resolver_count` */
	KEY_NTAS,       /* `ntas` */
	KEY_SERVERS,    /* struct config_servers */
	KEY_NETWORKS,   /* struct config_networks */
	KEY_ZONES,      /* struct config_zones */
	KEY_NAMES,      /* struct namelist */
	KEY_INTERFACES, /* struct config_interfaces */
};

struct key {
	const char *path; /* as in the file, with the group before a dot: "queue.count" */
	enum key_kind kind;
	size_t offset;            /* of the member in struct config */
	uint32_t number;          /* the default of a number, a mark, a switch or a word */
	uint32_t min, max;        /* what a number may be */
	const char *text;         /* the default of a path; of names, with a space between */
	const char *const *words; /* what a word may be; ends with NULL */
	const char *help;         /* for the example file, lines of less than 70 columns */
};

extern const struct key keys[];
extern const size_t key_count;

/* Returns the key with this path, or NULL. */
const struct key *key_find(const char *path);

/* Writes what values the key may have, as the end of "must be ...". */
void key_say_allowed(const struct key *k, char *text, size_t size);

/* Returns the word that the key with this path, of the kind KEY_WORD, has in `c`. */
const char *key_word(const char *path, const struct config *c);

/* Returns where the key's value stands in `c`. */
static inline void *key_value(const struct key *k, struct config *c)
{
	return (char *)c + k->offset;
}

static inline const void *key_value_const(const struct key *k, const struct config *c)
{
	return (const char *)c + k->offset;
}

#endif
