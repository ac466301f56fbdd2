/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client: asks, and measures the answers.
 *
 *	load [-n OUTSTANDING] [-R PER_SECOND] [-w WARM_UP_MS] [-t MS] [-r RCODE] [-p NAME=PID]...
 *	     [-a ADDRESS]... [-c CONNECTIONS | -o] SERVER QUERIES [PERCENT OTHERS]
 *
 * It keeps OUTSTANDING questions outstanding; or it asks at a fixed rate, whatever becomes of the
 * questions (an open loop, which an overload needs), and OUTSTANDING is the maximum. QUERIES is a
 * file of prepared queries, which are asked in turn; PERCENT of the questions come from OTHERS,
 * also in turn. Each has a random id, one of several source ports, and one of the addresses of -a.
 * With -c it asks over TCP, in CONNECTIONS connections that stay open; with -o in a connection for
 * each question. A question is lost if it has no answer after TIMEOUT_MS, if a new one needs its
 * slot, or if its connection ends; with a fixed number outstanding the next question replaces it.
 * The CPU time of the processes of -p is read at both ends of the measured time, so it belongs to
 * the answers that are counted. Prints one JSON object. */
#include <errno.h>
#include <inttypes.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "lanes.h"

#define TIMEOUT_MS 1000
#define SWEEP_MS   50
#define LANES_MIN  4
#define WARM_UP    64 /* outstanding before an open loop begins */
#define BATCH      64
#define BATCHES    4 /* sent before it receives */
#define NS_PER_MS  1000000ull

static void give_up_late(struct load *l, uint64_t now_ns)
{
	for (unsigned i = 0; i < l->lane_count; i++) {
		struct lane *lane = &l->lanes[i];
		for (unsigned k = 0; k < lane->slot_count; k++) {
			const struct slot *slot = &lane->slots[k];
			if (slot->is_outstanding &&
			        now_ns - slot->sent_ns >= TIMEOUT_MS * NS_PER_MS)
				give_up(l, lane, k);
		}
		send_pending(l, lane);
	}
}

/* Sends the questions of an open loop that are due, from one lane after the other; returns their
 * number. */
static unsigned send_due(struct load *l, uint64_t due)
{
	struct lane *lane = &l->lanes[l->next_lane++ % l->lane_count];

	if (due > BATCH)
		due = BATCH;
	for (uint64_t i = 0; i < due; i++) {
		unsigned number = lane->next_slot++ % lane->slot_count;
		l->tally.lost += lane->slots[number].is_outstanding;
		lane->pending[lane->pending_count++] = (uint8_t)number;
	}
	send_pending(l, lane);
	return (unsigned)due;
}

/* Returns how long no question is due. */
static struct timespec pause_until(const struct load *l, uint64_t begin_ns, uint64_t asked)
{
	uint64_t next_ns = begin_ns + (asked + 1) * NS_PER_S / (l->per_s ? l->per_s : 1);
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC), most_ns = SWEEP_MS * NS_PER_MS;

	if (l->per_s)
		most_ns = next_ns > now_ns ? next_ns - now_ns : 0;
	return (struct timespec){ (time_t)(most_ns / NS_PER_S), (long)(most_ns % NS_PER_S) };
}

/* Runs until `end_ns`. A lane is left only when it has no pending questions. A lane that cannot ask
 * as fast as it should must still listen. */
static void run_until(struct load *l, uint64_t end_ns)
{
	uint64_t now_ns, asked = 0, begin_ns = clock_ns(CLOCK_MONOTONIC), swept_ns = begin_ns;

	while ((now_ns = clock_ns(CLOCK_MONOTONIC)) < end_ns) {
		struct timespec pause = pause_until(l, begin_ns, asked);
		ppoll(l->polled, l->lane_count, &pause, NULL);
		for (unsigned i = 0; i < l->lane_count; i++) {
			if (!(l->polled[i].revents & (POLLIN | POLLERR | POLLHUP)))
				continue;
			receive(l, &l->lanes[i]);
			send_pending(l, &l->lanes[i]);
		}
		now_ns = clock_ns(CLOCK_MONOTONIC);
		uint64_t due = (now_ns - begin_ns) * l->per_s / NS_PER_S;
		for (unsigned i = 0; asked < due && i < BATCHES; i++)
			asked += send_due(l, due - asked);
		if (now_ns - swept_ns > SWEEP_MS * NS_PER_MS) {
			swept_ns = clock_ns(CLOCK_MONOTONIC); /* not before the last send */
			give_up_late(l, swept_ns);
		}
	}
}

static unsigned lanes_wanted(const struct load *l)
{
	unsigned count = (l->outstanding + SLOTS - 1) / SLOTS;
	unsigned least = l->road.address_count > LANES_MIN ? l->road.address_count : LANES_MIN;

	if (l->road.is_stream)
		return l->road.is_for_one ? l->outstanding : l->connections;
	if (count < least)
		count = l->outstanding < least ? l->outstanding : least;
	return count;
}

