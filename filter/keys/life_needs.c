/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keys/life_needs.h"

#include <stdio.h>

const char *life_need_text(unsigned bit)
{
	static const char *const texts[LIFE_NEEDS_COUNT] = {
		"the vault is away or refuses what the keys need: do what the log says of it, or "
		"the "
		"signatures of the keys end",
		"the parent does not have the DS yet, after a week: give it to the registrar",
		"the parent still has a DS that is to go, after a week: have the registrar remove "
		"it",
		"the parent has no DS any more: give it to the registrar again, or resolvers take "
		"the zone for unsigned",
		"the parent has a DS of a key that is none of the zone's: have the registrar "
		"remove it",
		"a server of the zone cannot be reached, or has old data, and a change waits for "
		"it: "
		"mend it, or take it out of the NS records",
		"a KSK was stolen and the parent relies on it: give the DS of the new KSK to the "
		"registrar when `sealgate ds` says that it may be given, then have that of the "
		"stolen one removed",
		"looks at the parent are more than two hours apart, so the wait for a DS does not "
		"end: give the keeper fewer zones, or find out why its looks take so long",
		"the parent has a DS with the tag of one of the zone's keys, but with another "
		"digest or algorithm, as if it was typed wrongly: validators cannot use it; have "
		"the registrar correct it, or remove it",
		"the parent has a DS, and the zone has no keys here: import the key of the DS, or "
		"have the registrar remove it",
		"the zone is to be unsigned, and the vault cannot sign the CDS that asks for it: "
		"have the registrar remove the DS before the timeline ends",
		"an address of the zone's servers does not answer: mend the server, or take it out "
		"of the NS records; the next KSK waits until every address shows it",
		"no server of the parent can be proved from the trust anchors down, so no DS "
		"counts as seen or as gone, and changes wait: see that trust_anchor is up to date, "
		"and whether validators still accept the parent",
		"the KSK is a week older than keeper.ksk_life, and cannot be replaced before "
		"another "
		"key has come or gone: see with `sealgate keys status ZONE` which one waits, and "
		"for "
		"what",
	};
	return texts[bit];
}

bool life_needs_tell(unsigned needs, struct complaint *sentences)
{
	size_t len = 0, size = sizeof(sentences->text);

	sentences->text[0] = '\0';
	for (unsigned bit = 0; bit < LIFE_NEEDS_COUNT && len < size; bit++) {
		if (needs & 1u << bit)
			len += (size_t)snprintf(sentences->text + len, size - len, "%s%s",
			        len ? "; " : "", life_need_text(bit));
	}
	return needs != 0;
}
