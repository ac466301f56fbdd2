/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a zone has its turn of what each zone needs in each period: at an offset of its own, so that
 * a thousand zones are no burst. */
#ifndef KEEPER_ZONE_PACE_H
#define KEEPER_ZONE_PACE_H

#include "wire/name.h"

/* Returns the next such time after `now_s`, at most `period_s` later. It is the same for a name in
 * each process. */
static inline int64_t zone_pace_next(const struct name *zone, int64_t period_s, int64_t now_s)
{
	int64_t offset_s = name_quick_hash(zone) % period_s;
	int64_t begun_s = (now_s - offset_s) / period_s * period_s + offset_s;

	return begun_s + period_s;
}

#endif
