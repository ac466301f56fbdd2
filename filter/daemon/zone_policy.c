/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "daemon/zone_policy.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/least.h"
#include "daemon/zone_seat.h"
#include "daemon/zone_succession.h"

/* A file that is no zone. */
struct stray {
	char *fault;
	bool is_news;
};

struct zone_policy {
	struct sign_policy policy;
	unsigned count;
	struct zone_seat *seats; /* in the order of the zones */
	struct sign_zone *zones;
	struct sign_cut *cuts; /* of all zones; those of one zone stand together */
	unsigned stray_count;
	struct stray *strays;
	struct zone_counts counts;
	unsigned next_check; /* the first seat that zone_policy_check_some() has not looked at */
	bool is_unsettled;
};

/* Returns the seat of a zone in the former policy, or NULL. Most zones come in the order of the former policy, so the
 * one at `*next` is tried first. */
static const struct zone_seat *find_seat(
        const struct zone_policy *former, const struct name *apex, unsigned *next)
{
	if (!former)
		return NULL;
	const struct sign_zone *zone =
	        *next < former->count && name_equal(&former->zones[*next].apex, apex)
	                ? &former->zones[*next]
	                : sign_policy_apex(&former->policy, apex);
	if (!zone)
		return NULL;
	*next = (unsigned)(zone - former->zones) + 1;
	return &former->seats[zone - former->zones];
}

/* ---- The zones of the signer ---- */

static struct sign_zone zone_of_entry(const struct zone_entry *e, bool has_keys)
{
	const struct config_zone *zone = &e->text.items[0];
	struct sign_zone made = { .apex = zone->apex,
		.max_ttl_s = has_keys ? zone->max_ttl_s : least(zone->max_ttl_s, SIGN_MAX_TTL_S),
		.nxdomain = (enum sign_nxdomain)zone->nxdomain,
		.empty_is_nodata = zone->empty,
		.ignores_cuts = zone->ignores_cuts,
		.servers = e->text.speakers,
		.server_count = zone->speaker_count };

	if (!has_keys)
		return made;
	made.key = e->keys.zsk.key;
	made.key_tag = e->keys.zsk.tag;
	made.next_key = e->keys.next_zsk.key;
	made.next_key_tag = e->keys.next_zsk.tag;
	made.next_from_s = e->keys.next_from_s;
	made.dnskey = e->keys.records.dnskey;
	made.cds = e->keys.records.cds;
	made.cdnskey = e->keys.records.cdnskey;
	made.ds_count = e->keys.ds_count;
	memcpy(made.ds, e->keys.ds, sizeof(made.ds));
	return made;
}

/* A zone whose entry stays is the same as before, with a ZSK that was put off. */
static struct sign_zone zone_of_seat(
        const struct zone_seat *seat, const struct zone_policy *former, int64_t now_s)
{
	struct sign_zone made = zone_of_entry(seat->entry, zone_seat_has_keys(seat));

	if (!seat->before || !made.key)
		return made;
	const struct sign_zone *before = &former->zones[seat->before - former->seats];
	if (!before->key)
		return made;
	if (seat->before->entry == seat->entry) {
		made.next_from_s = before->next_from_s;
		made.is_next_held = before->is_next_held;
	} else {
		zone_succession_hold(&made, before, now_s);
	}
	return made;
}

static int order_seats(const void *a, const void *b)
{
	return sign_policy_order(zone_seat_apex(a), zone_seat_apex(b));
}

static struct sign_cut make_cut(const struct config_cut *cut)
{
	struct sign_cut made = { .name = cut->name, .ds_count = cut->ds_count };

	for (unsigned i = 0; i < cut->ds_count; i++)
		made.ds[i] = span_of(cut->ds[i].octets, cut->ds[i].len);
	return made;
}

/* Calls for each cut with the zone that it belongs to: the one with the longest apex above it. A cut may itself be a zone
 * here, with a file of its own. Then its DS records count only if the zone has none: they must not get lost, or their
 * signed absence would make a secure zone insecure. */
