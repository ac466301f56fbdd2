/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Binds the queues or takes them over, closes them, and reads their state. */
#include "base/complaint.h"
#include "base/log.h"
#include "queue/nfqueue.h"
#include "queue/nfqueue_adopt.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <libmnl/libmnl.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter/nfnetlink_queue.h>

/* A packet with its attributes. Not a multiple of a page: otherwise the beginnings of all packets
 * of a batch would compete for a few sets of the processor's first cache. */
#define RECEIVE_SIZE (NFQUEUE_PACKET_MAX + 4097 + 5 * 64)
#define CONFIG_SIZE  256

/* When send() returns, the acknowledgement is in the socket, behind at most this many packets. */
#define MESSAGES_BEFORE_ACK NFQUEUE_MESSAGES_MAX

static void drop_before_start(void *context, const struct queued *queued)
{
	nfqueue_drop(context, queued->id);
}

/* They come again: nfqueue_repeat_waiting(). */
static void leave_before_start(void *context, const struct queued *queued)
{
	(void)context;
	(void)queued;
}

/* Sends a configuration message, and returns the error in its acknowledgement, or 0. Packets that
 * come before it go to `handler`. */
static int configure_queue(struct nfqueue *q, struct nlmsghdr *message, nfqueue_handler *handler)
{
	message->nlmsg_flags |= NLM_F_ACK;
	if (send(q->fd, message, message->nlmsg_len, 0) < 0)
		return -errno;
	for (int i = 0; i < MESSAGES_BEFORE_ACK; i++) {
		ssize_t len = recv(q->fd, q->received, RECEIVE_SIZE, MSG_DONTWAIT);
		if (len < 0 && errno == ENOBUFS)
			continue;
		if (len < 0)
			return -errno;
		const struct nlmsghdr *answer = (const void *)q->received;
		if (mnl_nlmsg_ok(answer, (int)len) && answer->nlmsg_type == NLMSG_ERROR) {
			const struct nlmsgerr *ack = mnl_nlmsg_get_payload(answer);
			return ack->error;
		}
		nfqueue_read(q, q->received, (int)len, handler, q);
		nfqueue_flush(q);
	}
	return -EBUSY;
}

/* One message sets all: a queue that is bound before its copy mode is set drops packets. */
static int bind_queue(struct nfqueue *q, uint16_t number, uint32_t length)
{
	_Alignas(struct nlmsghdr) char buffer[CONFIG_SIZE];
	struct nlmsghdr *message = nfq_nlmsg_put(buffer, NFQNL_MSG_CONFIG, number);

	nfq_nlmsg_cfg_put_cmd(message, AF_UNSPEC, NFQNL_CFG_CMD_BIND);
	nfq_nlmsg_cfg_put_params(message, NFQNL_COPY_PACKET, UINT16_MAX);
	nfq_nlmsg_cfg_put_qmaxlen(message, length);
	return configure_queue(q, message, drop_before_start);
}

/* In a message of its own: if the kernel refuses the flag, the rest of the message is half done. */
static int set_fail_open(struct nfqueue *q, uint16_t number, bool is_on, nfqueue_handler *handler)
{
	_Alignas(struct nlmsghdr) char buffer[CONFIG_SIZE];
	struct nlmsghdr *message = nfq_nlmsg_put(buffer, NFQNL_MSG_CONFIG, number);

	mnl_attr_put_u32(message, NFQA_CFG_FLAGS, is_on ? htonl(NFQA_CFG_F_FAIL_OPEN) : 0);
	mnl_attr_put_u32(message, NFQA_CFG_MASK, htonl(NFQA_CFG_F_FAIL_OPEN));
	return configure_queue(q, message, handler);
}

/* The kernel refuses this if the socket does not hold the queue. */
static int configure_adopted(struct nfqueue *q, uint16_t number, uint32_t length, bool fail_open)
{
	_Alignas(struct nlmsghdr) char buffer[CONFIG_SIZE];
	struct nlmsghdr *message = nfq_nlmsg_put(buffer, NFQNL_MSG_CONFIG, number);

	nfq_nlmsg_cfg_put_params(message, NFQNL_COPY_PACKET, UINT16_MAX);
	nfq_nlmsg_cfg_put_qmaxlen(message, length);
	int result = configure_queue(q, message, leave_before_start);
	return result < 0 ? result : set_fail_open(q, number, fail_open, leave_before_start);
}

/* Does not wait for an acknowledgement, because packets come meanwhile. */
bool nfqueue_limit_queries(struct nfqueue *q, uint32_t length)
{
	_Alignas(struct nlmsghdr) char buffer[CONFIG_SIZE];
	struct nlmsghdr *message = nfq_nlmsg_put(buffer, NFQNL_MSG_CONFIG, q->queries.number);

	nfq_nlmsg_cfg_put_qmaxlen(message, length);
	return send(q->fd, message, message->nlmsg_len, 0) >= 0;
}

static int set_up_socket(struct nfqueue *q, uint32_t socket_buffer)
{
	int on = 1, receive = (int)socket_buffer, send_size = NFQUEUE_VERDICTS_SIZE;

	q->fd = mnl_socket_get_fd(q->socket);
	if (setsockopt(q->fd, SOL_SOCKET, SO_RCVBUFFORCE, &receive, sizeof(receive)) < 0 ||
	        setsockopt(q->fd, SOL_SOCKET, SO_SNDBUFFORCE, &send_size, sizeof(send_size)) < 0)
		return -errno;
	/* Otherwise each error message contains the whole verdict with its packet. */
	mnl_socket_setsockopt(q->socket, NETLINK_CAP_ACK, &on, sizeof(on));
	return 0;
}

