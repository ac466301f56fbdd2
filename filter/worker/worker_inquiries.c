/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/worker_inquiries.h"

#include <string.h>

#include "fetch/round_trip.h"
#include "worker/worker_private.h"

/* The notes of a validator about servers say nothing about names, and stay. A signer knows names by
 * hashes alone, so it forgets all of them. */
static void forget(struct worker *w, struct inquiry *q)
{
	if (worker_signs(w)) {
		signer_forget(w->sign_trade.signer);
		return;
	}
	gates_forget_within(&w->gates, &q->top);
	servers_forget_within(&w->fetcher.servers, &q->top);
	known_errors_forget(&w->grace.known);
	once_more_forget(&w->arrivals.once_more);
}

static void tell_zones(struct worker *w, struct inquiry *q)
{
	const struct store *s = &w->gates.store;
	struct zone_view view;
	unsigned looks = 0;

	if (worker_signs(w)) /* the main thread knows its zones; see also tell_cuts() */
		return;
	for (struct fact *fact = store_newest(s); fact && looks < INQUIRY_LOOKS;
	        fact = store_older(s, fact), looks++) {
		if (!name_within(&fact->name, &q->top) ||
		        !zone_view_of(s, fact, w->turn.now_s, &view))
			continue;
		union inquiry_row *row = inquiry_row(q);
		if (row)
			row->zone = view;
	}
	q->not_looked_at = store_count(s) - looks;
}

static void tell_cut(void *inquiry, const struct name *cut, int64_t until_s)
{
	struct inquiry *q = inquiry;
	union inquiry_row *row = name_within(cut, &q->top) ? inquiry_row(q) : NULL;

	if (row)
		row->cut = (struct cut_view){ *cut, until_s };
}

static void tell_cuts(struct worker *w, struct inquiry *q)
{
	if (worker_signs(w))
		signer_each_cut(w->sign_trade.signer, w->turn.now_s, tell_cut, q);
}

static const char *edns_word(const struct upstream *up)
{
	static const char *const words[] = { [EDNS_UNKNOWN] = "unknown",
		[EDNS_TAKEN] = "taken",
		[EDNS_REFUSED] = "refused",
		[EDNS_DROPPED] = "dropped" };

	return words[up->edns];
}

static const char *signatures_word(const struct upstream *up)
{
	if (upstream_strips(up))
		return "stripped";
	if (upstream_blocks(up))
		return "blocks";
	return up->signs ? "sent" : "unknown";
}

static struct server_view view_upstream(const struct worker *w, const struct upstream *up)
{
	const struct round_trips *trips = &w->fetcher.round_trips;
	uint64_t now_ms = w->turn.now_ms;

	return (struct server_view){
		.address = up->server,
		.edns = edns_word(up),
		.signatures = signatures_word(up),
		.options = upstream_is_bare(up, now_ms) ? "left-out" : "taken",
		.letters = up->changes_letters ? "changed" : "kept",
		.tcp = round_trip_has_no_tcp(trips, &up->server, now_ms) ? "none" : "unknown",
		.is_dns64 = up->makes_up,
		.round_trip_ms = round_trip_smoothed_ms(trips, &up->server, now_ms),
	};
}

static void tell_signed_server(
        void *inquiry, const struct sockaddr_storage *address, const char *edns)
{
	union inquiry_row *row = inquiry_row(inquiry);

	if (row)
		row->server = (struct server_view){ .address = *address, .edns = edns };
}

static void tell_servers(struct worker *w, struct inquiry *q)
{
	const struct upstreams *all = &w->fallback.upstreams;

	if (worker_signs(w)) {
		signer_each_server(w->sign_trade.signer, tell_signed_server, q);
		return;
	}
	for (struct upstream *up = upstreams_newest(all); up; up = upstreams_older(all, up)) {
		union inquiry_row *row = inquiry_row(q);
		if (row)
			row->server = view_upstream(w, up);
	}
}

static bool is_below(const struct refusal *refusal, const struct name *top)
{
	struct cursor c = cursor_over(span_of(refusal->question, refusal->question_len));
	struct name name;

	name_read_plain(&c, &name);
	return name_within(&name, top);
}

static void tell_recent(struct worker *w, struct inquiry *q)
{
	const struct refusal *refusal;
	uint64_t number = UINT64_MAX;

	while ((refusal = refusals_before(&w->refusals, &number))) {
		union inquiry_row *row = is_below(refusal, &q->top) ? inquiry_row(q) : NULL;
		if (row)
			row->refusal = *refusal;
	}
}

void worker_answer(struct worker *w, struct inquiry *q)
{
	static void (*const answers[])(struct worker *, struct inquiry *) = {
		[INQUIRY_FORGET] = forget,
		[INQUIRY_ZONES] = tell_zones,
		[INQUIRY_CUTS] = tell_cuts,
		[INQUIRY_SERVERS] = tell_servers,
		[INQUIRY_RECENT] = tell_recent,
	};

	answers[q->kind](w, q);
	atomic_store(&q->is_answered, true);
}
