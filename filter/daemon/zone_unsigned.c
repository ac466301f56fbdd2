/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_unsigned.h"

#include "base/advice.h"
#include "base/log.h"

#define LINES_MAX 20 /* in the log at a time: there may be thousands of zones */

/* A zone that is new here was not. */
static bool was_unsigned(const struct zone_policy *former, const struct sign_zone *zone)
{
	const struct sign_zone *before =
	        former ? sign_policy_apex(zone_policy_signing(former), &zone->apex) : NULL;

	return before && before->is_unsigned;
}

/* If the file was lost while sealgate did not run, the parent may have a DS. Validators reject all
 * answers of the zone then, whatever sealgate does; so at least a person must know. */
static void tell_turn(const struct sign_zone *zone, const char *why)
{
	char name[NAME_TEXT_SIZE];

	name_text(&zone->apex, name);
	if (why)
		log_warning("%.255s: answers pass unsigned: %s. If the parent has a DS of this "
		            "zone, validators reject all of its answers",
		        name, why);
	else
		log_info("%.255s: is signed from now on", name);
}

void zone_unsigned_tell(const struct zone_policy *current, const struct zone_policy *former)
{
	const struct sign_policy *p = zone_policy_signing(current);
	unsigned told = 0;

	for (unsigned i = 0; i < p->zone_count; i++) {
		const struct sign_zone *zone = &p->zones[i];
		const char *why = zone_policy_unsigned(current, i);
		bool is_broken = !why && zone->periods.count == 0;
		if (is_broken || was_unsigned(former, zone) == (why != NULL))
			continue;
		if (told++ < LINES_MAX)
			tell_turn(zone, why);
	}
	if (told > LINES_MAX)
		log_warning("%u more zones begin or end to be signed: `sealgate ctl zones%s` lists "
		            "all",
		        told - LINES_MAX, advice_options());
}
