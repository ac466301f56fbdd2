/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lifetroubles.h"

bool world_happens(struct world *w, unsigned days)
{
	return days && w->now_s % HOUR == 0 && world_draw(w, days * 24) == 0;
}

static void lag_gateways(struct world *w)
{
	for (unsigned g = 0; g < WORLD_GATEWAYS - 1; g++) {
		struct lagging *l = &w->gateways[g];
		if (l->frozen_s && l->thaws_s <= w->now_s)
			l->frozen_s = 0;
		if (l->is_unreached && l->unreached_until_s <= w->now_s)
			l->is_unreached = false;
		if (w->vault_away_s > w->now_s)
			continue;
		if (world_happens(w, w->given->lags) && !w->gateways[1 - g].frozen_s &&
		        w->now_s - w->last_write_s <= DAY) {
			l->frozen_s = w->now_s;
			l->thaws_s = w->now_s + (1 + world_draw(w, 24 * 6)) * HOUR;
		}
		if (world_happens(w, w->given->lags)) {
			l->is_unreached = true;
			l->unreached_until_s = w->now_s + (1 + world_draw(w, 24 * 9)) * HOUR;
		}
	}
}

/* A server of the parent goes back to what it had, but only while resolvers may have that, too. */
static void flap_parents(struct world *w)
{
	struct lagging *l = &w->parents[1];
	int64_t since_s = w->sets[(w->set_count - 1) % WORLD_HISTORY].since_s;

	if (l->frozen_s && (l->thaws_s <= w->now_s || w->now_s - since_s >= w->policy.ds_ttl_s))
		l->frozen_s = 0;
	if (w->given->flaps && w->set_count > 1 && !l->frozen_s && w->now_s % HOUR == 0 &&
	        w->now_s - since_s < w->policy.ds_ttl_s && world_draw(w, w->given->flaps) == 0) {
		l->frozen_s = since_s - 1;
		l->thaws_s = w->now_s + (3 + world_draw(w, 8)) * HOUR;
	}
	for (unsigned p = 0; p < WORLD_PARENTS - 1; p++) {
		struct lagging *hidden = &w->parents[p];
		if (hidden->is_unreached && hidden->unreached_until_s <= w->now_s)
			hidden->is_unreached = false;
		if (!world_happens(w, w->given->flaps))
			continue;
		hidden->is_unreached = true;
		hidden->unreached_until_s = w->now_s + (1 + world_draw(w, 48)) * HOUR;
	}
}

static bool is_frozen(const struct world *w)
{
	return w->gateways[0].frozen_s || w->gateways[1].frozen_s || w->gateways[0].is_unreached ||
	       w->gateways[1].is_unreached;
}

/* Half of the outages are as long as the last timeline may be used, at most, and end behind its
 * end. Then nothing else may hinder the keeper. */
static int64_t outage_s(struct world *w)
{
	int64_t most_s = w->last_write_s + w->policy.ahead_s + WORLD_GRACE - w->now_s;
	int64_t most_hours = most_s / HOUR - 2;
	bool is_hindered = w->given->absences || w->given->restores || w->given->clock_steps;

	return is_hindered || world_draw(w, 2) ? (1 + world_draw(w, 14 * 24 - 1)) * HOUR
	                                       : (most_hours - world_draw(w, 47)) * HOUR;
}

/* Nobody is reached for some hours: the network, or a firewall, is not up yet. */
static void hide_all(struct world *w)
{
	int64_t until_s = w->now_s + (1 + world_draw(w, 8)) * HOUR;

	for (unsigned g = 0; g < WORLD_GATEWAYS - 1; g++) {
		w->gateways[g].is_unreached = true;
		w->gateways[g].unreached_until_s = until_s;
	}
	for (unsigned p = 0; p < WORLD_PARENTS - 1; p++) {
		w->parents[p].is_unreached = world_draw(w, 2);
		w->parents[p].unreached_until_s = until_s;
	}
}

/* A backup is in use for some hours, and then what was on the disk before. */
static void restore_backup(struct world *w)
{
	if (w->restored_s && w->restored_s <= w->now_s) {
		w->life = w->disk;
		w->in_place = w->disk_place;
		w->restored_s = 0;
		w->was_restarted = true;
	} else if (world_happens(w, w->given->restores) && w->backup.count) {
		w->life = w->backup;
		w->restored_s = w->now_s + 6 * HOUR;
		w->was_restarted = true;
	} else if (world_happens(w, w->given->pairs) && w->backup.count && w->old_place.end_s) {
		w->life = w->backup;
		w->in_place = w->old_place;
		w->restored_s = w->now_s + 6 * HOUR;
		w->was_restarted = true;
		hide_all(w);
	}
	if (w->now_s % (5 * DAY) == 0 && !w->restored_s && w->written) {
		w->backup = w->disk;
		w->old_place = w->in_place;
	}
}

void world_go_wrong(struct world *w)
{
	lag_gateways(w);
	flap_parents(w);
	if (w->clock_off_s && w->now_s % (6 * HOUR) == 0)
		w->clock_off_s = 0;
	else if (world_happens(w, w->given->clock_steps))
		w->clock_off_s = ((int64_t)world_draw(w, 40 * 24) - 20 * 24) * HOUR;
	restore_backup(w);
	if (w->now_s - w->last_write_s > DAY)
		return;
	if (world_happens(w, w->given->vault_outages) && !is_frozen(w))
		w->vault_away_s = w->now_s + outage_s(w);
	else if (world_happens(w, w->given->absences)) {
		w->absent_s = w->now_s + (1 + world_draw(w, 10 * 24)) * HOUR;
		w->was_restarted = world_draw(w, 2);
		w->last_step_s = w->absent_s;
	}
}
