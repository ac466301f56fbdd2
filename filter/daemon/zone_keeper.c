/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_keeper.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/advice.h"
#include "base/clock.h"
#include "base/complaint.h"
#include "base/log.h"
#include "daemon/workers_wait.h"
#include "daemon/zone_policy.h"
#include "worker/worker_orders.h"

#define DAY_S  86400
#define DAY_MS (DAY_S * UINT64_C(1000))

struct zone_keeper {
	struct zone_policy *current;
	struct zone_policy *former; /* a worker may still use it; or NULL */
	struct worker *const *workers;
	unsigned worker_count;
	bool has_looked;
	uint64_t looked_ms;
};

struct zone_keeper *zone_keeper_new(const struct config *c, struct complaint *why)
{
	struct zone_keeper *k = calloc(1, sizeof(*k));

	if (!k) {
		complaint_set(why, "no memory");
		return NULL;
	}
	k->current = zone_policy_load(c, why);
	if (k->current)
		return k;
	free(k);
	return NULL;
}

const struct sign_policy *zone_keeper_policy(const struct zone_keeper *k)
{
	return zone_policy_signing(k->current);
}

void zone_keeper_serve(struct zone_keeper *k, struct worker *const workers[], unsigned count)
{
	k->workers = workers;
	k->worker_count = count;
}

/* ---- Reading again ---- */

/* Frees the former keys once no worker uses them. Returns true if there are none left. */
static bool release_former(void *keeper)
{
	struct zone_keeper *k = keeper;

	for (unsigned i = 0; k->former && i < k->worker_count; i++) {
		if (worker_sign_policy(k->workers[i]) != zone_policy_signing(k->current))
			return false;
	}
	zone_policy_free(k->former);
	k->former = NULL;
	return true;
}

int zone_keeper_reload(struct zone_keeper *k, const struct config *c, struct complaint *why)
{
	if (!workers_wait(release_former, k)) {
		complaint_set(why, "a worker does not yet use the keys of the reload before; try "
		                   "again");
		return -1;
	}
	struct zone_policy *fresh = zone_policy_load(c, why);
	if (!fresh)
		return -1;
	zone_policy_follow(fresh, k->current, clock_wall_s());
	k->former = k->current;
	k->current = fresh;
	k->has_looked = false;
	for (unsigned i = 0; i < k->worker_count; i++)
		worker_use_sign_policy(k->workers[i], zone_policy_signing(fresh));
	log_info("the keys of %u zones were read again", zone_policy_signing(fresh)->zone_count);
	return 0;
}

/* ---- Pre-made signatures ---- */

int64_t zone_keeper_zone_lasts_s(const struct sign_zone *zone, int64_t now_s)
{
	const struct presigned *sets[] = { &zone->dnskey, &zone->cds, &zone->cdnskey };
	int64_t shortest_s = INT64_MAX;

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		int64_t lasts_s =
		        sets[i]->count > 0 ? presigned_lasts_s(sets[i], now_s) : INT64_MAX;
		if (lasts_s < shortest_s)
			shortest_s = lasts_s;
	}
	return shortest_s;
}

int64_t zone_keeper_zone_span_s(const struct sign_zone *zone)
{
	const struct presigned *p = &zone->dnskey;
	uint32_t first = 0, last = 0;

	for (unsigned i = 0; i < p->rrsig_count; i++) {
		const struct presigned_rrsig *r = &p->rrsigs[i];
		if (i == 0 || (int32_t)(r->inception - first) < 0)
			first = r->inception;
		if (i == 0 || (int32_t)(r->expiration - last) > 0)
			last = r->expiration;
	}
	return (int32_t)(last - first);
}

const struct sign_zone *zone_keeper_first_to_end(const struct zone_keeper *k, int64_t now_s)
{
	const struct sign_policy *p = zone_keeper_policy(k);
	const struct sign_zone *first = &p->zones[0];

	for (unsigned i = 1; i < p->zone_count; i++) {
		if (zone_keeper_zone_lasts_s(&p->zones[i], now_s) <
		        zone_keeper_zone_lasts_s(first, now_s))
			first = &p->zones[i];
	}
	return first;
}

static void warn_of_expiry(const struct sign_zone *zone, int64_t now_s)
{
	int64_t lasts_s = zone_keeper_zone_lasts_s(zone, now_s);
	char name[NAME_TEXT_SIZE];

	name_text(&zone->apex, name);
	if (lasts_s < 0)
		log_error("%.255s: pre-made KSK signatures have expired, or are not valid yet; "
		          "queries for DNSKEY, CDS or CDNSKEY get SERVFAIL: run `sealgate keys "
		          "sign`, then `sealgate ctl reload%s`",
		        name, advice_options());
	else if (lasts_s < zone_keeper_zone_span_s(zone) / 2)
		log_warning("%.255s: the pre-made KSK signatures expire in %" PRId64
		            " days: run `sealgate keys sign`, then `sealgate ctl reload%s`",
		        name, lasts_s / DAY_S, advice_options());
}

void zone_keeper_look(struct zone_keeper *k, int64_t now_s, uint64_t now_ms)
{
	const struct sign_policy *p = zone_keeper_policy(k);

	release_former(k);
	if (now_s < 0 || (k->has_looked && now_ms - k->looked_ms < DAY_MS))
		return;
	k->has_looked = true;
	k->looked_ms = now_ms;
	for (unsigned i = 0; i < p->zone_count; i++)
		warn_of_expiry(&p->zones[i], now_s);
}

void zone_keeper_free(struct zone_keeper *k)
{
	if (!k)
		return;
	zone_policy_free(k->former);
	zone_policy_free(k->current);
	free(k);
}
