/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The story of a zone's keys as a picture, which one can put into a ticket. */
#ifndef KEYS_STORY_SVG_H
#define KEYS_STORY_SVG_H

#include <stdio.h>

#include "keys/key_story.h"

/* Writes one SVG document that refers to nothing outside of it: a bar for each key along the time,
 * and the steps in words. It has colours for light and for dark pages. */
void story_svg_write(FILE *out, const struct key_story *s);

#endif
