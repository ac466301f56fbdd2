/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/self_check.h"

#include <assert.h>
#include <poll.h>
#include <stdlib.h>

#include "base/encoding.h"
#include "base/keyedhash.h"
#include "keeper/look_read.h"

#define VIEWS         (1 + SELF_CHECK_KEYS)
#define RANDOM_OCTETS 16

/* Where a judgement begins. */
struct check_view {
	struct anchors *anchors;
	uint16_t key_tag; /* 0: the DS at the parent */
};

struct check_run {
	const struct self_check_order *order;
	const struct look_means *means;
	struct check_view views[VIEWS];
	unsigned view_count;
	struct rr *rrs;
	struct ask *asks;  /* by server, then by question */
	bool is_cut_short; /* stopped, or nothing could be asked */
};

/* ---- Where judgements begin ---- */

static bool add_view(struct check_run *r, const struct ds_set *ds, uint16_t key_tag)
{
	struct check_view *view = &r->views[r->view_count];
	bool good;

	view->key_tag = key_tag;
	view->anchors = anchors_new();
	good = view->anchors != NULL;
	r->view_count += good;
	for (unsigned i = 0; good && i < ds->count; i++)
		good = anchors_add(view->anchors, r->order->zone, &ds->ds[i]);
	return good;
}

/* Returns false if memory is short. */
static bool find_views(struct check_run *r, struct self_check_result *result)
{
	const struct self_check_order *order = r->order;
	struct ds_set ds = { .count = 0 };
	bool good = true;

	result->chain = look_judge_find_ds(
	        r->means->judge, order->zone, &ds, order->now_s, r->means->stop_fd);
	if (result->chain.status == STATUS_SECURE)
		good = add_view(r, &ds, 0);
	for (unsigned i = 0; good && i < order->key_count; i++) {
		const struct ds_set one = { .count = 1, .ds = { order->keys[i].ds } };
		good = add_view(r, &one, order->keys[i].tag);
	}
	return good;
}

/* ---- Asking ---- */

/* A name that no server and no cache can foresee. Returns false if there is no room for it below
 * the zone. */
static bool draw_missing_name(const struct name *zone, struct name *missing)
{
	uint8_t octets[RANDOM_OCTETS];
	char label[2 * RANDOM_OCTETS + 1];

	for (unsigned i = 0; i < RANDOM_OCTETS; i += sizeof(uint16_t)) {
		const uint16_t drawn = random_u16();
		memcpy(octets + i, &drawn, sizeof(drawn));
	}
	hex_encode(span_of(octets, sizeof(octets)), label);
	return name_prepend(zone, span_of(label, 2 * RANDOM_OCTETS), missing);
}

static void put_asks(struct check_run *r, unsigned server)
{
	const struct self_check_order *order = r->order;
	struct ask *asks = &r->asks[server * SELF_CHECK_QUESTIONS];

	for (unsigned q = 0; q < SELF_CHECK_QUESTIONS; q++) {
		asks[q] = (struct ask){ .server = order->servers[server].address,
			.want = { .name = *order->zone, .type = TYPE_SOA } };
	}
	asks[SELF_CHECK_DNSKEY].want.type = TYPE_DNSKEY;
	asks[SELF_CHECK_MISSING].want.type = TYPE_A;
	/* else the apex is asked */
	draw_missing_name(order->zone, &asks[SELF_CHECK_MISSING].want.name);
}

static void send_asks(struct check_run *r)
{
	struct pollfd stop = { .fd = r->means->stop_fd, .events = POLLIN };
	unsigned count = r->order->server_count * SELF_CHECK_QUESTIONS;

	r->is_cut_short = asks_run(r->asks, count, stop.fd) < 0 || poll(&stop, 1, 0) > 0;
}

/* ---- Judging ---- */

static struct span ask_answer(const struct ask *a)
{
	return span_of(a->octets, a->len);
}

/* Looks at what needs no judgement. */
static enum look_fault fault_of_ask(struct check_run *r, const struct ask *a, unsigned *rcode)
{
	struct message m;

	if (a->end != ASK_ANSWERED)
		return look_fault_of_end(a->end);
	if (!message_parse(&m, ask_answer(a), r->rrs, MESSAGE_RRS_MAX))
		return LOOK_MALFORMED;
	*rcode = message_rcode(&m);
	if (*rcode != RCODE_NOERROR && *rcode != RCODE_NXDOMAIN)
		return LOOK_ERROR;
	return m.flags & FLAG_AA ? LOOK_SEEN : LOOK_LAME;
}

/* Has the judge begin at a view, with the DNSKEY RRset that `keys_of` serves. */
static void begin_judging(struct check_run *r, const struct check_view *view, unsigned keys_of)
{
	const struct ask *keys = &r->asks[keys_of * SELF_CHECK_QUESTIONS + SELF_CHECK_DNSKEY];
	const struct want want = { .name = *r->order->zone, .type = TYPE_DNSKEY };

	look_judge_turn_to(
	        r->means->server_judge, view->anchors, &r->order->servers[keys_of].address);
	look_judge_learn(r->means->server_judge, &want, ask_answer(keys), r->order->now_s);
}

/* Judges one answer. Returns true if it holds. An algorithm that is not known here proves nothing
 * against the answer, and neither does an opt-out span. */
static bool holds(struct check_run *r, const struct ask *a, const struct check_view *view,
        struct self_check_finding *f)
{
	struct outcome o = look_judge_response(
	        r->means->server_judge, ask_answer(a), r->order->now_s, r->means->stop_fd);

