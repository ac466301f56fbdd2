/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The members of a zone in sign.zones that have one of a few words: how far its servers are
 * believed, and who looks after its keys. Private to config/. */
#ifndef CONFIG_CONFIG_HABITS_H
#define CONFIG_CONFIG_HABITS_H

#include "config/config_reader.h"

/* True for the name of such a member. */
bool habit_is_member(const char *name);

/* Reads these members of the group `s`; the others keep their default, which is 0. */
bool habits_read(struct config_reader *r, const config_setting_t *s, struct config_zone *zone);

/* Writes the members that do not have their default. */
void habits_show(const struct config_zone *zone, FILE *out);

#endif
