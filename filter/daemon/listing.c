/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/listing.h"

#include <stdlib.h>

#include "base/encoding.h"
#include "daemon/service.h"

bool listing_top(const char *text, struct name *top, struct control_reply *reply)
{
	*top = name_root;
	if (!text || name_from_text(text, top))
		return true;
	reply->code = CONTROL_USAGE;
	complaint_set(&reply->error, "\"%.300s\" is not a domain name", text);
	return false;
}

void listing_end(struct control_reply *reply, unsigned shown, unsigned left_out)
{
	control_end_rows(reply);
	control_add_number(reply, "shown", shown);
	control_add_number(reply, "left_out", left_out);
}

void listing_add_time(struct control_reply *reply, const char *key, int64_t time_s)
{
	char text[DIGITS_TIME_SIZE];

	control_add_text(reply, key, digits_time_write(time_s, text));
}

unsigned listing_add(const struct listing *l, const union inquiry_row *const rows[], unsigned count,
        unsigned *left_out, struct control_reply *reply)
{
	unsigned shown = 0, alike;

	for (unsigned i = 0; i < count; i += alike) {
		for (alike = 1;
		        i + alike < count && l->joins && l->joins(rows[i], rows[i + alike]);)
			alike++;
		if (!control_begin_row(reply)) {
			++*left_out;
			continue;
		}
		l->write(reply, rows + i, alike);
		shown++;
	}
	return shown;
}

bool listing_ask(struct service *s, const struct listing *l, const struct name *top,
        struct listing_rows *told, struct control_reply *reply)
{
	int error =
	        inquiries_ask(&told->all, s->workers, s->worker_count, l->kind, top, &reply->error);

	told->rows = NULL;
	if (!error && !(told->rows = inquiries_rows(&told->all, &told->count)))
		error = complaint_no_memory(&reply->error);
	if (error)
		reply->code = CONTROL_NO;
	else
		qsort(told->rows, told->count, sizeof(*told->rows), l->order);
	return !error;
}

void listing_rows_fini(struct listing_rows *told)
{
	free(told->rows);
	inquiries_fini(&told->all);
}

void listing_reply(struct service *s, const struct listing *l, const char *top_text,
        struct control_reply *reply)
{
	struct listing_rows told;
	struct name top;

	if (!listing_top(top_text, &top, reply))
		return;
	if (listing_ask(s, l, &top, &told, reply)) {
		unsigned left_out = told.all.left_out;
		control_begin_rows(reply, l->key);
		unsigned shown = listing_add(l, told.rows, told.count, &left_out, reply);
		listing_end(reply, shown, left_out);
		/* workers with a huge store look at a part of it, so that packets do not wait */
		if (told.all.not_looked_at > 0)
			control_add_number(reply, "not_looked_at", told.all.not_looked_at);
	}
	listing_rows_fini(&told);
}