static void visit_cuts(struct zone_policy *z,
        void (*visit)(struct zone_policy *z, struct sign_zone *zone, const struct config_cut *cut))
{
	for (unsigned i = 0; i < z->count; i++) {
		const struct config_zones *text = &z->seats[i].entry->text;
		for (unsigned k = 0; k < text->cut_count; k++) {
			struct name above;
			name_parent(&text->cuts[k].name, &above);
			const struct sign_zone *zone = sign_policy_zone(&z->policy, &above);
			visit(z, &z->zones[zone - z->zones], &text->cuts[k]);
		}
	}
}

static void count_cut(struct zone_policy *z, struct sign_zone *zone, const struct config_cut *cut)
{
	(void)z;
	(void)cut;
	zone->cut_count++;
}

static void place_cut(struct zone_policy *z, struct sign_zone *zone, const struct config_cut *cut)
{
	z->cuts[zone->cuts - z->cuts + zone->cut_count++] = make_cut(cut);
}

/* Gives each zone its cuts: first their number, then their places, then the cuts. */
static bool give_cuts(struct zone_policy *z)
{
	unsigned count = 0;

	visit_cuts(z, count_cut);
	for (unsigned i = 0; i < z->count; i++)
		count += z->zones[i].cut_count;
	z->cuts = calloc(count + 1, sizeof(*z->cuts));
	if (!z->cuts)
		return false;
	count = 0;
	for (unsigned i = 0; i < z->count; i++) {
		z->zones[i].cuts = z->cuts + count;
		count += z->zones[i].cut_count;
		z->zones[i].cut_count = 0;
	}
	visit_cuts(z, place_cut);
	return true;
}

/* Makes the zones of the signer from the seats, which are in order. Returns false if memory is short. */
static bool fill_zones(struct zone_policy *z, const struct zone_policy *former, int64_t now_s)
{
	z->zones = calloc(z->count + 1, sizeof(*z->zones));
	if (!z->zones)
		return false;
	for (unsigned i = 0; i < z->count; i++) {
		z->zones[i] = zone_of_seat(&z->seats[i], former, now_s);
		z->seats[i].before = NULL;
		z->counts.unchecked += zone_seat_waits(&z->seats[i]);
	}
	z->policy.zones = z->zones;
	z->policy.zone_count = z->count;
	return give_cuts(z);
}

/* ---- Reading ---- */

/* Returns false if memory is short. */
static bool seat_zone(struct zone_policy *z, const struct zone_policy *former,
        const struct zone_source *source, unsigned *next, struct zone_reading *how)
{
	const struct zone_seat *before = find_seat(former, zone_source_apex(source), next);
	int result = zone_seat_take(&z->seats[z->count], before, source, how);

	if (result < 0)
		return false;
	z->count++;
	z->counts.added += !before;
	z->counts.gone -= before != NULL; /* of all that were there before */
	z->counts.changed += before && result > 0;
	return true;
}

static bool seat_listed(struct zone_policy *z, const struct zone_policy *former,
        const struct config *c, struct zone_reading *how)
{
	unsigned next = 0;

	for (unsigned i = 0; i < c->sign_zones.count; i++) {
		if (!seat_zone(z, former, &(struct zone_source){ c, i, NULL }, &next, how))
			return false;
	}
	return true;
}

static bool seat_files(struct zone_policy *z, const struct zone_policy *former,
        const struct config *c, const struct zone_directory *d, struct zone_reading *how)
{
	unsigned next = 0;

	for (unsigned i = 0; i < d->count; i++) {
		if (!d->files[i].is_double &&
		        !seat_zone(
		                z, former, &(struct zone_source){ c, 0, &d->files[i] }, &next, how))
			return false;
	}
	return true;
}

static bool is_known_stray(const struct zone_policy *former, const char *fault)
{
	for (unsigned i = 0; former && i < former->stray_count; i++) {
		if (strcmp(former->strays[i].fault, fault) == 0)
			return true;
	}
	return false;
}

/* Takes the faults out of the directory. Returns false if memory is short. */
static bool take_strays(
        struct zone_policy *z, const struct zone_policy *former, struct zone_directory *d)
{
	z->strays = calloc(d->fault_count + 1, sizeof(*z->strays));
	if (!z->strays)
		return false;
	for (; z->stray_count < d->fault_count; z->stray_count++) {
		char **fault = &d->faults[z->stray_count];
		z->strays[z->stray_count] =
		        (struct stray){ *fault, !is_known_stray(former, *fault) };
		*fault = NULL;
	}
	return true;
}

