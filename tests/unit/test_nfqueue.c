/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verdicts that the kernel gets; a socket pair replaces netlink. */
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

#include "queue/nfqueue.h"

#define RESPONSES   6
#define QUERIES     7
#define PACKETS_MAX 4096
#define TYPE(t)     (NFNL_SUBSYS_QUEUE << 8 | (t))

static struct nfqueue queue;
static struct stats stats;
static int kernel = -1; /* the other end */

static void connect_kernel(void)
{
	int ends[2], size = 2 * NFQUEUE_VERDICTS_SIZE;

	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
	assert_int_equal(setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)), 0);
	queue.fd = ends[0];
	kernel = ends[1];
}

static void disconnect_kernel(void)
{
	close(queue.fd);
	close(kernel);
}

static int set_up(void **state)
{
	(void)state;
	stats = (struct stats){ 0 };
	queue = (struct nfqueue){ .stats = &stats,
		.responses.number = RESPONSES,
		.queries.number = QUERIES,
		.verdicts = malloc(NFQUEUE_VERDICTS_SIZE) };
	connect_kernel();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	disconnect_kernel();
	free(queue.verdicts);
	return 0;
}

static void hand(unsigned number, uint32_t id, nfqueue_handler *handler, void *context)
{
	_Alignas(struct nlmsghdr) char buffer[256];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct nfgenmsg *header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	struct nfqnl_msg_packet_hdr packet = { .packet_id = htonl(id), .hook = NF_INET_FORWARD };

	message->nlmsg_type = TYPE(NFQNL_MSG_PACKET);
	header->res_id = htons((uint16_t)number);
	mnl_attr_put(message, NFQA_PACKET_HDR, sizeof(packet), &packet);
	mnl_attr_put(message, NFQA_PAYLOAD, 4, "abcd");
	nfqueue_read(&queue, buffer, (int)message->nlmsg_len, handler, context);
}

/* A packet without an id, which can get no verdict; or a message that is cut off. */
static void hand_headless(size_t cut_off)
{
	_Alignas(struct nlmsghdr) char buffer[256];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);

	mnl_nlmsg_put_extra_header(message, sizeof(struct nfgenmsg));
	message->nlmsg_type = TYPE(NFQNL_MSG_PACKET);
	mnl_attr_put(message, NFQA_PAYLOAD, 4, "abcd");
	nfqueue_read(&queue, buffer, (int)(message->nlmsg_len - cut_off), NULL, NULL);
}

static void say_error(int error)
{
	_Alignas(struct nlmsghdr) char buffer[256];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct nlmsgerr *said = mnl_nlmsg_put_extra_header(message, sizeof(*said));

	message->nlmsg_type = NLMSG_ERROR;
	said->error = -error;
	nfqueue_read(&queue, buffer, (int)message->nlmsg_len, NULL, NULL);
}

static void replace(uint64_t id)
{
	struct writer out = nfqueue_replacement(&queue);

	writer_put(&out, span_of("another", 7));
	nfqueue_accept_replaced(&queue, id, &out);
}

/* Does with the packet that is handed over what the letter of the script says. */
static void act(char letter, uint64_t id)
{
	switch (tolower(letter)) {
	case 'a':
		nfqueue_accept(&queue, id);
		break;
	case 'd':
		nfqueue_drop(&queue, id);
		break;
	case 'r':
		replace(id);
		break;
	default: /* it waits */
		break;
	}
}

struct step {
	char letter;
	uint64_t waiting[2]; /* the one that has waited longest, of responses and of queries */
};

static void take_step(void *context, const struct queued *queued)
{
	struct step *step = context;
	unsigned lane = (uint16_t)(queued->id >> 32) == QUERIES;

	act(step->letter, queued->id);
	if (tolower(step->letter) == 'h' && step->waiting[lane] == 0)
		step->waiting[lane] = queued->id;
}

/* Small letters hand over a response, capital ones a query: a(ccept), d(rop), r(eplace), h(old).
 * u(nhold) accepts the response that was held first, x drops it; ! reports an error of a verdict,
 * ? that its packet is gone; 0 is a packet without a number, 1 a message that is cut off.
 */
