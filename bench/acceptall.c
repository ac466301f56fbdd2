/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cost of NFQUEUE itself: a program that accepts every packet and parses none. A filter is
 * compared with it, so it shares no code with a filter.
 *
 *	acceptall classic    libnetfilter_queue's old interface, as most programs use it: one
 *	                     recv() and one verdict for each packet
 *	acceptall batched    recvmmsg(), and the verdicts of a batch in one send()
 *	acceptall rewriting  batched, and each packet is sent back with its verdict: the payload is
 *	                     copied and the UDP checksum computed, as a filter must that changes it
 *	acceptall napping    rewriting, and after a batch that was not full it sleeps for a moment:
 *	                     the next batch is larger, and a packet costs less under load
 *	acceptall pacing     napping, but only under load, and longer under more load; it answers
 *	                     up to four batches at once
 *	acceptall releasing  pacing, but it sends no packets back: one verdict for each batch lets
 *	                     go all packets up to the last one
 *
 * It serves a queue of responses and one of queries, 0 and 1, by one socket. A second argument
 * gives the number of such pairs, each with a thread of its own: first the queues of responses,
 * then those of queries. A third argument gives the number of octets by which responses grow, as
 * if they were signed. It prints "ready" and runs until it is killed. */
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink_queue.h>

#define PAIRS_MAX     16
#define LENGTH        8192 /* of a queue of responses */
#define QUERIES       1024 /* and of queries */
#define SOCKET_BUFFER (8 << 20)
#define PACKET_SIZE   (65535 + 4096)
#define BATCH         64
#define VERDICT_SIZE  64 /* more than a verdict without a packet needs */
#define SEND_SIZE     (64 << 10)
#define NAP_US        100
#define TURN          (4 * BATCH) /* packets that are answered at once */
#define LOAD          8           /* packets a turn; so many come only under load */
#define NAP_STEP      32
#define NAPS_MAX      3
#define IPV4_HEADER   20
#define IPV6_HEADER   40
#define UDP_HEADER    8
#define GROWTH_MAX    1024 /* less than the room after a packet in the buffer */

static int fail(const char *what)
{
	fprintf(stderr, "acceptall: %s: %s\n", what, strerror(errno));
	return EXIT_FAILURE;
}

struct service {
	uint16_t pair; /* the number of its queue of responses */
	bool is_classic, with_packets, naps, paces, releases;
};

static unsigned bound_count, pair_count = 1, growth;

static void say_ready(void)
{
	if (__atomic_add_fetch(&bound_count, 1, __ATOMIC_RELAXED) < pair_count)
		return;
	puts("ready");
	fflush(stdout);
}

/* Packets that do not fit into the default buffer are lost. */
static bool enlarge_buffer(int fd)
{
	int size = SOCKET_BUFFER;
	return setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) == 0;
}

static int accept_one(
        struct nfq_q_handle *queue, struct nfgenmsg *message, struct nfq_data *data, void *context)
{
	struct nfqnl_msg_packet_hdr *header = nfq_get_msg_packet_hdr(data);

	(void)message;
	(void)context;
	return header ? nfq_set_verdict(queue, ntohl(header->packet_id), NF_ACCEPT, 0, NULL) : 0;
}

static bool create_queue(struct nfq_handle *library, uint16_t number, uint32_t length)
{
	struct nfq_q_handle *queue = nfq_create_queue(library, number, accept_one, NULL);

	return queue && nfq_set_mode(queue, NFQNL_COPY_PACKET, UINT16_MAX) >= 0 &&
	       nfq_set_queue_maxlen(queue, length) >= 0;
}

static int serve_classic(uint16_t pair)
{
	static _Thread_local char buffer[PACKET_SIZE] __attribute__((aligned(8)));
	struct nfq_handle *library = nfq_open();

	if (!library || !create_queue(library, pair, LENGTH) ||
	        !create_queue(library, (uint16_t)(pair + pair_count), QUERIES) ||
	        !enlarge_buffer(nfq_fd(library)))
		return fail("cannot bind the queue");
	say_ready();
	for (;;) {
		ssize_t len = recv(nfq_fd(library), buffer, sizeof(buffer), 0);
		if (len >= 0)
			nfq_handle_packet(library, buffer, (int)len);
		else if (errno != ENOBUFS && errno != EINTR)
			return fail("recv");
	}
}

