/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What comes next in a zone, when, and who has to do something for it. */
#ifndef KEYS_LIFE_NEXT_H
#define KEYS_LIFE_NEXT_H

#include "keys/life_policy.h"

enum life_actor {
	LIFE_BY_ITSELF,
	LIFE_BY_SERVERS, /* every server of the zone has to show a change */
	/* the parent has to change the DS: it reads CDS records, or somebody tells it */
	LIFE_BY_PARENT,
	LIFE_BY_OPERATOR, /* the same, and no CDS records are published, or it is the first DS */
};

struct life_next {
	enum life_actor actor;
	int64_t at_s;          /* 0: when whoever has to act has done so */
	struct complaint what; /* a sentence without an end; "": nothing comes */
};

/* Finds it in the state. What needs somebody comes before what comes by itself; of the latter, what
 * comes first. */
void life_find_next(
        const struct life *life, const struct life_policy *policy, struct life_next *next);

/* Returns who, for a table: "nobody", "the zone's servers", "the parent", "you". */
const char *life_actor_word(enum life_actor actor);

#endif