	if (o.status <= STATUS_INSECURE)
		return true;
	if (o.reason == REASON_ANCHOR_NO_MATCH)
		o.reason = REASON_DS_NO_MATCH;
	f->fault = LOOK_UNPROVED;
	f->outcome = o;
	f->key_tag = view->key_tag;
	return false;
}

/* Judges all answers of a server, each from all views, until one does not hold. */
static void judge_server(struct check_run *r, unsigned server, struct self_check_finding *f)
{
	const struct ask *asks = &r->asks[server * SELF_CHECK_QUESTIONS];

	*f = (struct self_check_finding){ .server = r->order->servers[server] };
	for (unsigned q = 0; q < SELF_CHECK_QUESTIONS && f->fault == LOOK_SEEN; q++) {
		f->question = q;
		f->fault = fault_of_ask(r, &asks[q], &f->rcode);
	}
	for (unsigned v = 0; v < r->view_count && f->fault == LOOK_SEEN; v++) {
		begin_judging(r, &r->views[v], server);
		for (unsigned q = 0; q < SELF_CHECK_QUESTIONS && f->fault == LOOK_SEEN; q++) {
			f->question = q;
			holds(r, &asks[q], &r->views[v], f);
		}
	}
}

/* Judges the SOA of a server by the DNSKEY RRset of another one. */
static void judge_by_other(
        struct check_run *r, unsigned server, unsigned other, struct self_check_finding *f)
{
	*f = (struct self_check_finding){ .server = r->order->servers[server],
		.question = SELF_CHECK_SOA };
	begin_judging(r, &r->views[0], other);
	if (holds(r, &r->asks[server * SELF_CHECK_QUESTIONS + SELF_CHECK_SOA], &r->views[0], f))
		return;
	f->is_by_other = true;
	f->other = r->order->servers[other];
}

/* ---- The result ---- */

static bool is_bogus(const struct self_check_finding *f)
{
	return f->fault == LOOK_UNPROVED && f->outcome.status == STATUS_BOGUS;
}

bool self_check_is_wrong(const struct self_check_finding *f)
{
	return f->fault != LOOK_SEEN && f->fault != LOOK_SILENT && f->fault != LOOK_REFUSED;
}

/* A wrong answer needs a person sooner than a server that is silent. */
static unsigned weight(const struct self_check_finding *f)
{
	return self_check_is_wrong(f) + is_bogus(f);
}

/* A route or a socket that this machine lacks says nothing of a server. */
static bool is_own_lack(enum look_fault fault)
{
	return fault == LOOK_NO_WAY || fault == LOOK_NO_ROOM;
}

static void count_finding(struct self_check_result *result, const struct self_check_finding *f)
{
	if (is_own_lack(f->fault))
		return;
	result->checked++;
	if (f->fault == LOOK_SEEN)
		return;
	if (result->failed++ == 0 || weight(f) > weight(&result->worst))
		result->worst = *f;
}

static bool has_wrong(const struct self_check_result *result)
{
	return result->failed > 0 && self_check_is_wrong(&result->worst);
}

/* Judges each server alone; and if none is wrong, each that is good by the next one's DNSKEY
 * RRset. */
static void judge_all(struct check_run *r, struct self_check_result *result)
{
	unsigned good[LOOK_ADDRESSES], good_count = 0;
	struct self_check_finding f;

	result->checked = result->failed = 0;
	for (unsigned i = 0; i < r->order->server_count; i++) {
		judge_server(r, i, &f);
		if (f.fault == LOOK_SEEN)
			good[good_count++] = i;
		count_finding(result, &f);
	}
	for (unsigned i = 0; good_count > 1 && i < good_count && !has_wrong(result); i++) {
		judge_by_other(r, good[i], good[(i + 1) % good_count], &f);
		if (f.fault != LOOK_SEEN) {
			result->failed++;
			result->worst = f;
		}
	}
}

static void check_once(struct check_run *r, struct self_check_result *result)
{
	for (unsigned i = 0; i < r->order->server_count; i++)
		put_asks(r, i);
	send_asks(r);
	judge_all(r, result);
	asks_free(r->asks, r->order->server_count * SELF_CHECK_QUESTIONS);
}

/* A Bogus answer is asked for once more: it may have been one forged or damaged packet, or the
 * second in which a server took up a new timeline. */
static void check_and_confirm(struct check_run *r, struct self_check_result *result)
{
	check_once(r, result);
	if (result->failed == 0 || !is_bogus(&result->worst) || r->is_cut_short)
		return;
	check_once(r, result);
	result->is_confirmed = result->failed > 0 && is_bogus(&result->worst);
}

void self_check_run(const struct self_check_order *order, const struct look_means *means,
        struct self_check_result *result)
{
	struct check_run r = { .order = order,
		.means = means,
		.rrs = calloc(MESSAGE_RRS_MAX, sizeof(*r.rrs)),
		.asks = calloc(order->server_count * SELF_CHECK_QUESTIONS + 1, sizeof(*r.asks)) };

	*result = (struct self_check_result){ .is_done = false };
	assert(order->server_count <= LOOK_ADDRESSES && order->key_count <= SELF_CHECK_KEYS);
	if (r.rrs && r.asks && find_views(&r, result) && r.view_count > 0)
		check_and_confirm(&r, result);
	result->is_free = r.view_count == 0 && result->chain.status == STATUS_INSECURE;
	result->is_done = (result->is_free || result->checked > 0) && !r.is_cut_short;
	for (unsigned v = 0; v < r.view_count; v++)
		anchors_free(r.views[v].anchors);
	free(r.rrs);
	free(r.asks);
}
