/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of a zone's keys as text, for the keeper's file:
 *
 *	sealgate-life 1
 *	zone example.org.
 *	generation 42
 *	last 20261130120000
 *	next-id 3
 *	signed yes
 *	wants-ksk-roll no
 *	wants-zsk-roll no
 *	doubted-clock 0 0
 *	ttl key 3600 20261130120000
 *	ttl zone 86400 20261130120000
 *	ttl ds 86400 20261130120000
 *	key 1 ksk 13 12345 20261101120000 - - stays main safe
 *	mark dnskey omnipresent 20261101140500 - - 3 sure
 *	(krrsig, ds and zrrsig likewise)
 *	end
 *
 * A key line has id, role, algorithm, tag; when it was made, is due and was announced; if it stays or leaves, is the
 * main key or stands by, is safe or stolen. A mark has its record and stage; when it changed, was seen and was
 * announced; the generation; and if a server showed otherwise (doubted). "-" is no time. */
#ifndef KEYS_LIFE_TEXT_H
#define KEYS_LIFE_TEXT_H

#include "base/complaint.h"
#include "keys/life.h"

/* Returns the text on the heap, which the caller frees; NULL if memory is short. `zone` is the name
 * as text. */
char *life_text_write(const struct life *life, const char *zone);

/* Reads the text of the file `path`, and overwrites it. Returns false if anything is wrong, half,
 * or of another zone; then `error` has the path, the line and the fault, and `life` is empty. */
bool life_text_read(
        struct life *life, const char *zone, char *text, const char *path, struct complaint *error);

#endif