/* Returns 0, or -1 with a complaint. */
static int seat_all(struct zone_policy *z, const struct zone_policy *former, const struct config *c,
        struct zone_reading *how, struct complaint *why)
{
	struct zone_directory d = { 0 };

	if (c->sign_zones_directory[0] &&
	        zone_directory_list(&d, c->sign_zones_directory, &c->sign_zones, why) < 0)
		return -1;
	z->counts.gone = former ? former->count : 0;
	z->seats = calloc((size_t)c->sign_zones.count + d.count + 1, sizeof(*z->seats));
	bool good = z->seats && take_strays(z, former, &d) && seat_listed(z, former, c, how) &&
	            seat_files(z, former, c, &d, how);
	zone_directory_fini(&d);
	if (!good)
		complaint_no_memory(why);
	return good ? 0 : -1;
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

/* Returns the zone with the longest TTL, which the lifetime of signatures must outlive; NULL without zones. */
static const struct sign_zone *longest_ttl(const struct zone_policy *z)
{
	const struct sign_zone *longest = NULL;

	for (unsigned i = 0; i < z->count; i++) {
		if (!longest || z->zones[i].max_ttl_s > longest->max_ttl_s)
			longest = &z->zones[i];
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
static int make_policy(struct zone_policy *z, const struct zone_policy *former,
        const struct config *c, struct zone_reading *how, struct complaint *why)
{
	if (seat_all(z, former, c, how, why) < 0)
		return -1;
	z->policy = frame_of(c);
	qsort(z->seats, z->count, sizeof(*z->seats), order_seats);
	if (!fill_zones(z, former, how->now_s)) {
		complaint_no_memory(why);
		return -1;
	}
	return check_policy(z, former, why);
}

struct zone_policy *zone_policy_make(const struct config *c, const struct zone_policy *former,
        int64_t now_s, uint64_t check_ms, struct complaint *why)
{
	struct zone_policy *z = calloc(1, sizeof(*z));
	struct zone_reading how = { crypto_new(), now_s, check_ms, { .fd = -1 } };
	int result = -1;

	if (z && how.crypto)
		result = make_policy(z, former, c, &how, why);
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

void zone_policy_free(struct zone_policy *z)
{
	if (!z)
		return;
	for (unsigned i = 0; i < z->count; i++)
		zone_seat_fini(&z->seats[i]);
	for (unsigned i = 0; i < z->stray_count; i++)
		free(z->strays[i].fault);
	free(z->seats);
	free(z->zones);
	free(z->cuts);
	free(z->strays);
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

/* Returns false if memory is short. */
static bool copy_strays(struct zone_policy *next, const struct zone_policy *z)
{
	next->strays = calloc(z->stray_count + 1, sizeof(*next->strays));
	for (unsigned i = 0; next->strays && i < z->stray_count; i++) {
		next->strays[i] = z->strays[i];
		next->strays[i].fault = strdup(z->strays[i].fault);
		if (!next->strays[i].fault)
			return false;
		next->stray_count++;
	}
	return next->strays;
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
	if (next->seats && copy_strays(next, z) && fill_zones(next, z, now_s))
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

	n.broken = z->stray_count;
	for (unsigned i = 0; i < z->count; i++)
		n.broken += z->seats[i].is_broken;
	return n;
}

bool zone_policy_is_new(const struct zone_policy *z, unsigned zone)
{
	return z->seats[zone].is_new;
}

bool zone_policy_is_all_broken(const struct zone_policy *z)
{
	for (unsigned i = 0; i < z->count; i++) {
		if (z->zones[i].key)
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
	if (n < z->stray_count)
		return z->strays[n].fault;
	n -= z->stray_count;
	for (unsigned i = 0; i < z->count; i++) {
		if (z->seats[i].is_broken && n-- == 0)
			return zone_seat_fault(&z->seats[i]);
	}
	return NULL;
}

const char *zone_policy_stray(const struct zone_policy *z, unsigned n)
{
	return n < z->stray_count ? z->strays[n].fault : NULL;
}

unsigned zone_policy_news(struct zone_policy *z, const char *news[], unsigned most)
{
	unsigned count = 0;

	for (unsigned i = 0; i < z->stray_count; i++) {
		if (z->strays[i].is_news && count++ < most)
			news[count - 1] = z->strays[i].fault;
		z->strays[i].is_news = false;
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
