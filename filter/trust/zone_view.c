/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trust/zone_view.h"

static bool has_anchor(const struct store *s, const struct name *zone)
{
	const struct anchor *anchor = anchors_above(s->anchors, zone);

	return anchor && name_equal(&anchor->zone, zone);
}

static const struct failure *last_failure(const struct fact *fact, int64_t now_s)
{
	const struct failure *last = NULL;

	for (unsigned i = 0; i < STORE_FAILURES; i++) {
		const struct failure *f = &fact->failures[i];
		if (f->expires_s > now_s && (!last || f->expires_s > last->expires_s))
			last = f;
	}
	return last;
}

/* True if the keys were proved, and what they were proved by still holds. */
static bool view_keys(
        const struct store *s, const struct fact *fact, int64_t now_s, struct zone_view *view)
{
	bool is_top = fact->keys && has_anchor(s, &fact->name);

	view->has_keys = true;
	view->outcome = outcome_of(STATUS_SECURE, REASON_NONE);
	view->until_s = fact->keys_expire_s;
	if (!is_top && fact->cut_expires_s < view->until_s)
		view->until_s = fact->cut_expires_s;
	return fact->keys && view->until_s > now_s && (is_top || fact->cut == CUT_SECURE);
}

static bool view_failure(const struct fact *fact, int64_t now_s, struct zone_view *view)
{
	const struct failure *f = last_failure(fact, now_s);

	if (!f)
		return false;
	view->has_keys = false;
	view->outcome = outcome_of((enum status)f->status, (enum reason)f->reason);
	view->until_s = f->expires_s;
	return true;
}

static bool view_cut(const struct fact *fact, int64_t now_s, struct zone_view *view)
{
	bool is_secure = fact->cut == CUT_SECURE;

	view->has_keys = false;
	view->outcome = is_secure ? outcome_of(STATUS_SECURE, REASON_NONE) : fact->outcome;
	view->until_s = fact->cut_expires_s;
	return fact->cut_expires_s > now_s && (is_secure || fact->cut == CUT_INSECURE);
}

/* A zone that is proved unsigned needs no keys, so a failure to get them says nothing. */
static bool view_fact(
        const struct store *s, const struct fact *fact, int64_t now_s, struct zone_view *view)
{
	view->name = fact->name;
	if (view_keys(s, fact, now_s, view))
		return true;
	if (fact->cut == CUT_INSECURE && view_cut(fact, now_s, view))
		return true;
	return view_failure(fact, now_s, view) || view_cut(fact, now_s, view);
}

bool zone_view_of(
        const struct store *s, const struct fact *fact, int64_t now_s, struct zone_view *view)
{
	if (store_has_forgotten(s, fact) || !view_fact(s, fact, now_s, view))
		return false;
	const struct anchor *anchor = anchors_above(s->anchors, &fact->name);
	const struct nta *nta = nta_above(s->ntas, &fact->name, now_s);
	if (nta && anchor && nta->zone.labels >= anchor->zone.labels) {
		view->outcome = outcome_of(STATUS_INSECURE, REASON_NTA);
		view->until_s = nta->expires_s;
	}
	return true;
}
