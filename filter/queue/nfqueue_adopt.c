/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The packets that wait are of two kinds: those whose messages still lie in the socket, and those
 * that the predecessor has read. Both get the verdict NF_REPEAT: the kernel runs the rules of the
 * hook again from their beginning, with the packet as it is in the kernel, so the rules queue it
 * again, under a new id. A packet cannot go around the rules by this, because it meets all rules of
 * the chain as if it came now.
 *
 * A verdict on a batch covers all packets up to an id. An id from the socket that was read to its
 * end is the newest, or packets that came later are newer and their messages still come. So no
 * message about an old id is left in the socket. */
#include "queue/nfqueue_adopt.h"

#include <errno.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink_queue.h>

#define MESSAGE_SIZE 256

/* Ids are compared modulo 2^32: two ids that are opposite cover all of them. */
#define OPPOSITE UINT32_C(0x80000000)

int nfqueue_adopt_socket(struct nfqueue *q, const struct nfqueue_before *before)
{
	int domain = 0, protocol = 0;
	socklen_t size = sizeof(int);

	if (getsockopt(before->fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
	        getsockopt(before->fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) == 0 &&
	        domain == AF_NETLINK && protocol == NETLINK_NETFILTER)
		q->socket = mnl_socket_fdopen(before->fd);
	if (q->socket)
		return 0;
	close(before->fd);
	return -EBADF;
}

struct waiting {
	const struct nfqueue *queue;
	uint64_t newest_response, newest_query; /* ids, or 0 */
};

static void note_waiting(void *context, const struct queued *queued)
{
	struct waiting *w = context;

	if ((uint16_t)(queued->id >> 32) == w->queue->queries.number)
		w->newest_query = queued->id;
	else
		w->newest_response = queued->id;
}

/* Reads the socket to its end, and notes which packet came last to each queue. */
static int read_out(struct nfqueue *q, struct waiting *waiting)
{
	for (int i = 0; i < NFQUEUE_MESSAGES_MAX; i++) {
		ssize_t len = recv(q->fd, q->received, q->vectors[0].iov_len, MSG_DONTWAIT);
		if (len < 0 && errno == EAGAIN)
			return 0;
		if (len >= 0)
			nfqueue_read(q, q->received, (int)len, note_waiting, waiting);
		else if (errno != ENOBUFS && errno != EINTR)
			return -errno;
	}
	return -EBUSY;
}

static int judge_up_to(struct nfqueue *q, uint16_t number, uint32_t id, int verdict)
{
	_Alignas(struct nlmsghdr) char buffer[MESSAGE_SIZE];
	struct nlmsghdr *message = nfq_nlmsg_put(buffer, NFQNL_MSG_VERDICT_BATCH, number);

	nfq_nlmsg_verdict_put(message, (int)id, verdict);
	return send(q->fd, message, message->nlmsg_len, 0) < 0 ? -errno : 0;
}

/* Drops what waited at two deaths in a row. What is not true in `before` can drop packets, and do
 * nothing else. */
static int drop_suspects(struct nfqueue *q, uint16_t number, const struct nfqueue_kept_lane *before)
{
	uint64_t to = before->suspects == SUSPECTS_KNOWN ? before->suspects_to : before->newest;

	if (before->suspects == SUSPECTS_NONE || to == 0)
		return 0;
	return judge_up_to(q, number, (uint32_t)to, NF_DROP);
}

/* No message tells an id, and the predecessor may have read packets of any. Each gets a new id,
 * maybe twice. */
static int repeat_any(struct nfqueue *q, uint16_t number)
{
	int error = judge_up_to(q, number, 0, NF_REPEAT);

	if (!error)
		error = judge_up_to(q, number, OPPOSITE, NF_REPEAT);
	return error ? error : judge_up_to(q, number, 0, NF_REPEAT);
}

static int repeat_both(struct nfqueue *q, struct waiting *waiting)
{
	int error = read_out(q, waiting);

	if (!error && !waiting->newest_response)
		error = repeat_any(q, q->responses.number);
	if (!error && !waiting->newest_query)
		error = repeat_any(q, q->queries.number);
	if (!error)
		error = read_out(q, waiting);
	if (!error && waiting->newest_query)
		error = judge_up_to(
		        q, q->queries.number, (uint32_t)waiting->newest_query, NF_REPEAT);
	if (!error && waiting->newest_response)
		error = judge_up_to(
		        q, q->responses.number, (uint32_t)waiting->newest_response, NF_REPEAT);
	return error;
}

int nfqueue_repeat_waiting(struct nfqueue *q, const struct nfqueue_kept *before)
{
	uint64_t errors = q->stats->verdict_errors;
	struct waiting waiting = { .queue = q };
	bool has_died = before->has_ended != 1;
	int error = 0;

	if (has_died)
		error = drop_suspects(q, q->responses.number, &before->responses);
	if (has_died && !error)
		error = drop_suspects(q, q->queries.number, &before->queries);
	if (!error)
		error = repeat_both(q, &waiting);
	/* errors about packets that are not there, and packets that come again */
	q->stats->verdict_errors = errors;
	q->is_uncertain = false;
	q->responses.open = q->queries.open = q->responses.handed = q->queries.handed = 0;
	if (has_died && q->responses.kept)
		q->responses.kept->suspects = q->queries.kept->suspects = SUSPECTS_UNREAD;
	return error;
}
