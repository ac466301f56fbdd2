/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whatever timelines come, and however late: no validator rejects what caches may have. A validator
 * has any DNSKEY RRset that was served within its TTL, and any answer that was served within the
 * longest TTL of the zone. The test knows nothing of how the daemon avoids that a pair does not
 * fit. */
#include <stdlib.h>
#include <unistd.h>

#include "daemon/zone_copies.h"
#include "late.h"

#define NOW      INT64_C(1780000000)
#define DAY      PLANNED_DAY
#define H        INT64_C(3600)
#define E6       (NOW + 6 * DAY)
#define TWO_KSKS (KSK | KSK_15)

/* ---- What was served ---- */

struct served {
	int64_t from_s, until_s;
	unsigned shown, signers;
	int64_t ttl_s, max_ttl_s;
};

struct record {
	unsigned count;
	struct served items[512];
	int64_t at_s; /* until then it is known */
};

static void note(struct record *r, const struct served *s)
{
	struct served *last = &r->items[r->count - 1];

	if (r->count > 0 && last->shown == s->shown && last->signers == s->signers &&
	        last->ttl_s == s->ttl_s && last->max_ttl_s == s->max_ttl_s) {
		last->until_s = s->until_s;
		return;
	}
	assert_true(r->count < COUNT(r->items));
	r->items[r->count++] = *s;
}

/* Notes what the policy serves until then. */
static void serve_until(struct record *r, const struct zone_bed *bed, int64_t until_s)
{
	const struct sign_zone *zone = &zone_policy_signing(bed->policy)->zones[0];

	while (r->at_s < until_s) {
		const struct sign_period *p = zone_bed_period(bed, r->at_s);
		int64_t end_s = sign_period_end_s(&zone->periods, r->at_s);
		end_s = end_s < until_s ? end_s : until_s;
		note(r, &(struct served){ r->at_s, end_s, late_shown(bed, p), late_signers(bed, p),
		                p->dnskey.ttl_s, zone->max_ttl_s });
		r->at_s = end_s;
	}
}

/* ---- What a validator makes of it ---- */

static bool accepts(unsigned shown, unsigned signers, bool is_strict)
{
	static const unsigned algorithms[] = { OLD | NEW | THIRD, ZSK_15 };

	for (unsigned i = 0; is_strict && i < COUNT(algorithms); i++) {
		unsigned zsks = shown & algorithms[i];
		if (zsks && !(zsks & signers))
			return false;
	}
	return shown & signers;
}

/* Returns for how long, at most, a validator may meet a pair that it rejects. */
static int64_t rejected_s(const struct record *r, bool is_strict)
{
	int64_t longest_s = 0;

	for (unsigned d = 0; d < r->count; d++) {
		for (unsigned a = 0; a < r->count; a++) {
			const struct served *dnskey = &r->items[d], *answer = &r->items[a];
			int64_t from_s =
			        dnskey->from_s > answer->from_s ? dnskey->from_s : answer->from_s;
			int64_t dnskey_s = dnskey->until_s + dnskey->ttl_s;
			int64_t answer_s = answer->until_s + answer->max_ttl_s;
			int64_t until_s = dnskey_s < answer_s ? dnskey_s : answer_s;
			if (until_s - from_s > longest_s &&
			        !accepts(dnskey->shown, answer->signers, is_strict))
				longest_s = until_s - from_s;
		}
	}
	return longest_s;
}

static void tell(const struct record *r)
{
	for (unsigned i = 0; i < r->count; i++) {
		const struct served *s = &r->items[i];
		print_message("  %+7d to %+7d s shows %#x, signs %#x\n", (int)(s->from_s - NOW),
		        (int)(s->until_s - NOW), s->shown, s->signers);
	}
}

static void expect_rejected(
        const struct record *r, const char *why, int64_t lax_s, int64_t strict_s)
{
	int64_t lax = rejected_s(r, false), strict = rejected_s(r, true);

	if (lax <= lax_s && strict <= strict_s)
		return;
	tell(r);
	fail_msg("%s: rejected for %d s, and by strict validators for %d s", why, (int)lax,
	        (int)strict);
}

/* ---- Scenes ---- */

struct step {
	int64_t at_s; /* after NOW */
	struct planned_period periods[3];
	uint32_t ttl_s; /* 0: as before */
	int64_t max_ttl_s;
};

struct scene {
	const char *why;
	struct step steps[4];
	int64_t lax_s, strict_s; /* that cannot be avoided */
	unsigned shown, signers; /* in the end */
};

