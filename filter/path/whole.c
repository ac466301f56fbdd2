/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "path/whole.h"

#include "base/writer.h"

void wholes_init(struct wholes *all, int epoll_fd, struct stats *stats, struct parked_list *over)
{
	*all = (struct wholes){ .epoll_fd = epoll_fd, .stats = stats, .over = over };
	for (unsigned i = 0; i < WHOLES_MAX; i++)
		all->slots[i] = (struct whole){ .watched = WATCHED_WHOLE, .exchange.fd = -1 };
}

static void end(struct wholes *all, struct whole *whole)
{
	struct parked *parked = whole->waiting.first;

	exchange_end(&whole->exchange);
	whole->is_asked = false;
	if (!parked)
		return;
	parked->waits_for_whole = false;
	parked_move(parked, all->over);
}

void wholes_fini(struct wholes *all)
{
	for (unsigned i = 0; i < WHOLES_MAX; i++) {
		if (all->slots[i].is_asked)
			exchange_end(&all->slots[i].exchange);
	}
}

static struct whole *free_slot(struct wholes *all)
{
	for (unsigned i = 0; i < WHOLES_MAX; i++) {
		if (!all->slots[i].is_asked)
			return &all->slots[i];
	}
	return NULL;
}

bool wholes_want(struct wholes *all, struct parked *parked, uint64_t now_ms)
{
	struct whole *whole = free_slot(all);

	if (!whole)
		return false;
	if (exchange_begin_asked(
	            &whole->exchange, all->epoll_fd, whole, &parked->server, &parked->asked) < 0) {
		exchange_end(&whole->exchange);
		return false;
	}
	stats_count(&all->stats->wholes);
	whole->is_asked = true;
	whole->deadline_ms = now_ms + WHOLE_WAIT_MS;
	parked->waits_for_whole = true;
	parked_move(parked, &whole->waiting);
	return true;
}

/* The id was ours; the client knows its own. */
static void keep(struct whole *whole, struct span answer)
{
	struct parked *parked = whole->waiting.first;

	if (!parked)
		return;
	parked->whole = exchange_take_answer(&whole->exchange);
	parked->whole_len = answer.len;
	put_u16(parked->whole, parked->asked.id);
}

static void fail(struct wholes *all, struct whole *whole)
{
	stats_count(&all->stats->whole_failures);
	end(all, whole);
}

void wholes_ready(struct wholes *all, struct whole *whole)
{
	struct span answer;

	if (!whole->is_asked) /* it was given up in this turn */
		return;
	switch (exchange_ready(&whole->exchange, NULL, &answer)) {
	case EXCHANGE_WAITING:
		break;
	case EXCHANGE_ANSWERED:
		keep(whole, answer);
		end(all, whole);
		break;
	case EXCHANGE_MISMATCHED: /* over TCP these are failures already */
	case EXCHANGE_TRUNCATED:
	case EXCHANGE_FAILED:
		fail(all, whole);
		break;
	}
}

void wholes_expire(struct wholes *all, uint64_t now_ms)
{
	for (unsigned i = 0; i < WHOLES_MAX; i++) {
		struct whole *whole = &all->slots[i];
		if (whole->is_asked && whole->deadline_ms <= now_ms)
			fail(all, whole);
	}
}

uint64_t wholes_deadline_ms(const struct wholes *all)
{
	uint64_t nearest = UINT64_MAX;

	for (unsigned i = 0; i < WHOLES_MAX; i++) {
		const struct whole *whole = &all->slots[i];
		if (whole->is_asked && whole->deadline_ms < nearest)
			nearest = whole->deadline_ms;
	}
	return nearest;
}