static int open_netlink(struct nfqueue *q, uint32_t socket_buffer)
{
	q->socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (!q->socket || mnl_socket_bind(q->socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	return set_up_socket(q, socket_buffer);
}

static int nfqueue_take_memory(struct nfqueue *q)
{
	q->received = malloc((size_t)NFQUEUE_BATCH * RECEIVE_SIZE);
	q->verdicts = calloc(1, NFQUEUE_VERDICTS_SIZE);
	if (!q->received || !q->verdicts)
		return -ENOMEM;
	for (size_t i = 0; i < NFQUEUE_BATCH; i++) {
		q->vectors[i] = (struct iovec){ q->received + i * RECEIVE_SIZE, RECEIVE_SIZE };
		q->messages[i].msg_hdr.msg_iov = &q->vectors[i];
		q->messages[i].msg_hdr.msg_iovlen = 1;
	}
	return 0;
}

/* Writes why a queue cannot be bound. EPERM has two reasons: another holder can be seen. */
static void explain_bind(uint16_t number, int result, struct complaint *error)
{
	struct nfqueue_state state;

	if (result == -EPERM && nfqueue_read_state(number, &state))
		complaint_set(error,
		        "another program holds queue %u (netlink port %" PRIu32
		        ", mostly its process id)",
		        number, state.holder);
	else if (result == -EPERM)
		complaint_set(error,
		        "cannot bind queue %u: another program holds it, or CAP_NET_ADMIN is "
		        "missing",
		        number);
	else
		complaint_set(error, "cannot bind queue %u: %s", number, strerror(-result));
}

static int open_queue_number(struct nfqueue *q, uint16_t number, uint32_t length, bool fail_open,
        struct complaint *error)
{
	int result = bind_queue(q, number, length);

	if (result < 0) {
		explain_bind(number, result, error);
		return result;
	}
	result = fail_open ? set_fail_open(q, number, true, drop_before_start) : 0;
	if (result < 0)
		complaint_set(error, "queue %u cannot fail open: %s", number, strerror(-result));
	return result;
}

/* Responses first: once queries pass, their responses come. */
static int open_both(
        struct nfqueue *q, const struct nfqueue_options *options, struct complaint *error)
{
	int result = open_netlink(q, options->socket_buffer);

	if (result < 0) {
		complaint_set(error, "cannot open a netlink socket: %s", strerror(-result));
		return result;
	}
	result = open_queue_number(q, options->number, options->length, options->fail_open, error);
	if (result < 0)
		return result;
	return open_queue_number(
	        q, options->queries_number, options->queries_length, options->fail_open, error);
}

static int adopt_both(struct nfqueue *q, const struct nfqueue_options *options)
{
	int result = nfqueue_adopt_socket(q, options->before);

	if (result == 0)
		result = set_up_socket(q, options->socket_buffer);
	if (result == 0)
		result = configure_adopted(q, options->number, options->length, options->fail_open);
	if (result == 0)
		result = configure_adopted(
		        q, options->queries_number, options->queries_length, options->fail_open);
	return result < 0 ? result : nfqueue_repeat_waiting(q, &options->before->kept);
}

/* A socket that cannot be taken over is closed. Its queues are free then, unless it is held
 * elsewhere. */
int nfqueue_open(struct nfqueue *q, const struct nfqueue_options *options, struct stats *stats,
        struct complaint *error)
{
	*q = (struct nfqueue){ .fd = -1,
		.stats = stats,
		.responses = { .number = options->number,
		        .kept = options->kept ? &options->kept->responses : NULL },
		.queries = { .number = options->queries_number,
		        .kept = options->kept ? &options->kept->queries : NULL } };
	int result = nfqueue_take_memory(q);
	if (result < 0) {
		complaint_set(error, "cannot open the queues: %s", strerror(-result));
		return result;
	}
	if (options->before) {
		result = adopt_both(q, options);
		if (result == 0)
			return 0;
		log_warning("queue %u: not taken over, packets that waited are lost: %s",
		        options->number, strerror(-result));
		if (q->socket)
			mnl_socket_close(q->socket);
		q->socket = NULL;
		q->fd = -1;
	}
	return open_both(q, options, error);
}

void nfqueue_close(struct nfqueue *q)
{
	if (q->socket)
		mnl_socket_close(q->socket);
	free(q->received);
	free(q->verdicts);
	*q = (struct nfqueue){ .fd = -1 };
}

/* Columns: queue, holder, waiting, copy mode, copy range, dropped (full), dropped (overrun), ... */
bool nfqueue_read_state(uint16_t number, struct nfqueue_state *state)
{
	FILE *f = fopen("/proc/net/netfilter/nfnetlink_queue", "re");
	unsigned found = UINT16_MAX + 1u;
	char line[256];

	while (f && found != number && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%u %" SCNu32 " %" SCNu32 " %*u %*u %" SCNu64 " %" SCNu64, &found,
		            &state->holder, &state->waiting, &state->dropped_full,
		            &state->dropped_overrun) != 5)
			found = UINT16_MAX + 1u;
	}
	if (f)
		fclose(f);
	return found == number;
}
