/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which verdicts packets get that waited for another process; a socket pair replaces netlink. */
#include "test.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>

#include "queue/nfqueue_adopt.h"

#define RESPONSES 6
#define QUERIES   7
#define ROOM      4096
#define TYPE(t)   (NFNL_SUBSYS_QUEUE << 8 | (t))
#define ID(n)     (1ull << 48 | (n)) /* as struct queued has it, as far as it matters here */

static struct stats stats;
static struct nfqueue queue;
static struct nfqueue_kept kept;
static int kernel; /* the other end */

static int set_up(void **state)
{
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
	kernel = ends[1];
	kept = (struct nfqueue_kept){ 0 };
	stats = (struct stats){ 0 };
	queue = (struct nfqueue){ .fd = ends[0],
		.stats = &stats,
		.responses = { .number = RESPONSES, .kept = &kept.responses },
		.queries = { .number = QUERIES, .kept = &kept.queries },
		.received = malloc(ROOM) };
	queue.vectors[0].iov_len = ROOM;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	close(queue.fd);
	close(kernel);
	free(queue.received);
	return 0;
}

/* Puts the message of a packet into the socket. */
static void put_packet(unsigned number, uint32_t id)
{
	_Alignas(struct nlmsghdr) char buffer[256];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct nfgenmsg *header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	struct nfqnl_msg_packet_hdr packet = { .packet_id = htonl(id) };

	message->nlmsg_type = TYPE(NFQNL_MSG_PACKET);
	header->res_id = htons((uint16_t)number);
	mnl_attr_put(message, NFQA_PACKET_HDR, sizeof(packet), &packet);
	mnl_attr_put(message, NFQA_PAYLOAD, 4, "abcd");
	assert_true(send(kernel, message, message->nlmsg_len, 0) > 0);
}

/* Writes the verdicts that were sent: r(epeat) and d(rop), up to which packet; capital for
 * queries. */
static void write_verdicts(char *text, size_t size)
{
	_Alignas(struct nlmsghdr) char buffer[ROOM];

	text[0] = '\0';
	while (recv(kernel, buffer, sizeof(buffer), MSG_DONTWAIT) > 0) {
		const struct nlmsghdr *message = (const void *)buffer;
		const struct nfgenmsg *header = mnl_nlmsg_get_payload(message);
		const struct nlattr *first = mnl_nlmsg_get_payload_offset(message, sizeof(*header));
		const struct nfqnl_msg_verdict_hdr *verdict = mnl_attr_get_payload(first);
		char word = ntohl(verdict->verdict) == NF_REPEAT ? 'r' : 'd';
		size_t len = strlen(text);

		assert_int_equal(message->nlmsg_type, TYPE(NFQNL_MSG_VERDICT_BATCH));
		if (ntohs(header->res_id) == QUERIES)
			word = (char)toupper(word);
		snprintf(
		        text + len, size - len, "%s%c%x", len ? " " : "", word, ntohl(verdict->id));
	}
}

#define NO_LANE LANE(0, SUSPECTS_NONE, 0)
#define LANE(n, s, to)                                                                             \
	{                                                                                          \
		.newest = (n), .suspects = (s), .suspects_to = (to)                                \
	}

