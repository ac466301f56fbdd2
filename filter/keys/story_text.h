/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The story of a zone's keys as a table for a terminal. */
#ifndef KEYS_STORY_TEXT_H
#define KEYS_STORY_TEXT_H

#include <stdio.h>

#include "keys/key_story.h"

/* Writes the periods of the timeline as a table, and then what happened and what comes next. */
void story_text_write(FILE *out, const struct key_story *s);

#endif
