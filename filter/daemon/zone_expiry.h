/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When that ends which was signed ahead for the zones, and what is said before. A zone of the
 * keeper has alarms with the names of those that the keeper itself rings (keys/life_word.h), so
 * that a machine without a keeper has them, too. */
#ifndef DAEMON_ZONE_EXPIRY_H
#define DAEMON_ZONE_EXPIRY_H

#include "daemon/zone_policy.h"

enum zone_alarm {
	ZONE_ALARM_NONE,
	ZONE_ALARM_NEEDS, /* half of the timeline is used up */
	ZONE_ALARM_FAILED /* the timeline ends soon, or there is none and answers are SERVFAIL */
};

/* Returns which alarm rings for a zone of the policy, by its index. None does for a zone without a
 * timeline that the keeper does not look after, nor while `now_s` is negative: the clock is not
 * set. */
enum zone_alarm zone_expiry_alarm(const struct zone_policy *policy, unsigned zone, int64_t now_s);

/* Logs what rings an alarm, and what ends soon: timelines, and pre-made signatures that last for
 * less than half of the time that they were made for. Of all zones, or of those that are new in the
 * policy. */
void zone_expiry_tell(const struct zone_policy *policy, bool of_all, int64_t now_s);

/* Returns the zone whose pre-made signatures expire first; NULL if none has any. */
const struct sign_zone *zone_expiry_first(const struct sign_policy *policy, int64_t now_s);

#endif
