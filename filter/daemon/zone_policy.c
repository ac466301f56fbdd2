/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_policy.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "daemon/zone_policy_private.h"
#include "daemon/zone_seating.h"

static int order_seats(const void *a, const void *b)
{
	return sign_policy_order(zone_seat_apex(a), zone_seat_apex(b));
}

/* Makes the zones of the signer from the seats. Returns false if memory is short. */
static bool fill_zones(struct zone_policy *z, const struct zone_policy *former, int64_t now_s)
{
	if (!zone_signing_make(&z->signing, z->seats, z->count, former ? &former->signing : NULL,
	            former ? former->seats : NULL, now_s))
		return false;
	for (unsigned i = 0; i < z->count; i++) {
		zone_seat_begun(&z->seats[i]);
		z->counts.unchecked += zone_seat_waits(&z->seats[i]);
	}
	z->policy.zones = z->signing.zones;
	z->policy.zone_count = z->count;
	return true;
}

static struct sign_policy frame_of(const struct config *c)
{
	return (struct sign_policy){ .secondaries = c->sign_secondaries.items,
		.secondary_count = c->sign_secondaries.count,
		.life_s = c->sign_life_s,
		.ignores_subnet = !c->sign_client_subnet,
		.asks_always = !c->sign_at_once,
		.udp_size_max = (uint16_t)c->sign_udp_size,
		.signatures_per_s = c->sign_per_s,
		.signatures_per_network = c->sign_per_network };
}

/* Returns the zone with the longest TTL, which the lifetime of signatures must outlive; NULL
 * without zones. */
static const struct sign_zone *longest_ttl(const struct zone_policy *z)
{
	const struct sign_zone *longest = NULL;

	for (unsigned i = 0; i < z->count; i++) {
		const struct sign_zone *zone = &z->signing.zones[i];
		if (!longest || zone->max_ttl_s > longest->max_ttl_s)
			longest = zone;
	}
	return longest;
}

/* Returns 0, or -1 with a complaint. */
static int check_policy(
        const struct zone_policy *z, const struct zone_policy *former, struct complaint *why)
{
	const char *wrong = sign_policy_check(&z->policy);
	const struct sign_zone *longest = longest_ttl(z);
	char name[NAME_TEXT_SIZE];

	if (wrong)
		complaint_set(why, "sign.life_s: %s, and max_ttl of the zone %s is %u", wrong,
		        longest ? name_text(&longest->apex, name) : "?",
		        longest ? longest->max_ttl_s : 0);
	else if (former && former->count > 0 && z->count == 0)
		complaint_set(why,
		        "all zones are gone: is the directory of zones empty, or not mounted? To "
		        "sign none, stop sealgate");
	else
		return 0;
	return -1;
}

/* Returns 0, or -1 with a complaint. */
static int make_policy(struct zone_policy *z, const struct wanted_zones *w,
        struct zone_reading *how, struct complaint *why)
{
	if (zone_seating_read(z, w, how, why) < 0)
		return -1;
	z->policy = frame_of(w->config);
	qsort(z->seats, z->count, sizeof(*z->seats), order_seats);
	if (!fill_zones(z, w->former, how->now_s)) {
		complaint_no_memory(why);
		return -1;
	}
	return check_policy(z, w->former, why);
}

static struct zone_policy *make_wanted(
        const struct wanted_zones *w, int64_t now_s, uint64_t check_ms, struct complaint *why)
{
	struct zone_policy *z = calloc(1, sizeof(*z));
	struct zone_reading how = { .crypto = crypto_new(),
		.now_s = now_s,
		.check_ms = check_ms,
		.copies = w->config->timeline_state,
		.keys = { .fd = -1 } };
	int result = -1;

	if (z && how.crypto)
		result = make_policy(z, w, &how, why);
	else
		complaint_no_memory(why);
	crypto_free(how.crypto);
	if (how.keys.fd >= 0)
		close(how.keys.fd);
	if (result == 0)
		return z;
	zone_policy_free(z);
	return NULL;
}

struct zone_policy *zone_policy_make(const struct config *c, const struct zone_policy *former,
        int64_t now_s, uint64_t check_ms, struct complaint *why)
{
	return make_wanted(&(struct wanted_zones){ c, former, NULL }, now_s, check_ms, why);
}

struct zone_policy *zone_policy_remake(const struct config *c, const struct zone_policy *former,
        const struct name *apex, int64_t now_s, uint64_t check_ms, struct complaint *why)
{
	char name[NAME_TEXT_SIZE];
	struct zone_policy *z =
	        make_wanted(&(struct wanted_zones){ c, former, apex }, now_s, check_ms, why);

	if (!z || sign_policy_apex(&z->policy, apex) || sign_policy_apex(&former->policy, apex))
		return z;
	zone_policy_free(z);
	complaint_set(why, "there is no zone %s, neither in sign.zones nor in sign.zones_directory",
	        name_text(apex, name));
	return NULL;
}

void zone_policy_free(struct zone_policy *z)
{
	if (!z)
		return;
	for (unsigned i = 0; i < z->count; i++)
		zone_seat_fini(&z->seats[i]);
	free(z->seats);
	zone_signing_fini(&z->signing);
	zone_strays_fini(&z->strays);
	free(z);
}

/* ---- Checking later ---- */

void zone_policy_check_some(struct zone_policy *z, struct crypto *crypto, uint64_t until_ms)
{
	while (z->counts.unchecked > 0 && z->next_check < z->count) {
		struct zone_seat *seat = &z->seats[z->next_check++];
		if (!zone_seat_waits(seat))
			continue;
		z->is_unsettled |= zone_seat_check(seat, crypto);
		z->counts.unchecked--;
		if (clock_monotonic_ms() >= until_ms)
			return;
	}
}

