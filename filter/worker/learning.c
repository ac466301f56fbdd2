/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/learning.h"

#include "worker/worker_private.h"

void learning_set_source(struct worker *w, const struct sockaddr_storage *server)
{
	w->store.source = w->config.sources.resolver_count > 0
	                          ? 0
	                          : keyed_hash(&w->store.key, span_of(server, sizeof(*server)));
}

/* A server that has just shown the keys of a zone with an anchor can be asked for them again. */
static void tell_of_anchor(struct worker *w, const struct fetch *fetch)
{
	const struct name *zone = &fetch->want.name;
	const struct anchor *anchor = anchors_above(w->store.anchors, zone);
	const struct fact *fact = store_find(&w->store, zone, w->now_s);

	if (!anchor || !name_equal(&anchor->zone, zone) || !fact || !fact->keys)
		return;
	stats_count(&w->stats.anchors_proved);
	if (w->config.anchor_answered)
		w->config.anchor_answered(w->config.anchor_context, zone, &fetch->asked);
}

/* Returns the gate that wanted it. */
static struct gate *gate_of(struct worker *w, const struct fetch *fetch)
{
	learning_set_source(w, &fetch->server);
	w->dateless.store.source = w->store.source;
	return fetch->want.is_dateless ? &w->dateless.gate : &w->gate;
}

bool learning_take(void *context, struct fetch *fetch, struct span answer, bool last_try)
{
	struct worker *w = context;
	uint64_t checks = crypto_checks(w->crypto);

	enum learned learned =
	        gate_learn(gate_of(w, fetch), &fetch->want, answer, w->now_s, last_try);
	fetch->verifications += (unsigned)(crypto_checks(w->crypto) - checks);
	if (learned != LEARNED)
		return false;
	if (fetch->want.type == TYPE_DNSKEY && !fetch->want.is_dateless)
		tell_of_anchor(w, fetch);
	return true;
}

void learning_fail(void *context, const struct fetch *fetch)
{
	struct worker *w = context;

	gate_learn_failure(gate_of(w, fetch), &fetch->want, REASON_FETCH_FAILED, w->now_s);
}

void learning_over(void *context, struct parked_list *waiting)
{
	struct worker *w = context;
	parked_move_all(waiting, &w->ready);
}