#define PERIOD(from, until, shown, signers)                                                        \
	{                                                                                          \
		(from), (until), (shown), (shown)&TWO_KSKS, (signers), KSK, 0, 0                   \
	}
#define BY_OLD                                                                                     \
	{                                                                                          \
		-3 * DAY, { PERIOD(NOW - 9 * DAY, E6, KSK | OLD, OLD) }, 0, 0                      \
	}
#define ONE(at, from, shown, signers)                                                              \
	{                                                                                          \
		(at), { PERIOD(from, E6, shown, signers) }, 0, 0                                   \
	}

static const struct scene scenes[] = {
	{ "a roll in time",
	        { BY_OLD, { 0,
	                          { PERIOD(NOW - 60, NOW + 3 * H, KSK | OLD | NEW, OLD),
	                                  PERIOD(NOW + 3 * H, NOW + 29 * H, KSK | OLD | NEW, NEW),
	                                  PERIOD(NOW + 29 * H, E6, KSK | NEW, NEW) },
	                          0, 0 } },
	        0, 0, KSK | NEW, NEW },
	{ "a ZSK comes late, and the former one is not shown any more",
	        { BY_OLD, ONE(0, NOW - DAY, KSK | NEW, NEW) }, 0, 0, KSK | NEW, NEW },
	{ "a ZSK comes late, and the former one is to go soon",
	        { BY_OLD, { 0,
	                          { PERIOD(NOW - DAY, NOW + 600, KSK | OLD | NEW, NEW),
	                                  PERIOD(NOW + 600, E6, KSK | NEW, NEW) },
	                          0, 0 } },
	        0, 0, KSK | NEW, NEW },
	{ "five hours late, as the keeper plans",
	        { BY_OLD, { 0,
	                          { PERIOD(NOW - 5 * H, NOW + 21 * H, KSK | OLD | NEW, NEW),
	                                  PERIOD(NOW + 21 * H, E6, KSK | NEW, NEW) },
	                          0, 0 } },
	        0, 0, KSK | NEW, NEW },
	{ "five hours late, and the next file comes",
	        { BY_OLD,
	                { 0,
	                        { PERIOD(NOW - 8 * H, NOW - 5 * H, KSK | OLD | NEW, OLD),
	                                PERIOD(NOW - 5 * H, NOW + 21 * H, KSK | OLD | NEW, NEW),
	                                PERIOD(NOW + 21 * H, E6, KSK | NEW, NEW) },
	                        0, 0 },
	                { 12 * H,
	                        { PERIOD(NOW - 5 * H, NOW + 21 * H, KSK | OLD | NEW, NEW),
	                                PERIOD(NOW + 21 * H, E6, KSK | NEW, NEW) },
	                        0, 0 } },
	        0, 0, KSK | NEW, NEW },
	{ "a key is stolen that took over two hours ago",
	        { { -3 * DAY,
	                  { PERIOD(NOW - 9 * DAY, NOW - 2 * H, KSK | OLD | NEW, OLD),
	                          PERIOD(NOW - 2 * H, E6, KSK | OLD | NEW, NEW) },
	                  0, 0 },
	                { 0,
	                        { PERIOD(NOW - 2 * H, NOW + H, KSK | OLD | THIRD, OLD),
	                                PERIOD(NOW + H, NOW + 27 * H, KSK | OLD | THIRD, THIRD),
	                                PERIOD(NOW + 27 * H, E6, KSK | THIRD, THIRD) },
	                        0, 0 } },
	        0, 0, KSK | THIRD, THIRD },
	{ "an algorithm comes late",
	        { BY_OLD, ONE(0, NOW - DAY, TWO_KSKS | OLD | ZSK_15, OLD | ZSK_15) }, 0, 0,
	        TWO_KSKS | OLD | ZSK_15, OLD | ZSK_15 },
	{ "an algorithm and a ZSK come late",
	        { BY_OLD, ONE(0, NOW - DAY, TWO_KSKS | OLD | NEW | ZSK_15, NEW | ZSK_15) }, 0, 0,
	        TWO_KSKS | OLD | NEW | ZSK_15, NEW | ZSK_15 },
	{ "an algorithm and a ZSK come late, and the former one is not shown any more",
	        { BY_OLD, ONE(0, NOW - DAY, TWO_KSKS | NEW | ZSK_15, NEW | ZSK_15) }, 0, 0,
	        TWO_KSKS | NEW | ZSK_15, NEW | ZSK_15 },
	{ "an algorithm is taken away late",
	        { { -3 * DAY,
	                  { { NOW - 9 * DAY, E6, TWO_KSKS | OLD | ZSK_15, TWO_KSKS, OLD | ZSK_15,
	                          TWO_KSKS, 0, 0 } },
	                  0, 0 },
	                { 0, { { NOW - DAY, E6, KSK_15 | ZSK_15, KSK_15, ZSK_15, KSK_15, 0, 0 } },
	                        0, 0 } },
	        0, 0, KSK_15 | ZSK_15, ZSK_15 },
	{ "late twice in ten minutes, each without the ZSK of before",
	        { BY_OLD, ONE(0, NOW - 60, KSK | NEW, NEW),
	                ONE(600, NOW + 540, KSK | THIRD, THIRD) },
	        0, 0, KSK | THIRD, THIRD },
	{ "late twice in a day, each without the ZSK of before",
	        { BY_OLD, ONE(0, NOW - 60, KSK | NEW, NEW),
	                ONE(DAY + 600, NOW + 540, KSK | THIRD, THIRD) },
	        0, 0, KSK | THIRD, THIRD },
	{ "late twice in ten minutes, and all are still shown",
	        { BY_OLD, ONE(0, NOW - 60, KSK | OLD | NEW, NEW),
	                ONE(600, NOW + 540, KSK | OLD | NEW | THIRD, THIRD) },
	        0, 0, KSK | OLD | NEW | THIRD, THIRD },
	{ "published late, and then the next file signs at once",
	        { BY_OLD,
	                { 0,
	                        { PERIOD(NOW - 2 * H, NOW + 4 * H, KSK | OLD | NEW, OLD),
	                                PERIOD(NOW + 4 * H, E6, KSK | OLD | NEW, NEW) },
	                        0, 0 },
	                ONE(600, NOW + 540, KSK | OLD | NEW, NEW) },
	        0, 0, KSK | OLD | NEW, NEW },
	{ "published late, and the next file is as the first",
	        { BY_OLD,
	                { 0,
	                        { PERIOD(NOW - 2 * H, NOW + H + 60, KSK | OLD | NEW, OLD),
	                                PERIOD(NOW + H + 60, E6, KSK | OLD | NEW, NEW) },
	                        0, 0 },
	                { 60,
	                        { PERIOD(NOW + 50, NOW + H + 60, KSK | OLD | NEW, OLD),
	                                PERIOD(NOW + H + 60, E6, KSK | OLD | NEW, NEW) },
	                        0, 0 } },
	        0, 0, KSK | OLD | NEW, NEW },
	{ "the TTL of the DNSKEY RRset was lowered a minute before a late file",
	        { { -3 * DAY, { PERIOD(NOW - 9 * DAY, E6, KSK | OLD, OLD) }, 6 * 3600, 0 },
	                { -60, { PERIOD(NOW - 9 * DAY, E6, KSK | OLD, OLD) }, 300, 0 },
	                ONE(0, NOW - 60, KSK | OLD | NEW, NEW) },
	        0, 0, KSK | OLD | NEW, NEW },
	{ "the longest TTL was lowered a minute before a late file",
	        { BY_OLD, { -60, { PERIOD(NOW - 9 * DAY, E6, KSK | OLD, OLD) }, 0, 600 },
	                ONE(0, NOW - 60, KSK | NEW, NEW) },
	        0, 0, KSK | NEW, NEW },
	{ "no KSK in common",
	        { BY_OLD, { 0, { { NOW - DAY, E6, KSK_15 | ZSK_15, KSK_15, ZSK_15, KSK_15, 0, 0 } },
	                          0, 0 } },
	        DAY, DAY, KSK_15 | ZSK_15, ZSK_15 },
	{ "the signatures of before end after half a day",
	        { { -3 * DAY,
	                  { { NOW - 9 * DAY, NOW + DAY / 2, KSK | OLD, KSK, OLD, KSK, 0,
	                          NOW + DAY / 2 } },
	                  0, 0 },
	                ONE(0, NOW - DAY, KSK | NEW, NEW) },
	        DAY / 2, DAY / 2, KSK | NEW, NEW },
};

