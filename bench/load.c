/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client: keeps a fixed number of questions outstanding and measures how they are answered.
 *
 *	load [-n OUTSTANDING] [-w WARM_UP_MS] [-t MS] [-r RCODE] [-p NAME=PID]... SERVER QUERIES
 *
 * QUERIES is a file of prepared queries, which are asked in turn. Each has a random id and one of a
 * few source ports. A question without an answer after TIMEOUT_MS is lost, and the next is asked in
 * its place. The CPU time of the processes that -p names is taken at both ends of the measured
 *time, so that it belongs to the very answers that are counted. Prints one JSON object. */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/writer.h"
#include "prepared.h"

#define TIMEOUT_MS      1000
#define SWEEP_MS        50
#define LANES_MIN       4
#define LANES_MAX       64
#define SLOTS           256 /* a lane: its number is the low octet of the id */
#define BATCH           64
#define ANSWER_SIZE     4096
#define WATCHED_MAX     4
#define LATENCY_STEPS   16 /* to an octave: within 6 % */
#define LATENCY_BUCKETS (40 * LATENCY_STEPS)
#define NS_PER_MS       1000000ull

/* One outstanding question. */
struct slot {
	uint64_t sent_ns;
	uint16_t id;
	struct span query;
};

/* One source port. */
struct lane {
	int fd;
	unsigned slot_count;
	struct slot slots[SLOTS];
	unsigned pending_count;
	uint8_t pending[SLOTS]; /* the slots whose next question is to be sent */
};

struct tally {
	uint64_t answers, wrong, stray, lost, authentic, octets;
	uint32_t latency[LATENCY_BUCKETS];
};

struct watched {
	const char *name;
	clockid_t clock;
	uint64_t begin_ns, end_ns;
};

struct load {
	unsigned outstanding, lane_count, watched_count;
	uint64_t warm_up_ms, measured_ms;
	unsigned rcode;
	struct sockaddr_in server;
	struct prepared queries;
	unsigned next_query;
	uint64_t random;
	struct lane lanes[LANES_MAX];
	struct pollfd polled[LANES_MAX];
	struct watched watched[WATCHED_MAX];
	struct tally tally;
};

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec t = { 0, 0 };
	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000 * NS_PER_MS + (uint64_t)t.tv_nsec;
}

/* xorshift: the ids only have to differ. */
static uint64_t draw(struct load *l)
{
	l->random ^= l->random << 13;
	l->random ^= l->random >> 7;
	l->random ^= l->random << 17;
	return l->random;
}

/* Which bucket a latency falls into: its octave, and the four bits that follow its leading one. */
static unsigned bucket_of(uint64_t ns)
{
	unsigned top = 63 - (unsigned)__builtin_clzll(ns | LATENCY_STEPS);
	unsigned bucket = (top - 4) * LATENCY_STEPS + (unsigned)(ns >> (top - 4));
	return bucket < LATENCY_BUCKETS ? bucket : LATENCY_BUCKETS - 1;
}

/* The middle of a bucket. */
static double bucket_us(unsigned bucket)
{
	if (bucket < 2 * LATENCY_STEPS)
		return bucket / 1e3;
	unsigned shift = bucket / LATENCY_STEPS - 1;
	return ((double)(bucket % LATENCY_STEPS + LATENCY_STEPS) + 0.5) * (double)(1ull << shift) /
	       1e3;
}

static double percentile_us(const struct tally *t, double share)
{
	uint64_t seen = 0, total = t->answers + t->wrong;

	for (unsigned i = 0; i < LATENCY_BUCKETS; i++) {
		seen += t->latency[i];
		if (seen > 0 && (double)seen >= share * (double)total)
			return bucket_us(i);
	}
	return 0;
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
		slot->query = l->queries.messages[l->next_query++ % l->queries.count];
		slot->id = (uint16_t)((draw(l) & 0xff00) | lane->pending[i]);
		slot->sent_ns = now_ns;
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
	unsigned number = id % SLOTS;
	struct slot *slot = &lane->slots[number];

	if (c.bad || number >= lane->slot_count || slot->id != id || !(flags & FLAG_QR) ||
	        !repeats_question(answer, slot->query)) {
		l->tally.stray++;
		return;
	}
	if ((flags & RCODE_MASK) == l->rcode && !(flags & FLAG_TC))
		l->tally.answers++;
	else
		l->tally.wrong++;
	l->tally.authentic += (flags & FLAG_AD) != 0;
	l->tally.octets += answer.len;
	l->tally.latency[bucket_of(now_ns - slot->sent_ns)]++;
	slot->id = (uint16_t)~id; /* another answer would be a stray */
	lane->pending[lane->pending_count++] = (uint8_t)number;
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
			if (now_ns - lane->slots[k].sent_ns < TIMEOUT_MS * NS_PER_MS)
				continue;
			l->tally.lost++;
			lane->pending[lane->pending_count++] = (uint8_t)k;
		}
		send_pending(l, lane);
	}
}

/* Runs until `end_ns`. All due questions have been sent whenever a lane is left. */
static void run_until(struct load *l, uint64_t end_ns)
{
	uint64_t now_ns, swept_ns = clock_ns(CLOCK_MONOTONIC);

	while ((now_ns = clock_ns(CLOCK_MONOTONIC)) < end_ns) {
		poll(l->polled, l->lane_count, SWEEP_MS);
		for (unsigned i = 0; i < l->lane_count; i++) {
			if (!(l->polled[i].revents & (POLLIN | POLLERR)))
				continue;
			receive(l, &l->lanes[i]);
			send_pending(l, &l->lanes[i]);
		}
		if (now_ns - swept_ns > SWEEP_MS * NS_PER_MS) {
			swept_ns = clock_ns(CLOCK_MONOTONIC);
			give_up_late(l, swept_ns);
		}
	}
}

