/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/inquiries.h"

#include <stdlib.h>

#include "daemon/workers_wait.h"
#include "worker/worker_orders.h"

static bool are_answered(void *inquiries)
{
	const struct inquiries *all = inquiries;

	for (unsigned i = 0; i < all->count; i++) {
		if (!inquiry_is_answered(all->of_worker[i]))
			return false;
	}
	return true;
}

static int make_inquiries(
        struct inquiries *all, unsigned count, enum inquiry_kind kind, const struct name *top)
{
	*all = (struct inquiries){ .of_worker = calloc(count, sizeof(struct inquiry *)) };
	while (all->of_worker && all->count < count) {
		struct inquiry *q = inquiry_new(kind, top);
		if (!q)
			return -1;
		all->of_worker[all->count++] = q;
	}
	return all->of_worker ? 0 : -1;
}

int inquiries_ask(struct inquiries *all, struct worker *const workers[], unsigned count,
        enum inquiry_kind kind, const struct name *top, struct complaint *why)
{
	if (make_inquiries(all, count, kind, top) != 0) {
		complaint_no_memory(why);
		return -1;
	}
	for (unsigned i = 0; i < count; i++)
		worker_inquire(workers[i], all->of_worker[i]);
	if (!workers_wait(are_answered, all)) {
		complaint_set(why, "a worker does not answer: does it hang?");
		return -1;
	}
	for (unsigned i = 0; i < count; i++) {
		all->left_out += all->of_worker[i]->left_out;
		all->not_looked_at += all->of_worker[i]->not_looked_at;
	}
	return 0;
}

void inquiries_fini(struct inquiries *all)
{
	for (unsigned i = 0; i < all->count; i++)
		inquiry_release(all->of_worker[i]);
	free(all->of_worker);
}

const union inquiry_row **inquiries_rows(const struct inquiries *all, unsigned *count)
{
	const union inquiry_row **rows =
	        calloc(all->count * (size_t)INQUIRY_ROWS + 1, sizeof(*rows));

	*count = 0;
	for (unsigned i = 0; rows && i < all->count; i++) {
		const struct inquiry *q = all->of_worker[i];
		for (unsigned k = 0; k < q->count; k++)
			rows[(*count)++] = &q->rows[k];
	}
	return rows;
}