static void play(const char *script)
{
	uint32_t ids[2] = { 0, 0 };
	struct step step = { 0 };

	for (; *script; script++) {
		step.letter = *script;
		if (*script == '!' || *script == '?') {
			say_error(*script == '!' ? EINVAL : ENOENT);
		} else if (*script == '0' || *script == '1') {
			hand_headless(*script == '1' ? 4 : 0);
		} else if (strchr("uUxX", *script)) {
			bool is_query = isupper((unsigned char)*script);
			act(tolower(*script) == 'u' ? 'a' : 'd', step.waiting[is_query]);
			step.waiting[is_query] = 0;
		} else {
			bool is_query = isupper((unsigned char)*script);
			hand(is_query ? QUERIES : RESPONSES, ++ids[is_query], take_step, &step);
		}
	}
	nfqueue_flush(&queue);
}

/* A verdict message: the queue, the packet (alone or as the last one), and the verdict. */
struct told {
	unsigned number;
	uint32_t id;
	bool is_batch, has_packet, accepts;
};

static struct told read_verdict(const struct nlmsghdr *message)
{
	const struct nfgenmsg *header = mnl_nlmsg_get_payload(message);
	const struct nlattr *first = mnl_nlmsg_get_payload_offset(message, sizeof(*header));
	const struct nfqnl_msg_verdict_hdr *verdict = mnl_attr_get_payload(first);

	assert_int_equal(mnl_attr_get_type(first), NFQA_VERDICT_HDR);
	return (struct told){ .number = ntohs(header->res_id),
		.id = ntohl(verdict->id),
		.is_batch = message->nlmsg_type == TYPE(NFQNL_MSG_VERDICT_BATCH),
		.has_packet = (const char *)message + message->nlmsg_len >
		              (const char *)first + first->nla_len,
		.accepts = ntohl(verdict->verdict) == NF_ACCEPT };
}

/* Calls `take` with each verdict that was sent. */
static void listen_to(void (*take)(const struct told *told, void *context), void *context)
{
	static char buffer[NFQUEUE_VERDICTS_SIZE] __attribute__((aligned(8)));
	int len;

	while ((len = (int)recv(kernel, buffer, sizeof(buffer), MSG_DONTWAIT)) > 0) {
		for (const struct nlmsghdr *m = (const void *)buffer; mnl_nlmsg_ok(m, len);
		        m = mnl_nlmsg_next(m, &len)) {
			struct told told = read_verdict(m);
			take(&told, context);
		}
	}
}

static void write_down(const struct told *told, void *context)
{
	char *text = context;
	char word = told->is_batch ? 'b' : !told->accepts ? 'd' : told->has_packet ? 'r' : 'a';

	snprintf(text + strlen(text), 16, "%s%c%u", *text ? " " : "",
	        told->number == QUERIES ? toupper(word) : word, told->id);
}

