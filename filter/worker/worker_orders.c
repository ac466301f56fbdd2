/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker/worker_orders.h"

#include <sys/eventfd.h>

#include "worker/worker_inquiries.h"
#include "worker/worker_private.h"

/* An eventfd holds a number of 64 bits, so adding one to it cannot fail here. */
static void wake_worker(struct worker *w)
{
	eventfd_write(w->wake_fd, 1);
}

void worker_stop(struct worker *w)
{
	__atomic_store_n(&w->orders.stop, true, __ATOMIC_RELEASE);
	wake_worker(w);
}

void worker_pause(struct worker *w, uint64_t until_ms)
{
	__atomic_store_n(&w->orders.pause_until_ms, until_ms, __ATOMIC_RELEASE);
	wake_worker(w);
}

void worker_use_clock(struct worker *w, enum clock_state state)
{
	__atomic_store_n(&w->orders.clock, state, __ATOMIC_RELEASE);
	wake_worker(w);
}

void worker_forget(struct worker *w)
{
	__atomic_add_fetch(&w->orders.forget, 1, __ATOMIC_RELEASE);
	wake_worker(w);
}

void worker_inquire(struct worker *w, struct inquiry *q)
{
	atomic_fetch_add(&q->owners, 1);
	struct inquiry *before = __atomic_exchange_n(&w->orders.inquiry, q, __ATOMIC_ACQ_REL);

	/* the worker hangs, and was told to forget a name: then it forgets all that it learned */
	if (before && before->kind == INQUIRY_FORGET)
		worker_forget(w);
	inquiry_release(before);
	wake_worker(w);
}

void worker_use_anchors(struct worker *w, const struct anchors *anchors)
{
	__atomic_store_n(&w->orders.anchors, anchors, __ATOMIC_RELEASE);
}

const struct anchors *worker_anchors(const struct worker *w)
{
	return __atomic_load_n(&w->anchors_used, __ATOMIC_ACQUIRE);
}

void worker_use_policy(struct worker *w, const struct policy *policy)
{
	__atomic_store_n(&w->orders.policy, policy, __ATOMIC_RELEASE);
	wake_worker(w);
}

const struct policy *worker_policy(const struct worker *w)
{
	return __atomic_load_n(&w->policy_used, __ATOMIC_ACQUIRE);
}

void worker_use_ntas(struct worker *w, const struct nta_list *ntas)
{
	__atomic_store_n(&w->orders.ntas, ntas, __ATOMIC_RELEASE);
	wake_worker(w);
}

const struct nta_list *worker_ntas(const struct worker *w)
{
	return __atomic_load_n(&w->ntas_used, __ATOMIC_ACQUIRE);
}

void worker_use_sign_policy(struct worker *w, const struct sign_policy *policy)
{
	__atomic_store_n(&w->orders.sign_policy, policy, __ATOMIC_RELEASE);
	wake_worker(w);
}

const struct sign_policy *worker_sign_policy(const struct worker *w)
{
	return __atomic_load_n(&w->sign_policy_used, __ATOMIC_ACQUIRE);
}

void worker_use_settings(struct worker *w, const struct worker_config *settings)
{
	__atomic_store_n(&w->orders.settings, settings, __ATOMIC_RELEASE);
	wake_worker(w);
}

const struct worker_config *worker_settings(const struct worker *w)
{
	return __atomic_load_n(&w->settings_used, __ATOMIC_ACQUIRE);
}

/* The parts of the worker look into its own configuration, except those that have copies. */
static void use_settings(struct worker *w, const struct worker_config *s)
{
	struct worker_config *own = &w->config;

	own->sources.resolvers = s->sources.resolvers;
	own->sources.resolver_count = s->sources.resolver_count;
	own->assists = s->assists;
	own->waits_for_clock = s->waits_for_clock;
	own->local_names = s->local_names;
	own->local_zones = s->local_zones;
	own->tcp.idle_ms = s->tcp.idle_ms;
	own->tcp.refuses_transfers = s->tcp.refuses_transfers;
	if (worker_signs(w))
		return;
	fetcher_use_resolvers(&w->fetcher, own->sources.resolvers, own->sources.resolver_count);
	w->reasks.resolvers = own->sources.resolvers;
	w->reasks.resolver_count = own->sources.resolver_count;
	w->fallback.can_assist = own->assists && own->sources.resolver_count > 0;
	gates_use_settings(&w->gates);
}

static void take_settings(struct worker *w, const struct worker_config *wanted)
{
	if (wanted == w->settings_used)
		return;
	use_settings(w, wanted);
	__atomic_store_n(&w->settings_used, wanted, __ATOMIC_RELEASE);
}

