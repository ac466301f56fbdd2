/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/signalling.h"

#include "keys/record_write.h"

static const char boot_label[] = "_dsboot", signal_label[] = "_signal";

/* Puts the labels of `upper`, without its root, before `lower`. */
static bool join_names(const struct name *upper, const struct name *lower, struct name *out)
{
	const uint8_t *labels[NAME_MAX_LABELS];
	struct name joined = *lower;
	unsigned count = 0;

	for (const uint8_t *at = upper->octets; *at; at += 1 + *at)
		labels[count++] = at;
	while (count-- > 0) {
		struct name longer;
		if (!name_prepend(&joined, span_of(labels[count] + 1, labels[count][0]), &longer))
			return false;
		joined = longer;
	}
	*out = joined;
	return true;
}

bool signalling_name(const struct name *zone, const struct name *ns, struct name *out)
{
	struct name signal, below;

	return name_prepend(ns, span_of(signal_label, sizeof(signal_label) - 1), &signal) &&
	       join_names(zone, &signal, &below) &&
	       name_prepend(&below, span_of(boot_label, sizeof(boot_label) - 1), out);
}

bool signalling_write(FILE *out, const struct name *zone, const struct name *ns,
        const struct key_records *records, struct complaint *error)
{
	const struct presigned *sets[] = { &records->cds, &records->cdnskey };
	char zone_name[NAME_TEXT_SIZE], ns_name[NAME_TEXT_SIZE];
	struct name owner;

	name_text(zone, zone_name);
	name_text(ns, ns_name);
	if (records->cds.count == 0 && records->cdnskey.count == 0)
		complaint_set(error,
		        "%s has no CDS and CDNSKEY records now: its DS must not be at the parent "
		        "yet, or keeper.cds is false",
		        zone_name);
	else if (presigned_asks_for_no_ds(&records->cds) ||
	         presigned_asks_for_no_ds(&records->cdnskey))
		complaint_set(error,
		        "%s is being unsigned: its CDS asks the parent to remove the DS, so there "
		        "is nothing to bootstrap",
		        zone_name);
	else if (name_within(ns, zone))
		complaint_set(error,
		        "%s is within %s: its name cannot vouch for the zone (RFC 9615, 3.1)",
		        ns_name, zone_name);
	else if (!signalling_name(zone, ns, &owner))
		complaint_set(error, "_dsboot.%s_signal.%s is longer than a name may be", zone_name,
		        ns_name);
	else {
		for (size_t s = 0; s < sizeof(sets) / sizeof(sets[0]); s++) {
			for (unsigned i = 0; i < sets[s]->count; i++)
				key_record_write(out, &owner, sets[s]->ttl_s, sets[s]->type,
				        sets[s]->rdatas[i]);
		}
		return true;
	}
	return false;
}