static bool bind_queue(int fd, uint16_t number, uint32_t length)
{
	char buffer[256];
	struct nlmsghdr *message = nfq_nlmsg_put(buffer, NFQNL_MSG_CONFIG, number);

	nfq_nlmsg_cfg_put_cmd(message, AF_UNSPEC, NFQNL_CFG_CMD_BIND);
	nfq_nlmsg_cfg_put_params(message, NFQNL_COPY_PACKET, UINT16_MAX);
	nfq_nlmsg_cfg_put_qmaxlen(message, length);
	message->nlmsg_flags |= NLM_F_ACK;
	if (send(fd, message, message->nlmsg_len, 0) < 0 || recv(fd, buffer, sizeof(buffer), 0) < 0)
		return false;
	const struct nlmsghdr *answer = (const void *)buffer;
	const struct nlmsgerr *ack = mnl_nlmsg_get_payload(answer);
	errno = answer->nlmsg_type == NLMSG_ERROR ? -ack->error : EPROTO;
	return errno == 0;
}

/* Sums `len` octets as words in network order, not folded (RFC 1071). */
static uint64_t sum_words(const uint8_t *octets, size_t len)
{
	uint64_t sum = 0;
	uint32_t word;

	for (; len >= sizeof(word); octets += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, octets, sizeof(word));
		sum += word;
	}
	word = 0;
	memcpy(&word, octets, len);
	return sum + word;
}

/* Writes the checksum; the sum was made with 0 in its place. */
static void put_checksum(uint8_t *at, uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	uint16_t checksum = (uint16_t)~sum;
	memcpy(at, &checksum, 2);
}

