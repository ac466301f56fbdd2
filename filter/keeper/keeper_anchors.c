/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "keeper/keeper_anchors.h"

#include "base/clock.h"
#include "base/log.h"
#include "config/effective_anchors.h"

/* The files are identified before they are read: a change in between shows the next time. */
bool keeper_anchors_init(struct keeper_anchors *a, const struct config *c, struct complaint *error)
{
	*a = (struct keeper_anchors){ .config = c,
		.configured = file_identify(c->trust_anchor),
		.learned = file_identify(c->trust_anchor_state) };
	a->current = effective_anchors(c, clock_wall_s(), error);
	return a->current != NULL;
}

static void release_former_anchors(struct keeper_anchors *a, struct look_pool *pool)
{
	if (!a->former || look_pool_is_using(pool, a->former))
		return;
	anchors_free(a->former);
	a->former = NULL;
}

static bool have_changed(const struct keeper_anchors *a, const struct keeper_anchors *now)
{
	return !file_is_same(&a->configured, &now->configured) ||
	       !file_is_same(&a->learned, &now->learned);
}

static void take_fresh(
        struct keeper_anchors *a, struct look_pool *pool, const struct keeper_anchors *fresh)
{
	a->former = a->current;
	a->current = fresh->current;
	a->configured = fresh->configured;
	a->learned = fresh->learned;
	a->is_told = false;
	look_pool_use_anchors(pool, a->current);
	log_line(LOG_LEVEL_DEBUG, "the trust anchors were read again: %u zones",
	        anchors_count(a->current));
}

void keeper_anchors_follow(struct keeper_anchors *a, struct look_pool *pool, uint64_t now_ms)
{
	const struct config *c = a->config;
	struct complaint why;

	if (now_ms < a->due_ms)
		return;
	struct keeper_anchors fresh = { .configured = file_identify(c->trust_anchor),
		.learned = file_identify(c->trust_anchor_state) };
	a->due_ms = now_ms + KEEPER_ANCHORS_MS;
	release_former_anchors(a, pool);
	if (a->former || !have_changed(a, &fresh))
		return;
	fresh.current = effective_anchors(c, clock_wall_s(), &why);
	if (fresh.current) {
		take_fresh(a, pool, &fresh);
		return;
	}
	if (!a->is_told)
		log_warning("the trust anchors have changed, and cannot be read; those before stay "
		            "in force: %s",
		        why.text);
	a->is_told = true;
}

void keeper_anchors_fini(struct keeper_anchors *a)
{
	anchors_free(a->former);
	anchors_free(a->current);
}