static bool open_lanes(struct load *l)
{
	l->lane_count = lanes_wanted(l);
	for (unsigned i = 0; i < l->lane_count; i++) {
		struct lane *lane = &l->lanes[i];
		lane->fd = road_open(&l->road, l->opened++);
		if (lane->fd < 0)
			return false;
		l->polled[i] = (struct pollfd){ lane->fd, POLLIN, 0 };
		lane->slot_count =
		        l->outstanding / l->lane_count + (i < l->outstanding % l->lane_count);
	}
	return true;
}

static unsigned smaller(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* The warm-up, in which the filter learns all names, has a fixed number outstanding, whatever load
 * follows: at a rate the questions would pile up. */
static void warm_up(struct load *l)
{
	unsigned per_s = l->per_s,
	         count = per_s ? smaller(WARM_UP, l->outstanding) : l->outstanding;

	l->per_s = 0;
	for (unsigned i = 0; i < l->lane_count && count > 0; i++) {
		struct lane *lane = &l->lanes[i];
		for (; lane->pending_count < lane->slot_count && count > 0; count--) {
			lane->pending[lane->pending_count] = (uint8_t)lane->pending_count;
			lane->pending_count++;
		}
		send_pending(l, lane);
	}
	run_until(l, clock_ns(CLOCK_MONOTONIC) + l->warm_up_ms * NS_PER_MS);
	l->per_s = per_s;
	if (per_s)
		run_until(l, clock_ns(CLOCK_MONOTONIC) + l->warm_up_ms * NS_PER_MS);
}

static void measure(struct load *l)
{
	uint64_t begin_ns;

	warm_up(l);
	l->tally = (struct tally){ .rcode = l->tally.rcode };
	watched_begin(&l->watched);
	begin_ns = clock_ns(CLOCK_MONOTONIC);
	run_until(l, begin_ns + l->measured_ms * NS_PER_MS);
	l->measured_ms = (clock_ns(CLOCK_MONOTONIC) - begin_ns) / NS_PER_MS;
	watched_end(&l->watched);
}

static void print(const struct load *l)
{
	printf("{");
	tally_print(&l->tally, (double)l->measured_ms / 1e3);
	printf(", \"cpu_s\": {");
	watched_print(&l->watched);
	puts("}}");
}

static bool read_option(struct load *l, int letter)
{
	switch (letter) {
	case 'n':
		l->outstanding = (unsigned)atoi(optarg);
		return l->outstanding >= 1 && l->outstanding <= LANES_MAX * SLOTS;
	case 'R':
		l->per_s = (unsigned)atoi(optarg);
		return l->per_s > 0;
	case 'w':
		l->warm_up_ms = strtoull(optarg, NULL, 10);
		return true;
	case 't':
		l->measured_ms = strtoull(optarg, NULL, 10);
		return true;
	case 'r':
		l->tally.rcode = (unsigned)atoi(optarg);
		return true;
	case 'a':
		return road_add_address(&l->road, optarg);
	case 'c':
		l->connections = (unsigned)atoi(optarg);
		l->road.is_stream = true;
		return l->connections >= 1 && l->connections <= LANES_MAX;
	case 'o':
		l->road.is_stream = l->road.is_for_one = true;
		return true;
	default:
		return letter == 'p' && watched_add(&l->watched, optarg);
	}
}

/* A connection has as many slots as a lane, and uses at least one of them. */
static bool fits(const struct load *l)
{
	unsigned lanes = lanes_wanted(l);

	return lanes <= LANES_MAX && l->outstanding >= lanes && l->outstanding <= lanes * SLOTS;
}

static bool read_arguments(struct load *l, int argc, char **argv)
{
	int letter;

	while ((letter = getopt(argc, argv, "n:R:w:t:r:p:a:c:o")) != -1) {
		if (!read_option(l, letter))
			return false;
	}
	argv += optind;
	argc -= optind;
	if (argc == 4) {
		l->others_percent = (unsigned)atoi(argv[2]);
		if (!prepared_load(&l->others, argv[3]) || l->others.count == 0)
			return false;
	}
	return (argc == 2 || argc == 4) && address_read(argv[0], &l->road.server) &&
	       prepared_load(&l->queries, argv[1]) && l->queries.count > 0 && fits(l);
}

int main(int argc, char **argv)
{
	static struct load l = { .outstanding = 512, .warm_up_ms = 500, .measured_ms = 2000 };

	if (!read_arguments(&l, argc, argv)) {
		fputs("usage: load [-n OUTSTANDING] [-R PER_SECOND] [-w WARM_UP_MS] [-t MS] "
		      "[-r RCODE] [-p NAME=PID]... [-a ADDRESS]... [-c CONNECTIONS | -o] SERVER "
		      "QUERIES [PERCENT OTHERS]\n",
		        stderr);
		return 2;
	}
	if (getrandom(&l.random, sizeof(l.random), 0) != sizeof(l.random) || !open_lanes(&l)) {
		perror("load");
		return EXIT_FAILURE;
	}
	l.random |= 1;
	prctl(PR_SET_TIMERSLACK, 1);
	measure(&l);
	print(&l);
	return EXIT_SUCCESS;
}