/* Returns false if memory is short: then the old policy stays in use until the next turn. */
static bool take_sign_policy(struct worker *w)
{
	const struct sign_policy *wanted =
	        __atomic_load_n(&w->orders.sign_policy, __ATOMIC_ACQUIRE);

	if (wanted != w->sign_policy_used && signer_set_policy(w->sign_trade.signer, wanted) == 0)
		__atomic_store_n(&w->sign_policy_used, wanted, __ATOMIC_RELEASE);
	return wanted == w->sign_policy_used;
}

static void take_anchors(struct worker *w)
{
	const struct anchors *wanted = __atomic_load_n(&w->orders.anchors, __ATOMIC_ACQUIRE);

	if (wanted == w->anchors_used)
		return;
	gates_use_anchors(&w->gates, wanted);
	__atomic_store_n(&w->anchors_used, wanted, __ATOMIC_RELEASE);
}

static void take_gate_policy(struct worker *w)
{
	const struct policy *wanted = __atomic_load_n(&w->orders.policy, __ATOMIC_ACQUIRE);

	if (wanted == w->policy_used)
		return;
	w->config.policy = wanted; /* where all parts of the worker look for it */
	gates_use_policy(&w->gates, wanted);
	w->fallback.passes_blocked = wanted->passes_blocked;
	server_fallback_leave_shortcut(&w->fallback);
	__atomic_store_n(&w->policy_used, wanted, __ATOMIC_RELEASE);
}

static void take_ntas(struct worker *w)
{
	const struct nta_list *wanted = __atomic_load_n(&w->orders.ntas, __ATOMIC_ACQUIRE);

	if (wanted == w->ntas_used)
		return;
	gates_use_ntas(&w->gates, wanted);
	__atomic_store_n(&w->ntas_used, wanted, __ATOMIC_RELEASE);
}

/* What a signer has learned holds at any time, and in a pause it learns nothing. */
static void forget_learned(struct worker *w)
{
	if (!worker_signs(w))
		gates_forget(&w->gates);
}

/* A fact that was learned by another time may be wrong by this one. */
static void take_clock(struct worker *w)
{
	enum clock_state clock = __atomic_load_n(&w->orders.clock, __ATOMIC_ACQUIRE);

	if (clock == w->turn.clock)
		return;
	w->turn.clock = clock;
	if (worker_signs(w))
		signer_believe_clock(w->sign_trade.signer, clock != CLOCK_NOT_SET);
	forget_learned(w);
	if (clock != CLOCK_NOT_SET)
		parked_move_all(&w->arrivals.clockless, &w->ready);
}

static void take_forget(struct worker *w)
{
	uint32_t wanted = __atomic_load_n(&w->orders.forget, __ATOMIC_ACQUIRE);

	if (wanted != w->forgotten && worker_signs(w))
		signer_forget(w->sign_trade.signer);
	else if (wanted != w->forgotten)
		forget_learned(w);
	w->forgotten = wanted;
}

static void take_inquiry(struct worker *w)
{
	if (!__atomic_load_n(&w->orders.inquiry, __ATOMIC_RELAXED))
		return;
	struct inquiry *q = __atomic_exchange_n(&w->orders.inquiry, NULL, __ATOMIC_ACQ_REL);
	if (q)
		worker_answer(w, q);
	inquiry_release(q);
}

/* What failed before a pause probably failed because of what the pause was for, as a captive
 * portal. It is asked for again when the pause ends, instead of being refused for up to
 * LIMIT_BOGUS_TTL_S. Only root can begin a pause, and nothing is learned from what passes in it. */
static void take_pause(struct worker *w)
{
	bool was_paused = w->turn.is_paused;

	w->turn.is_paused =
	        w->turn.now_ms < __atomic_load_n(&w->orders.pause_until_ms, __ATOMIC_ACQUIRE);
	if (was_paused && !w->turn.is_paused)
		forget_learned(w);
}

void orders_take(struct worker *w)
{
	/* Read first and published last: the policies were given before them. So who sees the
	 * settings taken may free the former policies, too. */
	const struct worker_config *settings =
	        __atomic_load_n(&w->orders.settings, __ATOMIC_ACQUIRE);

	take_anchors(w);
	take_gate_policy(w);
	take_ntas(w);
	if (take_sign_policy(w))
		take_settings(w, settings);
	take_clock(w);
	take_forget(w);
	take_inquiry(w);
	w->stopping = __atomic_load_n(&w->orders.stop, __ATOMIC_ACQUIRE);
	take_pause(w);
}
