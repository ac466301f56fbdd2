/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of `sealgate keys` that go to the keeper: orders for a zone, and what it tells of zones
 * and keys. */
#ifndef CMD_KEYS_ORDERS_H
#define CMD_KEYS_ORDERS_H

#include "cmd/options.h"

struct keys_order {
	const struct command_verb *verb;
	struct options options; /* configuration, instance, JSON */
	char *const *words;     /* after the verb */
	int count;
	bool is_compromised;
};

/* True if the verb goes to the keeper. */
bool keys_order_takes(const struct command_verb *verb);

/* For the table of verbs; `context` is a struct keys_order. They print what the keeper says, and
 * return EXIT_NO if it refuses, EXIT_USAGE if words are wrong, EXIT_UNREACHABLE if no keeper
 * runs. */
enum exit_code keys_order_give(void *context);
enum exit_code keys_order_status(void *context);
enum exit_code keys_order_list(void *context);

#endif
