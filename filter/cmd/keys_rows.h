/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables for a person of the answers of the keeper (daemon/keeper_status.h). */
#ifndef CMD_KEYS_ROWS_H
#define CMD_KEYS_ROWS_H

#include <stdio.h>

#include "daemon/control_client.h"

/* One row a zone, and below it what is wrong. */
void keys_rows_zones(const struct control_row *values, int64_t now_s, FILE *out);

/* One zone with its keys. */
void keys_rows_zone(const struct control_row *values, int64_t now_s, FILE *out);

/* One row a key. */
void keys_rows_keys(const struct control_row *values, int64_t now_s, FILE *out);

#endif
