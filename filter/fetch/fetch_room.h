/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which fetch gives way if all are in use. Private to fetch/. */
#ifndef FETCH_FETCH_ROOM_H
#define FETCH_FETCH_ROOM_H

#include "fetch/fetch.h"

/* Returns the family of a name: a hash of its parent. If two families have one hash by chance, they
 * count as one. */
uint32_t fetch_family(const struct name *name);

/* True if no response waits for the fetch, and it has nothing left to ask or was begun ahead. */
bool fetch_is_idle(const struct fetch *fetch);

/* Returns the fetch that gives way to one for `want`: an idle one, or else the oldest one of the
 * largest family; NULL if `want` belongs to that family. */
struct fetch *fetch_giving_way(const struct fetcher *f, const struct want *want);

#endif
