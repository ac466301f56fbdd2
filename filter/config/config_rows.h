/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of the table of keys, in one source for each subject: config_rows_*.c. Private to
 * config/. */
#ifndef CONFIG_CONFIG_ROWS_H
#define CONFIG_CONFIG_ROWS_H

#include <stddef.h>

#include "config/config_table.h"

struct config_rows {
	const struct config_key *keys;
	size_t count;
};

/* The keys of a group are next to each other. */
extern const struct config_rows config_rows_packets, config_rows_judging, config_rows_service,
        config_rows_sign;

/* The part of a row that says where in struct config its value is. */
/* clang-format off */
#define AT(member) \
	.offset = offsetof(struct config, member), .size = sizeof(((struct config *)NULL)->member)
/* clang-format on */

#endif