static unsigned periods_in(const struct step *step)
{
	unsigned count = 0;

	while (count < COUNT(step->periods) && step->periods[count].until_s)
		count++;
	return count;
}

/* A step is another time, not a wait. */
static struct zone_bed *hasty_bed(void)
{
	struct zone_bed *bed = zone_bed_new(NOW);

	bed->is_hasty = true;
	return bed;
}

/* Plays a step: the file is there at its time, and what was served until then is noted. */
static void play_step(struct zone_bed *bed, struct record *r, const char *why,
        const struct step *step, unsigned n)
{
	bed->now_s = NOW + step->at_s;
	if (bed->policy)
		serve_until(r, bed, bed->now_s);
	r->at_s = bed->now_s;
	if (step->ttl_s)
		planned_ttl_s = step->ttl_s;
	if (step->max_ttl_s)
		late_configure(bed, step->max_ttl_s);
	zone_bed_plan(bed, step->periods, periods_in(step), n + 1, bed->now_s);
	const char *fault = zone_bed_reload(bed);
	if (fault)
		fail_msg("%s, step %u: %s", why, n, fault);
}

/* In the end the zone is as the last file says. */
static void expect_end(
        const struct zone_bed *bed, const char *why, unsigned shown, unsigned signers)
{
	const struct sign_period *p = zone_bed_period(bed, NOW + 5 * DAY);

	if (late_shown(bed, p) != shown || late_signers(bed, p) != signers)
		fail_msg("%s: in the end it shows %#x and signs %#x", why, late_shown(bed, p),
		        late_signers(bed, p));
}