static void each_packet_gets_a_verdict(void **state)
{
	(void)state;
	/* b: all up to this packet are accepted */
	static const struct {
		const char *why, *script, *want;
	} rows[] = {
		{ "no packet", "", "" },
		{ "all accepted as they came", "aaaa", "b4" },
		{ "other verdicts go first", "arad", "r2 d4 b3" },
		{ "two queues", "aAAa", "b2 B2" },
		{ "one waits: those after it get single verdicts", "ahaa", "a3 a4 b1" },
		{ "a query does not wait for a response", "hAA", "B2" },
		{ "a response does not wait for a query", "Haa", "b2" },
		{ "one that waited is accepted, and those after it", "hauaa", "a2 b4" },
		{ "one that waited is dropped", "haxaa", "a2 d1 b4" },
		{ "two wait, one is accepted", "hhaua", "a3 a1 a4" },
		{ "a verdict failed: its packet may still wait", "a!aa", "a2 a3 b1" },
		{ "a packet was gone: none waits", "a?aa", "b3" },
		{ "a packet without a number waits for ever", "0aa", "a1 a2" },
		{ "a message that was cut off, too", "1aa", "a1 a2" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[256] = "";
		tear_down(NULL);
		set_up(NULL);
		play(rows[i].script);
		listen_to(write_down, text);
		if (strcmp(text, rows[i].want) != 0)
			fail_msg("%s: %s, not %s", rows[i].why, text, rows[i].want);
	}
}

static void after_lost_verdicts_each_packet_gets_its_own_verdict(void **state)
{
	(void)state;
	char text[256] = "";

	close(kernel);
	play("aaad");
	assert_int_equal(stats.verdict_errors, 4);
	disconnect_kernel();
	connect_kernel();
	play("aa"); /* the numbers begin anew, which does not matter here */
	listen_to(write_down, text);
	assert_string_equal(text, "a1 a2");
}

static void a_limit_applies_to_the_queue_of_queries(void **state)
{
	(void)state;
	_Alignas(struct nlmsghdr) char buffer[256];

	assert_true(nfqueue_limit_queries(&queue, 128));
	ssize_t len = recv(kernel, buffer, sizeof(buffer), MSG_DONTWAIT);
	const struct nlmsghdr *message = (const void *)buffer;
	assert_true(mnl_nlmsg_ok(message, (int)len));
	assert_int_equal(message->nlmsg_type, TYPE(NFQNL_MSG_CONFIG));
	const struct nfgenmsg *header = mnl_nlmsg_get_payload(message);
	assert_int_equal(ntohs(header->res_id), QUERIES);
	const struct nlattr *limit = mnl_nlmsg_get_payload_offset(message, sizeof(*header));
	assert_int_equal(mnl_attr_get_type(limit), NFQA_CFG_QUEUE_MAXLEN);
	assert_int_equal(ntohl(mnl_attr_get_u32(limit)), 128);
	assert_int_equal(
	        mnl_nlmsg_get_payload_len(message), sizeof(*header) + MNL_ALIGN(limit->nla_len));
}

/* The side of the kernel: the packets that it holds, and their verdicts. */
struct model {
	char decided[2][PACKETS_MAX + 1]; /* by number: a, d or r; h: not yet; 0: it is gone */
	uint32_t newest[2], oldest[2];
	unsigned released;
};

static void let_go(struct model *model, unsigned lane, uint32_t id, char want)
{
	if (model->decided[lane][id] != want)
		fail_msg("packet %u of %u: '%c' happens, '%c' was decided", id, lane, want,
		        model->decided[lane][id]);
	model->decided[lane][id] = 0;
}

static void obey(const struct told *told, void *context)
{
	struct model *model = context;
	unsigned lane = told->number == QUERIES;

	if (!told->is_batch) {
		let_go(model, lane, told->id, told->has_packet ? 'r' : told->accepts ? 'a' : 'd');
		return;
	}
	for (; model->oldest[lane] <= told->id; model->oldest[lane]++) {
		if (model->decided[lane][model->oldest[lane]] == 0)
			continue;
		let_go(model, lane, model->oldest[lane], 'a');
		model->released++;
	}
}

static void decide(void *context, const struct queued *queued)
{
	static const char letters[] = "aaaaaaaaaaaarrdh";
	struct model *model = context;
	char letter = letters[rand() % (int)(sizeof(letters) - 1)];

	model->decided[(uint16_t)(queued->id >> 32) == QUERIES][(uint32_t)queued->id] = letter;
	act(letter, queued->id);
}

/* Gives a verdict to a packet that waits. */
static void settle(struct model *model, unsigned lane, uint32_t id, char letter)
{
	if (id == 0 || model->decided[lane][id] != 'h')
		return;
	model->decided[lane][id] = letter;
	act(letter, (uint64_t)(RESPONSES + lane) << 32 | id);
}

static void each_packet_gets_the_verdict_that_was_decided(void **state)
{
	(void)state;
	static struct model model;

	srand(1);
	for (unsigned round = 0; round < 20; round++) {
		int seldom = round % 2 ? 64 : PACKETS_MAX; /* then the verdicts run out of room */
		model = (struct model){ .oldest = { 1, 1 } };
		tear_down(NULL);
		set_up(NULL);
		while (model.newest[0] < PACKETS_MAX && model.newest[1] < PACKETS_MAX) {
			unsigned lane = (unsigned)rand() % 2;
			hand(RESPONSES + lane, ++model.newest[lane], decide, &model);
			for (int i = 0; i < 3; i++)
				settle(&model, lane, (uint32_t)rand() % (model.newest[lane] + 1),
				        "ard"[i]);
			if (rand() % seldom == 0)
				nfqueue_flush(&queue);
			listen_to(obey, &model);
		}
		nfqueue_flush(&queue);
		listen_to(obey, &model);
		for (unsigned lane = 0; lane < 2; lane++) {
			for (uint32_t id = 1; id <= model.newest[lane]; id++)
				assert_true(model.decided[lane][id] == 0 ||
				            model.decided[lane][id] == 'h');
		}
		assert_true(model.released > 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_packet_gets_a_verdict, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		        after_lost_verdicts_each_packet_gets_its_own_verdict, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		        a_limit_applies_to_the_queue_of_queries, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		        each_packet_gets_the_verdict_that_was_decided, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
