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
		log_warning("trust anchor %s %u: the new key is gone from the zone again; it was "
		            "never trusted",
		        zone, tag);
		break;
	case ANCHOR_ADD_PENDING:
		log_info("trust anchor %s %u: new key; sealgate trusts it from %s on, if the zone "
		         "keeps it until then",
		        zone, tag, time_text(change->hold_s, until));
		break;
	case ANCHOR_VALID:
		log_info("trust anchor %s %u: %s", zone, tag,
		        change->from == ANCHOR_MISSING ? "back in the zone"
		                                       : "trusted from now on");
		break;
	case ANCHOR_MISSING:
		log_warning("trust anchor %s %u: missing in the zone, but not revoked; it stays "
		            "trusted",
		        zone, tag);
		break;
	case ANCHOR_REVOKED:
		log_warning("trust anchor %s %u: revoked; never trusted again", zone, tag);
		break;
	case ANCHOR_REMOVED:
	case ANCHOR_STATES:
		log_info("trust anchor %s %u: gone from the zone; never trusted again", zone, tag);
		break;
	}
}

/* RFC 5011, 5. */
static void log_loss(const char *zone)
{
	log_error(
	        "all trust anchors of %s are revoked: names below it pass unjudged, unless a trust "
	        "anchor of a zone above applies; configure a new anchor in trust_anchor",
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
		        "trust anchors of %s: no server returned the zone's DNSKEY RRset, signed "
		        "by a trusted key; the anchors stay as they are, next try at %s",
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
