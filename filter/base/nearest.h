/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The known word that is nearest to a mistyped one, for a "did you mean". The caller shows it the
 * candidates one by one. */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

struct nearest {
	const char *typed; /* borrowed */
	const char *best;  /* the nearest candidate so far; NULL if none is near enough. Borrowed */
	unsigned distance; /* of `best` */
};

/* Starts a search for `typed`. A word longer than 40 octets is near to nothing. */
struct nearest nearest_to(const char *typed);

/* Considers a candidate. Near enough is one that at most a third of the letters tell apart; each
 * letter that is missing, added, wrong or swapped with its neighbour counts one. Of equals the
 * first wins. */
void nearest_try(struct nearest *n, const char *candidate);

#define NEAREST_HINT_SIZE 80

/* Writes ` (did you mean "--config"?)`, with `before` in front of the word; or "" if no candidate
 * is near enough. Returns `text`. */
const char *nearest_hint(
        const struct nearest *n, const char *before, char text[static NEAREST_HINT_SIZE]);

#endif