/* With a reload now and then, also in between. */
static void play(const struct scene *scene, int64_t reload_s)
{
	struct zone_bed *bed = hasty_bed();
	struct record r = { .count = 0 };

	planned_ttl_s = PLANNED_TTL_S;
	for (unsigned n = 0; n < COUNT(scene->steps) && periods_in(&scene->steps[n]); n++)
		play_step(bed, &r, scene->why, &scene->steps[n], n);
	usleep(reload_s ? ZONE_BED_SETTLE_US : 0);
	for (int64_t at_s = bed->now_s + reload_s; reload_s && at_s < NOW + 4 * DAY;
	        at_s += reload_s) {
		serve_until(&r, bed, at_s);
		bed->now_s = at_s;
		zone_bed_reload_well(bed);
	}
	serve_until(&r, bed, NOW + 5 * DAY);
	expect_rejected(&r, scene->why, scene->lax_s, scene->strict_s);
	expect_end(bed, scene->why, scene->shown, scene->signers);
	zone_bed_free(bed);
	planned_ttl_s = PLANNED_TTL_S;
}

static void no_pair_in_caches_is_rejected(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COUNT(scenes); i++)
		play(&scenes[i], 0);
}

static void nor_if_the_policy_is_made_again_and_again(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COUNT(scenes); i++)
		play(&scenes[i], 5000);
}

/* ---- Restarts ---- */

/* Writes copies as they should be now. */
static void write_copies(const struct zone_bed *bed)
{
	struct zone_copies copies;

	zone_copies_init(&copies, bed->config.timeline_state);
	zone_copies_look(&copies, bed->policy, bed->crypto, bed->now_s, 1);
	assert_int_equal(copies.failures, 0);
	zone_copies_fini(&copies);
}

/* Serves until then, with restarts at `*next_s` and `every_s` after each. */
static void serve_with_restarts(
        struct zone_bed *bed, struct record *r, int64_t until_s, int64_t *next_s, int64_t every_s)
{
	for (; bed->policy && *next_s < until_s; *next_s += every_s) {
		serve_until(r, bed, *next_s);
		bed->now_s = *next_s;
		write_copies(bed);
		zone_policy_free(bed->policy);
		bed->policy = NULL;
		zone_bed_reload_well(bed);
	}
}

static struct zone_bed *kept_bed(void)
{
	struct zone_bed *bed = hasty_bed();

	zone_bed_configure(bed, true);
	return bed;
}

static void play_with_restarts(const struct scene *scene, int64_t next_s, int64_t every_s)
{
	struct zone_bed *bed = kept_bed();
	struct record r = { .count = 0 };
	char why[200];

	snprintf(why, sizeof(why), "%s, with a restart at %+d s and each %d s", scene->why,
	        (int)(next_s - NOW), (int)every_s);
	planned_ttl_s = PLANNED_TTL_S;
	for (unsigned n = 0; n < COUNT(scene->steps) && periods_in(&scene->steps[n]); n++) {
		serve_with_restarts(bed, &r, NOW + scene->steps[n].at_s, &next_s, every_s);
		play_step(bed, &r, why, &scene->steps[n], n);
		write_copies(bed);
	}
	serve_with_restarts(bed, &r, NOW + 4 * DAY, &next_s, every_s);
	serve_until(&r, bed, NOW + 5 * DAY);
	expect_rejected(&r, why, scene->lax_s, scene->strict_s);
	expect_end(bed, why, scene->shown, scene->signers);
	zone_bed_free(bed);
	planned_ttl_s = PLANNED_TTL_S;
}

