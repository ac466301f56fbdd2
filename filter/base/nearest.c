/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/nearest.h"

#include <stdio.h>
#include <string.h>

#define WORD_MAX 40 /* longer words are near to nothing, so the work is bounded */

struct nearest nearest_to(const char *typed)
{
	return (struct nearest){ .typed = typed };
}

static unsigned least3(unsigned a, unsigned b, unsigned c)
{
	unsigned least = a < b ? a : b;

	return least < c ? least : c;
}

/* The optimal string alignment distance. `rows` are the distances of the last two, and of this,
 * first letters of `a` from each beginning of `b`. */
static unsigned letters_apart(const char *a, const char *b)
{
	unsigned rows[3][WORD_MAX + 1];
	unsigned a_len = (unsigned)strlen(a), b_len = (unsigned)strlen(b);

	for (unsigned j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (unsigned i = 1; i <= a_len; i++) {
		unsigned *now = rows[i % 3], *last = rows[(i + 2) % 3],
		         *second_last = rows[(i + 1) % 3];
		now[0] = i;
		for (unsigned j = 1; j <= b_len; j++) {
			now[j] = least3(
			        last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			        second_last[j - 2] + 1 < now[j])
				now[j] = second_last[j - 2] + 1;
		}
	}
	return rows[a_len % 3][b_len];
}

void nearest_try(struct nearest *n, const char *candidate)
{
	size_t typed_len = strlen(n->typed), len = strlen(candidate);
	size_t longer = typed_len > len ? typed_len : len;

	if (longer > WORD_MAX)
		return;
	unsigned distance = letters_apart(n->typed, candidate);
	if (3 * distance > longer || (n->best && distance >= n->distance))
		return;
	n->best = candidate;
	n->distance = distance;
}

const char *nearest_hint(
        const struct nearest *n, const char *before, char text[static NEAREST_HINT_SIZE])
{
	text[0] = '\0';
	if (n->best)
		snprintf(text, NEAREST_HINT_SIZE, " (did you mean \"%s%s\"?)", before, n->best);
	return text;
}
