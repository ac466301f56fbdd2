/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kinds of configuration keys: how the value of a key is read, explained, shown and freed.
 * Lists are in config_lists.h, the zones of a signer in config_sign.h. Private to config/. */
#ifndef CONFIG_CONFIG_KINDS_H
#define CONFIG_CONFIG_KINDS_H

#include <libconfig.h>
#include <stdbool.h>
#include <stdio.h>

struct config_key;
struct config_reader;

/* `value` is the member of struct config that belongs to the key `k`. */
struct config_kind {
	/* Gives `value`, which is zero, the default. Returns false if memory runs out. NULL: the
	 * default is zero. */
	bool (*set_default)(const struct config_key *k, void *value);

	/* Reads `s` in place of the default. Returns false if `s` is not of this kind, or if a
	 * fault was reported to `r`. */
	bool (*read)(struct config_reader *r, const struct config_key *k, const config_setting_t *s,
	        void *value);

	/* Writes which values are allowed, as the end of "must be ...". */
	void (*say_allowed)(const struct config_key *k, FILE *out);

	/* Writes a value so that `read` reads it back. */
	void (*show)(const struct config_key *k, const void *value, FILE *out);

	/* Frees what `value` owns, and leaves zero. NULL: it owns nothing. */
	void (*fini)(void *value);
};

extern const struct config_kind kind_number;    /* uint32_t */
extern const struct config_kind kind_duration;  /* uint32_t, in seconds */
extern const struct config_kind kind_mark;      /* uint32_t, shown in hexadecimal */
extern const struct config_kind kind_switch;    /* bool */
extern const struct config_kind kind_word;      /* uint32_t, the index in the key's `words` */
extern const struct config_kind kind_path;      /* char[CONFIG_PATH_MAX] */
extern const struct config_kind kind_directory; /* likewise; "" for none */
extern const struct config_kind kind_instance;  /* char[CONFIG_INSTANCE_MAX + 1] */
extern const struct config_kind kind_user;      /* char[CONFIG_USER_MAX] */
extern const struct config_kind kind_group;     /* char[CONFIG_USER_MAX]; "": none */
extern const struct config_kind kind_vault;     /* char[CONFIG_VAULT_MAX]; "": none */

/* Writes `text` in quotation marks. */
void kind_show_text(const char *text, FILE *out);

#endif