bool zone_policy_is_settled(const struct zone_policy *z)
{
	return !z->is_unsettled;
}

bool zone_policy_waits(const struct zone_policy *z)
{
	return z->counts.unchecked > 0;
}

struct zone_policy *zone_policy_settle(const struct zone_policy *z, int64_t now_s)
{
	struct zone_policy *next = calloc(1, sizeof(*next));

	if (!next)
		return NULL;
	next->policy = z->policy;
	next->seats = calloc(z->count + 1, sizeof(*next->seats));
	for (; next->seats && next->count < z->count; next->count++)
		zone_seat_settle(&next->seats[next->count], &z->seats[next->count]);
	if (next->seats && zone_strays_copy(&next->strays, &z->strays) &&
	        fill_zones(next, z, now_s))
		return next;
	zone_policy_free(next);
	return NULL;
}

/* ---- What became of the zones ---- */

const struct sign_policy *zone_policy_signing(const struct zone_policy *z)
{
	return &z->policy;
}

struct zone_counts zone_policy_counts(const struct zone_policy *z)
{
	struct zone_counts n = z->counts;

	n.broken = z->strays.count;
	for (unsigned i = 0; i < z->count; i++) {
		n.broken += z->seats[i].is_broken;
		n.without_signing += z->signing.zones[i].is_unsigned;
		n.uncopied += z->seats[i].entry->text.items[0].is_kept &&
		              zone_seat_is_uncopied(&z->seats[i]);
	}
	return n;
}

const struct config_zone *zone_policy_zone(const struct zone_policy *z, unsigned zone)
{
	const struct config_zones *text = &z->seats[zone].entry->text;

	return text->count > 0 ? &text->items[0] : NULL;
}

bool zone_policy_is_new(const struct zone_policy *z, unsigned zone)
{
	return z->seats[zone].is_new;
}

const char *zone_policy_unsigned(const struct zone_policy *z, unsigned zone)
{
	const struct zone_seat *seat = &z->seats[zone];

	if (!zone_seat_is_unsigned(seat))
		return NULL;
	return seat->entry->keys.is_absent ? "the keeper has not begun" : "its timeline says so";
}

struct file_identity zone_policy_timeline(const struct zone_policy *z, unsigned zone)
{
	const struct zone_seat *seat = &z->seats[zone];

	return (seat->waiting ? seat->waiting : seat->entry)->keys.timeline_file.identity;
}

int64_t zone_policy_timeline_end_s(const struct zone_policy *z, unsigned zone)
{
	const struct zone_seat *seat = &z->seats[zone];
	const struct timeline *t = &seat->entry->keys.timeline;

	return zone_seat_has_keys(seat) && t->is_planned ? timeline_end_s(t) : 0;
}

int64_t zone_policy_timeline_reach_s(const struct zone_policy *z, unsigned zone)
{
	return zone_policy_timeline_end_s(z, zone) > 0 ? z->seats[zone].entry->reach_s : 0;
}

int64_t zone_policy_refused_until_s(const struct zone_policy *z, unsigned zone)
{
	return z->signing.bridges[zone].refused_until_s;
}

bool zone_policy_is_all_broken(const struct zone_policy *z)
{
	for (unsigned i = 0; i < z->count; i++) {
		if (zone_seat_has_keys(&z->seats[i]) || zone_seat_awaits(&z->seats[i]))
			return false;
	}
	return zone_policy_counts(z).broken > 0;
}

const char *zone_policy_fault(const struct zone_policy *z, unsigned zone)
{
	return zone_seat_fault(&z->seats[zone]);
}

const char *zone_policy_nth_fault(const struct zone_policy *z, unsigned n)
{
	if (n < z->strays.count)
		return z->strays.items[n].fault;
	n -= z->strays.count;
	for (unsigned i = 0; i < z->count; i++) {
		if (z->seats[i].is_broken && n-- == 0)
			return zone_seat_fault(&z->seats[i]);
	}
	return NULL;
}

const char *zone_policy_stray(const struct zone_policy *z, unsigned n)
{
	return n < z->strays.count ? z->strays.items[n].fault : NULL;
}

unsigned zone_policy_news(struct zone_policy *z, const char *news[], unsigned most)
{
	unsigned count = 0;

	for (unsigned i = 0; i < z->strays.count; i++) {
		struct zone_stray *stray = &z->strays.items[i];
		if (stray->is_news && count++ < most)
			news[count - 1] = stray->fault;
		stray->is_news = false;
	}
	for (unsigned i = 0; i < z->count; i++) {
		if (z->seats[i].is_news && count++ < most)
			news[count - 1] = zone_seat_fault(&z->seats[i]);
		z->seats[i].is_news = false;
	}
	return count;
}

static int order_paths(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char **zone_policy_key_directories(const struct zone_policy *z, unsigned *count)
{
	const char **paths = calloc(z->count + 1, sizeof(*paths));

	*count = 0;
	if (!paths)
		return NULL;
	for (unsigned i = 0; i < z->count; i++)
		paths[i] = z->seats[i].entry->text.items[0].keys;
	qsort(paths, z->count, sizeof(*paths), order_paths);
	for (unsigned i = 0; i < z->count; i++) {
		bool is_new = *count == 0 || strcmp(paths[*count - 1], paths[i]) != 0;
		if (is_new && paths[i][0])
			paths[(*count)++] = paths[i];
	}
	return paths;
}
