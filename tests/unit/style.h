/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Responses as servers of different makes write them. */
#ifndef TESTS_STYLE_H
#define TESTS_STYLE_H

#include "test.h"

#include "base/span.h"

/* How a server writes names. */
enum style {
	WRITES_OUT,   /* without pointers */
	KEEPS_CASE,   /* points to what has the same letters, as BIND does */
	POINTS_ALWAYS /* points to the same names, as NSD does */
};

/* Writes a response without OPT as such a server does; good until the next call. */
struct span style_write(struct span response, enum style style);

#endif