static void packets_that_waited_come_again(void **state)
{
	(void)state;
	/* If no message tells an id, all ids are covered in three steps. */
#define ANY_R "r0 r80000000 r0"
#define ANY_Q "R0 R80000000 R0"
	static const struct {
		const char *why;
		uint32_t responses, queries; /* messages in the socket */
		struct nfqueue_kept before;
		const char *want;
	} rows[] = {
		{ "the socket tells the newest ids", 9, 5, { .has_ended = 1 }, "R5 r9" },
		{ "the old process had read all", 0, 0, { .has_ended = 1 }, ANY_R " " ANY_Q },
		{ "it had read all queries", 9, 0, { .has_ended = 1 }, ANY_Q " r9" },
		{ "it died, for the first time", 9, 5,
		        { LANE(ID(8), SUSPECTS_NONE, 0), NO_LANE, 0 }, "R5 r9" },
		{ "packets that waited at a death wait at the next", 9, 5,
		        { LANE(ID(8), SUSPECTS_KNOWN, ID(3)), LANE(ID(4), SUSPECTS_KNOWN, ID(2)),
		                0 },
		        "d3 D2 R5 r9" },
		{ "it died before it had read all of them", 9, 5,
		        { LANE(ID(8), SUSPECTS_UNREAD, 0), LANE(0, SUSPECTS_UNREAD, 0), 0 },
		        "d8 R5 r9" },
		{ "it ended in order", 9, 5,
		        { LANE(ID(8), SUSPECTS_KNOWN, ID(3)), LANE(ID(4), SUSPECTS_KNOWN, ID(2)),
		                1 },
		        "R5 r9" },
		{ "no memory of it", 9, 5, { .has_ended = 0 }, "R5 r9" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[256];
		set_up(NULL);
		for (uint32_t id = 1; id <= rows[i].responses; id++)
			put_packet(RESPONSES, id);
		for (uint32_t id = 1; id <= rows[i].queries; id++)
			put_packet(QUERIES, id);
		assert_int_equal(nfqueue_repeat_waiting(&queue, &rows[i].before), 0);
		write_verdicts(text, sizeof(text));
		if (strcmp(text, rows[i].want) != 0)
			fail_msg("%s: %s instead of %s", rows[i].why, text, rows[i].want);
		/* it begins anew: none of these packets may be counted as handed over */
		assert_true(queue.responses.open == 0 && queue.queries.open == 0);
		assert_int_equal(kept.responses.suspects,
		        rows[i].before.has_ended ? SUSPECTS_NONE : SUSPECTS_UNREAD);
		tear_down(NULL);
	}
}

static void ignore(void *context, const struct queued *queued)
{
	(void)context;
	(void)queued;
}

/* Has the worker read `count` messages, the last of them with this id. */
static void read_responses(int count, uint32_t id)
{
	static char octets[NFQUEUE_BATCH][256] __attribute__((aligned(8)));

	queue.responses.open = 0;
	for (int i = 0; i < count; i++) {
		put_packet(RESPONSES, id - (uint32_t)(count - 1 - i));
		ssize_t len = recv(queue.fd, octets[i], sizeof(octets[i]), 0);
		queue.vectors[i].iov_base = octets[i];
		queue.messages[i].msg_len = (unsigned)len;
	}
	nfqueue_hand_over(&queue, count, ignore, NULL);
}

/* A packet that kills must be among the suspects, and packets that came later must not. */
static void the_packets_that_came_again_are_told_from_later_ones(void **state)
{
	(void)state;
	const struct nfqueue_kept before = { 0 };

	assert_int_equal(nfqueue_repeat_waiting(&queue, &before), 0);
	read_responses(NFQUEUE_BATCH, 100);
	assert_int_equal(kept.responses.suspects, SUSPECTS_UNREAD);
	assert_int_equal((uint32_t)kept.responses.newest, 100);
	read_responses(1, 101);
	assert_int_equal(kept.responses.suspects, SUSPECTS_KNOWN);
	read_responses(1, 102);
	assert_int_equal((uint32_t)kept.responses.suspects_to, 101);
	/* ids begin again after 2^32 packets, so old suspects must be forgotten */
	read_responses(1, 102 + 1048576);
	assert_int_equal(kept.responses.suspects, SUSPECTS_NONE);
}

static void another_file_is_no_queue(void **state)
{
	(void)state;
	struct nfqueue_before before = { .fd = dup(kernel) };

	assert_int_equal(nfqueue_adopt_socket(&queue, &before), -EBADF);
	before.fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	assert_int_equal(nfqueue_adopt_socket(&queue, &before), -EBADF);
	assert_null(queue.socket);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_that_waited_come_again),
		cmocka_unit_test_setup_teardown(
		        the_packets_that_came_again_are_told_from_later_ones, set_up, tear_down),
		cmocka_unit_test_setup_teardown(another_file_is_no_queue, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
