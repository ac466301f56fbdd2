/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The story of a zone's keys as JSON. */
#ifndef KEYS_STORY_JSON_H
#define KEYS_STORY_JSON_H

#include <stdio.h>

#include "keys/key_story.h"

/* Writes one JSON object, with times in seconds since 1970. */
void story_json_write(FILE *out, const struct key_story *s);

#endif
