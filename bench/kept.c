/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A keeper's work for many zones with one KSK, in simulated days: the turns, the vault and the disk are real, and the
 * world is one in which every server and parent does at once what it should. Prints a row for each part.
 *
 *	kept ZONES DIRECTORY VAULT [PROGRAM]
 *
 * DIRECTORY is empty; VAULT is a directory or the URI of a token, and PROGRAM sealgate-vault. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "keeper/zone_turn.h"
#include "keys/life_zsk.h"

#define DAY_S   INT64_C(86400)
#define START_S (INT64_C(20000) * DAY_S + 43545)

struct bench_zone {
	struct kept_zone kept;
	int64_t due_s;
};

struct bench {
	unsigned count;
	struct bench_zone *zones;
	struct keeper_store store;
	struct vault *vault;
	struct crypto *crypto;
	struct life_policy policy;
	int64_t now_s;
	unsigned turns, signatures, states, timelines, failures; /* of a part */
	struct complaint why;
};

static double seconds_of(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- The world ---- */

static void show(struct life_tags *tags, const struct life_key *k, enum life_record record)
{
	if (life_is_out(k, record) && tags->count < LIFE_TAGS_MAX)
		tags->tags[tags->count++] = k->tag;
}

/* What the timeline in place makes servers do, and what CDS made the parent do. */
static void look_around(struct bench *b, const struct bench_zone *z, struct life_server *server,
        struct life_parent *parent)
{
	struct life life = z->kept.life;

	*server = (struct life_server){ .is_reached = true };
	*parent = (struct life_parent){ .is_reached = true };
	if (!z->kept.in_place)
		return;
	life_zsk_advance(&life, &b->policy, b->now_s);
	for (unsigned i = 0; i < life.count; i++) {
		show(&server->dnskey, &life.keys[i], LIFE_DNSKEY);
		show(&server->ksk_signers, &life.keys[i], LIFE_KRRSIG);
		show(&server->zsk_signers, &life.keys[i], LIFE_ZRRSIG);
		show(&server->cds, &life.keys[i], LIFE_DS);
		show(&parent->ds, &life.keys[i], LIFE_DS);
	}
}

static void make_turn(struct bench *b, struct bench_zone *z)
{
	struct life_server server;
	struct life_parent parent;
	struct turn_result r;

	look_around(b, z, &server, &parent);
	const struct life_observation seen = {
		.servers = &server, .server_count = 1, .parents = &parent, .parent_count = 1
	};
	const struct turn_order order = { .store = &b->store,
		.policy = &b->policy,
		.vault = b->vault,
		.crypto = b->crypto,
		.seen = &seen,
		.now_s = b->now_s,
		.uptime_s = b->now_s - START_S,
		.is_clock_trusted = true,
		.shares_ksk = true };
	zone_turn(&z->kept, &order, &r);
	z->due_s = r.next_s;
	b->turns++;
	b->signatures += r.signatures;
	b->states += r.wrote_state;
	b->timelines += r.wrote_timeline;
	if (!r.is_trusted || r.has_failed || r.fault != VAULT_GOOD) {
		b->failures++;
		b->why = r.why;
	}
}

/* ---- Parts ---- */

/* Turns whenever a zone is due, and prints what that was. Returns false if a turn failed. */
static bool live(struct bench *b, const char *what, int64_t span_s)
{
	int64_t until_s = b->now_s + span_s;
	double wall = seconds_of(CLOCK_MONOTONIC), cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);

	b->turns = b->signatures = b->states = b->timelines = b->failures = 0;
	for (; b->now_s < until_s; b->now_s += 60) {
		for (unsigned i = 0; i < b->count; i++) {
			if (b->zones[i].due_s <= b->now_s)
				make_turn(b, &b->zones[i]);
		}
	}
	wall = seconds_of(CLOCK_MONOTONIC) - wall;
	cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	printf("| %s | %u | %u | %u | %u | %.1f | %.1f |\n", what, b->turns, b->signatures,
	        b->states, b->timelines, wall, cpu);
	fflush(stdout);
	if (b->failures)
		fprintf(stderr, "%u turns failed: %s\n", b->failures, b->why.text);
	return b->failures == 0;
}

static bool order_all(struct bench *b, enum life_order order)
{
	for (unsigned i = 0; i < b->count; i++) {
		struct bench_zone *z = &b->zones[i];
		if (!kept_zone_order(&z->kept, &b->store, &b->policy, order, 0, &b->why)) {
			fprintf(stderr, "%s\n", b->why.text);
			return false;
		}
		z->due_s = b->now_s;
	}
	return true;
}

static bool open_bench(struct bench *b, unsigned zones, char **argv, const char *program)
{
	static char timelines[4096];
	const struct vault_place place = { .where = argv[3], .program = program };

	snprintf(timelines, sizeof(timelines), "%s/timelines", argv[2]);
	*b = (struct bench){ .count = zones,
		.zones = calloc(zones, sizeof(*b->zones)),
		.crypto = crypto_new(),
		.now_s = START_S };
	life_policy_init(&b->policy);
	if ((mkdir(timelines, 0700) != 0 && errno != EEXIST) || !b->zones || !b->crypto ||
	        keeper_store_open(&b->store, argv[2], timelines, (gid_t)-1, &b->why) != 0 ||
	        vault_open(&b->vault, &place, &b->why) != VAULT_GOOD)
		return false;
	for (unsigned i = 0; i < zones; i++) {
		struct bench_zone *z = &b->zones[i];
		struct name name;
		char text[40];
		snprintf(text, sizeof(text), "zone%u.example", i);
		if (!name_from_text(text, &name))
			return false;
		kept_zone_init(&z->kept, &name);
		if (!kept_zone_read(&z->kept, &b->store, b->crypto, &b->why))
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	struct bench b;
	unsigned zones = argc > 3 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;

	if (zones == 0) {
		fputs("usage: kept ZONES DIRECTORY VAULT [PROGRAM]\n", stderr);
		return 2;
	}
	if (!open_bench(&b, zones, argv, argc > 4 ? argv[4] : NULL)) {
		fprintf(stderr, "%s\n", b.why.text);
		return 1;
	}
	bool good = order_all(&b, LIFE_ORDER_SIGN) && live(&b, "first signing, an hour", 3600) &&
	            live(&b, "until the DS is known, four days", 4 * DAY_S) &&
	            live(&b, "a day in which nothing changes", DAY_S) &&
	            order_all(&b, LIFE_ORDER_ROLL_KSK) && live(&b, "a day with a KSK roll", DAY_S);
	vault_close(b.vault);
	keeper_store_close(&b.store);
	crypto_free(b.crypto);
	free(b.zones);
	return good ? 0 : 1;
}
