/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/anchor_log.h"

#include <stdio.h>

#include "base/log.h"
#include "trust/anchor_text.h"

static void log_change(const char *zone, const struct anchor_change *change)
{
	char until[TIME_TEXT_SIZE];
	unsigned tag = change->ds.tag;

	switch (change->to) {
	case ANCHOR_START:
		log_warning("trust anchor %s %u: gone before it was to be trusted", zone, tag);
		break;
	case ANCHOR_ADD_PENDING:
		log_info("trust anchor %s %u: new, to be trusted if it is still there at %s", zone,
		        tag, time_text(change->hold_s, until));
		break;
	case ANCHOR_VALID:
		log_info("trust anchor %s %u: %s", zone, tag,
		        change->from == ANCHOR_MISSING ? "back" : "trusted from now on");
		break;
	case ANCHOR_MISSING:
		log_warning("trust anchor %s %u: missing in the zone, though not revoked; it stays "
		            "trusted",
		        zone, tag);
		break;
	case ANCHOR_REVOKED:
		log_warning("trust anchor %s %u: revoked, never to be trusted again", zone, tag);
		break;
	case ANCHOR_REMOVED:
	case ANCHOR_STATES:
		log_info("trust anchor %s %u: removed for good", zone, tag);
		break;
	}
}

/* RFC 5011, 5. */
static void log_loss(const char *zone)
{
	log_error(
	        "all trust anchors of %s are revoked: what lies below it is not checked any more, "
	        "unless an anchor above it says how",
	        zone);
}

void anchor_log(const struct trust_point *p, const struct rollover_report *report)
{
	char zone[NAME_TEXT_SIZE], next[TIME_TEXT_SIZE];

	name_text(&p->zone, zone);
	for (unsigned i = 0; i < report->count; i++)
		log_change(zone, &report->changes[i]);
	if (report->trust_changed && !rollover_trusted(p))
		log_loss(zone);
	else if (!report->is_valid && report->count == 0)
		log_warning(
		        "trust anchors of %s: nobody had the zone's keys, signed by one that is "
		        "trusted; next try at %s",
		        zone, time_text(p->next_s, next));
}

void anchor_log_all(const struct trust_points *t)
{
	for (unsigned i = 0; i < t->count; i++) {
		const struct trust_point *p = &t->points[i];
		char zone[NAME_TEXT_SIZE];

		name_text(&p->zone, zone);
		if (!rollover_trusted(p))
			log_loss(zone);
		for (unsigned k = 0; k < p->count; k++)
			log_info("trust anchor %s %u: %s", zone, p->keys[k].ds.tag,
			        anchor_state_text(p->keys[k].state));
	}
}