/* A restart takes the longest TTL of now for that of before. */
static bool changes_longest_ttl(const struct scene *scene)
{
	bool changes = false;

	for (unsigned n = 0; n < COUNT(scene->steps); n++)
		changes = changes || scene->steps[n].max_ttl_s > 0;
	return changes;
}

/* Each other hour, to spare time: scenes that are alike have the even ones and the odd ones. */
static void nor_after_a_restart_at_any_hour(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COUNT(scenes); i++) {
		for (int64_t hour = i % 2; hour <= 28 && !changes_longest_ttl(&scenes[i]);
		        hour += 2)
			play_with_restarts(&scenes[i], NOW + hour * H + 900, 90 * DAY);
	}
}

static void nor_after_many_restarts(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COUNT(scenes); i++) {
		if (!changes_longest_ttl(&scenes[i]))
			play_with_restarts(&scenes[i], NOW - DAY, 7000);
	}
}

/* ---- Any files at any times ---- */

static unsigned draw(unsigned *seed, unsigned most)
{
	return (unsigned)rand_r(seed) % (most + 1);
}

/* Draws a period in which one ZSK of each algorithm that is shown signs. */
static struct planned_period draw_period(unsigned *seed, int64_t from_s, int64_t until_s)
{
	static const unsigned keys[] = { OLD, NEW, THIRD };
	unsigned signer = keys[draw(seed, 2)];
	bool has_15 = draw(seed, 3) == 0;
	struct planned_period p = PERIOD(from_s, until_s, KSK | signer, signer);

	for (unsigned i = 0; i < COUNT(keys); i++)
		p.dnskey |= draw(seed, 2) == 0 ? keys[i] : 0u;
	p.dnskey |= has_15 ? ZSK_15 | KSK_15 : 0u;
	p.ksks |= has_15 ? KSK_15 : 0u;
	p.signers |= has_15 || draw(seed, 5) == 0 ? ZSK_15 : 0u;
	return p;
}

/* The first one is believed: nobody knows of what was before. */
static struct step draw_step(unsigned *seed, int64_t at_s, bool is_first)
{
	struct step step = { .at_s = at_s };
	unsigned count = is_first ? 1 : 1 + draw(seed, 2);
	int64_t from_s = NOW + at_s - (int64_t)draw(seed, 200000);

	for (unsigned i = 0; i < count; i++) {
		int64_t until_s = i + 1 < count ? from_s + 60 + (int64_t)draw(seed, 150000) : E6;
		step.periods[i] = draw_period(seed, from_s, until_s);
		from_s = until_s;
	}
	return step;
}

static void play_drawn(unsigned seed, bool restarts)
{
	struct zone_bed *bed = restarts ? kept_bed() : hasty_bed();
	struct record r = { .count = 0 };
	int64_t at_s = -4 * DAY, next_s = restarts ? NOW + at_s : INT64_MAX;
	char why[40];
	struct step step;

	snprintf(why, sizeof(why), "seed %u%s", seed, restarts ? " with restarts" : "");
	for (unsigned n = 0; n < 5; n++) {
		step = draw_step(&seed, at_s, n == 0);
		serve_with_restarts(bed, &r, NOW + at_s, &next_s, 30000);
		play_step(bed, &r, why, &step, n);
		if (restarts)
			write_copies(bed);
		at_s += 60 + (int64_t)draw(&seed, 80000);
	}
	serve_with_restarts(bed, &r, NOW + 7 * DAY, &next_s, 30000);
	serve_until(&r, bed, NOW + 8 * DAY);
	expect_rejected(&r, why, 0, DAY * 30);
	const struct planned_period *last = &step.periods[periods_in(&step) - 1];
	expect_end(bed, why, last->dnskey, last->signers);
	zone_bed_free(bed);
}

/* SEALGATE_SEED plays one that failed. */
static void whatever_files_come_no_pair_is_rejected(void **state)
{
	(void)state;
	const char *one = getenv("SEALGATE_SEED");

	for (unsigned seed = 1; !one && seed <= 60; seed++) {
		play_drawn(seed, false);
		if (seed % 3 == 0)
			play_drawn(seed, true);
	}
	if (one) {
		play_drawn((unsigned)atoi(one), false);
		play_drawn((unsigned)atoi(one), true);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_pair_in_caches_is_rejected),
		cmocka_unit_test(nor_if_the_policy_is_made_again_and_again),
		cmocka_unit_test(nor_after_a_restart_at_any_hour),
		cmocka_unit_test(nor_after_many_restarts),
		cmocka_unit_test(whatever_files_come_no_pair_is_rejected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
