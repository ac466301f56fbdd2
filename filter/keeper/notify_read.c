/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/notify_read.h"

#define SCHEME_NOTIFY 1

unsigned notify_names(
        const struct name *zone, const struct name *parent, struct name names[static NOTIFY_NAMES])
{
	static const char label[] = "_dsync";
	struct name bare, full, rest;

	if (!name_prepend(parent, span_of(label, sizeof(label) - 1), &bare))
		return 0;
	full = bare;
	for (unsigned labels = parent->labels + 1u; labels <= zone->labels; labels++) {
		name_suffix(zone, labels, &rest);
		if (!name_prepend(&full, span_of(rest.octets + 1, rest.octets[0]), &full)) {
			names[0] = bare;
			return 1;
		}
	}
	names[0] = full;
	names[1] = bare;
	return 2;
}

/* RDATA: the type that is told, the scheme, the port, the target (RFC 9859, 2.1). */
static bool read_dsync(const struct message *m, const struct rr *rr, struct notify_target *target)
{
	struct cursor c = cursor_over(message_rdata(m, rr));
	uint16_t type = cursor_u16(&c);
	uint8_t scheme = cursor_u8(&c);

	target->port = cursor_u16(&c);
	name_read_plain(&c, &target->host);
	return cursor_done(&c) && type == TYPE_CDS && scheme == SCHEME_NOTIFY &&
	       target->port != 0 && target->host.labels > 0;
}

bool notify_read_target(const struct message *m, struct notify_target *target)
{
	struct name owner;

	for (unsigned i = 0; i < m->rr_count; i++) {
		const struct rr *rr = &m->rrs[i];
		if (rr->section == SECTION_ANSWER && rr->type == TYPE_DSYNC &&
		        rr->class == CLASS_IN && message_owner(m, rr, &owner) &&
		        name_equal(&owner, &m->qname) && read_dsync(m, rr, target))
			return true;
	}
	return false;
}