static bool open_lanes(struct load *l)
{
	l->lane_count = (l->outstanding + SLOTS - 1) / SLOTS;
	if (l->lane_count < LANES_MIN)
		l->lane_count = l->outstanding < LANES_MIN ? l->outstanding : LANES_MIN;
	for (unsigned i = 0; i < l->lane_count; i++) {
		struct lane *lane = &l->lanes[i];
		int size = 4 << 20;
		lane->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		if (lane->fd < 0 || connect(lane->fd, (const struct sockaddr *)&l->server,
		                            sizeof(l->server)) < 0)
			return false;
		setsockopt(lane->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
		l->polled[i] = (struct pollfd){ lane->fd, POLLIN, 0 };
		lane->slot_count =
		        l->outstanding / l->lane_count + (i < l->outstanding % l->lane_count);
		for (unsigned k = 0; k < lane->slot_count; k++)
			lane->pending[lane->pending_count++] = (uint8_t)k;
	}
	return true;
}

static void measure(struct load *l)
{
	uint64_t begin_ns;

	for (unsigned i = 0; i < l->lane_count; i++)
		send_pending(l, &l->lanes[i]);
	run_until(l, clock_ns(CLOCK_MONOTONIC) + l->warm_up_ms * NS_PER_MS);

	memset(&l->tally, 0, sizeof(l->tally));
	for (unsigned i = 0; i < l->watched_count; i++)
		l->watched[i].begin_ns = clock_ns(l->watched[i].clock);
	begin_ns = clock_ns(CLOCK_MONOTONIC);
	run_until(l, begin_ns + l->measured_ms * NS_PER_MS);
	l->measured_ms = (clock_ns(CLOCK_MONOTONIC) - begin_ns) / NS_PER_MS;
	for (unsigned i = 0; i < l->watched_count; i++)
		l->watched[i].end_ns = clock_ns(l->watched[i].clock);
}

static void print(const struct load *l)
{
	const struct tally *t = &l->tally;
	uint64_t all = t->answers + t->wrong;

	printf("{\"seconds\": %.3f, \"answers\": %" PRIu64 ", \"wrong\": %" PRIu64
	       ", \"stray\": %" PRIu64 ", \"lost\": %" PRIu64 ", \"authentic\": %" PRIu64
	       ", \"octets\": %.0f, \"p50_us\": %.1f, \"p99_us\": %.1f, \"cpu_s\": {",
	        (double)l->measured_ms / 1e3, t->answers, t->wrong, t->stray, t->lost, t->authentic,
	        all ? (double)t->octets / (double)all : 0.0, percentile_us(t, 0.50),
	        percentile_us(t, 0.99));
	for (unsigned i = 0; i < l->watched_count; i++)
		printf("%s\"%s\": %.6f", i ? ", " : "", l->watched[i].name,
		        (double)(l->watched[i].end_ns - l->watched[i].begin_ns) / 1e9);
	puts("}}");
}

/* `text` is NAME=PID. */
static bool watch(struct load *l, char *text)
{
	char *pid = strchr(text, '=');

	if (!pid || l->watched_count == WATCHED_MAX)
		return false;
	*pid++ = '\0';
	struct watched *w = &l->watched[l->watched_count++];
	w->name = text;
	return clock_getcpuclockid(atoi(pid), &w->clock) == 0;
}

static bool read_arguments(struct load *l, int argc, char **argv)
{
	int letter;

	while ((letter = getopt(argc, argv, "n:w:t:r:p:")) != -1) {
		if (letter == 'n')
			l->outstanding = (unsigned)atoi(optarg);
		else if (letter == 'w')
			l->warm_up_ms = strtoull(optarg, NULL, 10);
		else if (letter == 't')
			l->measured_ms = strtoull(optarg, NULL, 10);
		else if (letter == 'r')
			l->rcode = (unsigned)atoi(optarg);
		else if (letter != 'p' || !watch(l, optarg))
			return false;
	}
	return argc - optind == 2 && l->outstanding >= 1 && l->outstanding <= LANES_MAX * SLOTS &&
	       inet_pton(AF_INET, argv[optind], &l->server.sin_addr) == 1 &&
	       prepared_load(&l->queries, argv[optind + 1]) && l->queries.count > 0;
}

int main(int argc, char **argv)
{
	static struct load l = { .outstanding = 512,
		.warm_up_ms = 500,
		.measured_ms = 2000,
		.server = { .sin_family = AF_INET } };

	l.server.sin_port = htons(DNS_PORT);
	if (!read_arguments(&l, argc, argv)) {
		fputs("usage: load [-n OUTSTANDING] [-w WARM_UP_MS] [-t MS] [-r RCODE] "
		      "[-p NAME=PID]... SERVER QUERIES\n",
		        stderr);
		return 2;
	}
	if (getrandom(&l.random, sizeof(l.random), 0) != sizeof(l.random) || !open_lanes(&l)) {
		perror("load");
		return EXIT_FAILURE;
	}
	l.random |= 1;
	measure(&l);
	print(&l);
	return EXIT_SUCCESS;
}
