/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/watchdog.h"

void watchdog_init(struct watchdog *w, uint64_t within_ms, uint64_t now_ms)
{
	*w = (struct watchdog){ .every_ms = within_ms / WATCHDOG_LOOKS };
	w->due_ms = now_ms + w->every_ms;
}

bool watchdog_look(struct watchdog *w, const uint64_t *turns, unsigned count, uint64_t now_ms)
{
	bool all_turn = true;

	if (w->every_ms == 0 || now_ms < w->due_ms)
		return false;
	for (unsigned i = 0; i < count && i < WATCHDOG_WORKERS_MAX; i++) {
		all_turn = all_turn && turns[i] != w->seen[i];
		w->seen[i] = turns[i];
	}
	w->due_ms = now_ms + w->every_ms;
	return all_turn;
}

int watchdog_wait_ms(const struct watchdog *w, uint64_t now_ms)
{
	if (w->every_ms == 0)
		return -1;
	return now_ms < w->due_ms ? (int)(w->due_ms - now_ms) : 0;
}
