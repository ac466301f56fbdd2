/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "netfilter/rules_watch.h"

enum {
	SOON_MS = 1000, /* routes change in bursts */
	REST_FACTOR = 9,
	RETRY_FIRST_MS = 1000,
};

void rules_watch_init(struct rules_watch *w, bool restores, uint64_t now_ms)
{
	*w = (struct rules_watch){ .restores = restores, .look_at_ms = now_ms };
}

void rules_watch_notice(struct rules_watch *w, bool urgent, uint64_t now_ms)
{
	uint64_t at_ms = urgent ? now_ms : now_ms + SOON_MS;

	if (at_ms < w->rested_ms)
		at_ms = w->rested_ms;
	if (at_ms < w->look_at_ms)
		w->look_at_ms = at_ms;
}

void rules_watch_now(struct rules_watch *w, uint64_t now_ms)
{
	w->look_at_ms = w->rested_ms = now_ms;
	w->failed = 0;
}

int rules_watch_wait_ms(const struct rules_watch *w, uint64_t now_ms)
{
	return now_ms >= w->look_at_ms ? 0 : (int)(w->look_at_ms - now_ms);
}

/* Returns the time of the restore that must be a minute old before the next one; 0 if there is
 * none. */
static uint64_t oldest_restore(const struct rules_watch *w)
{
	return w->restored < RULES_RESTORES_MAX ? 0
	                                        : w->restored_ms[w->restored % RULES_RESTORES_MAX];
}

static bool may_restore(const struct rules_watch *w, uint64_t now_ms)
{
	uint64_t oldest_ms = oldest_restore(w);

	return oldest_ms == 0 || now_ms - oldest_ms >= RULES_RESTORES_MS;
}

enum rules_action rules_watch_found(
        struct rules_watch *w, enum rules_state state, uint64_t began_ms, uint64_t now_ms)
{
	bool is_gone = state == RULES_MISSING || state == RULES_FOREIGN;

	w->rested_ms = now_ms + (now_ms - began_ms) * REST_FACTOR;
	w->look_at_ms = now_ms + RULES_LOOK_MS;
	if (w->look_at_ms < w->rested_ms)
		w->look_at_ms = w->rested_ms;
	if (state == RULES_IN_FORCE || w->stands_back)
		return RULES_LEAVE;
	if (!is_gone || !w->restores)
		return RULES_ALARM;
	return may_restore(w, now_ms) ? RULES_RESTORE : RULES_YIELD;
}

void rules_watch_restored(struct rules_watch *w, uint64_t now_ms)
{
	w->restored_ms[w->restored++ % RULES_RESTORES_MAX] = now_ms;
	w->look_at_ms = now_ms;
	w->failed = 0;
}

void rules_watch_moved(struct rules_watch *w, uint64_t now_ms)
{
	w->look_at_ms = w->rested_ms = now_ms + SOON_MS;
	w->failed = 0;
}

uint32_t rules_watch_failed(struct rules_watch *w, uint64_t now_ms)
{
	uint32_t wait_ms = RETRY_FIRST_MS;

	for (unsigned i = 0; i < w->failed && wait_ms < RULES_RETRY_MS; i++)
		wait_ms *= 2;
	if (wait_ms > RULES_RETRY_MS)
		wait_ms = RULES_RETRY_MS;
	w->failed++;
	w->look_at_ms = w->rested_ms = now_ms + wait_ms;
	return wait_ms;
}
