/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fetch/fetch_room.h"

uint32_t fetch_family(const struct name *name)
{
	struct name above;

	name_parent(name, &above);
	return name_quick_hash(&above);
}

bool fetch_is_idle(const struct fetch *fetch)
{
	return fetch->is_ahead || (fetch->is_listening && !fetch->waiting.first);
}

static unsigned count_family(const struct fetcher *f, uint32_t family)
{
	unsigned count = 0;

	for (const struct fetch *fetch = f->in_flight; fetch; fetch = fetch->next)
		count += fetch->family == family;
	return count;
}

/* Returns the oldest fetch of the largest family. Quadratic, but in at most FETCHES_MAX fetches. */
static struct fetch *greediest_fetch(const struct fetcher *f)
{
	struct fetch *greedy = NULL;
	unsigned most = 0;

	for (struct fetch *fetch = f->in_flight; fetch; fetch = fetch->next) {
		unsigned count = count_family(f, fetch->family);
		if (count >= most) { /* the list begins with the newest */
			most = count;
			greedy = fetch;
		}
	}
	return greedy;
}

struct fetch *fetch_giving_way(const struct fetcher *f, const struct want *want)
{
	struct fetch *idle = NULL;

	for (struct fetch *fetch = f->in_flight; fetch; fetch = fetch->next) {
		if (fetch_is_idle(fetch))
			idle = fetch;
	}
	if (idle)
		return idle;
	struct fetch *greedy = greediest_fetch(f);
	return greedy && greedy->family == fetch_family(&want->name) ? NULL : greedy;
}
