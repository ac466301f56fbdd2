/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/inquiry.h"

#include <stdlib.h>

struct inquiry *inquiry_new(enum inquiry_kind kind, const struct name *top)
{
	struct inquiry *q = calloc(1, sizeof(*q));

	if (!q)
		return NULL;
	q->kind = kind;
	q->top = *top;
	atomic_init(&q->owners, 1);
	atomic_init(&q->is_answered, false);
	return q;
}

void inquiry_release(struct inquiry *q)
{
	if (q && atomic_fetch_sub(&q->owners, 1) == 1)
		free(q);
}

bool inquiry_is_answered(const struct inquiry *q)
{
	return atomic_load(&q->is_answered);
}

union inquiry_row *inquiry_row(struct inquiry *q)
{
	if (q->count < INQUIRY_ROWS)
		return &q->rows[q->count++];
	q->left_out++;
	return NULL;
}
