/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client: asks, and measures how it is answered.
 *
 *	load [-n OUTSTANDING] [-R PER_SECOND] [-w WARM_UP_MS] [-t MS] [-r RCODE] [-p NAME=PID]...
 *	     [-a ADDRESS]... SERVER QUERIES [PERCENT OTHERS]
 *
 * Either it keeps OUTSTANDING questions outstanding, or it asks at a fixed rate, whatever becomes
 * of the questions (an open loop: an overload is possible only so), and OUTSTANDING is the most.
 * QUERIES is a file of prepared queries, which are asked in turn; PERCENT of the questions are
 *taken from OTHERS, in turn as well. Each has a random id and one of several source ports, of the
 * addresses that -a names. A question without an answer after TIMEOUT_MS is lost, and so is one
 * whose place a new one needs; with a fixed number outstanding the next is asked in its place. The
 * CPU time of the processes that -p names is taken at both ends of the measured time, so that it
 * belongs to the very answers that are counted. Prints one JSON object. */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/writer.h"
#include "prepared.h"
#include "tally.h"
#include "watched.h"

#define TIMEOUT_MS    1000
#define SWEEP_MS      50
#define LANES_MIN     4
#define LANES_MAX     256
#define ADDRESSES_MAX 64
#define WARM_UP       64  /* outstanding before an open loop begins */
#define SLOTS         256 /* a lane: its number is the low octet of the id */
#define BATCH         64
#define ANSWER_SIZE   4096
#define NS_PER_MS     1000000ull

/* One question, outstanding or answered. */
struct slot {
	uint64_t sent_ns;
	uint16_t id;
	bool is_outstanding;
	struct span query;
};

/* One source port. */
struct lane {
	int fd;
	unsigned slot_count, next_slot;
	struct slot slots[SLOTS];
	unsigned pending_count;
	uint8_t pending[SLOTS]; /* the slots whose next question is to be sent */
};

struct load {
	unsigned outstanding, per_s, lane_count, address_count;
	uint64_t warm_up_ms, measured_ms;
	unsigned others_percent;
	struct sockaddr_in server, addresses[ADDRESSES_MAX];
	struct prepared queries, others;
	unsigned next_query, next_other, percents;
	unsigned next_lane; /* of an open loop */
	uint64_t random;
	struct lane lanes[LANES_MAX];
	struct pollfd polled[LANES_MAX];
	struct watched watched;
	struct tally tally;
};

/* xorshift: the ids only have to differ. */
static uint64_t draw(struct load *l)
{
	l->random ^= l->random << 13;
	l->random ^= l->random >> 7;
	l->random ^= l->random << 17;
	return l->random;
}

static struct span next_query(struct load *l)
{
	l->percents += l->others_percent;
	if (l->percents < 100)
		return l->queries.messages[l->next_query++ % l->queries.count];
	l->percents -= 100;
	return l->others.messages[l->next_other++ % l->others.count];
}