static void put_u16(uint8_t *at, size_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* The offset of both addresses in the IP header, and their length together. */
struct layout {
	size_t addresses_at, addresses_len, udp_at;
};

/* Returns false unless UDP follows the IP header directly. */
static bool read_layout(const uint8_t *packet, size_t len, struct layout *l)
{
	if (len >= IPV4_HEADER && packet[0] >> 4 == 4 && packet[9] == IPPROTO_UDP)
		*l = (struct layout){ 12, 8, (packet[0] & 15) * 4u };
	else if (len >= IPV6_HEADER && packet[0] >> 4 == 6 && packet[6] == IPPROTO_UDP)
		*l = (struct layout){ 8, 32, IPV6_HEADER };
	else
		return false;
	return len >= l->udp_at + UDP_HEADER;
}

static void renew_checksum(uint8_t *packet, size_t len, const struct layout *l)
{
	uint8_t *udp = packet + l->udp_at;

	put_u16(udp + 6, 0);
	put_checksum(udp + 6, sum_words(packet + l->addresses_at, l->addresses_len) +
	                              htons(IPPROTO_UDP) + htons((uint16_t)(len - l->udp_at)) +
	                              sum_words(udp, len - l->udp_at));
}

/* Writes the length into the headers. */
static void renew_lengths(uint8_t *packet, size_t len, const struct layout *l)
{
	put_u16(packet + l->udp_at + 4, len - l->udp_at);
	if (packet[0] >> 4 == 6) {
		put_u16(packet + 4, len - IPV6_HEADER);
		return;
	}
	put_u16(packet + 2, len);
	put_u16(packet + 10, 0);
	put_checksum(packet + 10, sum_words(packet, l->udp_at));
}

/* True for a packet from port 53. */
static bool is_response(const uint8_t *udp)
{
	return udp[0] == 0 && udp[1] == 53;
}

/* Adds the packet to the verdict, unchanged except for the checksum and its growth: octets that
 * follow it in the buffer. */
static void put_packet(struct nlmsghdr *verdict, const struct nlattr *payload)
{
	const uint8_t *packet = mnl_attr_get_payload(payload);
	uint16_t len = mnl_attr_get_payload_len(payload);
	struct layout l;

	if (!read_layout(packet, len, &l))
		return;
	struct nlattr *copy = mnl_nlmsg_get_payload_tail(verdict);
	if (growth > 0 && is_response(packet + l.udp_at) && len + growth <= UINT16_MAX)
		len = (uint16_t)(len + growth);
	mnl_attr_put(verdict, NFQA_PAYLOAD, len, packet);
	if (growth > 0)
		renew_lengths(mnl_attr_get_payload(copy), len, &l);
	renew_checksum(mnl_attr_get_payload(copy), len, &l);
}

/* nfnetlink's header has the queue. */
static uint16_t number_of(const struct nlmsghdr *message)
{
	const struct nfgenmsg *header = mnl_nlmsg_get_payload(message);
	return ntohs(header->res_id);
}

/* Writes a verdict of this type for one received message; returns its length in octets. */
static size_t put_verdict(char *at, const struct nlmsghdr *packet, int type, bool with_packet)
{
	struct nlattr *attributes[NFQA_MAX + 1] = { NULL };

	if (packet->nlmsg_type != (NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET) ||
	        nfq_nlmsg_parse(packet, attributes) < 0 || !attributes[NFQA_PACKET_HDR])
		return 0;
	const struct nfqnl_msg_packet_hdr *header =
	        mnl_attr_get_payload(attributes[NFQA_PACKET_HDR]);
	struct nlmsghdr *verdict = nfq_nlmsg_put(at, type, number_of(packet));
	nfq_nlmsg_verdict_put(verdict, (int)ntohl(header->packet_id), NF_ACCEPT);
	if (with_packet && attributes[NFQA_PAYLOAD])
		put_packet(verdict, attributes[NFQA_PAYLOAD]);
	return MNL_ALIGN(verdict->nlmsg_len);
}

/* Writes one verdict for all received packets of a queue, for the last one: the kernel delivers the
 * packets of a queue in order. Returns its length in octets. */
static size_t put_release(char *at, char (*packets)[PACKET_SIZE], int count, uint16_t number)
{
	while (count > 0 && number_of((const void *)packets[count - 1]) != number)
		count--;
	return count > 0 ? put_verdict(at, (const void *)packets[count - 1],
	                           NFQNL_MSG_VERDICT_BATCH, false)
	                 : 0;
}

/* The buffers of a thread. */
struct buffers {
	char packets[BATCH][PACKET_SIZE] __attribute__((aligned(8)));
	char verdicts[SEND_SIZE + PACKET_SIZE] __attribute__((aligned(8)));
	size_t verdicts_len;
	struct iovec vectors[BATCH];
	struct mmsghdr messages[BATCH];
};

static bool send_verdicts(int fd, struct buffers *b)
{
	size_t len = b->verdicts_len;

	b->verdicts_len = 0;
	return len == 0 || send(fd, b->verdicts, len, 0) >= 0;
}

static bool answer(int fd, const struct service *service, struct buffers *b, int count)
{
	for (int i = 0; i < count && !service->releases; i++) {
		b->verdicts_len += put_verdict(b->verdicts + b->verdicts_len,
		        (const void *)b->packets[i], NFQNL_MSG_VERDICT, service->with_packets);
		if (b->verdicts_len > SEND_SIZE - VERDICT_SIZE && !send_verdicts(fd, b))
			return false;
	}
	if (service->releases) {
		b->verdicts_len += put_release(
		        b->verdicts + b->verdicts_len, b->packets, count, service->pair);
		b->verdicts_len += put_release(b->verdicts + b->verdicts_len, b->packets, count,
		        (uint16_t)(service->pair + pair_count));
	}
	return true;
}

/* Receives at most `most` packets and answers them; returns their number, or -1. */
static int take_turn(int fd, const struct service *service, struct buffers *b, int most)
{
	int count, total = 0;

	do {
		count = recvmmsg(
		        fd, b->messages, BATCH, total ? MSG_DONTWAIT : MSG_WAITFORONE, NULL);
		if (count < 0 && errno != ENOBUFS && errno != EINTR && errno != EAGAIN)
			return -1;
		if (count > 0 && !answer(fd, service, b, count))
			return -1;
		total += count > 0 ? count : 0;
	} while (count == BATCH && total < most);
	return send_verdicts(fd, b) ? total : -1;
}

/* Decides by the number of packets in the last turn, and in the turns before it. */
static useconds_t nap_us(const struct service *service, int load, int count)
{
	int naps = load / NAP_STEP;

	if (!service->paces)
		return service->naps && count < BATCH ? NAP_US : 0;
	if (load < LOAD || count >= TURN)
		return 0;
	return NAP_US * (useconds_t)(naps < 1 ? 1 : naps > NAPS_MAX ? NAPS_MAX : naps);
}

static bool prepare(const struct service *service, int fd, struct buffers *b)
{
	for (int i = 0; i < BATCH; i++) {
		b->vectors[i] = (struct iovec){ b->packets[i], PACKET_SIZE };
		b->messages[i].msg_hdr.msg_iov = &b->vectors[i];
		b->messages[i].msg_hdr.msg_iovlen = 1;
	}
	prctl(PR_SET_TIMERSLACK, 1);
	return enlarge_buffer(fd) && bind_queue(fd, service->pair, LENGTH) &&
	       bind_queue(fd, (uint16_t)(service->pair + pair_count), QUERIES);
}

static int serve_batched(const struct service *service)
{
	static _Thread_local struct buffers buffers;
	struct mnl_socket *library = mnl_socket_open(NETLINK_NETFILTER);
	int load = 0;

	if (!library || mnl_socket_bind(library, 0, MNL_SOCKET_AUTOPID) < 0)
		return fail("cannot open a netlink socket");
	int fd = mnl_socket_get_fd(library);
	if (!prepare(service, fd, &buffers))
		return fail("cannot bind the queue");
	say_ready();
	for (;;) {
		int count = take_turn(fd, service, &buffers, service->paces ? TURN : BATCH);
		if (count < 0)
			return fail("recvmmsg or send");
		load = (load + count) / 2;
		useconds_t us = nap_us(service, load, count);
		if (us > 0)
			usleep(us);
	}
}

/* Returns only if it cannot go on; then the program ends. */
static void *serve(void *context)
{
	const struct service *service = context;

	exit(service->is_classic ? serve_classic(service->pair) : serve_batched(service));
}

static bool read_mode(const char *name, struct service *service)
{
	static const struct {
		const char *name;
		struct service service;
	} modes[] = {
		{ "classic", { .is_classic = true } },
		{ "batched", { 0 } },
		{ "rewriting", { .with_packets = true } },
		{ "napping", { .with_packets = true, .naps = true } },
		{ "pacing", { .with_packets = true, .paces = true } },
		{ "releasing", { .releases = true, .paces = true } },
	};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (strcmp(name, modes[i].name) != 0)
			continue;
		*service = modes[i].service;
		return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	static struct service services[PAIRS_MAX];
	pthread_t thread;

	if (argc >= 3)
		pair_count = (unsigned)atoi(argv[2]);
	if (argc == 4)
		growth = (unsigned)atoi(argv[3]);
	if (argc < 2 || argc > 4 || growth > GROWTH_MAX || pair_count < 1 ||
	        pair_count > PAIRS_MAX || !read_mode(argv[1], &services[0])) {
		fputs("usage: acceptall classic|batched|rewriting|napping|pacing|releasing [PAIRS "
		      "[GROWTH]]\n",
		        stderr);
		return 2;
	}
	for (unsigned i = 1; i < pair_count; i++) {
		services[i] = services[0];
		services[i].pair = (uint16_t)i;
		if (pthread_create(&thread, NULL, serve, &services[i]) != 0)
			return fail("pthread_create");
	}
	serve(&services[0]);
}
