/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of `sealgate keys`. Private to cmd/keys. */
#ifndef CMD_KEYS_RUN_H
#define CMD_KEYS_RUN_H

#include <stdint.h>
#include <sys/socket.h>

#include "cmd/keys_orders.h"
#include "wire/name.h"

struct keys_run {
	const struct command_verb *verb;
	/* the words behind the verb; the rest is for a verb that goes to the keeper */
	struct keys_order order;
	const char *directory;
	bool has_directory; /* it is on the command line */
	bool as_svg, as_json;
	const char *config; /* NULL: the default path */
	uint8_t algorithm;
	unsigned days;
	bool is_forced;
	const char *file; /* that is imported; or NULL */
	const char *to;   /* where pairs are exported to; or NULL */
	bool has_server;
	struct sockaddr_storage server; /* the resolver of `check` and `notify` */
	struct name zone;
};

#endif