/* Sends the questions that are due, with new ids. */
static void send_pending(struct load *l, struct lane *lane)
{
	static uint8_t octets[SLOTS][512];
	struct iovec vectors[SLOTS];
	struct mmsghdr messages[SLOTS] = { 0 };
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC);

	for (unsigned i = 0; i < lane->pending_count; i++) {
		struct slot *slot = &lane->slots[lane->pending[i]];
		*slot = (struct slot){ .query = next_query(l),
			.id = (uint16_t)((draw(l) & 0xff00) | lane->pending[i]),
			.is_outstanding = true,
			.sent_ns = now_ns };
		memcpy(octets[i], slot->query.base, slot->query.len);
		put_u16(octets[i], slot->id);
		vectors[i] = (struct iovec){ octets[i], slot->query.len };
		messages[i].msg_hdr.msg_iov = &vectors[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	for (unsigned sent = 0; sent < lane->pending_count;) {
		int n = sendmmsg(lane->fd, messages + sent, lane->pending_count - sent, 0);
		sent += n > 0 ? (unsigned)n : 1; /* what cannot be sent will be lost */
	}
	l->tally.asked += lane->pending_count;
	lane->pending_count = 0;
}

/* The question of a query stands before its OPT, if it has one. */
static bool repeats_question(struct span answer, struct span query)
{
	size_t opt = query.base[11] ? 11 : 0;
	return answer.len >= query.len - opt &&
	       memcmp(answer.base + DNS_HEADER_SIZE, query.base + DNS_HEADER_SIZE,
	               query.len - opt - DNS_HEADER_SIZE) == 0;
}

static void take_answer(struct load *l, struct lane *lane, struct span answer, uint64_t now_ns)
{
	struct cursor c = cursor_over(answer);
	uint16_t id = cursor_u16(&c), flags = cursor_u16(&c);
	struct slot *slot = &lane->slots[id % SLOTS];

	if (c.bad || !slot->is_outstanding || slot->id != id || !(flags & FLAG_QR) ||
	        !repeats_question(answer, slot->query)) {
		l->tally.stray++;
		return;
	}
	tally_answer(&l->tally, answer, flags, now_ns - slot->sent_ns);
	slot->is_outstanding = false;
	if (!l->per_s)
		lane->pending[lane->pending_count++] = (uint8_t)(id % SLOTS);
}

static void receive(struct load *l, struct lane *lane)
{
	static uint8_t octets[BATCH][ANSWER_SIZE];
	struct iovec vectors[BATCH];
	struct mmsghdr messages[BATCH] = { 0 };

	for (int i = 0; i < BATCH; i++) {
		vectors[i] = (struct iovec){ octets[i], ANSWER_SIZE };
		messages[i].msg_hdr.msg_iov = &vectors[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	int n = recvmmsg(lane->fd, messages, BATCH, MSG_DONTWAIT, NULL);
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC);
	for (int i = 0; i < n; i++)
		take_answer(l, lane, span_of(octets[i], messages[i].msg_len), now_ns);
}

static void give_up_late(struct load *l, uint64_t now_ns)
{
	for (unsigned i = 0; i < l->lane_count; i++) {
		struct lane *lane = &l->lanes[i];
		for (unsigned k = 0; k < lane->slot_count; k++) {
			struct slot *slot = &lane->slots[k];
			if (!slot->is_outstanding ||
			        now_ns - slot->sent_ns < TIMEOUT_MS * NS_PER_MS)
				continue;
			l->tally.lost++;
			slot->is_outstanding = false;
			if (!l->per_s)
				lane->pending[lane->pending_count++] = (uint8_t)k;
		}
		send_pending(l, lane);
	}
}

/* Sends what is due of an open loop, from one lane after the other; returns how many. */
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

/* How long nothing is to be sent. */
static struct timespec pause_until(const struct load *l, uint64_t begin_ns, uint64_t asked)
{
	uint64_t next_ns = begin_ns + (asked + 1) * NS_PER_S / (l->per_s ? l->per_s : 1);
	uint64_t now_ns = clock_ns(CLOCK_MONOTONIC), most_ns = SWEEP_MS * NS_PER_MS;

	if (l->per_s)
		most_ns = next_ns > now_ns ? next_ns - now_ns : 0;
	return (struct timespec){ (time_t)(most_ns / NS_PER_S), (long)(most_ns % NS_PER_S) };
}

/* Runs until `end_ns`. All due questions have been sent whenever a lane is left. */
static void run_until(struct load *l, uint64_t end_ns)
{
	uint64_t now_ns, asked = 0, begin_ns = clock_ns(CLOCK_MONOTONIC), swept_ns = begin_ns;

	while ((now_ns = clock_ns(CLOCK_MONOTONIC)) < end_ns) {
		struct timespec pause = pause_until(l, begin_ns, asked);
		ppoll(l->polled, l->lane_count, &pause, NULL);
		for (unsigned i = 0; i < l->lane_count; i++) {
			if (!(l->polled[i].revents & (POLLIN | POLLERR)))
				continue;
			receive(l, &l->lanes[i]);
			send_pending(l, &l->lanes[i]);
		}
		now_ns = clock_ns(CLOCK_MONOTONIC);
		uint64_t due = (now_ns - begin_ns) * l->per_s / NS_PER_S;
		while (asked < due)
			asked += send_due(l, due - asked);
		if (now_ns - swept_ns > SWEEP_MS * NS_PER_MS) {
			swept_ns = clock_ns(CLOCK_MONOTONIC); /* not before what was just sent */
			give_up_late(l, swept_ns);
		}
	}
}

static bool open_lane(struct load *l, unsigned i)
{
	struct lane *lane = &l->lanes[i];
	int size = 4 << 20;

	lane->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (lane->fd < 0)
		return false;
	if (l->address_count > 0) {
		const struct sockaddr_in *from = &l->addresses[i % l->address_count];
		if (bind(lane->fd, (const struct sockaddr *)from, sizeof(*from)) < 0)
			return false;
	}
	setsockopt(lane->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	l->polled[i] = (struct pollfd){ lane->fd, POLLIN, 0 };
	return connect(lane->fd, (const struct sockaddr *)&l->server, sizeof(l->server)) == 0;
}

static unsigned lanes_wanted(const struct load *l)
{
	unsigned count = (l->outstanding + SLOTS - 1) / SLOTS;
	unsigned least = l->address_count > LANES_MIN ? l->address_count : LANES_MIN;

	if (count < least)
		count = l->outstanding < least ? l->outstanding : least;
	return count;
}

static bool open_lanes(struct load *l)
{
	l->lane_count = lanes_wanted(l);
	for (unsigned i = 0; i < l->lane_count; i++) {
		struct lane *lane = &l->lanes[i];
		if (!open_lane(l, i))
			return false;
		lane->slot_count =
		        l->outstanding / l->lane_count + (i < l->outstanding % l->lane_count);
	}
	return true;
}

static unsigned smaller(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* What is to be learned of the names is learned with a fixed number outstanding, whatever comes
 * then: at a rate it would pile up. */
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

static bool add_address(struct load *l, const char *text)
{
	if (l->address_count == ADDRESSES_MAX)
		return false;
	struct sockaddr_in *address = &l->addresses[l->address_count++];
	address->sin_family = AF_INET;
	return inet_pton(AF_INET, text, &address->sin_addr) == 1;
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
		return add_address(l, optarg);
	default:
		return letter == 'p' && watched_add(&l->watched, optarg);
	}
}

static bool read_arguments(struct load *l, int argc, char **argv)
{
	int letter;

	while ((letter = getopt(argc, argv, "n:R:w:t:r:p:a:")) != -1) {
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
	return (argc == 2 || argc == 4) && inet_pton(AF_INET, argv[0], &l->server.sin_addr) == 1 &&
	       prepared_load(&l->queries, argv[1]) && l->queries.count > 0;
}

int main(int argc, char **argv)
{
	static struct load l = { .outstanding = 512,
		.warm_up_ms = 500,
		.measured_ms = 2000,
		.server = { .sin_family = AF_INET } };

	l.server.sin_port = htons(DNS_PORT);
	if (!read_arguments(&l, argc, argv)) {
		fputs("usage: load [-n OUTSTANDING] [-R PER_SECOND] [-w WARM_UP_MS] [-t MS] "
		      "[-r RCODE] [-p NAME=PID]... [-a ADDRESS]... SERVER QUERIES [PERCENT "
		      "OTHERS]\n",
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
