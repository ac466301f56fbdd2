/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists in replies of the control socket, from rows that workers tell. Private to daemon/. */
#ifndef DAEMON_LISTING_H
#define DAEMON_LISTING_H

#include "daemon/control.h"
#include "daemon/inquiries.h"

struct service;

/* For rows that workers told: their order, whether two rows are shown as one, and how that is
 * written. */
typedef int row_order(const void *a, const void *b);
typedef bool row_joins(const union inquiry_row *a, const union inquiry_row *b);
typedef void row_writer(
        struct control_reply *reply, const union inquiry_row *const rows[], unsigned count);

/* How a list of rows becomes lines of a reply. */
struct listing {
	enum inquiry_kind kind;
	const char *key; /* of the list */
	row_order *order;
	row_joins *joins; /* rows next to each other that are one line; NULL: none */
	row_writer *write;
};

/* The rows that the workers told. */
struct listing_rows {
	struct inquiries all;
	const union inquiry_row **rows; /* in the order of the listing */
	unsigned count;
};

/* Reads the name that an argument is, the root without one. Returns false after writing why to the
 * reply. */
bool listing_top(const char *text, struct name *top, struct control_reply *reply);

/* Asks the workers of the service. Returns false after writing why to the reply. Call
 * listing_rows_fini() in both cases. */
bool listing_ask(struct service *s, const struct listing *l, const struct name *top,
        struct listing_rows *told, struct control_reply *reply);
void listing_rows_fini(struct listing_rows *told);

/* Adds lines for rows in their order to the list that is being written, and counts those that have
 * no room. Returns how many have. */
unsigned listing_add(const struct listing *l, const union inquiry_row *const rows[], unsigned count,
        unsigned *left_out, struct control_reply *reply);

/* Ends the list. */
void listing_end(struct control_reply *reply, unsigned shown, unsigned left_out);

/* Writes the whole list of what the workers know at and below a name: text, or NULL for all. */
void listing_reply(struct service *s, const struct listing *l, const char *top_text,
        struct control_reply *reply);

/* Adds a time of day to a line. */
void listing_add_time(struct control_reply *reply, const char *key, int64_t time_s);

#endif
